import type * as api from '@aws-sdk/client-sagemaker';
import type { Deployment, DeploymentPhase, Variant } from './deployments.ts';
import type { EndpointConfig } from './models.ts';
import { digest, type Given } from './service.ts';

/** The images that a variant's containers were given, if they are known. */
export type ImagesOf = (variant: Variant) => readonly string[];

export function variantSummary(variant: Variant, imagesOf: ImagesOf): Given<api.ProductionVariantSummary> {
  const common = {
    VariantName: variant.name,
    DeployedImages: deployedImages(imagesOf(variant), variant.resolved),
    CurrentWeight: variant.weight,
    DesiredWeight: variant.desiredWeight,
  };
  if (variant.serverless)
    return {
      ...common,
      CurrentServerlessConfig: variant.serverless,
      DesiredServerlessConfig: variant.desiredServerless ?? variant.serverless,
    };
  return {
    ...common,
    CurrentInstanceCount: variant.instances,
    DesiredInstanceCount: variant.desiredInstances,
    InstancePools: poolSummary(variant, variant.instances),
  };
}

/** How many instances each pool has: all are of the one that was taken. */
function poolSummary({ pools, instanceType }: Variant, running: number) {
  return pools?.map(({ InstanceType }) => ({
    InstanceType,
    CurrentInstanceCount: InstanceType === instanceType ? running : 0,
  }));
}

function deployedImages(images: readonly string[], resolved: Date) {
  if (images.length === 0) return undefined;
  return images.map((image) => {
    const [repository = ''] = image.split(/[:@](?=[^/]*$)/);
    const ResolvedImage = `${repository}@sha256:${digest('image', image)}`;
    return { SpecifiedImage: image, ResolvedImage, ResolutionTime: resolved };
  });
}

interface Under {
  readonly phase: DeploymentPhase | undefined;
  readonly since: Date;
}

export function pendingSummary(
  { config, started, variants }: Deployment,
  imagesOf: ImagesOf,
  under: Under,
): Given<api.PendingDeploymentSummary> {
  const state = under.phase?.variants;
  const capacity = (variant: Variant) => ({
    CurrentInstanceCount: Math.ceil(variant.instances * (under.phase?.running ?? 1)),
    DesiredInstanceCount: variant.desiredInstances,
    InstanceType: variant.pools ? undefined : variant.instanceType,
    InstancePools: poolSummary(variant, variant.instances),
  });
  return {
    EndpointConfigName: config.name,
    StartTime: started,
    ProductionVariants: variants.map((variant) => ({
      VariantName: variant.name,
      DeployedImages: deployedImages(imagesOf(variant), variant.resolved),
      DesiredWeight: variant.desiredWeight,
      ...(variant.serverless ? { DesiredServerlessConfig: variant.serverless } : capacity(variant)),
      VariantStatus: state && [{ Status: state, StartTime: under.since }],
    })),
  };
}

export function captureSummary({ request }: EndpointConfig): Given<api.DataCaptureConfigSummary> | undefined {
  const wanted = request.DataCaptureConfig;
  if (!wanted) return undefined;
  return {
    EnableCapture: wanted.EnableCapture ?? true,
    CaptureStatus: 'Started',
    CurrentSamplingPercentage: wanted.InitialSamplingPercentage,
    DestinationS3Uri: wanted.DestinationS3Uri,
    KmsKeyId: wanted.KmsKeyId ?? '',
  };
}
