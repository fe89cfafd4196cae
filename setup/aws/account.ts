import type { PolicyDocument } from '../../emulator/world.ts';
import { groupPolicy, networkPolicy, type Program, pipelineRoleDeny } from '../policies/policies.ts';
import { inParts, type JobRole, jobRoles, type Layout, type Policies } from '../policies/roles.ts';
import type { Team } from '../policies/team.ts';
import { trustOf } from '../policies/trust.ts';
import { type PlannedModel, type SetupPlan, teamOf } from '../setup-plan.ts';
import { executionPolicy, TRUST_OF_SAGEMAKER, trainingPolicy } from './sagemaker-roles.ts';

/** A role that the stack of an account makes. */
export interface StackRole {
  /** With its path, if it has one. */
  readonly name: string;
  readonly description: string;
  readonly trust: { readonly Version: string; readonly Statement: readonly object[] };
  /** Name in IAM -> policy. */
  readonly policies: Policies;
  /** Whose jobs assume it; absent where SageMaker does. */
  readonly jobs?: JobsOfRole;
}

interface JobsOfRole extends Pick<JobRole, 'environment' | 'components'> {
  /** The GitLab environment of the jobs: `uat/approval`; absent in the pipelines of merge requests. */
  readonly scope: string | undefined;
}

/** Policies that the stack makes for a role that it does not make: somebody has to attach them. */
interface Unattached {
  readonly role: string;
  readonly policies: Policies;
}

export interface StackGroup {
  readonly name: string;
  /** Whether it exists, so that the stack does not make it. */
  readonly exists: boolean;
  /** What other accounts may do in it. */
  readonly policy?: PolicyDocument;
}

/** What an account needs of AWS. */
export interface AccountPlan {
  readonly account: string;
  readonly region: string;
  /** The OIDC provider to make: the address of GitLab. */
  readonly provider?: string;
  /** The address of GitLab whose OIDC provider the roles trust. */
  readonly gitlab: string;
  readonly project: string;
  readonly layout: Layout;
  readonly roles: readonly StackRole[];
  readonly unattached: readonly Unattached[];
  /** The roles of SageMaker that the stack does not make. */
  readonly existing: readonly string[];
  readonly groups: readonly StackGroup[];
  /** The ARNs of the groups, where several accounts use them: a name alone means one's own account. */
  readonly shared: readonly string[];
}

/** The policies that somebody has to attach, each once: one may be for several roles. */
export function unattachedPolicies({ unattached }: Pick<AccountPlan, 'unattached'>): Policies {
  return Object.assign({}, ...unattached.map(({ policies }) => policies));
}

/** The accounts that need a stack, in promotion order; then that of the groups. */
export function accountsOf({ environments, registryAccount }: SetupPlan): string[] {
  return [...new Set([...environments.map(({ account }) => account), registryAccount])];
}

/** What one account of setup.yml needs. */
export function accountPlan(plan: SetupPlan, account: string, programs: readonly Program[]): AccountPlan {
  const environments = environmentsIn(plan, account);
  const parts = environments.length === 0 ? [] : plan.models.map((model) => partOf(plan, model, { account, programs }));
  return {
    ...{ account, region: regionOf(plan), gitlab: plan.gitlab, project: plan.project, layout: plan.roles },
    ...(plan.oidc_provider === 'create' && environments.length > 0 && { provider: plan.gitlab }),
    roles: parts.flatMap(({ roles }) => roles),
    unattached: parts.flatMap(({ unattached }) => unattached),
    existing: [...new Set(parts.flatMap(({ existing }) => existing))],
    groups: plan.registryAccount === account ? plan.models.map((model) => groupOf(plan, model, programs)) : [],
    shared: accountsOf(plan).length > 1 ? plan.models.map(({ group }) => groupArn(plan, group)) : [],
  };
}

/** Every environment has the same. */
function regionOf({ environments }: SetupPlan): string {
  return environments[0]?.region ?? '';
}

function environmentsIn({ environments }: SetupPlan, account: string): string[] {
  return environments.filter((each) => each.account === account).map(({ name }) => name);
}

interface Here {
  readonly account: string;
  readonly programs: readonly Program[];
}

/** The roles of a model in an account: of its jobs, and of SageMaker. */
function partOf(plan: SetupPlan, model: PlannedModel, { account, programs }: Here) {
  const environments = environmentsIn(plan, account);
  const team = teamOf(plan, model, { account, region: regionOf(plan) });
  const own = jobRoles(team, programs, plan.roles).filter(({ environment }) => environments.includes(environment));
  const sagemaker = sagemakerRoles(plan, model, { team, environments });
  return {
    roles: [
      ...own.map((role) => roleOfJobs(plan, model, { team, role })),
      ...(plan.sagemaker_roles === 'create' ? sagemaker.map((each) => each.made) : []),
    ],
    unattached: plan.sagemaker_roles === 'create' ? [] : sagemaker.flatMap((each) => each.unattached),
    existing: plan.sagemaker_roles === 'create' ? [] : sagemaker.map(({ made }) => made.name),
  };
}

function roleOfJobs(plan: SetupPlan, model: PlannedModel, { team, role }: { team: Team; role: JobRole }): StackRole {
  const { name, ref, environment, components, gitlabEnvironment, policies } = role;
  return {
    name,
    description: `${components.join(', ')} in ${environment} of ${plan.project}`,
    trust: trustOf(team, ref),
    policies: named(model, policies),
    jobs: { environment, components, scope: placeIn(model, environment, gitlabEnvironment) },
  };
}

/** `uat/approval` of the model with the suffix `/churn` is `uat/churn/approval`. */
function placeIn({ suffix }: PlannedModel, environment: string, place: string | undefined): string | undefined {
  return place && `${environment}${suffix}${place.slice(environment.length)}`;
}

/** The names of policies in IAM: those of another model must be others. */
function named({ endpoint }: PlannedModel, policies: Policies): Policies {
  return Object.fromEntries(Object.entries(policies).map(([name, policy]) => [`${endpoint}-${name}`, policy]));
}

/**
 * The roles of SageMaker: the one whose training runs where the first environment is, and the one of the endpoints. Both run what
 * anybody can merge into the first branch. An execution role that exists may do more than one that the stack makes: it gets the Deny, too.
 */
function sagemakerRoles(plan: SetupPlan, model: PlannedModel, where: { team: Team; environments: readonly string[] }) {
  const { team, environments } = where;
  const [first] = team.environments;
  const deny = inParts('deny-registry-entries', pipelineRoleDeny(team));
  const vpc: Policies = team.vpc ? { 'execution-role-vpc': networkPolicy } : {};
  const training = sagemakerRole(plan, model, {
    role: model.pipeline_role,
    what: 'The steps of the SageMaker Pipeline',
    own: { training: trainingPolicy(team) },
    added: deny,
  });
  const serving = sagemakerRole(plan, model, {
    role: model.execution_role,
    what: 'The endpoints',
    own: { serving: executionPolicy(team, environments) },
    added: { ...(plan.sagemaker_roles === 'existing' && deny), ...vpc },
  });
  return environments.includes(first) ? [training, serving] : [serving];
}

interface SageMakerRole {
  readonly role: string;
  readonly what: string;
  readonly own: Policies;
  readonly added: Policies;
}

function sagemakerRole(plan: SetupPlan, model: PlannedModel, { role, what, own, added }: SageMakerRole) {
  const made: StackRole = {
    name: role,
    description: `${what} of ${model.name} of ${plan.project}`,
    trust: TRUST_OF_SAGEMAKER,
    policies: named(model, { ...own, ...added }),
  };
  const unattached: Unattached[] =
    Object.keys(added).length > 0 ? [{ role: nameOf(role), policies: named(model, added) }] : [];
  return { made, unattached };
}

/** The name of a role without its path. */
export function nameOf(role: string): string {
  return role.slice(role.lastIndexOf('/') + 1);
}

/** How other accounts name a group. */
export function groupArn(plan: SetupPlan, group: string): string {
  return `arn:aws:sagemaker:${regionOf(plan)}:${plan.registryAccount}:model-package-group/${group}`;
}

/** A model package group, and what each other account may do in it. */
function groupOf(plan: SetupPlan, model: PlannedModel, programs: readonly Program[]): StackGroup {
  const others = accountsOf(plan).filter((account) => account !== plan.registryAccount);
  const Statement = others.flatMap((account) =>
    groupPolicy(
      teamOf(plan, model, { account, region: regionOf(plan) }),
      programs,
      plan.environments[0]?.account === account,
    ).Statement.map((statement) => ({ ...statement, Sid: `${statement.Sid}${account}` })),
  );
  return {
    name: model.group,
    exists: plan.model_package_groups === 'existing',
    ...(others.length > 0 && { policy: { Version: '2012-10-17', Statement } }),
  };
}
