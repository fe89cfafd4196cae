import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeModelCommand,
  type DescribeModelCommandOutput,
  type ProductionVariant,
  type ProductionVariantInstanceType,
  type SageMakerClient,
  type Tag,
} from '@aws-sdk/client-sagemaker';
import * as z from 'zod/mini';
import { roleArn } from '../aws/arn.ts';
import { isKnownError, unlessNotFound } from '../aws/sagemaker-errors.ts';
import { assignments } from '../gitlab/inputs.ts';
import { canonicalJson } from '../ground/canonical-json.ts';
import { Failure } from '../ground/failure.ts';
import type { ModelPackage } from '../registry/packages.ts';
import { type EndpointConfig, findConfig } from './endpoint.ts';
import { asRefusal } from './failure-reasons.ts';
import { contentName, MAX_CONFIG_NAME, MAX_MODEL_NAME, type Naming } from './names.ts';

const INSTANCE_TYPE = /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/;

/** SageMaker adds instance types faster than its SDK is updated here: the form is checked, the rest is SageMaker's to say. */
export const instanceType = z.custom<ProductionVariantInstanceType>(
  (value) => typeof value === 'string' && INSTANCE_TYPE.test(value),
  'must be an instance type of SageMaker, like ml.m5.large',
);

export const executionRoleArn = roleArn(
  'must be the ARN of the IAM role that the endpoint runs as, like arn:aws:iam::111122223333:role/resale-price-execution',
);

/** Variables for the model's container, within SageMaker's limits. */
export const modelEnvironment = assignments.check(
  z.refine((pairs) => [...pairs.keys()].every((name) => /^[a-zA-Z_]\w{0,1023}$/.test(name)), {
    error: 'must hold names of letters, digits and underscores that do not begin with a digit',
  }),
  z.refine((pairs) => pairs.size <= 100 && [...pairs.values()].every((value) => value.length <= 1024), {
    error: 'must hold at most 100 variables, with values of at most 1024 characters',
  }),
);

/** How a version is to be served. */
export interface ServingOptions {
  readonly executionRole: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly variant: string;
  readonly instanceType: ProductionVariantInstanceType;
  readonly instances: number;
}

/** A version ready to be served: a model and an endpoint config, each named by what is in it. */
export interface ModelAndConfig {
  readonly model: PlannedModel;
  readonly config: PlannedConfig;
}

interface PlannedModel {
  readonly name: string;
  readonly package: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly executionRole: string;
}

interface PlannedConfig {
  readonly name: string;
  readonly variant: string;
  readonly instanceType: ProductionVariantInstanceType;
  readonly instances: number;
}

/** Names a version's model and endpoint config. What changes behaviour changes the names; tags, pipeline and commit do not. */
export function planModelAndConfig(
  version: Pick<ModelPackage, 'arn' | 'content' | 'version'>,
  serving: ServingOptions,
  naming: Pick<Naming, 'prefix' | 'environment'>,
): ModelAndConfig {
  const named = { ...naming, version: version.version };
  const { executionRole, environment, variant, instanceType, instances } = serving;
  const inside = { package: version.arn, environment, executionRole };
  const model = contentName(named, { ...inside, content: version.content }, MAX_MODEL_NAME);
  const config = { variant, instanceType, instances };
  return {
    model: { name: model, ...inside },
    config: { name: contentName(named, { ...config, model }, MAX_CONFIG_NAME), ...config },
  };
}

/** What became of a thing that was to exist. */
export type Ensured = 'created' | 'reused';

/** Makes the model, or reuses the one of its name when that is the same. */
export async function ensureModel(
  sagemaker: SageMakerClient,
  { model }: ModelAndConfig,
  tags: readonly Tag[],
): Promise<Ensured> {
  const wanted = {
    ExecutionRoleArn: model.executionRole,
    // SageMaker lower-cases the group in some ARNs.
    'PrimaryContainer.ModelPackageName': model.package.toLowerCase(),
    'PrimaryContainer.Environment': model.environment,
  };
  const find = async () => {
    const found = await unlessNotFound(sagemaker.send(new DescribeModelCommand({ ModelName: model.name })));
    return found && modelMembers(found);
  };
  const create = () =>
    sagemaker.send(
      new CreateModelCommand({
        ModelName: model.name,
        PrimaryContainer: { ModelPackageName: model.package, Environment: { ...model.environment } },
        ExecutionRoleArn: model.executionRole,
        Tags: [...tags],
      }),
    );
  return ensure({ what: `model ${model.name}`, wanted, find, create });
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

/** Makes the endpoint config, or reuses the one of its name when that is the same. */
export async function ensureConfig(
  sagemaker: SageMakerClient,
  release: ModelAndConfig,
  tags: readonly Tag[],
): Promise<Ensured> {
  const { name } = release.config;
  const variant = variantOf(release);
  return ensure({
    what: `endpoint config ${name}`,
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
    VariantName: config.variant,
    ModelName: model.name,
    InstanceType: config.instanceType,
    InitialInstanceCount: config.instances,
    InitialVariantWeight: 1,
  };
}

/** What we set, and what would make a config serve otherwise than we mean. Whatever else SageMaker may add is no difference. */
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

interface EnsureRequest {
  readonly what: string;
  readonly wanted: object;
  find(): Promise<Record<string, unknown> | undefined>;
  create(): Promise<unknown>;
}

/** Looks before it makes; and when somebody made it in between, or our own request arrived although its answer did not, looks again. */
async function ensure({ what, wanted, find, create }: EnsureRequest): Promise<Ensured> {
  const before = await find();
  if (before === undefined) {
    try {
      await create();
      return 'created';
    } catch (error) {
      if (!isKnownError('already exists', error)) throw asRefusal(error, `SageMaker refused to create the ${what}.`);
    }
  }
  const found = before ?? (await find());
  const differences = differencesOf({ ...wanted }, found ?? {});
  if (differences.length === 0) return 'reused';
  throw new Failure(
    'refused',
    `The ${what} exists already, and it is not what its name says:\n${differences.join('\n')}`,
    `find out in CloudTrail who made it; delete it when nothing serves from it (aws sagemaker delete-${what.startsWith('model') ? 'model --model-name' : 'endpoint-config --endpoint-config-name'} ${what.split(' ').at(-1)}), then run this job again.`,
  );
}

function differencesOf(wanted: Record<string, unknown>, found: Record<string, unknown>): string[] {
  const members = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  const told = (value: unknown) => canonicalJson(value ?? {}).replace(/^(\{\}|\[\])$/, 'nothing');
  return members
    .filter((member) => told(wanted[member]) !== told(found[member]))
    .map((member) => `  ${member}: wanted ${told(wanted[member])}, found ${told(found[member])}`);
}
