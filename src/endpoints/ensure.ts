import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  type SageMakerClient,
  type Tag,
} from '@aws-sdk/client-sagemaker';
import { isKnownError } from '../aws/sagemaker-errors.ts';
import { Failure } from '../ground/failure.ts';
import { findConfig, findModel } from './endpoint.ts';
import { asRefusal } from './failure-reasons.ts';
import { differencesFrom } from './members.ts';
import { configRequest, type ModelAndConfig, modelRequest } from './model-and-config.ts';

/** Whether a resource was created, or one with its name and content existed. */
export type Ensured = 'created' | 'reused';

/**
 * Creates the model (AWS: CreateModel), or reuses the one with its name. Throws a Failure of kind "refused" when that
 * has other content.
 */
export async function ensureModel(
  sagemaker: SageMakerClient,
  serving: ModelAndConfig,
  tags: readonly Tag[],
): Promise<Ensured> {
  const { name } = serving.model;
  const planned = modelRequest(serving);
  return ensure({
    kind: 'model',
    name,
    planned,
    find: () => findModel(sagemaker, name),
    create: () => sagemaker.send(new CreateModelCommand({ ...planned, Tags: [...tags] })),
  });
}

/**
 * Creates the endpoint config (AWS: CreateEndpointConfig), or reuses the one with its name. Throws a Failure of kind
 * "refused" when that has other content.
 */
export async function ensureConfig(
  sagemaker: SageMakerClient,
  serving: ModelAndConfig,
  tags: readonly Tag[],
): Promise<Ensured> {
  const { name } = serving.config;
  const planned = configRequest(serving);
  return ensure({
    kind: 'endpoint config',
    name,
    planned,
    find: async () => (await findConfig(sagemaker, name))?.answer,
    create: () => sagemaker.send(new CreateEndpointConfigCommand({ ...planned, Tags: [...tags] })),
  });
}

/** The AWS CLI's command that deletes one, up to its name. */
const DELETE = {
  model: 'aws sagemaker delete-model --model-name',
  'endpoint config': 'aws sagemaker delete-endpoint-config --endpoint-config-name',
};

interface EnsureRequest {
  readonly kind: keyof typeof DELETE;
  readonly name: string;
  readonly planned: object;
  find(): Promise<object | undefined>;
  create(): Promise<unknown>;
}

/**
 * Describes, then creates. Describes again when the name is taken by then: by somebody else, or by our own request
 * whose answer was lost.
 */
async function ensure({ kind, name, planned, find, create }: EnsureRequest): Promise<Ensured> {
  const before = await find();
  if (before === undefined) {
    try {
      await create();
      return 'created';
    } catch (error) {
      if (!isKnownError('already exists', error))
        throw asRefusal(error, `SageMaker refused to create the ${kind} ${name}.`);
    }
  }
  const differences = differencesFrom(kind, planned, before ?? (await find()) ?? {});
  if (differences.length === 0) return 'reused';
  throw new Failure(
    'SMC-4015',
    `The ${kind} ${name} already exists with other content:\n${differences.map((each) => `  ${each}`).join('\n')}`,
    `find out who created it in CloudTrail. If no endpoint uses it, delete it (${DELETE[kind]} ${name}), then run this job again.`,
  );
}
