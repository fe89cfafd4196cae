import type { DescribeModelCommandOutput, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { versionIn } from '../registry/packages.ts';
import { type Endpoint, type EndpointConfig, findConfig, modelsOf, packagesIn } from './endpoint.ts';
import type { PlannedConfig } from './model-and-config.ts';

/** What serves on an endpoint now, before it is changed. */
export interface CurrentDeployment {
  /** The version of the group that is live; `undefined` when what serves is not of this group, or no longer known. */
  readonly version: number | undefined;
  /** Features that an update to a config of ours would remove: a VPC, data capture ... */
  readonly unsupportedFeatures: readonly string[];
  /** The config that serves; `undefined` when it was deleted, which SageMaker allows. */
  readonly config: EndpointConfig | undefined;
}

/** Describes what serves on an endpoint (AWS: DescribeEndpointConfig, DescribeModel). `groupArn` is the model package group's. */
export async function describeCurrent(
  sagemaker: SageMakerClient,
  endpoint: Endpoint,
  groupArn: string,
): Promise<CurrentDeployment> {
  const config = await findConfig(sagemaker, endpoint.config);
  if (!config) return { version: undefined, unsupportedFeatures: [], config };
  const models = await modelsOf(sagemaker, config);
  const versions = packagesIn(models).flatMap((arn) => versionIn(groupArn, arn) ?? []);
  const version = versions.length > 0 ? Math.max(...versions) : undefined;
  return { version, unsupportedFeatures: unsupportedFeaturesOf(config, models), config };
}

/** The features of a config and its models that no config of ours has: an update to ours would remove them. */
function unsupportedFeaturesOf(
  { variants, answer }: EndpointConfig,
  models: readonly DescribeModelCommandOutput[],
): string[] {
  const has = {
    'a VPC': answer.VpcConfig !== undefined || models.some(({ VpcConfig }) => VpcConfig !== undefined),
    'network isolation': [answer, ...models].some(({ EnableNetworkIsolation }) => EnableNetworkIsolation === true),
    'data capture': answer.DataCaptureConfig?.EnableCapture === true,
    'a KMS key': answer.KmsKeyId !== undefined,
    'asynchronous inference': answer.AsyncInferenceConfig !== undefined,
    'an explainer': answer.ExplainerConfig !== undefined,
    'a shadow variant': (answer.ShadowProductionVariants ?? []).length > 0,
    'several variants': variants.length > 1,
    'serverless inference': (answer.ProductionVariants ?? []).some(
      ({ ServerlessConfig }) => ServerlessConfig !== undefined,
    ),
  };
  return Object.entries(has).flatMap(([feature, there]) => (there ? [feature] : []));
}

/**
 * How many instances an endpoint keeps that was scaled out, by hand or by autoscaling: all that it has, when those are
 * more than the new config would start with; `undefined` otherwise. Fewer instances than the config before had is what
 * the project wants.
 */
export function keptInstances(
  endpoint: Endpoint,
  current: CurrentDeployment,
  { variant_name, instance_count }: Pick<PlannedConfig, 'variant_name' | 'instance_count'>,
): number | undefined {
  const running = endpoint.variants.find(({ name }) => name === variant_name)?.wantedInstances ?? 0;
  const began = current.config?.variants.find(({ name }) => name === variant_name)?.instances ?? 0;
  return running > instance_count && running > began ? running : undefined;
}
