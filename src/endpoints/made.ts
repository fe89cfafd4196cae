import type { DescribeEndpointConfigCommandOutput, DescribeModelCommandOutput } from '@aws-sdk/client-sagemaker';
import { capacityIn } from './description/capacity.ts';
import type { EndpointDescription } from './description/description.ts';
import { packagesIn } from './endpoint.ts';
import type { Look } from './look.ts';
import type { MadeBefore, ModelAndConfig } from './model-and-config.ts';

/** A model and an endpoint config that were made before and are still there; or why they cannot be used again. */
type Made = { is: 'there'; serving: ModelAndConfig } | { is: 'not there'; why: string };

/**
 * Looks for an endpoint config of deploy-model and its model, which serves one version (AWS: DescribeEndpointConfig,
 * DescribeModel).
 */
export async function findMade(name: string, packageArn: string, look: Look): Promise<Made> {
  const config = await look.config(name);
  if (!config) return notThere(`the endpoint config ${name} was deleted`);
  const [variant, ...more] = config.variants;
  if (variant?.model === undefined || more.length > 0)
    return notThere(`the endpoint config ${name} is not one that deploy-model makes`);
  const model = await look.model(variant.model);
  if (!model) return notThere(`the model ${variant.model} was deleted`);
  if (isAfter(model, config.answer))
    return notThere(`the model ${variant.model} was created again after the endpoint config ${name}`);
  const served = packagesIn([model]);
  if (served.length !== 1 || served[0]?.toLowerCase() !== packageArn.toLowerCase())
    return notThere(`the model ${variant.model} serves ${served.join(' and ') || 'no version'}`);
  const description = descriptionOf(config.answer);
  if (description === undefined) return notThere(`the endpoint config ${name} does not say on what it runs`);
  return { is: 'there', serving: servingOf({ package: packageArn, description }, config.answer, model) };
}

/** What a config of deploy-model says of how it serves, as far as a rollback depends on it. */
function descriptionOf({ ProductionVariants }: DescribeEndpointConfigCommandOutput): EndpointDescription | undefined {
  const [variant] = ProductionVariants ?? [];
  const capacity = variant && capacityIn(variant);
  return capacity && { variant_name: variant.VariantName ?? '', ...capacity, model_environment: {}, tags: {} };
}

function servingOf(
  served: { readonly package: string; readonly description: EndpointDescription },
  config: DescribeEndpointConfigCommandOutput,
  model: DescribeModelCommandOutput,
): ModelAndConfig {
  return {
    model: {
      name: model.ModelName ?? '',
      package: served.package,
      execution_role_arn: model.ExecutionRoleArn ?? '',
    },
    config: { name: config.EndpointConfigName ?? '' },
    description: served.description,
    made: requestsOf(config, model),
  };
}

/** What was sent to make them, as far as SageMaker tells it. */
function requestsOf(config: DescribeEndpointConfigCommandOutput, model: DescribeModelCommandOutput): MadeBefore {
  const { $metadata: _, EndpointConfigArn, CreationTime, ...inConfig } = config;
  const { $metadata, ModelArn, CreationTime: made, DeploymentRecommendation, ...inModel } = model;
  return { config: inConfig, model: inModel };
}

/** A time that nobody tells counts as after every other. */
function isAfter(one: { readonly CreationTime?: Date | undefined }, other: typeof one): boolean {
  const [first, second] = [one.CreationTime?.getTime() ?? Number.NaN, other.CreationTime?.getTime() ?? Number.NaN];
  return !(first <= second);
}

function notThere(why: string): Made {
  return { is: 'not there', why };
}
