import { readFile } from 'node:fs/promises';
import { type Mistake, readWholeFile } from '../src/files/whole-file.ts';
import { approvalEnvironment } from '../src/gitlab/job.ts';
import { sentence } from '../src/ground/sentence.ts';
import { visibleText } from '../src/ground/visible-text.ts';
import { covers } from './gitlab/scope.ts';
import { whyUnread } from './options.ts';
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
    'gitlab' | 'project' | 'project_id' | 'roles' | 'oidc_provider' | 'model_package_groups' | 'sagemaker_roles'
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
    throw new SetupMistakes(file, [
      `${whyUnread(error)}. Next: say where it is with --file; npm run -s setup -- init writes one`,
    ]);
  }
}

/** What a text like that of `setup.yml` asks for. Throws SetupMistakes with all that is wrong. */
export async function setupIn(file: string, text: string): Promise<SetupPlan> {
  const read = await readWholeFile(setupFile, text, (value) => mistakesIn(planned(value)));
  if ('problems' in read) throw new SetupMistakes(file, read.problems);
  return planned(read.value);
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
function mistakesIn(plan: SetupPlan): Mistake[] {
  return [...environmentMistakes(plan), ...modelMistakes(plan), ...endpointMistakes(plan)];
}

function environmentMistakes({ environments, models }: SetupPlan): Mistake[] {
  const [first, ...later] = environments;
  const places = environments.flatMap(({ name }) =>
    models.flatMap(({ suffix }) =>
      [`${name}${suffix}`, approvalEnvironment(`${name}${suffix}`)].map((place) => ({ name, place })),
    ),
  );
  return [
    ...repeated(environments, ({ name }) => name.toLowerCase()).map(({ name }) =>
      mistake(['environments', name], `environments names ${name.toLowerCase()} twice: AWS ignores case. Rename one`),
    ),
    ...later
      .filter(({ region }) => region !== first?.region)
      .slice(0, 1)
      .map(({ name }) =>
        mistake(
          ['environments', name, 'region'],
          'environments must all have one region: a model package group belongs to one. Each region has a file of its own',
        ),
      ),
    ...later
      .filter(({ approvers }) => approvers === undefined)
      .map(({ name }) =>
        mistake(
          ['environments', name],
          `environments.${name} must have approvers: after the first environment, no version is approved without`,
        ),
      ),
    ...repeated(places, ({ place }) => fileName(place).toLowerCase()).map(({ name, place }) =>
      mistake(
        ['environments', name],
        `two environments of GitLab would share the name ${fileName(place).toLowerCase()} of their roles: rename one`,
      ),
    ),
    ...environments.flatMap((each, at) => environments.slice(at + 1).flatMap((other) => sharedJobs(each, other))),
  ];
}

function modelMistakes({ models, sagemaker_roles }: SetupPlan): Mistake[] {
  return [
    ...models
      .filter(({ model_data }) => sagemaker_roles === 'create' && model_data === undefined)
      .map(({ name }) =>
        mistake(
          ['models', name],
          `models.${name} must have model_data where sagemaker_roles is create: its roles read no more`,
        ),
      ),
    // SageMaker writes some names in lower case in ARNs: policies name both spellings.
    ...repeated(models, ({ group }) => group.toLowerCase()).map(({ name, group }) =>
      mistake(
        ['models', name, 'group'],
        `two models have the group ${group.toLowerCase()}, whatever its case: each needs its own`,
      ),
    ),
  ];
}

/** One name for both is meant so. Where a pattern stands for more than its own, jobs of one environment get the roles of another. */
function sharedJobs(one: PlannedEnvironment, other: PlannedEnvironment): Mistake[] {
  const [{ type, name }, { type: otherType, name: otherName }] = [one.ref, other.ref];
  if (type !== otherType || name === otherName || !(covers(name, otherName) || covers(otherName, name))) return [];
  return [
    mistake(
      ['environments', other.name, type],
      `environments.${one.name} is served by the ${type} ${name} and environments.${other.name} by ${otherName}, which may be the same ${type}: its jobs would have the roles of both. Name one otherwise`,
    ),
  ];
}

function endpointMistakes({ environments, models }: SetupPlan): Mistake[] {
  const all = models.flatMap((model) =>
    environments.map(({ name }) => ({ model: model.name, name: endpointOf(model, name) })),
  );
  const distinct = [...new Map(all.map((each) => [each.name, each])).values()];
  const of = ({ model }: { model: string }, why: string) => mistake(['models', model], why);
  return [
    ...repeated(all, ({ name }) => name).map((each) =>
      of(
        each,
        `two environments or models have the endpoint ${each.name}: rename one, or give a model another endpoint`,
      ),
    ),
    ...all
      .filter(({ name }) => all.some((other) => other.name.startsWith(`${name}-`)))
      .map((each) => of(each, `the names of models begin with ${each.name}- for two endpoints: give one another name`)),
    ...all
      .filter(({ name }) => name.length > 63)
      .map((each) =>
        of(
          each,
          `the endpoint ${each.name} has more than 63 characters, and SageMaker takes no more: shorten the name of the environment, or give the model a shorter endpoint`,
        ),
      ),
    ...repeated(distinct, ({ name }) => name.slice(0, SURE_LENGTH)).map((each) =>
      of(
        each,
        `two endpoints begin with ${each.name.slice(0, SURE_LENGTH)}. The names of their models may have no more of it: shorten endpoint`,
      ),
    ),
  ];
}

function mistake(path: readonly string[], why: string): Mistake {
  return { path, why };
}

/** Those of which one before has the same name. */
function repeated<Each>(all: readonly Each[], nameOf: (each: Each) => string): Each[] {
  return [...Map.groupBy(all, nameOf).values()].flatMap((same) => same.slice(1, 2));
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
    ...(plan.project_id !== undefined && { projectId: String(plan.project_id) }),
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
