import { accountsOf, groupArn } from '../aws/account.ts';
import { endpointOf } from '../policies/team.ts';
import type { PlannedEnvironment, PlannedModel, SetupPlan } from '../setup-plan.ts';
import { expanded, type Flaw, type Included } from './included.ts';

type Inputs = Included['inputs'];

/** The inputs that are texts. */
type Text = Exclude<keyof Inputs, 'check_setup' | 'one_role'>;

/**
 * What the includes of promote say otherwise than `setup.yml`: jobs in other GitLab environments see none of the variables, the
 * roles in AWS may use no other names, and an environment that no include serves has no jobs. What a variable makes of a value,
 * GitLab alone knows.
 */
export function promoteFlaws(plan: SetupPlan, all: readonly Included[]): Flaw[] {
  const promotes = all.filter(({ name }) => name === 'promote').map(({ inputs }) => inputs);
  if (promotes.length === 0) return [];
  const names = plan.environments.map(({ name }) => name);
  const suffixes = plan.models.map(({ suffix }) => suffix);
  return [
    ...strangers('gitlab_environment_suffix', promotes.map(suffixOf), suffixes),
    ...strangers('environment', literals(promotes, 'environment'), names),
    ...strangers('promotion_path', promotes.flatMap(pathOf), [names.join(', ')]),
    ...otherLayout(plan, promotes),
    ...plan.models.flatMap((model) => {
      const own = promotes.filter((each) => suffixOf(each) === model.suffix);
      return [...otherNames(plan, model, own), ...otherAccounts(plan, own), ...unserved(plan, model, own)];
    }),
  ];
}

/** check-setup calls wrong what one role for everything may do, unless it is told that this is meant. */
function otherLayout({ roles }: SetupPlan, promotes: readonly Inputs[]): Flaw[] {
  const wanted = roles === 'one';
  return promotes.some(({ check_setup: checks, one_role: one = false }) => checks && one !== wanted)
    ? [
        {
          found: `includes promote with check_setup: true and ${wanted ? 'without ' : ''}one_role: true, and setup.yml has roles: ${roles}`,
          next: wanted
            ? 'write one_role: true beside check_setup: true'
            : 'take one_role out: AWS keeps the jobs apart',
        },
      ]
    : [];
}

/** By its suffix, an include belongs to a model. */
function suffixOf({ gitlab_environment_suffix: suffix = '' }: Inputs): string {
  return suffix;
}

/** Names of another model, or of none. */
function otherNames(plan: SetupPlan, model: PlannedModel, own: readonly Inputs[]): Flaw[] {
  const groups = [...(accountsOf(plan).length > 1 ? [] : [model.group]), groupArn(plan, model.group)];
  return [
    ...strangers('model_package_group_name', literals(own, 'model_package_group_name'), groups),
    ...strangers('pipeline_name', literals(own, 'pipeline_name'), [model.pipeline]),
    ...strangers('pipeline_role_arn', rolesOf(own, 'pipeline_role_arn'), [model.pipeline_role]),
    ...strangers('execution_role_arn', rolesOf(own, 'execution_role_arn'), [model.execution_role]),
    ...plan.environments.flatMap((environment) => {
      const there = own.filter((each) => promotedBy(plan, each).includes(environment));
      const endpoints = there.flatMap(({ endpoint_name: name = '$' }) => literal(expanded(name, environment)) ?? []);
      return strangers('endpoint_name', endpoints, [endpointOf(model, environment.name)]);
    }),
  ];
}

/** A value that no variable changes. */
function literal(value: string | undefined): string | undefined {
  return value?.includes('$') ? undefined : value;
}

function literals(promotes: readonly Inputs[], input: Text): string[] {
  return promotes.flatMap((each) => literal(each[input]) ?? []);
}

/** The promotion path of an include, in one spelling; that of the template, where it says none. */
function pathOf({ promotion_path: path = 'dev, uat, main' }: Inputs): string[] {
  return literal(path) === undefined ? [] : [path.split(/ *, */).join(', ')];
}

/** The names of the roles, with their paths; the account may be a variable. */
function rolesOf(promotes: readonly Inputs[], input: 'pipeline_role_arn' | 'execution_role_arn'): string[] {
  return promotes.flatMap((each) => literal(/:role\/(.+)$/.exec(each[input] ?? '')?.[1]) ?? []);
}

/** A role of one account is no role of a pipeline or an endpoint in another. */
function otherAccounts(plan: SetupPlan, own: readonly Inputs[]): Flaw[] {
  const [first] = plan.environments;
  return own.flatMap((each) => {
    const served = promotedBy(plan, each);
    return [
      ...inOtherAccounts(
        'pipeline_role_arn',
        each,
        served.filter((environment) => environment === first),
      ),
      ...inOtherAccounts('execution_role_arn', each, served),
    ];
  });
}

function inOtherAccounts(input: Text, inputs: Inputs, served: readonly PlannedEnvironment[]): Flaw[] {
  const account = /^arn:aws:iam::(\d{12}):/.exec(inputs[input] ?? '')?.[1];
  return served
    .filter((environment) => account !== undefined && environment.account !== account)
    .map((environment) => ({
      found: `includes promote with a role of the account ${account} in ${input}, and ${environment.name} is in ${environment.account}`,
      next: 'write $AWS_ACCOUNT_ID for the account: the variable is that of the environment',
    }));
}

/** The environments in which a model has no jobs, and how an include serves them. */
function unserved(plan: SetupPlan, model: PlannedModel, own: readonly Inputs[]): Flaw[] {
  if (own.some(({ environment, branch }) => !isKnown(environment) || !isKnown(branch))) return [];
  const served = new Set(own.flatMap((each) => promotedBy(plan, each)));
  return plan.environments
    .filter((each) => !served.has(each))
    .map(({ name, ref }) => ({
      found: `has no include of promote that serves ${name}${model.suffix}`,
      next: `include promote with environment: ${name}, ${inputServing(ref)}${inSuffix(model)} (docs/setup.md)`,
    }));
}

/** The input by which an include serves a branch or tags. */
function inputServing({ type, name }: PlannedEnvironment['ref']): string {
  return type === 'branch' ? `branch: ${name}` : `tag_prefix: ${name.replace(/\*$/, '')}`;
}

function inSuffix({ suffix }: PlannedModel): string {
  return suffix === '' ? '' : ` and gitlab_environment_suffix: ${suffix}`;
}

/** By default, an environment is called like its branch. */
function isKnown(value = ''): boolean {
  return !value.includes('$') || value === '$CI_COMMIT_BRANCH';
}

/** What an include serves that names neither branch nor tags. */
const USUAL: readonly string[] = ['dev', 'uat', 'main'];

/** The environments in which an include has jobs. */
function promotedBy({ environments }: SetupPlan, { environment, branch, tag_prefix: tags }: Inputs) {
  const named = literal(environment);
  if (named !== undefined) return environments.filter(({ name }) => name === named);
  if (tags) return [];
  const branches = branch ? [branch] : USUAL;
  return environments.filter(({ name, ref }) => branches.includes(name) && ref.type === 'branch' && ref.name === name);
}

function strangers(input: string, values: readonly string[], known: readonly string[]): Flaw[] {
  const shown = (value: string) => (value === '' ? '""' : value);
  return [...new Set(values)]
    .filter((value) => !known.includes(value))
    .map((value) => ({
      found: `includes promote with ${input}: ${shown(value)}, and setup.yml has ${known.map(shown).join(', ')}`,
      next: 'let both say the same: roles, variables and approvers are those of the names in setup.yml',
    }));
}
