import { entryKey } from '../../registry/entry-keys.ts';
import { heard, type Probe, type ProbeAnswer, type ProbeHands } from './ask.ts';
import type { SetupFinding } from './finding.ts';
import { deletingAny, updatingAny, updatingOwn, writing } from './impossible.ts';

/** Something that a role must not be able to do. */
interface Forbidden {
  readonly name: string;
  readonly probe: Probe;
  /** What AWS must deny, and on which kind of resource: a denial of what the request needs beside it shows nothing. */
  readonly action: string;
  readonly on: 'endpoint' | 'model-package';
  /** What somebody could do with it. */
  readonly danger: string;
  /** Whether a project gives it up that has one role for all duties of an environment: its policy names no registry entry. */
  readonly givenUpByOne: boolean;
}

/** What no role of a GitLab environment may do: of jobs that deploy, or of the approver's. */
export function forbiddenTo(whose: 'jobs' | 'approver', asking: ProbeHands): Forbidden[] {
  const { environment, path } = asking.names;
  const entry = { action: 'sagemaker:UpdateModelPackage', on: 'model-package' } as const;
  const update = { action: 'sagemaker:UpdateEndpoint', on: 'endpoint' } as const;
  const approved = (where: string) => ({
    ...entry,
    name: `approve for ${where}`,
    probe: writing(asking, {
      keys: [entryKey('approved', where)],
      status: where === path[0] ? ('Approved' as const) : undefined,
    }),
    danger: 'a job without an approver could approve a version there',
    givenUpByOne: true,
  });
  const validated = (where: string) => ({
    ...entry,
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
      ...entry,
      name: 'take back a rejection',
      // With the entry that the role may write: a policy asks that each other condition holds, too.
      probe: writing(asking, {
        keys: [entryKey(whose === 'approver' ? 'approved' : 'validated', environment)],
        removes: path.map((where) => entryKey('withdrawn', where)),
        status: whose === 'approver' && environment === path[0] ? ('Approved' as const) : undefined,
      }),
      danger: 'a version that somebody rejected could be approved after all',
      givenUpByOne: true,
    },
    {
      ...entry,
      name: 'approve without an entry that says who',
      probe: writing(asking, { keys: [], status: 'Approved' }),
      danger: 'nobody would know who approved a version',
      givenUpByOne: true,
    },
    ...(whose === 'approver'
      ? [
          {
            ...update,
            name: `deploy to ${asking.names.endpoint}`,
            probe: updatingOwn(asking),
            danger: 'whoever approves could deploy, too',
            givenUpByOne: true,
          },
        ]
      : []),
    {
      ...update,
      name: "update any other project's endpoint",
      probe: updatingAny(asking),
      danger: 'a job could change what others serve',
      givenUpByOne: false,
    },
    {
      ...{ action: 'sagemaker:DeleteEndpoint', on: 'endpoint' },
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
  for (const each of forbidden) {
    const { danger } = each;
    const name = `must not ${each.name}`;
    const why = `one_role is true, and AWS then lets every job do it: ${danger}`;
    if (oneRole && each.givenUpByOne) findings.push({ name, is: 'not looked at', why });
    else findings.push({ name, ...judged(each, await heard(each.probe), role) });
  }
  return [...findings, ELSE];
}

const ELSE: SetupFinding = {
  name: 'what else the role may do',
  is: 'not looked at',
  why: 'nobody asked for more than what stands after "must not": docs/permissions.md has the policies that are enough',
};

/** What an answer shows; a finding lacks its name. */
function judged({ action, on, danger }: Forbidden, said: ProbeAnswer, role: string) {
  if (said.is === 'unknown') return { is: 'not looked at', why: said.why } as const;
  if (said.is !== 'denied') {
    const next = `take what is too much out of the policies of ${role}: docs/permissions.md has those that are enough. If one role is meant to serve all jobs of the environment, set the input one_role.`;
    return { is: 'wrong', why: `the role may: ${danger}`, next } as const;
  }
  const besides = besideIt({ action, on }, said);
  if (besides !== undefined) return { is: 'not looked at', why: besides } as const;
  return { is: 'right', why: 'AWS denies it' } as const;
}

/** Why a denial does not show that the role may not do it; `undefined` where it does. */
function besideIt(
  { action, on }: Pick<Forbidden, 'action' | 'on'>,
  said: Extract<ProbeAnswer, { is: 'denied' }>,
): string | undefined {
  const { resource, by } = said;
  if (said.action !== action) return `AWS denied ${said.action} before it`;
  if (resource?.startsWith('arn:') && !resource.includes(`:${on}/`))
    return `AWS denied it on ${resource} alone, and may allow it with another name there`;
  // Whoever has the role elsewhere does not pass there.
  if (by !== undefined && /VPC endpoint policy/i.test(by)) return `${by} denied it, which says nothing of the role`;
  return undefined;
}
