import type { Permission } from '../../program/component.ts';
import { heard, type ProbeAnswer, type ProbeHands } from './ask.ts';
import type { SetupFinding } from './finding.ts';
import { seeingOf } from './seeing.ts';
import { PolicySimulator } from './simulator.ts';
import type { WantedPermission } from './wanted.ts';

/** What is found about each permission that a role may need, and whether IAM could be asked about them. */
export async function lookAtPermissions(
  wanted: readonly WantedPermission[],
  hands: ProbeHands,
  role: string,
): Promise<SetupFinding[]> {
  const hear = hearingOnce(hands);
  const simulator = new PolicySimulator(hands, role);
  const findings: SetupFinding[] = [];
  // One after the other: a setup is checked once, and SageMaker throttles whoever asks for much at once.
  for (const each of wanted) {
    const said = await hear(each.permission);
    const better = said.is === 'unknown' ? await simulator.betterThan(said, each.permission) : said;
    findings.push(judged(each, better, role));
  }
  return [...findings, ...simulator.findings];
}

/** Sends each request once, however many permissions it shows. */
function hearingOnce(hands: ProbeHands): (permission: Permission) => Promise<ProbeAnswer> {
  const known = new Map<string, Promise<ProbeAnswer>>();
  return async (permission) => {
    const seeing = seeingOf(permission, hands);
    if (seeing.by === 'nothing') return { is: 'unknown', why: seeing.why };
    const request = nameOf(seeing.of);
    const answer = known.get(request) ?? heard(seeing.probe);
    known.set(request, answer);
    return aboutItself(permission, await answer, seeing.of);
  };
}

/** What the answer to a request for one permission says of another that it needs, too. */
function aboutItself({ action }: Permission, answer: ProbeAnswer, asked: Permission): ProbeAnswer {
  if (answer.is === 'denied' && answer.action !== action)
    return { is: 'unknown', why: `AWS denied ${answer.action} before it` };
  if (answer.is === 'allowed' && asked.action !== action)
    return { is: 'unknown', why: 'AWS asks for it only when something is made' };
  return answer;
}

function judged(wanted: WantedPermission, said: ProbeAnswer, role: string): SetupFinding {
  const { permission, components, required } = wanted;
  const name = nameOf(permission);
  const needed = neededBy(wanted);
  switch (said.is) {
    case 'allowed':
      return { name, is: 'right', why: `allowed${said.by ? `, as ${said.by} says` : ''}; ${needed}` };
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
      if (!required) return { name, is: 'not given', why: needed };
      return { name, is: 'wrong', why: `${needed}; ${said.words}`, next: said.next ?? addition(components, role) };
  }
}

function addition(components: readonly string[], role: string): string {
  return `add the policy of ${components.join(' or ')} to ${role}: deploy the stack of setup.yml again (docs/setup.md), or see docs/permissions.md. If it is another's role, correct the inputs.`;
}

/** `sagemaker:UpdateModelPackage on package (approved)`. */
function nameOf({ action, on, writes }: Permission): string {
  return `${action} on ${on}${writes === undefined ? '' : ` (${writes})`}`;
}

function neededBy({ when, components }: WantedPermission): string {
  return `needed by ${components.join(', ')}${when === undefined ? '' : ` when ${when}`}`;
}
