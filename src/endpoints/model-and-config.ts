import type { CreateEndpointConfigCommandInput, CreateModelCommandInput } from '@aws-sdk/client-sagemaker';
import { roleArn } from '../aws/arn.ts';
import type { ModelPackage } from '../registry/packages.ts';
import { capacityPart, startingInstances } from './description/capacity.ts';
import type { EndpointDescription } from './description/description.ts';
import { configPart, modelPart, variantPart } from './description/parts.ts';
import { BAKE_WORD, contentName, MAX_CONFIG_NAME, MAX_MODEL_NAME, type Naming } from './names.ts';

/** The role that an endpoint runs as. */
export const executionRole = roleArn(
  'must be the ARN of the IAM role that the endpoint runs as, like arn:aws:iam::111122223333:role/resale-price-execution',
);

/** A version ready to be served: a model and an endpoint config, each named by what is in it. */
export interface ModelAndConfig {
  readonly model: PlannedModel;
  readonly config: { readonly name: string };
  readonly description: EndpointDescription;
  /** The requests of a model and a config that were made before, where those are brought back: they say all that is in them. */
  readonly made?: MadeBefore;
}

export interface MadeBefore {
  readonly model: CreateModelCommandInput;
  readonly config: CreateEndpointConfigCommandInput;
}

interface PlannedModel {
  readonly name: string;
  /** The ARN of the model package. */
  readonly package: string;
  readonly execution_role_arn: string;
}

interface Planning extends Pick<Naming, 'prefix' | 'environment'> {
  readonly execution_role_arn: string;
}

/**
 * Plans a version's model and endpoint config. Whatever changes behaviour changes their names; tags, pipeline and
 * commit do not.
 */
export function planModelAndConfig(
  version: Pick<ModelPackage, 'arn' | 'content' | 'version'>,
  description: EndpointDescription,
  { execution_role_arn, ...naming }: Planning,
): ModelAndConfig {
  const named = { ...naming, version: version.version };
  const { model_environment, variant_name } = description;
  const inModel = { package: version.arn, execution_role_arn };
  const ofModel = { ...inModel, model_environment, content: version.content, ...modelPart(description) };
  const model = contentName(named, ofModel, MAX_MODEL_NAME);
  // The validation of a release that bakes says one word more.
  const longest = MAX_CONFIG_NAME - (description.strategy ? BAKE_WORD : 0);
  const options = { ...variantPart(description), ...configPart(description) };
  const config = contentName(named, { variant_name, ...capacityNamed(description), model, ...options }, longest);
  return { model: { name: model, ...inModel }, config: { name: config }, description };
}

/** What it runs on, as it stands in the hash of a config's name. */
function capacityNamed(description: EndpointDescription): object {
  const { instance_type, instance_pools, serverless_config } = description;
  if (serverless_config) return { serverless_config };
  return {
    instance_type,
    instance_pools: instance_pools ?? undefined,
    instance_count: startingInstances(description),
  };
}

/** The request that creates a planned model, without its tags: all that we set of a model. */
export function modelRequest({ model, description, made }: ModelAndConfig): CreateModelCommandInput {
  if (made) return made.model;
  return {
    ModelName: model.name,
    PrimaryContainer: { ModelPackageName: model.package, Environment: { ...description.model_environment } },
    ExecutionRoleArn: model.execution_role_arn,
    ...modelPart(description),
  };
}

/** The request that creates a planned endpoint config, without its tags: all that we set of a config. */
export function configRequest({ model, config, description, made }: ModelAndConfig): CreateEndpointConfigCommandInput {
  if (made) return made.config;
  const variant = {
    VariantName: description.variant_name,
    ModelName: model.name,
    ...capacityPart(description),
    InitialVariantWeight: 1,
    ...variantPart(description),
  };
  return { EndpointConfigName: config.name, ProductionVariants: [variant], ...configPart(description) };
}
