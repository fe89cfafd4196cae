import type { PolicyDocument } from '../../emulator/world.ts';
import {
  type Duty,
  dutiesOf,
  groupPolicy,
  networkPolicy,
  type Program,
  pipelineRoleDeny,
  placeOf,
  renderPolicy,
} from './policies.ts';
import { fileName, type Team } from './team.ts';
import { trustOf, trustPolicyOf } from './trust.ts';

/** An IAM role of a team: the file of its trust policy, and those of its policies. */
interface PlannedRole {
  readonly name: string;
  readonly trust: string;
  readonly policies: readonly string[];
  /** Signs of each of its policies, as IAM counts them. */
  readonly sizes: readonly number[];
}

/** Whether the policies of a role are too large for its inline policies, so that each must be a managed one. */
export function needsManaged({ sizes }: Pick<PlannedRole, 'sizes'>): boolean {
  return sizes.reduce((sum, size) => sum + size, 0) > MAX_INLINE;
}

/** IAM's limit for all inline policies of a role together, and for one managed policy. */
const MAX_INLINE = 10_240;
export const MAX_MANAGED = 6144;

/** How many managed policies IAM attaches to a role, unless AWS has raised an account's quota. */
export const MAX_POLICIES = 10;

export interface PolicyFiles {
  /** File -> its JSON. */
  readonly files: Readonly<Record<string, object>>;
  /** The roles of the scoped variables: for each environment one, and one for its approver. */
  readonly roles: readonly PlannedRole[];
}

/** The files that docs/setup.md attaches: a trust policy for each environment and for its plan, a policy for each duty, and the Deny. */
export function policyFiles(team: Team, programs: readonly Program[]): PolicyFiles {
  const duties = dutiesOf(team, programs);
  const trust = team.environments.map((each) => [`trust-${fileName(each)}.json`, trustPolicyOf(team, each)] as const);
  const places = [...Map.groupBy(duties, placeOf)].map(([place, sharing]) => ({
    place,
    parts: partsIn(place, sharing),
    sharing,
  }));
  const ofMergeRequests = duties.filter(({ gitlabEnvironment }) => gitlabEnvironment === undefined);
  return {
    files: {
      ...Object.fromEntries(trust),
      ...Object.fromEntries(ofMergeRequests.map((duty) => [trustFile(duty), trustOf(team, duty.ref)])),
      ...Object.assign({}, ...places.map(({ parts }) => parts)),
      ...inParts('deny-registry-entries', pipelineRoleDeny(team)),
      'render-pipeline.json': renderPolicy(team),
      ...(team.vpc && { 'execution-role-vpc.json': networkPolicy }),
      ...(team.registryAccount !== undefined && { 'group.json': groupPolicy(team, programs) }),
    },
    roles: places.flatMap(({ place, parts, sharing: [duty] }) => (duty ? [roleIn(team, place, { duty, parts })] : [])),
  };
}

/** File -> a policy, or its part. */
type Parts = Readonly<Record<string, PolicyDocument>>;

/** A policy in as few files as each fit into a managed policy. */
function inParts(name: string, policy: PolicyDocument): Parts {
  if (sizeOf(policy) <= MAX_MANAGED) return { [`${name}.json`]: policy };
  const parts: PolicyDocument[] = [];
  for (const statement of policy.Statement) {
    const last = parts.at(-1);
    const longer = { ...policy, Statement: [...(last?.Statement ?? []), statement] };
    if (last && sizeOf(longer) <= MAX_MANAGED) parts[parts.length - 1] = longer;
    else parts.push({ ...policy, Statement: [statement] });
  }
  return Object.fromEntries(parts.map((part, at) => [`${name}-${at + 1}.json`, part]));
}

/** The policies of a role: one for each duty, or where IAM attaches fewer, the duties' statements in as few as hold them. */
function partsIn(place: string, duties: readonly Duty[]): Parts {
  const each: Parts = Object.assign({}, ...duties.map(({ name, policy }) => inParts(name, policy)));
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

function roleIn(
  team: Team,
  place: string,
  { duty, parts }: { readonly duty: Duty; readonly parts: Parts },
): PlannedRole {
  return {
    name: `${team.endpoint}-${fileName(place)}`,
    trust: trustFile(duty),
    policies: Object.keys(parts),
    sizes: Object.values(parts).map(sizeOf),
  };
}

/** The trust policy of a duty's role: that of its environment, or one of its own in the pipelines of merge requests. */
function trustFile({ gitlabEnvironment, environment, name }: Duty): string {
  return `trust-${gitlabEnvironment === undefined ? name : fileName(environment)}.json`;
}

/** The size of a policy in signs. IAM does not count blanks. */
function sizeOf(policy: PolicyDocument): number {
  return JSON.stringify(policy).length;
}
