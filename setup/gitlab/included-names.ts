import { accountsOf, groupArn } from '../aws/account.ts';
import { endpointOf } from '../policies/team.ts';
import type { PlannedEnvironment, PlannedModel, SetupPlan } from '../setup-plan.ts';
import { expanded, type Flaw, type Included, isPlaced, literal, servedBy } from './included.ts';

type Inputs = Included['inputs'];

/** The inputs that are texts. */
type Text = Exclude<keyof Inputs, 'check_setup' | 'one_role' | 'rules'>;

/** What an include says for an input. */
interface Said {
  readonly name: string;
  readonly value: string;
}

/**
 * What the includes say otherwise than `setup.yml`: jobs in other GitLab environments see none of the variables, the roles in AWS
 * may use no other names, and an environment that no include serves has no jobs. What a variable makes of a value, GitLab alone knows.
 */
export function nameFlaws(plan: SetupPlan, all: readonly Included[]): Flaw[] {
  const names = plan.environments.map(({ name }) => name);
  const suffixes = plan.models.map(({ suffix }) => suffix);
  return [
    ...strangers(
      'gitlab_environment_suffix',
      all.map((each) => ({ name: each.name, value: suffixOf(each) })),
      suffixes,
    ),
    ...strangers('environment', literals(all, 'environment'), names),
    ...strangers('promotion_path', all.flatMap(pathOf), [names.join(', ')]),
    ...otherLayout(plan, all),
    ...plan.models.flatMap((model) => {
      const own = all.filter((each) => suffixOf(each) === model.suffix);
      return [...otherNames(plan, model, own), ...otherAccounts(plan, own), ...unserved(plan, model, all)];
    }),
  ];
}

/** What nobody can tell about the includes from `setup.yml` and the file of the pipelines. */
export function unseenIn(plan: SetupPlan, all: readonly Included[]): string[] {
  const unplaced = [...new Set(all.filter((each) => !isPlaced(each)).map(({ name }) => name))];
  const known = new Set(
    plan.models.flatMap((model) => plan.environments.map((environment) => endpointOf(model, environment.name))),
  );
  const others = singles(all).flatMap((each) =>
    plan.environments
      .flatMap((environment) => endpointIn(each, environment, plan))
      .filter(({ value }) => !known.has(value)),
  );
  return [
    ...(unplaced.length > 0 ? [`the environments of ${unplaced.join(', ')}, which rules or variables choose`] : []),
    ...byValue(others).map(
      ([value, names]) =>
        `the endpoint ${value} of ${names.join(', ')}, which is none of setup.yml: run this with the file that has it (--file)`,
    ),
  ];
}

/** Only promote names the endpoint of its model: a component beside it may serve another one. */
const singles = (all: readonly Included[]) => all.filter(({ name }) => name !== 'promote');

/** check-setup calls wrong what one role for everything may do, unless it is told that this is meant. */
function otherLayout({ roles }: SetupPlan, all: readonly Included[]): Flaw[] {
  const wanted = roles === 'one';
  const checks = all.filter(({ name, inputs }) =>
    name === 'promote' ? inputs.check_setup : /^check-setup/.test(name),
  );
  const names = [
    ...new Set(checks.filter(({ inputs: { one_role: one = false } }) => one !== wanted).map(({ name }) => name)),
  ];
  return names.map((name) => ({
    found: `includes ${name === 'promote' ? 'promote with check_setup: true and' : name} ${wanted ? 'without' : 'with'} one_role: true, and setup.yml has roles: ${roles}`,
    next: wanted ? 'write one_role: true there' : 'take one_role out: AWS keeps the jobs apart',
  }));
}

/** By its suffix, an include belongs to a model. */
function suffixOf({ inputs: { gitlab_environment_suffix: suffix = '' } }: Included): string {
  return suffix;
}

/** Names of another model, or of none. */
function otherNames(plan: SetupPlan, model: PlannedModel, own: readonly Included[]): Flaw[] {
  const groups = [...(accountsOf(plan).length > 1 ? [] : [model.group]), groupArn(plan, model.group)];
  const promotes = own.filter(({ name }) => name === 'promote');
  return [
    ...strangers('model_package_group_name', literals(own, 'model_package_group_name').filter(isSaid), groups),
    ...strangers('pipeline_name', literals(own, 'pipeline_name').filter(isSaid), [model.pipeline]),
    ...strangers('pipeline_role_arn', rolesOf(own, 'pipeline_role_arn'), [model.pipeline_role]),
    ...strangers('execution_role_arn', rolesOf(own, 'execution_role_arn'), [model.execution_role]),
    ...plan.environments.flatMap((environment) => {
      const endpoints = promotes.flatMap((each) => endpointIn(each, environment, plan));
      return strangers('endpoint_name', endpoints, [endpointOf(model, environment.name)]);
    }),
  ];
}

/** The endpoint of an include in an environment, if no other variable is in its name. */
function endpointIn(included: Included, environment: PlannedEnvironment, plan: SetupPlan): Said[] {
  const { name, inputs } = included;
  if (!servedBy(plan, included).includes(environment)) return [];
  const value = literal(expanded(inputs.endpoint_name || '$', environment));
  return value === undefined ? [] : [{ name, value }];
}

/** Some components may leave an input empty. */
const isSaid = ({ value }: Said) => value !== '';

function literals(all: readonly Included[], input: Text): Said[] {
  return all.flatMap(({ name, inputs }) => {
    const value = literal(inputs[input]);
    return value === undefined ? [] : [{ name, value }];
  });
}

/** The promotion path of an include, in one spelling; that of the template, where promote says none. */
function pathOf({ name, inputs }: Included): Said[] {
  const path = literal(inputs.promotion_path ?? (name === 'promote' ? 'dev, uat, main' : '$'));
  return path === undefined ? [] : [{ name, value: path.split(/ *, */).join(', ') }];
}

/** The names of the roles, with their paths; the account may be a variable. */
function rolesOf(all: readonly Included[], input: 'pipeline_role_arn' | 'execution_role_arn'): Said[] {
  return all.flatMap(({ name, inputs }) => {
    const value = literal(/:role\/(.+)$/.exec(inputs[input] ?? '')?.[1]);
    return value === undefined ? [] : [{ name, value }];
  });
}

/** A role of one account is no role of a pipeline or an endpoint in another. */
function otherAccounts(plan: SetupPlan, own: readonly Included[]): Flaw[] {
  const [first] = plan.environments;
  return own.flatMap((each) => {
    const served = servedBy(plan, each);
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

function inOtherAccounts(input: Text, { name, inputs }: Included, served: readonly PlannedEnvironment[]): Flaw[] {
  const account = /^arn:aws:iam::(\d{12}):/.exec(inputs[input] ?? '')?.[1];
  return served
    .filter((environment) => account !== undefined && environment.account !== account)
    .map((environment) => ({
      found: `includes ${name} with a role of the account ${account} in ${input}, and ${environment.name} is in ${environment.account}`,
      next: 'write $AWS_ACCOUNT_ID for the account: the variable is that of the environment',
    }));
}

/** What deploys a version. */
const DEPLOYS: readonly string[] = ['promote', 'deploy-model', 'deploy-model-stoppable'];

/** The environments in which a model has no jobs, and how an include serves them. */
function unserved(plan: SetupPlan, model: PlannedModel, all: readonly Included[]): Flaw[] {
  const everywhere = all.filter(({ name }) => DEPLOYS.includes(name));
  const deploying = everywhere.filter((each) => suffixOf(each) === model.suffix);
  const isPromoted = everywhere.some(({ name }) => name === 'promote');
  if (everywhere.length === 0 || !deploying.every(isPlaced)) return [];
  const served = new Set(deploying.flatMap((each) => servedBy(plan, each)));
  const component = isPromoted ? 'promote' : 'deploy-model';
  return plan.environments
    .filter((each) => !served.has(each))
    .map(({ name, ref }) => ({
      found: `has no include of ${component} that serves ${name}${model.suffix}`,
      next: `include ${component} with environment: ${name}, ${isPromoted ? inputServing(ref) : 'rules for it'}${inSuffix(model)} (docs/setup.md)`,
    }));
}

/** The input by which an include serves a branch or tags. */
function inputServing({ type, name }: PlannedEnvironment['ref']): string {
  return type === 'branch' ? `branch: ${name}` : `tag_prefix: ${name.replace(/\*$/, '')}`;
}

function inSuffix({ suffix }: PlannedModel): string {
  return suffix === '' ? '' : ` and gitlab_environment_suffix: ${suffix}`;
}

/** Each value, with those who say it. */
function byValue(said: readonly Said[]): [value: string, names: string[]][] {
  return [...Map.groupBy(said, ({ value }) => value)].map(([value, all]) => [
    value,
    [...new Set(all.map(({ name }) => name))],
  ]);
}

function strangers(input: string, said: readonly Said[], known: readonly string[]): Flaw[] {
  const shown = (value: string) => (value === '' ? '""' : value);
  return byValue(said)
    .filter(([value]) => !known.includes(value))
    .map(([value, names]) => ({
      found: `includes ${names.join(', ')} with ${input}: ${shown(value)}, and setup.yml has ${known.map(shown).join(', ')}`,
      next: 'let both say the same: roles, variables and approvers are those of the names in setup.yml',
    }));
}
