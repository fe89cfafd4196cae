import { accountsOf, groupArn } from '../aws/account.ts';
import { endpointOf } from '../policies/team.ts';
import type { PlannedEnvironment, SetupPlan } from '../setup-plan.ts';
import { expanded, type Flaw, type Included } from './included.ts';

type Inputs = Included['inputs'];

/**
 * What the includes of promote say otherwise than `setup.yml`: jobs in other GitLab environments see none of the variables, the
 * roles in AWS may use no other names, and an environment that no include serves has no jobs. What a variable makes of a value,
 * GitLab alone knows.
 */
export function promoteFlaws(plan: SetupPlan, all: readonly Included[]): Flaw[] {
  const promotes = all.filter(({ name }) => name === 'promote').map(({ inputs }) => inputs);
  const { models, environments } = plan;
  const given = (input: keyof Inputs) => promotes.flatMap((each) => literal(each[input]) ?? []);
  const suffixes = promotes.map((each) => each.gitlab_environment_suffix ?? '');
  const names = environments.map(({ name }) => name);
  return [
    ...strangers('gitlab_environment_suffix', suffixes, { known: models.map(({ suffix }) => suffix) }),
    ...strangers('environment', given('environment'), { known: names }),
    ...strangers('promotion_path', promotes.flatMap(pathOf), { known: [names.join(', ')] }),
    ...strangers('model_package_group_name', given('model_package_group_name'), { known: groupsOf(plan) }),
    ...strangers('pipeline_name', given('pipeline_name'), { known: models.map(({ pipeline }) => pipeline) }),
    ...strangers('pipeline_role_arn', rolesOf(promotes, 'pipeline_role_arn'), {
      known: models.map((model) => model.pipeline_role),
    }),
    ...strangers('execution_role_arn', rolesOf(promotes, 'execution_role_arn'), {
      known: models.map((model) => model.execution_role),
    }),
    ...strangers('endpoint_name', endpointsOf(plan, promotes), {
      known: models.flatMap((model) => names.map((name) => endpointOf(model, name))),
    }),
    ...otherAccounts(plan, promotes),
    ...unserved(plan, promotes),
  ];
}

/** A value that no variable changes. */
function literal(value: string | undefined): string | undefined {
  return value?.includes('$') ? undefined : value;
}

/** The promotion path of an include, in one spelling; that of the template, where it says none. */
function pathOf({ promotion_path: path = 'dev, uat, main' }: Inputs): string[] {
  return literal(path) === undefined ? [] : [path.split(/ *, */).join(', ')];
}

/** By its name alone, a group is one of the job's own account. */
function groupsOf(plan: SetupPlan): string[] {
  const arns = plan.models.map(({ group }) => groupArn(plan, group));
  return accountsOf(plan).length > 1 ? arns : [...plan.models.map(({ group }) => group), ...arns];
}

/** The names of the roles, with their paths; the account may be a variable. */
function rolesOf(promotes: readonly Inputs[], input: 'pipeline_role_arn' | 'execution_role_arn'): string[] {
  return promotes.flatMap((each) => literal(/:role\/(.+)$/.exec(each[input] ?? '')?.[1]) ?? []);
}

/** The endpoints that the includes would make. */
function endpointsOf(plan: SetupPlan, promotes: readonly Inputs[]): string[] {
  return promotes.flatMap((each) =>
    promotedBy(plan, each).flatMap((environment) => literal(expanded(each.endpoint_name ?? '$', environment)) ?? []),
  );
}

/** A role of one account is no role of an endpoint in another. */
function otherAccounts(plan: SetupPlan, promotes: readonly Inputs[]): Flaw[] {
  return promotes.flatMap((each) => {
    const account = /^arn:aws:iam::(\d{12}):/.exec(each.execution_role_arn ?? '')?.[1];
    const others = promotedBy(plan, each).filter(
      (environment) => account !== undefined && environment.account !== account,
    );
    return others.map(({ name, account: own }) => ({
      found: `includes promote with an execution_role_arn of the account ${account}, and the endpoints of ${name} are in ${own}`,
      next: 'write $AWS_ACCOUNT_ID for the account in pipeline_role_arn and execution_role_arn',
    }));
  });
}

/** An environment without jobs, and how an include serves it. */
function unserved(plan: SetupPlan, promotes: readonly Inputs[]): Flaw[] {
  if (promotes.length === 0 || promotes.some(({ environment, branch }) => !isKnown(environment) || !isKnown(branch)))
    return [];
  const served = new Set(promotes.flatMap((each) => promotedBy(plan, each)));
  return plan.environments
    .filter((each) => !served.has(each))
    .map(({ name, ref }) => {
      const by = ref.type === 'branch' ? `branch: ${ref.name}` : `tag_prefix: ${ref.name.replace(/\*$/, '')}`;
      return {
        found: `has no include of promote that serves ${name}`,
        next: `include promote once for each environment, here with environment: ${name} and ${by} (docs/setup.md)`,
      };
    });
}

/** By default an environment is that of the branch. */
function isKnown(value = ''): boolean {
  return !value.includes('$') || value === '$CI_COMMIT_BRANCH';
}

/** Those of an include that names neither branch nor tags. */
const USUAL: readonly string[] = ['dev', 'uat', 'main'];

/** The environments in which an include of promote has jobs. */
function promotedBy(
  { environments }: SetupPlan,
  { environment, branch, tag_prefix: tags }: Inputs,
): PlannedEnvironment[] {
  const isNamed = environment !== undefined && !environment.includes('$');
  if (isNamed) return environments.filter(({ name }) => name === environment);
  if (branch) return environments.filter(({ name, ref }) => name === branch && ref.name === branch);
  if (tags) return [];
  return environments.filter(({ name, ref }) => USUAL.includes(name) && ref.type === 'branch' && ref.name === name);
}

function strangers(input: string, values: readonly string[], { known }: { readonly known: readonly string[] }): Flaw[] {
  const shown = (value: string) => (value === '' ? '""' : value);
  return [...new Set(values)]
    .filter((value) => !known.includes(value))
    .map((value) => ({
      found: `includes promote with ${input}: ${shown(value)}, and setup.yml has ${known.map(shown).join(', ')}`,
      next: 'let both say the same: roles, variables and approvers are those of the names in setup.yml',
    }));
}
