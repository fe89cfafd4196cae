import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  type SageMakerClient,
  type Tag,
} from '@aws-sdk/client-sagemaker';
import { isKnownError } from '../aws/sagemaker-errors.ts';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { findConfig, findModel } from './endpoint.ts';
import { asRefusal } from './failure-reasons.ts';
import type { Look } from './look.ts';
import { differencesFrom } from './members.ts';
import { configRequest, type ModelAndConfig, modelRequest } from './model-and-config.ts';

/** Whether a resource was created, or one with its name and content existed. */
type Ensured = 'created' | 'reused';

interface Serving {
  readonly serving: ModelAndConfig;
  /** The tags of what is created. */
  readonly tags: readonly Tag[];
}

/** Asks for the model and the endpoint config of their names, so that both are known when they are needed. */
export function askForPlanned(look: Look, { model, config }: ModelAndConfig): void {
  look.model(model.name);
  look.config(config.name);
}

/**
 * Creates the model and then the endpoint config that names it, where the look did not find them. `conflict` when SageMaker finds
 * no model for the config: another deployment cleaned up, or a new model is not visible yet.
 */
export async function ensureModelAndConfig(
  wanted: Serving,
  look: Look,
  { sagemaker, log }: { readonly sagemaker: SageMakerClient; log(line: string): void },
): Promise<'ensured' | 'conflict'> {
  askForPlanned(look, wanted.serving);
  await look.ended();
  const model = await ensureModel(wanted, look, sagemaker);
  const config = await ensureConfig(wanted, look, sagemaker);
  if (config === 'without a model') {
    log(`SageMaker does not find the model ${wanted.serving.model.name} for its endpoint config.`);
    return 'conflict';
  }
  log(`Model ${wanted.serving.model.name}: ${model}. Endpoint config ${wanted.serving.config.name}: ${config}.`);
  return 'ensured';
}

/**
 * Creates the model (AWS: CreateModel), or reuses the one with its name. Throws a Failure of kind "refused" when that
 * has other content.
 */
async function ensureModel({ serving, tags }: Serving, look: Look, sagemaker: SageMakerClient): Promise<Ensured> {
  const planned = plannedModel(serving);
  return ensure({
    ...planned,
    before: await look.model(planned.name),
    find: () => findModel(sagemaker, planned.name),
    create: () => sagemaker.send(new CreateModelCommand({ ...planned.request, Tags: [...tags] })),
  });
}

/**
 * Creates the endpoint config (AWS: CreateEndpointConfig), or reuses the one with its name. Throws a Failure of kind
 * "refused" when that has other content.
 */
async function ensureConfig(
  { serving, tags }: Serving,
  look: Look,
  sagemaker: SageMakerClient,
): Promise<Ensured | 'without a model'> {
  const planned = plannedConfig(serving);
  return ensure({
    ...planned,
    before: (await look.config(planned.name))?.answer,
    find: async () => (await findConfig(sagemaker, planned.name))?.answer,
    create: () => sagemaker.send(new CreateEndpointConfigCommand({ ...planned.request, Tags: [...tags] })),
  }).catch((error: unknown) => {
    if (isKnownError('not found', error) && /^Could not find model /.test(partsOf(error).message))
      return 'without a model';
    throw error;
  });
}

/**
 * The refusal of a plan whose names are taken by a model or endpoint config with other content, as `ensureModel` and
 * `ensureConfig` would refuse it (AWS: DescribeModel, DescribeEndpointConfig). Creates nothing.
 */
export async function refusalOfTakenNames(look: Look, serving: ModelAndConfig): Promise<Failure | undefined> {
  askForPlanned(look, serving);
  await look.ended();
  const [model, config] = [plannedModel(serving), plannedConfig(serving)];
  const [foundModel, foundConfig] = [await look.model(model.name), await look.config(config.name)];
  const ofModel = foundModel && refusalOfOtherContent(model, foundModel);
  return ofModel ?? (foundConfig && refusalOfOtherContent(config, foundConfig.answer));
}

/** The model and the endpoint config of a plan that do not exist yet (AWS: DescribeModel, DescribeEndpointConfig). */
export async function missingOf(look: Look, serving: ModelAndConfig): Promise<string[]> {
  const [model, config] = [plannedModel(serving), plannedConfig(serving)];
  const [foundModel, foundConfig] = [await look.model(model.name), await look.config(config.name)];
  return [...(foundModel ? [] : [model]), ...(foundConfig ? [] : [config])].map(({ kind, name }) => `${kind} ${name}`);
}

const plannedModel = (serving: ModelAndConfig) =>
  ({ kind: 'model', name: serving.model.name, request: modelRequest(serving) }) as const;

const plannedConfig = (serving: ModelAndConfig) =>
  ({ kind: 'endpoint config', name: serving.config.name, request: configRequest(serving) }) as const;

/** The AWS CLI's command that deletes one, up to its name. */
const DELETE = {
  model: 'aws sagemaker delete-model --model-name',
  'endpoint config': 'aws sagemaker delete-endpoint-config --endpoint-config-name',
};

/** What is to exist under a name. */
interface Planned {
  readonly kind: keyof typeof DELETE;
  readonly name: string;
  /** What it is created with, without tags. */
  readonly request: object;
}

/** What to do about a request that SageMaker does not take, where its reason is not known here. What is not found yet is no mistake. */
function adviceOn(error: unknown): string | undefined {
  if (isKnownError('not found', error)) return undefined;
  return 'correct what SageMaker names in the endpoint file or the inputs of the include, then push.';
}

interface EnsureRequest extends Planned {
  /** As it was when it was looked for. */
  readonly before: object | undefined;
  find(): Promise<object | undefined>;
  create(): Promise<unknown>;
}

/**
 * Creates what was not there. Describes again when the name is taken by then: by somebody else, or by our own request
 * whose answer was lost.
 */
async function ensure({ before, find, create, ...planned }: EnsureRequest): Promise<Ensured> {
  if (before === undefined) {
    try {
      await create();
      return 'created';
    } catch (error) {
      if (!isKnownError('already exists', error))
        throw asRefusal(error, `SageMaker refused to create the ${planned.kind} ${planned.name}.`, adviceOn(error));
    }
  }
  const refused = refusalOfOtherContent(planned, before ?? (await find()) ?? {});
  if (refused) throw refused;
  return 'reused';
}

/** The refusal of a model or endpoint config that has the planned name, and other content. */
function refusalOfOtherContent({ kind, name, request }: Planned, found: object): Failure | undefined {
  const differences = differencesFrom(kind, request, found);
  if (differences.length === 0) return undefined;
  return new Failure(
    'SMC-4015',
    `The ${kind} ${name} already exists with other content:\n${differences.map((each) => `  ${each}`).join('\n')}`,
    `find out who created it in CloudTrail. If no endpoint uses it, delete it (${DELETE[kind]} ${name}), then run this job again.`,
  );
}
