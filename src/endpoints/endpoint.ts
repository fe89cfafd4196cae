import {
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  DescribeEndpointConfigCommand,
  type DescribeEndpointConfigCommandOutput,
  DescribeModelCommand,
  type DescribeModelCommandOutput,
  type EndpointStatus,
  type PendingProductionVariantSummary,
  type ProductionVariantServerlessConfig,
  type ProductionVariantSummary,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import * as z from 'zod/mini';
import { unlessNotFound } from '../aws/sagemaker-errors.ts';

/** Names of endpoints, endpoint configs and models: at most 63 letters, digits and inner hyphens. */
export const resourceName = z
  .string()
  .check(
    z.regex(
      /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/,
      'must be at most 63 letters, digits and hyphens, and start and end with a letter or digit',
    ),
  );

/** An endpoint as SageMaker describes it now. */
export interface Endpoint {
  readonly name: string;
  readonly arn: string;
  readonly status: EndpointStatus;
  /** The endpoint config that serves. During a creation it is the one being created. */
  readonly config: string;
  /** The endpoint config that is being deployed, while there is one. */
  readonly pending: string | undefined;
  /** SageMaker's FailureReason: sometimes absent after a rollback, and erased by the next update. */
  readonly failureReason: string | undefined;
  readonly variants: readonly Variant[];
  /** The variants of the config that is being deployed. */
  readonly pendingVariants: readonly Variant[];
  /** The whole answer, to be kept as evidence when something went wrong. */
  readonly answer: DescribeEndpointCommandOutput;
}

export interface Variant {
  readonly name: string;
  /** How many run; `undefined` where SageMaker does not say, which is not the same as enough. */
  readonly instances: number | undefined;
  readonly wantedInstances: number | undefined;
  /** What it has and is to have in place of instances; `undefined` where it has those. */
  readonly serverless?: Serverless | undefined;
  /** What SageMaker does with it now: Creating, Updating, ActivatingTraffic, Baking ... */
  readonly phases: readonly string[];
}

interface Serverless {
  readonly current: ProductionVariantServerlessConfig | undefined;
  readonly wanted: ProductionVariantServerlessConfig | undefined;
}

/** Describes an endpoint, or `undefined` when there is none. */
export async function findEndpoint(sagemaker: SageMakerClient, name: string): Promise<Endpoint | undefined> {
  const answer = await unlessNotFound(sagemaker.send(new DescribeEndpointCommand({ EndpointName: name })));
  if (!answer) return undefined;
  const {
    EndpointName,
    EndpointArn,
    EndpointStatus: status,
    EndpointConfigName: config,
    PendingDeploymentSummary: pending,
  } = answer;
  if (!EndpointName || !EndpointArn || !status || (!config && !pending?.EndpointConfigName))
    throw new Error(`SageMaker described the endpoint ${name} without a status or config.`);
  return {
    name: EndpointName,
    arn: EndpointArn,
    status,
    config: config ?? pending?.EndpointConfigName ?? '',
    pending: pending?.EndpointConfigName,
    failureReason: answer.FailureReason,
    variants: (answer.ProductionVariants ?? []).map(variantFrom),
    pendingVariants: (pending?.ProductionVariants ?? []).map(variantFrom),
    answer,
  };
}

/** Whether SageMaker says that no instance is running, nor is to run. */
export function hasNoInstances({ variants }: Pick<Endpoint, 'variants'>): boolean {
  return (
    variants.length > 0 && variants.every(({ instances, wantedInstances }) => instances === 0 && wantedInstances === 0)
  );
}

function variantFrom(variant: ProductionVariantSummary | PendingProductionVariantSummary): Variant {
  return {
    name: variant.VariantName ?? '',
    instances: variant.CurrentInstanceCount,
    wantedInstances: variant.DesiredInstanceCount,
    serverless: serverlessIn(variant),
    phases: (variant.VariantStatus ?? []).map(({ Status }) => Status ?? 'Unknown'),
  };
}

function serverlessIn({
  CurrentServerlessConfig: current,
  DesiredServerlessConfig: wanted,
}: ProductionVariantSummary | PendingProductionVariantSummary): Serverless | undefined {
  return current || wanted ? { current, wanted } : undefined;
}

/**
 * The ARN that an endpoint of this name most likely has: SageMaker lower-cases the name in it, but does not promise to. Good for
 * asking before the endpoint itself tells it.
 */
export function expectedArn(name: string, { region, account }: { region: string; account: string }): string {
  return `arn:aws:sagemaker:${region}:${account}:endpoint/${name.toLowerCase()}`;
}

/** What an endpoint config says: immutable from its creation on. */
export interface EndpointConfig {
  readonly name: string;
  readonly variants: readonly ConfiguredVariant[];
  readonly answer: DescribeEndpointConfigCommandOutput;
}

interface ConfiguredVariant {
  readonly name: string;
  readonly model: string | undefined;
  readonly instances: number | undefined;
}

/** Describes an endpoint config, or `undefined` when there is none. */
export async function findConfig(sagemaker: SageMakerClient, name: string): Promise<EndpointConfig | undefined> {
  const answer = await unlessNotFound(sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name })));
  const variants = (answer?.ProductionVariants ?? []).map(({ VariantName, ModelName, InitialInstanceCount }) => ({
    name: VariantName ?? '',
    model: ModelName,
    instances: InitialInstanceCount,
  }));
  return answer && { name, variants, answer };
}

/** Describes a model, or `undefined` when there is none. */
export async function findModel(
  sagemaker: SageMakerClient,
  name: string,
): Promise<DescribeModelCommandOutput | undefined> {
  return unlessNotFound(sagemaker.send(new DescribeModelCommand({ ModelName: name })));
}

/** The model packages from which models were made. */
export function packagesIn(models: readonly DescribeModelCommandOutput[]): string[] {
  const containers = models.flatMap(({ PrimaryContainer, Containers }) => [PrimaryContainer, ...(Containers ?? [])]);
  return [...new Set(containers.flatMap((each) => (each?.ModelPackageName ? [each.ModelPackageName] : [])))];
}
