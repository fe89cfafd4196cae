import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeModelCommand,
  type DescribeModelCommandOutput,
  type ProductionVariant,
  type SageMakerClient,
  type Tag,
} from '@aws-sdk/client-sagemaker';
import { isKnownError, unlessNotFound } from '../aws/sagemaker-errors.ts';
import { canonicalJson } from '../ground/canonical-json.ts';
import { Failure } from '../ground/failure.ts';
import { type EndpointConfig, findConfig } from './endpoint.ts';
import { asRefusal } from './failure-reasons.ts';
import type { ModelAndConfig } from './model-and-config.ts';

/** Whether a resource was created, or one with its name and content existed. */
export type Ensured = 'created' | 'reused';

/**
 * Creates the model (AWS: CreateModel), or reuses the one with its name. Throws a Failure of kind "refused" when that
 * has other content.
 */
export async function ensureModel(
  sagemaker: SageMakerClient,
  { model }: ModelAndConfig,
  tags: readonly Tag[],
): Promise<Ensured> {
  const wanted = {
    ExecutionRoleArn: model.execution_role_arn,
    // SageMaker lower-cases the group in some ARNs.
    'PrimaryContainer.ModelPackageName': model.package.toLowerCase(),
    'PrimaryContainer.Environment': model.model_environment,
  };
  const find = async () => {
    const found = await unlessNotFound(sagemaker.send(new DescribeModelCommand({ ModelName: model.name })));
    return found && modelMembers(found);
  };
  const create = () =>
    sagemaker.send(
      new CreateModelCommand({
        ModelName: model.name,
        PrimaryContainer: { ModelPackageName: model.package, Environment: { ...model.model_environment } },
        ExecutionRoleArn: model.execution_role_arn,
        Tags: [...tags],
      }),
    );
  return ensure({ kind: 'model', name: model.name, wanted, find, create });
}

function modelMembers(found: DescribeModelCommandOutput): Record<string, unknown> {
  const { PrimaryContainer: container, Containers, ExecutionRoleArn, EnableNetworkIsolation, VpcConfig } = found;
  return {
    ExecutionRoleArn,
    EnableNetworkIsolation: EnableNetworkIsolation || undefined,
    VpcConfig,
    Containers,
    'PrimaryContainer.ModelPackageName': container?.ModelPackageName?.toLowerCase(),
    'PrimaryContainer.Environment': container?.Environment,
  };
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
  const variant = variantOf(serving);
  return ensure({
    kind: 'endpoint config',
    name,
    wanted: { variants: 1, ...variant },
    find: async () => {
      const found = await findConfig(sagemaker, name);
      return found && configMembers(found);
    },
    create: () =>
      sagemaker.send(
        new CreateEndpointConfigCommand({ EndpointConfigName: name, ProductionVariants: [variant], Tags: [...tags] }),
      ),
  });
}

function variantOf({ model, config }: ModelAndConfig): ProductionVariant {
  return {
    VariantName: config.variant_name,
    ModelName: model.name,
    InstanceType: config.instance_type,
    InitialInstanceCount: config.instance_count,
    InitialVariantWeight: 1,
  };
}

/**
 * The members that we set, and those with which a config would serve differently. What else SageMaker may add is no
 * difference.
 */
function configMembers({ variants, answer }: EndpointConfig): Record<string, unknown> {
  const { ShadowProductionVariants, DataCaptureConfig, AsyncInferenceConfig } = answer;
  const variant = answer.ProductionVariants?.[0];
  return {
    variants: variants.length,
    VariantName: variant?.VariantName,
    ModelName: variant?.ModelName,
    InstanceType: variant?.InstanceType,
    InitialInstanceCount: variant?.InitialInstanceCount,
    InitialVariantWeight: variant?.InitialVariantWeight,
    ServerlessConfig: variant?.ServerlessConfig,
    InstancePools: variant?.InstancePools,
    ShadowProductionVariants,
    DataCaptureConfig,
    AsyncInferenceConfig,
  };
}

/** The AWS CLI's command that deletes one, up to its name. */
const DELETE = {
  model: 'aws sagemaker delete-model --model-name',
  'endpoint config': 'aws sagemaker delete-endpoint-config --endpoint-config-name',
};

interface EnsureRequest {
  readonly kind: keyof typeof DELETE;
  readonly name: string;
  readonly wanted: object;
  find(): Promise<Record<string, unknown> | undefined>;
  create(): Promise<unknown>;
}

/**
 * Describes, then creates. Describes again when the name is taken by then: by somebody else, or by our own request
 * whose answer was lost.
 */
async function ensure({ kind, name, wanted, find, create }: EnsureRequest): Promise<Ensured> {
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
  const found = before ?? (await find());
  const differences = differencesOf({ ...wanted }, found ?? {});
  if (differences.length === 0) return 'reused';
  throw new Failure(
    'refused',
    `The ${kind} ${name} already exists with other content:\n${differences.join('\n')}`,
    `find out who created it in CloudTrail. If no endpoint uses it, delete it (${DELETE[kind]} ${name}), then run this job again.`,
  );
}

function differencesOf(wanted: Record<string, unknown>, found: Record<string, unknown>): string[] {
  const members = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  const told = (value: unknown) => canonicalJson(value ?? {}).replace(/^(\{\}|\[\])$/, 'nothing');
  return members
    .filter((member) => told(wanted[member]) !== told(found[member]))
    .map((member) => `  ${member}: expected ${told(wanted[member])}, found ${told(found[member])}`);
}
