import { entryKey } from '../../registry/entry-keys.ts';
import { heard, type Probe, type ProbeHands } from './ask.ts';
import type { SetupFinding } from './finding.ts';
import { deletingAny, updatingAny, updatingOwn, writing } from './impossible.ts';

/** Something that a role must not be able to do. */
interface Forbidden {
  readonly name: string;
  readonly probe: Probe;
  /** What somebody could do with it. */
  readonly danger: string;
  /** Whether a project gives it up that has one role for all duties of an environment: its policy names no registry entry. */
  readonly givenUpByOne: boolean;
}

/** What no role of a GitLab environment may do: of jobs that deploy, or of the approver's. */
export function forbiddenTo(whose: 'jobs' | 'approver', asking: ProbeHands): Forbidden[] {
  const { environment, path } = asking.names;
  const approved = (where: string) => ({
    name: `approve for ${where}`,
    probe: writing(asking, {
      keys: [entryKey('approved', where)],
      status: where === path[0] ? ('Approved' as const) : undefined,
    }),
    danger: 'a job without an approver could approve a version there',
    givenUpByOne: true,
  });
  const validated = (where: string) => ({
    name: `record a validation in ${where}`,
    probe: writing(asking, { keys: [entryKey('validated', where)] }),
    danger: 'later environments would take a version that was never tested there',
    givenUpByOne: true,
  });
  const own = whose === 'approver' ? environment : undefined;
  return [
    ...path.filter((where) => where !== own).map(approved),
    ...path.filter((where) => whose === 'approver' || where !== environment).map(validated),
    {
      name: 'approve without an entry that says who',
      probe: writing(asking, { keys: [], status: 'Approved' }),
      danger: 'nobody would know who approved a version',
      givenUpByOne: true,
    },
    ...(whose === 'approver'
      ? [
          {
            name: `deploy to ${asking.names.endpoint}`,
            probe: updatingOwn(asking),
            danger: 'whoever approves could deploy, too',
            givenUpByOne: true,
          },
        ]
      : []),
    {
      name: "update any other project's endpoint",
      probe: updatingAny(asking),
      danger: 'a job could change what others serve',
      givenUpByOne: false,
    },
    {
      name: "delete any other project's endpoint",
      probe: deletingAny(asking),
      danger: 'a job could delete what others serve',
      givenUpByOne: false,
    },
  ];
}

/** What is found about what a role must not do: only a denial of AWS is right. */
export async function lookAtForbidden(
  forbidden: readonly Forbidden[],
  { role, oneRole }: { readonly role: string; readonly oneRole: boolean },
): Promise<SetupFinding[]> {
  const findings: SetupFinding[] = [];
  for (const { name: what, probe, danger, givenUpByOne } of forbidden) {
    const name = `must not ${what}`;
    if (oneRole && givenUpByOne) {
      findings.push({
        name,
        is: 'not looked at',
        why: `one_role is true, and AWS then lets every job do it: ${danger}`,
      });
      continue;
    }
    const said = await heard(probe);
    if (said.is === 'denied') findings.push({ name, is: 'right', why: 'AWS denies it' });
    else if (said.is === 'unknown') findings.push({ name, is: 'not looked at', why: said.why });
    else
      findings.push({
        name,
        is: 'wrong',
        why: `the role may: ${danger}`,
        next: `take what is too much out of the policies of ${role}: docs/permissions.md has those that are enough.`,
      });
  }
  return findings;
}
