import { readFile } from 'node:fs/promises';
import { readWholeFile } from '../src/files/whole-file.ts';
import { approvalEnvironment } from '../src/gitlab/job.ts';
import { partsOf } from '../src/ground/error-parts.ts';
import { sentence } from '../src/ground/sentence.ts';
import { visibleText } from '../src/ground/visible-text.ts';
import { covers } from './gitlab/scope.ts';
import { endpointOf, fileName, type Ref, SURE_LENGTH, type Team } from './policies/team.ts';
import { type SetupFile, setupFile, type TIERS } from './setup-file.ts';

/** An environment, with every usual value. */
export interface PlannedEnvironment {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** The branch or tags whose jobs serve it. */
  readonly ref: Ref;
  readonly tier: (typeof TIERS)[number];
  /** The path of the group of GitLab whose members may approve there. */
  readonly approvers?: string;
  /** How many people must approve in GitLab before the job may start. */
  readonly approvals: number;
}

/** A model, with every usual value. */
export interface PlannedModel extends Omit<SetupFile['models'][string], 'gitlab_environment_suffix'> {
  readonly name: string;
  readonly pipeline: string;
  readonly endpoint: string;
  readonly pipeline_role: string;
  readonly execution_role: string;
  /** Ends the names of its GitLab environments: `/churn`. */
  readonly suffix: string;
}

/** What `setup.yml` asks for, with every usual value. */
export interface SetupPlan
  extends Pick<
    SetupFile,
    'gitlab' | 'project' | 'roles' | 'oidc_provider' | 'model_package_groups' | 'sagemaker_roles'
  > {
  /** In promotion order. */
  readonly environments: readonly PlannedEnvironment[];
  readonly models: readonly PlannedModel[];
  /** The account of the model package groups. */
  readonly registryAccount: string;
}

/** Why `setup.yml` cannot be used: a line for each mistake. */
export class SetupMistakes extends Error {
  readonly mistakes: readonly string[];

  constructor(file: string, mistakes: readonly string[]) {
    const visible = mistakes.map(visibleText);
    super(visible.map((each) => `${file}: ${sentence(each)}`).join('\n'));
    this.mistakes = visible;
  }
}

/** Reads a file like `setup.yml`. Throws SetupMistakes with all that is wrong, by line and column. */
export async function readSetup(file: string): Promise<SetupPlan> {
  return setupIn(file, await textOf(file));
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = partsOf(error).code === 'ENOENT' ? `there is no such file in ${process.cwd()}` : partsOf(error).message;
    throw new SetupMistakes(file, [`${why}. Next: say where it is with --file; npm run -s setup -- init writes one`]);
  }
}

/** What a text like that of `setup.yml` asks for. Throws SetupMistakes with all that is wrong. */
export async function setupIn(file: string, text: string): Promise<SetupPlan> {
  const read = await readWholeFile(setupFile, text);
  if ('problems' in read) throw new SetupMistakes(file, read.problems);
  const plan = planned(read.value);
  const mistakes = mistakesIn(plan);
  if (mistakes.length > 0) throw new SetupMistakes(file, mistakes);
  return plan;
}

function planned({ environments, models, registry_account, ...rest }: SetupFile): SetupPlan {
  const names = Object.keys(environments);
  const several = Object.keys(models).length > 1;
  const [first] = Object.values(environments);
  return {
    ...rest,
    registryAccount: registry_account ?? first?.account ?? '',
    environments: Object.entries(environments).map(([name, { branch, tag, tier, approvers, ...given }], at) => ({
      ...given,
      name,
      ref: tag === undefined ? { type: 'branch', name: branch ?? name } : { type: 'tag', name: tag },
      tier: tier ?? usualTier(at, names.length),
      ...(approvers !== undefined && { approvers }),
    })),
    models: Object.entries(models).map(([name, { gitlab_environment_suffix: suffix, ...given }]) => {
      const endpoint = given.endpoint ?? name;
      return {
        ...given,
        name,
        endpoint,
        pipeline: given.pipeline ?? name,
        pipeline_role: given.pipeline_role ?? `${endpoint}-pipeline`,
        execution_role: given.execution_role ?? `${endpoint}-execution`,
        suffix: suffix ?? (several ? `/${name}` : ''),
      };
    }),
  };
}

function usualTier(at: number, length: number): PlannedEnvironment['tier'] {
  if (at === length - 1) return 'production';
  return at === 0 ? 'development' : 'staging';
}

/** What no key alone shows. */
function mistakesIn({ environments, models, sagemaker_roles }: SetupPlan): string[] {
  const names = environments.map(({ name }) => name);
  const [, ...later] = environments;
  const places = models.flatMap(({ suffix }) =>
    names.flatMap((name) => [`${name}${suffix}`, approvalEnvironment(`${name}${suffix}`)]),
  );
  return [
    ...repeated(names.map((name) => name.toLowerCase())).map(
      (name) => `environments names ${name} twice: AWS ignores case`,
    ),
    ...(new Set(environments.map(({ region }) => region)).size > 1
      ? [
          'environments must all have one region: a model package group belongs to one. Each region has a file of its own',
        ]
      : []),
    ...later
      .filter(({ approvers }) => approvers === undefined)
      .map(
        ({ name }) =>
          `environments.${name} must have approvers: after the first environment, no version is approved without`,
      ),
    ...models
      .filter(({ model_data }) => sagemaker_roles === 'create' && model_data === undefined)
      .map(({ name }) => `models.${name} must have model_data where sagemaker_roles is create: its roles read no more`),
    ...repeated(places.map((place) => fileName(place).toLowerCase())).map(
      (place) => `two environments of GitLab would share the name ${place} of their roles`,
    ),
    ...environments.flatMap((each, at) => environments.slice(at + 1).flatMap((other) => sharedJobs(each, other))),
    // SageMaker writes some names in lower case in ARNs: policies name both spellings.
    ...repeated(models.map(({ group }) => group.toLowerCase())).map(
      (group) => `two models have the group ${group}, whatever its case: each needs its own`,
    ),
    ...endpointMistakes(models.flatMap((model) => names.map((name) => endpointOf(model, name)))),
  ];
}

/** One name for both is meant so. Where a pattern stands for more than its own, jobs of one environment get the roles of another. */
function sharedJobs(one: PlannedEnvironment, other: PlannedEnvironment): string[] {
  const [{ type, name }, { type: otherType, name: otherName }] = [one.ref, other.ref];
  if (type !== otherType || name === otherName || !(covers(name, otherName) || covers(otherName, name))) return [];
  return [
    `environments.${one.name} is served by the ${type} ${name} and environments.${other.name} by ${otherName}, which may be the same ${type}: its jobs would have the roles of both. Name one otherwise`,
  ];
}

function endpointMistakes(endpoints: readonly string[]): string[] {
  return [
    ...repeated(endpoints).map((each) => `two environments or models have the endpoint ${each}`),
    ...endpoints
      .filter((each) => endpoints.some((other) => other.startsWith(`${each}-`)))
      .map((each) => `the names of models begin with ${each}- for two endpoints: give one another name`),
    ...endpoints.filter((each) => each.length > 63).map((each) => `the endpoint ${each} has more than 63 characters`),
    ...repeated([...new Set(endpoints)].map((each) => each.slice(0, SURE_LENGTH))).map(
      (each) => `two endpoints begin with ${each}. The names of their models may have no more of it: shorten endpoint`,
    ),
  ];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((each, at) => names.indexOf(each) !== at))];
}

/** The names of a model's policies in one account and region; only the environments that lie there have roles in it. */
export function teamOf(
  plan: SetupPlan,
  model: PlannedModel,
  { account, region }: Pick<PlannedEnvironment, 'account' | 'region'>,
): Team {
  const arn = (role: string) => `arn:aws:iam::${account}:role/${role}`;
  const [first = '', ...later] = plan.environments.map(({ name }) => name);
  return {
    ...{ account, region, gitlab: plan.gitlab, project: plan.project },
    environments: [first, ...later],
    refs: Object.fromEntries(plan.environments.map(({ name, ref }) => [name, ref])),
    ...{ group: model.group, pipeline: model.pipeline, endpoint: model.endpoint },
    ...(plan.registryAccount !== account && { registryAccount: plan.registryAccount }),
    pipelineRole: arn(model.pipeline_role),
    executionRole: arn(model.execution_role),
    ...(model.reports !== undefined && { reports: model.reports }),
    ...(model.labelled_data !== undefined && { labelledData: model.labelled_data }),
    ...(model.predictions !== undefined && { predictions: model.predictions }),
    ...(model.images !== undefined && { images: model.images }),
    ...(model.model_data !== undefined && { modelData: model.model_data }),
    ...(model.autoscaling && { autoscaling: true }),
    ...(model.vpc && { vpc: true }),
    ...(model.volume_key !== undefined && { volumeKey: model.volume_key }),
    ...(model.asynchronous !== undefined && { asynchronous: model.asynchronous }),
  };
}
