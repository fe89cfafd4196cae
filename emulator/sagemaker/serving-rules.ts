import type * as api from '@aws-sdk/client-sagemaker';
import { type Given, invalid } from './service.ts';

export type ModelRequest = Omit<Given<api.CreateModelCommandInput>, 'Tags'>;
export type ConfigRequest = Omit<Given<api.CreateEndpointConfigCommandInput>, 'Tags'>;
type Variant = Given<api.ProductionVariant>;

/** A model, and how many containers it has: those of a model package are all in it. */
export interface ServedModel {
  readonly model: ModelRequest;
  readonly containers: number;
}

/** The instance types that a variant may have, in the order in which SageMaker tries them. */
export function typesOf({ InstanceType, InstancePools = [] }: Given<api.ProductionVariant>) {
  const pools = InstancePools.toSorted((a, b) => a.Priority - b.Priority).map((pool) => pool.InstanceType);
  return InstanceType === undefined ? pools : [InstanceType];
}

/** Refuses what SageMaker refuses of a config when it is created. */
export function mustBeServable(
  config: ConfigRequest,
  modelOf: (name: string | undefined) => ServedModel | undefined,
): void {
  const ofComponents = (['ExecutionRoleArn', 'VpcConfig', 'EnableNetworkIsolation'] as const).filter(
    (each) => config[each],
  );
  if (ofComponents.length > 0 && config.ProductionVariants.some(({ ModelName }) => ModelName !== undefined))
    throw invalid(`${ofComponents.join(', ')} is only supported for inference component endpoints.`);
  for (const variant of config.ProductionVariants) {
    mustRunOnOneThing(variant);
    if (variant.ManagedInstanceScaling && variant.ModelName !== undefined)
      throw invalid('ManagedInstanceScaling is only supported for inference component endpoints.');
    mustNotHaveLocalStorage(variant, config);
    if (variant.ServerlessConfig) mustServeWithoutInstances(variant, config, modelOf(variant.ModelName));
  }
}

/** Families whose instances have disks of their own: NVMe. */
const LOCAL_STORAGE = /^ml\.(\w*\dd\w*|g4dn|g5|g6e?|p4de?|p5e?n?|trn[12]n?)\./;

/**
 * Neither a size nor a key can be asked for of a disk that is there already:
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
 */
function mustNotHaveLocalStorage(variant: Variant, { KmsKeyId }: ConfigRequest): void {
  const local = typesOf(variant).filter((type) => LOCAL_STORAGE.test(type));
  if (local.length === 0) return;
  if (KmsKeyId !== undefined)
    throw invalid(`KmsKeyId is not supported for instance types with local storage volumes: [${local.join(', ')}].`);
  if (variant.VolumeSizeInGB !== undefined)
    throw invalid(
      `VolumeSizeInGB is not supported for instance types with local storage volumes: [${local.join(', ')}].`,
    );
}

function mustRunOnOneThing({ VariantName, InstanceType, InstancePools, ServerlessConfig, ...variant }: Variant): void {
  const ways = [InstanceType, InstancePools, ServerlessConfig].filter((each) => each !== undefined);
  if (ways.length !== 1)
    throw invalid(
      `Exactly one of InstanceType, InstancePools and ServerlessConfig must be specified for the variant ${VariantName}.`,
    );
  if (ServerlessConfig && variant.InitialInstanceCount !== undefined)
    throw invalid(`InitialInstanceCount cannot be specified with ServerlessConfig for the variant ${VariantName}.`);
}

const MEMORY_STEP = 1024;

/** https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions */
function mustServeWithoutInstances(
  { ServerlessConfig, VariantName, ...variant }: Variant,
  { ProductionVariants, DataCaptureConfig, AsyncInferenceConfig, KmsKeyId }: ConfigRequest,
  served: ServedModel | undefined,
): void {
  const { MemorySizeInMB = 0, MaxConcurrency = 0, ProvisionedConcurrency = 0 } = ServerlessConfig ?? {};
  if (MemorySizeInMB % MEMORY_STEP !== 0)
    throw invalid(`MemorySizeInMB must be one of [1024, 2048, 3072, 4096, 5120, 6144], but was ${MemorySizeInMB}.`);
  if (ProvisionedConcurrency > MaxConcurrency)
    throw invalid('ProvisionedConcurrency must be less than or equal to MaxConcurrency.');
  const excluded = {
    'Multiple production variants': ProductionVariants.length > 1,
    'Asynchronous inference': AsyncInferenceConfig !== undefined,
    'Data capture': DataCaptureConfig?.EnableCapture === true,
    'KMS key for the storage volume': KmsKeyId !== undefined,
    'VPC configuration': served?.model.VpcConfig !== undefined,
    'Network isolation': served?.model.EnableNetworkIsolation === true,
    'Inference pipeline': (served?.containers ?? 0) > 1,
    ...Object.fromEntries(OF_INSTANCES.map((member) => [member, variant[member] !== undefined])),
  };
  const met = Object.entries(excluded).flatMap(([feature, isThere]) => (isThere ? [feature] : []));
  if (met.length > 0)
    throw invalid(`${met.join(', ')} is not supported for serverless inference (variant ${VariantName}).`);
}

const OF_INSTANCES = [
  'VolumeSizeInGB',
  'InferenceAmiVersion',
  'RoutingConfig',
  'EnableSSMAccess',
  'CoreDumpConfig',
] as const satisfies readonly (keyof Variant)[];

/** https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html: the way to instances is open, the way back is not. */
export function mustStayOnInstances(before: ConfigRequest, after: ConfigRequest): void {
  const serverless = ({ ProductionVariants }: ConfigRequest) =>
    ProductionVariants.some((each) => each.ServerlessConfig);
  if (serverless(after) && !serverless(before))
    throw invalid('An instance-based endpoint cannot be updated to a serverless endpoint.');
}

/** Refuses to give a variant what only those of another kind have. */
export function mustBeOfItsKind(
  { name, serverless }: { readonly name: string; readonly serverless?: object | undefined },
  { DesiredInstanceCount, ServerlessUpdateConfig }: Given<api.DesiredWeightAndCapacity>,
): void {
  if (serverless && DesiredInstanceCount !== undefined)
    throw invalid(`DesiredInstanceCount cannot be specified for the serverless variant ${name}.`);
  if (!serverless && ServerlessUpdateConfig)
    throw invalid(`ServerlessUpdateConfig cannot be specified for the instance-based variant ${name}.`);
}
