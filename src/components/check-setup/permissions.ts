import { sentence } from '../../ground/sentence.ts';
import type { Permission } from '../../program/component.ts';
import { heard, type Said } from './ask.ts';
import type { Finding } from './finding.ts';
import { type Asking, type Seeing, seeingOf } from './probes.ts';
import type { WantedPermission } from './wanted.ts';

/** What is found about each permission that a role may need. Each request is sent once. */
export async function lookAtPermissions(
  wanted: readonly WantedPermission[],
  asking: Asking,
  role: string,
): Promise<Finding[]> {
  const asked = new Map<string, Promise<Said>>();
  const say = (seeing: Extract<Seeing, { by: 'request' }>, name: string) => {
    const said = asked.get(name) ?? heard(seeing.probe);
    asked.set(name, said);
    return said;
  };
  const findings: Finding[] = [];
  // One after the other: a setup is checked once, and SageMaker throttles whoever asks for much at once.
  for (const each of wanted) {
    const { permission } = each;
    const seeing = seeingOf(permission, asking);
    const seen = seeing.by === 'another' ? seeingOf(seeing.of, asking) : seeing;
    const said: Said =
      seen.by === 'request'
        ? await say(seen, nameOf(seeing.by === 'another' ? seeing.of : permission))
        : { is: 'unknown', why: seen.by === 'nothing' ? seen.why : 'no request is known that shows it' };
    findings.push(judged(each, { said, carried: seeing.by === 'another', role }));
  }
  return findings;
}

interface Heard {
  readonly said: Said;
  /** Whether the request was for another permission, which it needs beside this one. */
  readonly carried: boolean;
  readonly role: string;
}

function judged(wanted: WantedPermission, { said, carried, role }: Heard): Finding {
  const { permission, components, required } = wanted;
  const name = nameOf(permission);
  const needed = neededBy(wanted);
  switch (said.is) {
    case 'allowed':
      return carried
        ? { name, is: 'not looked at', why: `${needed}; AWS asks for it only when something is made` }
        : { name, is: 'right', why: `allowed; ${needed}` };
    case 'done':
      return {
        name,
        is: 'wrong',
        why: 'AWS did what a request asked for that must be impossible',
        next: `report this to the maintainers of these components, with the time and the name ${permission.action}.`,
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
        next:
          said.next ??
          `add the policy of ${components.join(' or ')} to the role ${role}: ${sentence('docs/permissions.md has it, and npm run policies writes it for your names')}`,
      };
  }
}

/** `sagemaker:UpdateModelPackage on package (approved)`. */
function nameOf({ action, on, writes }: Permission): string {
  return `${action} on ${on}${writes === undefined ? '' : ` (${writes})`}`;
}

function neededBy({ when, components }: WantedPermission): string {
  return `needed by ${components.join(', ')}${when === undefined ? '' : ` when ${when}`}`;
}
