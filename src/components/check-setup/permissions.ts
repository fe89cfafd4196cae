import type { Permission } from '../../program/component.ts';
import type { ProbeHands } from './ask.ts';
import { heard, type ProbeAnswer } from './ask.ts';
import type { SetupFinding } from './finding.ts';
import { seeingOf } from './seeing.ts';
import type { WantedPermission } from './wanted.ts';

/** What is found about each permission that a role may need. */
export async function lookAtPermissions(
  wanted: readonly WantedPermission[],
  asking: ProbeHands,
  role: string,
): Promise<SetupFinding[]> {
  const hear = hearingOnce(asking);
  const findings: SetupFinding[] = [];
  // One after the other: a setup is checked once, and SageMaker throttles whoever asks for much at once.
  for (const each of wanted) findings.push(judged(each, await hear(each.permission), role));
  return findings;
}

interface Heard {
  readonly said: ProbeAnswer;
  /** Whether the request was for another permission, which needs this one, too. */
  readonly beside: boolean;
}

/** Sends each request once, however many permissions it shows. */
function hearingOnce(asking: ProbeHands): (permission: Permission) => Promise<Heard> {
  const known = new Map<string, Promise<ProbeAnswer>>();
  return async (permission) => {
    const seeing = seeingOf(permission, asking);
    if (seeing.by === 'nothing') return { said: { is: 'unknown', why: seeing.why }, beside: false };
    const request = nameOf(seeing.of);
    const said = known.get(request) ?? heard(seeing.probe);
    known.set(request, said);
    return { said: await said, beside: seeing.of !== permission };
  };
}

function judged(wanted: WantedPermission, { said, beside }: Heard, role: string): SetupFinding {
  const { permission, components, required } = wanted;
  const name = nameOf(permission);
  const needed = neededBy(wanted);
  switch (said.is) {
    case 'allowed':
      if (beside) return { name, is: 'not looked at', why: `${needed}; AWS asks for it only when something is made` };
      return { name, is: 'right', why: `allowed; ${needed}` };
    case 'done':
      return {
        name,
        is: 'wrong',
        why: 'AWS did what a request asked for that must be impossible',
        next: 'report this to the maintainers of these components, with the time of this job.',
      };
    case 'unknown':
      return { name, is: 'not looked at', why: `${needed}; ${said.why}` };
    case 'denied':
      if (said.action !== permission.action)
        return { name, is: 'not looked at', why: `${needed}; AWS denied ${said.action} before it` };
      if (!required) return { name, is: 'not given', why: needed };
      return {
        name,
        is: 'wrong',
        why: `${needed}; ${said.words}`,
        next: said.next ?? addition(components, role),
      };
  }
}

function addition(components: readonly string[], role: string): string {
  return `add the policy of ${components.join(' or ')} to ${role} (docs/permissions.md, npm run policies), or correct the inputs.`;
}

/** `sagemaker:UpdateModelPackage on package (approved)`. */
function nameOf({ action, on, writes }: Permission): string {
  return `${action} on ${on}${writes === undefined ? '' : ` (${writes})`}`;
}

function neededBy({ when, components }: WantedPermission): string {
  return `needed by ${components.join(', ')}${when === undefined ? '' : ` when ${when}`}`;
}
