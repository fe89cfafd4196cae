import type { SetupPlan } from '../setup-plan.ts';
import type { Compared, Difference } from './difference.ts';
import type { Found, FoundLevel, FoundProtectedBranch } from './found.ts';
import { covers } from './scope.ts';

const BRANCHES = 'Settings > Repository > Protected branches';
const TAGS = 'Settings > Repository > Protected tags';

/** The roles of GitLab by their level. */
const [NO_ONE, DEVELOPER, MAINTAINER] = [0, 30, 40];

/** A branch that serves environments. */
interface WantedBranch {
  readonly name: string;
  /** It serves only the first environment: a team may let its developers push there. */
  readonly isFirst: boolean;
}

/** The branches and tags of a project beside those that serve its environments. */
export function compareRefs({ environments }: SetupPlan, found: Found): Compared {
  const [first, ...later] = environments;
  const branches = new Map(
    environments.flatMap(({ ref }) => {
      const isFirst = ref.name === first?.ref.name && later.every((each) => each.ref.name !== ref.name);
      return ref.type === 'branch' ? [[ref.name, { name: ref.name, isFirst }] as const] : [];
    }),
  );
  const tags = new Set(environments.flatMap(({ ref }) => (ref.type === 'tag' ? ref.name : [])));
  const all = [
    { differences: withoutCommit(found) },
    ...[...branches.values()].map((branch) => branchCompared(branch, found)),
    ...[...tags].map((tag) => ({ differences: tagCompared(tag, found) })),
  ];
  return {
    differences: all.flatMap(({ differences }) => differences),
    leftAlone: all.flatMap(({ leftAlone = [] }: Compared) => leftAlone),
  };
}

const FIRST_COMMIT = 'first commit';

/** No branch can begin in an empty repository; and with its protection, nobody could push the first commit. */
function withoutCommit({ project }: Found): Difference[] {
  if (project.empty_repo !== true && project.default_branch != null) return [];
  const about = { page: 'Code > Branches', name: FIRST_COMMIT, title: 'The repository', found: 'is empty' } as const;
  return [{ ...about, changes: [], next: 'push a first commit, such as a README, and run this command again' }];
}

function branchCompared(wanted: WantedBranch, found: Found): Compared {
  const { name, isFirst } = wanted;
  const covering = found.protectedBranches.filter((rule) => covers(rule.name, name));
  const looser = covering.flatMap((rule) => ruleCompared(wanted, rule, found));
  const push = covering.flatMap((rule) => rule.push_access_levels).filter(mayMore(NO_ONE));
  const leftAlone = isFirst && push.length > 0 ? [`${name}: ${whoOf(push)} may push to the first environment`] : [];
  return {
    differences: [...missing(wanted, found), ...(covering.length > 0 ? looser : [unprotected(name)])],
    leftAlone,
  };
}

function missing({ name }: WantedBranch, { branches, project: { default_branch: ref } }: Found): Difference[] {
  if (name.includes('*') || branches.has(name)) return [];
  const about = { page: 'Code > Branches', name: `branch ${name}`, title: name, found: 'is missing' } as const;
  const changes = [{ method: 'POST', path: '/repository/branches', body: { branch: name, ref } } as const];
  return [{ ...about, wanted: `a branch that begins where ${ref} is`, changes, needs: [FIRST_COMMIT] }];
}

function unprotected(name: string): Difference {
  return {
    page: BRANCHES,
    name: `protection of ${name}`,
    title: name,
    found: 'is not protected',
    wanted: 'Allowed to merge: Maintainers; Allowed to push and merge: No one; Allowed to force push: off',
    changes: [
      {
        method: 'POST',
        path: '/protected_branches',
        body: { name, push_access_level: NO_ONE, merge_access_level: MAINTAINER, allow_force_push: false },
      },
    ],
    needs: [FIRST_COMMIT],
  };
}

/** What a rule lets people do that it should not. A stricter rule is right. */
function ruleCompared({ name, isFirst }: WantedBranch, rule: FoundProtectedBranch, found: Found): Difference[] {
  const push = isFirst ? [] : rule.push_access_levels.filter(mayMore(NO_ONE));
  const merge = isFirst ? [] : rule.merge_access_levels.filter(mayMore(NO_ONE)).filter(isLooserThan(MAINTAINER));
  const flaws = [
    ...(push.length > 0 ? [['Allowed to push and merge', whoOf(push), 'No one']] : []),
    ...(merge.length > 0 ? [['Allowed to merge', whoOf(merge), 'Maintainers']] : []),
    ...(rule.allow_force_push ? [['Allowed to force push', 'on', 'off']] : []),
  ];
  if (flaws.length === 0) return [];
  const about = {
    page: BRANCHES,
    name: `protection of ${name}`,
    title: rule.name,
    needs: [FIRST_COMMIT],
    found: `has ${flaws.map(([what, found]) => `${what}: ${found}`).join('; ')}`,
    wanted: flaws.map(([what, , wanted]) => `${what}: ${wanted}`).join('; '),
  } as const;
  const next = byHand(name, rule, found);
  if (next !== undefined) return [{ ...about, changes: [], next }];
  const body = {
    ...(push.length > 0 && { allowed_to_push: [...removed(push), ...added(rule.push_access_levels, NO_ONE)] }),
    ...(merge.length > 0 && { allowed_to_merge: [...removed(merge), ...added(rule.merge_access_levels, MAINTAINER)] }),
    ...(rule.allow_force_push && { allow_force_push: false }),
  };
  return [
    { ...about, changes: [{ method: 'PATCH', path: `/protected_branches/${encodeURIComponent(rule.name)}`, body }] },
  ];
}

/** Why only a person may change a rule: it is about more than this branch, or GitLab takes no change of it. */
function byHand(name: string, rule: FoundProtectedBranch, { protectedEnvironments }: Found): string | undefined {
  if (rule.inherited) return `the rule is of the project's group: ask an owner of the group to change it`;
  if (rule.name !== name)
    return `this rule covers ${name}, and maybe other branches: change it on that page, or remove it`;
  if (protectedEnvironments === undefined) return 'change it on that page: without GitLab Premium, the API cannot';
  return undefined;
}

const removed = (levels: readonly FoundLevel[]) => levels.map(({ id }) => ({ id, _destroy: true }));
const added = (found: readonly FoundLevel[], level: number) =>
  found.some(({ access_level: has }) => has === level) ? [] : [{ access_level: level }];

/** Whether a level lets more people in than a role does; a person, group or deploy key is let in by name. */
function mayMore(level: number) {
  return (each: FoundLevel) => isNamed(each) || each.access_level !== level;
}

/** Whether a level is a role below another: those whom somebody named are as good. */
function isLooserThan(level: number) {
  return (each: FoundLevel) => !isNamed(each) && (each.access_level ?? NO_ONE) < level;
}

function isNamed({ user_id: user, group_id: group, deploy_key_id: key }: FoundLevel): boolean {
  return user != null || group != null || key != null;
}

function tagCompared(name: string, { protectedTags }: Found): Difference[] {
  const covering = protectedTags.filter((rule) => covers(rule.name, name));
  const about = { page: TAGS, name: `protection of ${name}` } as const;
  if (covering.length === 0) {
    const changes = [
      { method: 'POST', path: '/protected_tags', body: { name, create_access_level: MAINTAINER } } as const,
    ];
    return [{ ...about, title: name, found: 'is not protected', wanted: 'Allowed to create: Maintainers', changes }];
  }
  return covering.flatMap((rule) => {
    const looser = rule.create_access_levels.filter(mayMore(NO_ONE)).filter(isLooserThan(MAINTAINER));
    const found = `has Allowed to create: ${whoOf(looser)}`;
    const flaw = { ...about, title: rule.name, found, wanted: 'Allowed to create: Maintainers' };
    return looser.length === 0 ? [] : [{ ...flaw, changes: [], next: 'change it on that page: the API cannot' }];
  });
}

const ROLES: Readonly<Record<number, string>> = {
  [DEVELOPER]: 'Developers + Maintainers',
  [MAINTAINER]: 'Maintainers',
};

/** Whom levels let in, as GitLab's page says it. */
export function whoOf(levels: readonly FoundLevel[]): string {
  return levels
    .map(
      ({ access_level: level, access_level_description: said, user_id: user, group_id: group, deploy_key_id: key }) => {
        if (said != null) return said;
        if (user != null) return `the user ${user}`;
        if (group != null) return `the group ${group}`;
        return key == null ? (ROLES[level ?? 0] ?? `the level ${level}`) : `the deploy key ${key}`;
      },
    )
    .join(', ');
}
