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
  const ofDuties = new Map(duties.map(({ name, policy }) => [name, inParts(name, policy)]));
  const ofMergeRequests = duties.filter(({ gitlabEnvironment }) => gitlabEnvironment === undefined);
  return {
    files: {
      ...Object.fromEntries(trust),
      ...Object.fromEntries(ofMergeRequests.map((duty) => [trustFile(duty), trustOf(team, duty.ref)])),
      ...Object.assign({}, ...ofDuties.values()),
      ...inParts('deny-registry-entries', pipelineRoleDeny(team)),
      'render-pipeline.json': renderPolicy(team),
      ...(team.vpc && { 'execution-role-vpc.json': networkPolicy }),
      ...(team.registryAccount !== undefined && { 'group.json': groupPolicy(team, programs) }),
    },
    roles: [...Map.groupBy(duties, placeOf)].flatMap(([place, [first, ...more]]) =>
      first ? [roleIn(team, place, [first, ...more], ofDuties)] : [],
    ),
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

function roleIn(
  team: Team,
  place: string,
  duties: readonly [Duty, ...Duty[]],
  ofDuties: ReadonlyMap<string, Parts>,
): PlannedRole {
  const parts = duties.flatMap(({ name }) => Object.entries(ofDuties.get(name) ?? {}));
  return {
    name: `${team.endpoint}-${fileName(place)}`,
    trust: trustFile(duties[0]),
    policies: parts.map(([file]) => file),
    sizes: parts.map(([, part]) => sizeOf(part)),
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
