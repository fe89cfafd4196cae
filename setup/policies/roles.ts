import type { PolicyDocument, PolicyStatement } from '../../emulator/world.ts';
import { type Duty, dutiesOf, type Program, placeOf } from './policies.ts';
import { fileName, type Ref, type Team } from './team.ts';

/** Name -> a policy, or one of its parts. */
export type Policies = Readonly<Record<string, PolicyDocument>>;

/** A role that jobs assume. */
export interface JobRole {
  readonly name: string;
  readonly environment: string;
  /** The branch or tags whose jobs it trusts. */
  readonly ref: Ref;
  /** The GitLab environment whose variable names it; absent in the pipelines of merge requests. */
  readonly gitlabEnvironment: string | undefined;
  /** The components whose jobs assume it. */
  readonly components: readonly string[];
  readonly policies: Policies;
}

/** How the duties of an environment share roles. */
export type Layout = 'two' | 'one' | 'duty';

/** IAM's limit for one managed policy, in signs. */
export const MAX_MANAGED = 6144;

/** How many managed policies IAM attaches to a role, unless AWS has raised an account's quota. */
export const MAX_POLICIES = 10;

/** The roles of a team: for each environment one and one that only approves, one for everything, or one for each duty. */
export function jobRoles(team: Team, programs: readonly Program[], layout: Layout): JobRole[] {
  const duties = dutiesOf(team, programs);
  switch (layout) {
    case 'two':
      return [...Map.groupBy(duties, sharedBy).values()].flatMap((sharing) => {
        const place = sharing[0] ? placeOf(sharing[0]) : '';
        return roleFor(team, place, sharing, partsIn(place, sharing));
      });
    case 'duty':
      return duties.flatMap((duty) => roleFor(team, duty.name, [duty], inParts(duty.name, duty.policy)));
    case 'one':
      return [...Map.groupBy(duties.filter(hasPlace), ({ environment }) => environment)].flatMap(
        ([environment, sharing]) =>
          roleFor(team, environment, sharing, inParts(`all-${fileName(environment)}`, plainPolicy(sharing))),
      );
  }
}

/** Duties share a role in one GitLab environment; in the pipelines of merge requests, even one of the same name is another. */
function sharedBy({ gitlabEnvironment, name }: Duty): string {
  return gitlabEnvironment === undefined ? `merge requests: ${name}` : `environment: ${gitlabEnvironment}`;
}

/** Whose jobs run after a merge: one role for everything would let every branch do it. */
function hasPlace({ gitlabEnvironment }: Duty): boolean {
  return gitlabEnvironment !== undefined;
}

function roleFor(team: Team, place: string, sharing: readonly Duty[], policies: Policies): JobRole[] {
  const [duty] = sharing;
  if (!duty) return [];
  const { environment, ref, gitlabEnvironment } = duty;
  const components = [...new Set(sharing.flatMap((each) => each.components))];
  return [{ name: `${team.endpoint}-${fileName(place)}`, environment, ref, gitlabEnvironment, components, policies }];
}

/** A policy in as few parts as each fit into a managed policy. */
export function inParts(name: string, policy: PolicyDocument): Policies {
  if (sizeOf(policy) <= MAX_MANAGED) return { [name]: policy };
  const parts: PolicyDocument[] = [];
  for (const statement of policy.Statement) {
    const last = parts.at(-1);
    const longer = { ...policy, Statement: [...(last?.Statement ?? []), statement] };
    if (last && sizeOf(longer) <= MAX_MANAGED) parts[parts.length - 1] = longer;
    else parts.push({ ...policy, Statement: [statement] });
  }
  return Object.fromEntries(parts.map((part, at) => [`${name}-${at + 1}`, part]));
}

/** The policies of a role: one for each duty, or where IAM attaches fewer, the duties' statements in as few as hold them. */
function partsIn(place: string, duties: readonly Duty[]): Policies {
  const each: Policies = Object.assign({}, ...duties.map(({ name, policy }) => inParts(name, policy)));
  if (Object.keys(each).length <= MAX_POLICIES) return each;
  const Statement = duties.flatMap(({ name, policy }) =>
    policy.Statement.map((statement) => ({ ...statement, Sid: `${sidOf(name)}${statement.Sid}` })),
  );
  return inParts(`all-${fileName(place)}`, { Version: '2012-10-17', Statement });
}

/** The name of a duty as the beginning of a statement's: letters and digits only, and none twice in a policy. */
function sidOf(duty: string): string {
  return duty.replace(/[^A-Za-z0-9]/g, '');
}

/** The size of a policy in signs. IAM does not count blanks. */
export function sizeOf(policy: PolicyDocument): number {
  return JSON.stringify(policy).length;
}

/** What a condition asks about the registry entry that is written, and not about who or what is concerned. */
const ABOUT_ENTRIES = /^sagemaker:(CustomerMetadataProperties|ModelApprovalStatus|ModelLifeCycle)/;

/** The duties of one environment together, whatever registry entry each may write: actions of one place in one statement. */
function plainPolicy(duties: readonly Duty[]): PolicyDocument {
  const statements = duties.flatMap(({ policy }) => policy.Statement.map(withoutEntries));
  const sharing = Map.groupBy(statements, ({ Resource, Condition }) => JSON.stringify([Resource, Condition]));
  const Statement = [...sharing.values()].flatMap((same, at): PolicyStatement[] => {
    const [first] = same;
    if (!first) return [];
    const actions = [...new Set(same.flatMap(({ Action }) => Action))].sort();
    return [{ ...first, Sid: `${first.Sid}${at + 1}`, Action: actions }];
  });
  return { Version: '2012-10-17', Statement };
}

function withoutEntries({ Condition, ...statement }: PolicyStatement): PolicyStatement {
  const left = Object.entries(Condition ?? {}).flatMap(([operator, keys]) => {
    const others = Object.entries(keys).filter(([key]) => !ABOUT_ENTRIES.test(key));
    return others.length > 0 ? [[operator, Object.fromEntries(others)] as const] : [];
  });
  return { ...statement, ...(left.length > 0 && { Condition: Object.fromEntries(left) }) };
}
