import type {
  CreateEndpointConfigCommandInput,
  CreateModelCommandInput,
  ProductionVariantInstanceType,
} from '@aws-sdk/client-sagemaker';
import * as z from 'zod/mini';
import { roleArn } from '../aws/arn.ts';
import { assignments, wholeNumber } from '../gitlab/inputs.ts';
import type { ModelPackage } from '../registry/packages.ts';
import { resourceName } from './endpoint.ts';
import { contentName, MAX_CONFIG_NAME, MAX_MODEL_NAME, type Naming } from './names.ts';

const INSTANCE_TYPE = /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/;

/**
 * SageMaker adds instance types faster than its SDK is updated here: only the form is checked, SageMaker checks the
 * rest.
 */
const instanceType = z.custom<ProductionVariantInstanceType>(
  (value) => typeof value === 'string' && INSTANCE_TYPE.test(value),
  'must be a SageMaker instance type, like ml.m5.large',
);

/** Variables for the model's container, within SageMaker's limits. */
const modelEnvironment = assignments.check(
  z.refine((pairs) => [...pairs.keys()].every((name) => /^[a-zA-Z_]\w{0,1023}$/.test(name)), {
    error: 'must have names of letters, digits and underscores that do not start with a digit',
  }),
  z.refine((pairs) => pairs.size <= 100 && [...pairs.values()].every((value) => value.length <= 1024), {
    error: 'must have at most 100 variables, with values of at most 1024 characters',
  }),
);

/** The inputs that say how a version is served. They keep their names up to the request to SageMaker. */
export const servingInputs = {
  execution_role_arn: roleArn(
    'must be the ARN of the IAM role that the endpoint runs as, like arn:aws:iam::111122223333:role/resale-price-execution',
  ),
  model_environment: modelEnvironment,
  variant_name: resourceName,
  instance_type: instanceType,
  instance_count: wholeNumber(1, 10_000),
};

/** How a version is to be served. */
export interface ServingOptions {
  readonly execution_role_arn: string;
  readonly model_environment: ReadonlyMap<string, string>;
  readonly variant_name: string;
  readonly instance_type: ProductionVariantInstanceType;
  readonly instance_count: number;
}

/** A version ready to be served: a model and an endpoint config, each named by what is in it. */
export interface ModelAndConfig {
  readonly model: PlannedModel;
  readonly config: PlannedConfig;
}

interface PlannedModel {
  readonly name: string;
  /** The ARN of the model package. */
  readonly package: string;
  readonly model_environment: Readonly<Record<string, string>>;
  readonly execution_role_arn: string;
}

export interface PlannedConfig extends Pick<ServingOptions, 'variant_name' | 'instance_type' | 'instance_count'> {
  readonly name: string;
}

/**
 * Plans a version's model and endpoint config. Whatever changes behaviour changes their names; tags, pipeline and
 * commit do not.
 */
export function planModelAndConfig(
  version: Pick<ModelPackage, 'arn' | 'content' | 'version'>,
  { execution_role_arn, model_environment, variant_name, instance_type, instance_count }: ServingOptions,
  naming: Pick<Naming, 'prefix' | 'environment'>,
): ModelAndConfig {
  const named = { ...naming, version: version.version };
  const inModel = {
    package: version.arn,
    model_environment: Object.fromEntries(model_environment),
    execution_role_arn,
  };
  const model = contentName(named, { ...inModel, content: version.content }, MAX_MODEL_NAME);
  const inConfig = { variant_name, instance_type, instance_count };
  const config = contentName(named, { ...inConfig, model }, MAX_CONFIG_NAME);
  return { model: { name: model, ...inModel }, config: { name: config, ...inConfig } };
}

/** The request that creates a planned model, without its tags: all that we set of a model. */
export function modelRequest({ model }: ModelAndConfig): CreateModelCommandInput {
  return {
    ModelName: model.name,
    PrimaryContainer: { ModelPackageName: model.package, Environment: { ...model.model_environment } },
    ExecutionRoleArn: model.execution_role_arn,
  };
}

/** The request that creates a planned endpoint config, without its tags: all that we set of a config. */
export function configRequest({ model, config }: ModelAndConfig): CreateEndpointConfigCommandInput {
  const variant = {
    VariantName: config.variant_name,
    ModelName: model.name,
    InstanceType: config.instance_type,
    InitialInstanceCount: config.instance_count,
    InitialVariantWeight: 1,
  };
  return { EndpointConfigName: config.name, ProductionVariants: [variant] };
}
