import type { Emulator } from './emulator.ts';
import type { Package } from './sagemaker/packages.ts';

export interface Registration {
  readonly group?: string;
  readonly status?: 'Approved' | 'Rejected' | 'PendingManualApproval';
  readonly metadata?: Readonly<Record<string, string>>;
  readonly packageStatus?: Package['status'];
  readonly image?: string;
  readonly modelDataUrl?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Further members of CreateModelPackage. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface Deployed {
  readonly endpoint: string;
  /** ARN of the model package that it serves. */
  readonly package: string;
  /** Name of the model and of the config; the endpoint's name and the version's number without one. */
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly instanceCount?: number;
  /** What it has in place of instances. */
  readonly serverless?: { readonly MemorySizeInMB: number; readonly MaxConcurrency: number };
  /** Further members of its endpoint config. */
  readonly config?: object;
}

export const GROUP = 'ResalePriceModelGroup';
export const EXECUTION_ROLE = 'arn:aws:iam::111122223333:role/resale-price-execution';
export const IMAGE = '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price:1';

/** Registers a version, and its group when that is new; returns the version's ARN. */
export function register(emulator: Emulator, wanted: Registration = {}): string {
  const group = wanted.group ?? GROUP;
  const { registry, administrator } = emulator;
  const into = registry.findGroup(group) ?? registry.addGroup(group, administrator);
  const container = {
    Image: wanted.image ?? IMAGE,
    ModelDataUrl: wanted.modelDataUrl ?? `s3://resale-price-models/${group}/${into.lastVersion + 1}/model.tar.gz`,
    ...(wanted.environment && { Environment: { ...wanted.environment } }),
  };
  const { ModelPackageArn: arn } = emulator.do('CreateModelPackage', {
    ModelPackageGroupName: group,
    ModelApprovalStatus: wanted.status ?? 'PendingManualApproval',
    InferenceSpecification: {
      Containers: [container],
      SupportedContentTypes: ['application/json', 'text/csv'],
      SupportedResponseMIMETypes: ['application/json'],
      SupportedRealtimeInferenceInstanceTypes: ['ml.m5.large', 'ml.m5.xlarge'],
    },
    ...(wanted.metadata && { CustomerMetadataProperties: { ...wanted.metadata } }),
    ...wanted.more,
  });
  const made = registry.find(String(arn));
  if (made && wanted.packageStatus) made.status = wanted.packageStatus;
  return String(arn);
}

/** Puts a version behind an endpoint that is in service, creating or updating it at once; returns the config's name. */
export function deployed(emulator: Emulator, wanted: Deployed): string {
  const name = wanted.name ?? `${wanted.endpoint}-v${wanted.package.slice(wanted.package.lastIndexOf('/') + 1)}`;
  const { endpoints, models } = emulator;
  if (!models.models.has(name.toLowerCase())) {
    const PrimaryContainer = { ModelPackageName: wanted.package };
    emulator.do('CreateModel', { ModelName: name, PrimaryContainer, ExecutionRoleArn: EXECUTION_ROLE });
  }
  if (!models.configs.has(name.toLowerCase())) {
    const { serverless: ServerlessConfig, instanceCount: InitialInstanceCount = 1 } = wanted;
    const runsOn = ServerlessConfig ? { ServerlessConfig } : { InstanceType: 'ml.m5.large', InitialInstanceCount };
    const ProductionVariants = [{ VariantName: 'AllTraffic', ModelName: name, ...runsOn }];
    emulator.do('CreateEndpointConfig', { EndpointConfigName: name, ProductionVariants, ...wanted.config });
  }
  const exists = endpoints.find(wanted.endpoint) !== undefined;
  emulator.do(exists ? 'UpdateEndpoint' : 'CreateEndpoint', {
    EndpointName: wanted.endpoint,
    EndpointConfigName: name,
  });
  endpoints.settle(wanted.endpoint);
  const tags = Object.entries(wanted.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  emulator.tags.put(endpoints.arn(wanted.endpoint), tags);
  return name;
}
