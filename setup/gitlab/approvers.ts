import type { Compared, Difference } from './difference.ts';
import type { Found, FoundGroup, FoundProtectedEnvironment } from './found.ts';
import { type Asked, type Place, protectionOf } from './places.ts';
import { whoOf } from './refs.ts';

const MEMBERS = 'Manage > Members';
const PROTECTED = 'Settings > CI/CD > Protected environments';

/** The least role with which a person sees a project and may be named as an approver. */
const REPORTER = 20;

/** An environment for approvals whose approvers are named. */
interface Approval extends Place {
  /** The path of their group. */
  readonly approvers: string;
}

/** Who may approve, beside whom `setup.yml` names: only they may deploy to an approval environment. */
export function compareApprovers({ places }: Asked, found: Found): Compared {
  const approvals = places.flatMap((place) => {
    const { approvers } = place.environment;
    return place.kind === 'approval' && approvers !== undefined ? [{ ...place, approvers }] : [];
  });
  if (found.protectedEnvironments === undefined) return { differences: [withoutThem(approvals)] };
  const each = approvals.map((approval) => protectionCompared(approval, found));
  return {
    differences: [
      ...[...new Set(approvals.map(({ approvers }) => approvers))].flatMap((path) => shareCompared(path, found)),
      ...each.flatMap(({ differences }) => differences),
      ...approvals.flatMap((approval) => tooFew(approval, found)),
    ],
    leftAlone: each.flatMap(({ leftAlone = [] }) => leftAlone),
    notes: [
      ...places.flatMap((place) => protectedItself(place, found)),
      ...[...found.groups].flatMap(([path, { people }]) =>
        people === undefined ? [`this token does not see who is in ${path}: somebody must be`] : [],
      ),
    ],
  };
}

/** A GitLab without the feature: what then does not hold is said, and the rest is made. */
function withoutThem(approvals: readonly Approval[]): Difference {
  const names = approvals.map(({ name }) => name).join(', ');
  return {
    page: PROTECTED,
    name: 'protected environments',
    title: names,
    found:
      'cannot be protected: this GitLab has no protected environments, so that anybody who may run a pipeline could approve',
    changes: [],
    next: 'use GitLab Premium or Ultimate. Without it, approve-model refuses in every environment after the first; with require_protected: false it continues, and every approval is recorded as open=protected',
  };
}

const groupOf = (path: string) => `group ${path}`;

function shareCompared(path: string, { groups, project }: Found): Difference[] {
  const group = groups.get(path);
  const about = { page: MEMBERS, name: groupOf(path), title: path } as const;
  if (!group) {
    const next = 'create the group and add the approvers, or correct approvers in setup.yml';
    return [{ ...about, found: 'is no group that this token sees', changes: [], next }];
  }
  if (project.path_with_namespace.startsWith(`${path}/`)) {
    const next = 'name another group in setup.yml: GitLab invites no group to a project that lies in it';
    return [
      { ...about, found: 'is a group that the project lies in, whose people cannot be approvers', changes: [], next },
    ];
  }
  const shared = project.shared_with_groups?.find(({ group_id: id }) => id === group.id);
  if (!shared) {
    const body = { group_id: group.id, group_access: REPORTER };
    const changes = [{ method: 'POST', path: '/share', body } as const];
    return [{ ...about, found: 'is not invited to the project', wanted: 'a Reporter', changes }];
  }
  if (shared.group_access_level >= REPORTER) return [];
  const found = 'is invited with a role that does not see jobs';
  return [{ ...about, found, wanted: 'a Reporter', changes: [], next: 'change its role to Reporter on that page' }];
}

function protectionCompared(approval: Approval, found: Found): Compared {
  const there = found.protectedEnvironments?.find(({ name }) => name === approval.name);
  const group = found.groups.get(approval.approvers);
  if (!there) return { differences: [unprotected(approval, group)] };
  if (!group) return { differences: [] };
  const { differences: rules, leftAlone = [] } = approvalsCompared(approval, there, group);
  return { differences: [...deployersCompared(approval, there, group), ...rules], leftAlone };
}

function about({ name, approvers }: Approval) {
  return { page: PROTECTED, name: protectionOf(name), title: name, needs: [groupOf(approvers)] } as const;
}

function unprotected(approval: Approval, group: FoundGroup | undefined): Difference {
  const { name, approvers, environment } = approval;
  const approvals = environment.approvals > 0 ? `; Approvers: ${approvers}, ${environment.approvals} required` : '';
  const flaw = { ...about(approval), found: 'is not protected', wanted: `Allowed to deploy: ${approvers}${approvals}` };
  if (!group) return { ...flaw, changes: [], next: `first, GitLab must have the group ${approvers}` };
  const body = {
    name,
    deploy_access_levels: [{ group_id: group.id }],
    ...(environment.approvals > 0 && {
      approval_rules: [{ group_id: group.id, required_approvals: environment.approvals }],
    }),
  };
  return { ...flaw, changes: [{ method: 'POST', path: '/protected_environments', body }] };
}

/** Where fewer people are than must approve, no job can ever start. */
function tooFew({ name, approvers, environment: { approvals } }: Approval, { groups }: Found): Difference[] {
  const people = groups.get(approvers)?.people;
  const needed = Math.max(1, approvals);
  if (people === undefined || people >= needed) return [];
  return [
    {
      page: MEMBERS,
      name: `people of ${approvers} for ${name}`,
      title: approvers,
      found: `has ${people} active members`,
      wanted: `${needed} at least: so many must approve in ${name}`,
      changes: [],
      next: `add people to the group ${approvers}`,
    },
  ];
}

/** Whoever else may deploy there could approve. */
function deployersCompared(approval: Approval, there: FoundProtectedEnvironment, group: FoundGroup): Difference[] {
  const levels = there.deploy_access_levels;
  const others = levels.filter(({ group_id: id }) => id !== group.id);
  const isIn = others.length < levels.length;
  if (isIn && others.length === 0) return [];
  const body = {
    deploy_access_levels: [
      ...(isIn ? [] : [{ group_id: group.id }]),
      ...others.map(({ id }) => ({ id, _destroy: true })),
    ],
  };
  const says = { found: `has Allowed to deploy: ${whoOf(levels)}`, wanted: `${approval.approvers} alone` };
  return [{ ...about(approval), ...says, changes: [{ method: 'PUT', path: pathTo(approval), body }] }];
}

/** More approvals than wanted are right; two rules for one group are what two people made at once. */
function approvalsCompared(approval: Approval, there: FoundProtectedEnvironment, group: FoundGroup): Compared {
  const { name, approvers, environment } = approval;
  const [rule, ...more] = (there.approval_rules ?? []).filter(({ group_id: id }) => id === group.id);
  const found = rule?.required_approvals ?? 0;
  const isOne = more.length === 0;
  const isMore = isOne && found > environment.approvals;
  if (isMore) return { differences: [], leftAlone: [`${name}: ${found} approvals of ${approvers} are required`] };
  if (isOne && found === environment.approvals) return { differences: [] };
  const required_approvals = Math.max(found, environment.approvals);
  const wanted = { ...(rule && { id: rule.id }), group_id: group.id, required_approvals };
  const approval_rules = [wanted, ...more.map(({ id }) => ({ id, _destroy: true }))];
  const times = isOne ? '' : `, in ${more.length + 1} rules`;
  const says = {
    found: `requires ${found} approvals of ${approvers}${times}`,
    wanted: `${required_approvals}${isOne ? '' : ', in one'}`,
  };
  const changes = [{ method: 'PUT', path: pathTo(approval), body: { approval_rules } } as const];
  return { differences: [{ ...about(approval), ...says, changes }] };
}

function pathTo({ name }: Approval): string {
  return `/protected_environments/${encodeURIComponent(name)}`;
}

/** Somebody may have a reason, but check-model runs there, too. */
function protectedItself({ name, kind }: Place, { protectedEnvironments = [] }: Found): string[] {
  if (kind !== 'itself' || protectedEnvironments.every((each) => each.name !== name)) return [];
  return [
    `${name} is protected itself: GitLab refuses every job there, check-model too, when the person who merged is not allowed to deploy`,
  ];
}
