import { networkPolicy, type Program, pipelineRoleDeny, renderPolicy } from './policies.ts';
import { inParts, type JobRole, jobRoles, type Layout, type Policies, sizeOf } from './roles.ts';
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

/** IAM's limit for all inline policies of a role together. */
const MAX_INLINE = 10_240;

export interface PolicyFiles {
  /** File -> its JSON. */
  readonly files: Readonly<Record<string, object>>;
  /** The roles of the environments. */
  readonly roles: readonly PlannedRole[];
}

/** Whose policies: all environments of a team, or those that lie in one account. */
export interface Wanted {
  readonly team: Team;
  readonly programs: readonly Program[];
  readonly layout: Layout;
  readonly environments: readonly string[];
}

/** The files of policies that somebody attaches by hand: a trust policy for each environment and for its plan, a policy for each duty, and the Deny. */
export function policyFiles({ team, programs, layout, environments }: Wanted): PolicyFiles {
  const [first] = team.environments;
  const roles = jobRoles(team, programs, layout).filter(({ environment }) => environments.includes(environment));
  const trust = environments.map((each) => [`trust-${fileName(each)}.json`, trustPolicyOf(team, each)] as const);
  const ofMergeRequests = roles.filter(({ gitlabEnvironment }) => gitlabEnvironment === undefined);
  return {
    files: {
      ...Object.fromEntries(trust),
      ...Object.fromEntries(ofMergeRequests.map((role) => [trustFile(team, role), trustOf(team, role.ref)])),
      ...Object.assign({}, ...roles.map(({ policies }) => filesOf(policies))),
      ...filesOf(inParts('deny-registry-entries', pipelineRoleDeny(team))),
      ...(environments.includes(first) && { 'render-pipeline.json': renderPolicy(team) }),
      ...(team.vpc && { 'execution-role-vpc.json': networkPolicy }),
    },
    roles: roles.map((role) => ({
      name: role.name,
      trust: trustFile(team, role),
      policies: Object.keys(filesOf(role.policies)),
      sizes: Object.values(role.policies).map(sizeOf),
    })),
  };
}

function filesOf(policies: Policies): Readonly<Record<string, object>> {
  return Object.fromEntries(Object.entries(policies).map(([name, policy]) => [`${name}.json`, policy]));
}

/** The trust policy of a role: that of its environment, or one of its own in the pipelines of merge requests. */
function trustFile({ endpoint }: Team, { gitlabEnvironment, environment, name }: JobRole): string {
  const own = name.slice(`${endpoint}-`.length);
  return `trust-${gitlabEnvironment === undefined ? own : fileName(environment)}.json`;
}
