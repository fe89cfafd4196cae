import type { InstancePool, ProductionVariant, ProductionVariantInstanceType } from '@aws-sdk/client-sagemaker';
import * as z from 'zod/mini';
import { whole } from '../../files/schema.ts';
import type { InstancePools } from './instance-pools.ts';
import { instanceType } from './instance-type.ts';
import { SIZES } from './memory-sizes.ts';
import type { ServerlessSection } from './serverless.ts';

export const MOST_INSTANCES = 10_000;

/** On which instances a version is served. */
export const instances = {
  instance_type: z.optional(instanceType),
  instance_count: z.optional(
    whole(1, MOST_INSTANCES).check(
      z.describe(
        'The initial number of instances. If the endpoint is scaled out, an update keeps the running instances. By default `1`.',
      ),
    ),
  ),
};

/** On what a version is served, as a description says it. */
export interface Capacity {
  readonly instance_type?: ProductionVariantInstanceType | undefined;
  readonly instance_pools?: InstancePools | null | undefined;
  readonly instance_count?: number | undefined;
  readonly serverless_config?: ServerlessSection | undefined;
}

/** With how many instances a fleet starts; 0 where it has none. */
export function startingInstances({ instance_count = 1, serverless_config }: Capacity): number {
  return serverless_config ? 0 : instance_count;
}

/**
 * The instance types on which a version may come to run: the first that is wanted first; none where it has no
 * instances.
 */
export function instanceTypesOf({ instance_type, instance_pools }: Capacity): readonly string[] {
  return instance_type === undefined ? typesIn(instance_pools ?? []) : [instance_type];
}

function typesIn(pools: InstancePools): string[] {
  return pools.toSorted((a, b) => a.priority - b.priority).map((each) => each.instance_type);
}

/** What of a description the version must be made for. */
export function servedOn(description: Capacity & { readonly model_environment: Readonly<Record<string, string>> }) {
  return {
    instance_types: instanceTypesOf(description),
    serverless: description.serverless_config !== undefined,
    has_environment: Object.keys(description.model_environment).length > 0,
  };
}

/** The part of a variant that says on what it runs. */
export function capacityPart(capacity: Capacity): Partial<ProductionVariant> {
  const { instance_type, instance_pools, serverless_config: serverless } = capacity;
  if (!serverless)
    return {
      InstanceType: instance_type,
      InstancePools: instance_pools?.map((pool) => ({ InstanceType: pool.instance_type, Priority: pool.priority })),
      InitialInstanceCount: startingInstances(capacity),
    };
  const { memory_size_in_mb, max_concurrency, provisioned_concurrency } = serverless;
  return {
    ServerlessConfig: {
      MemorySizeInMB: memory_size_in_mb,
      MaxConcurrency: max_concurrency,
      ProvisionedConcurrency: provisioned_concurrency,
    },
  };
}

/** On what a variant runs, as a description says it; `undefined` where nothing of it is known here. */
export function capacityIn(variant: Partial<ProductionVariant>): Capacity | undefined {
  const { InstanceType: instance_type, InitialInstanceCount: instance_count, ServerlessConfig: serverless } = variant;
  const instance_pools = variant.InstancePools && poolsIn(variant.InstancePools);
  if (!serverless)
    return (instance_type ?? instance_pools) === undefined
      ? undefined
      : { instance_type, instance_pools, instance_count };
  const { MemorySizeInMB, MaxConcurrency = 0, ProvisionedConcurrency: provisioned_concurrency } = serverless;
  const memory_size_in_mb = SIZES.find((size) => size === MemorySizeInMB);
  if (memory_size_in_mb === undefined) return undefined;
  return { serverless_config: { memory_size_in_mb, max_concurrency: MaxConcurrency, provisioned_concurrency } };
}

/** The pools of a variant in their order. */
function poolsIn(pools: readonly InstancePool[]): InstancePools {
  return pools.flatMap(({ InstanceType: instance_type, Priority: priority }) =>
    instance_type === undefined || priority === undefined ? [] : [{ instance_type, priority }],
  );
}

/** On what a variant runs, by the keys that say it: those that it does not have are undefined. */
export function capacityValues(variant: Partial<ProductionVariant>) {
  const { InstanceType, InitialInstanceCount, ServerlessConfig } = variant;
  return {
    instance_type: InstanceType,
    instance_count: InitialInstanceCount,
    memory_size_in_mb: ServerlessConfig?.MemorySizeInMB,
    max_concurrency: ServerlessConfig?.MaxConcurrency,
    provisioned_concurrency: ServerlessConfig?.ProvisionedConcurrency,
  };
}

/**
 * On what is served, in a few words: `ml.m5.large, instance_count 1`, or `serverless, memory_size_in_mb 2048,
 * max_concurrency 20`.
 */
export function capacityWords(variant: Partial<ProductionVariant>): string {
  const { instance_type: type, ...values } = capacityValues(variant);
  const pools = typesIn(poolsIn(variant.InstancePools ?? [])).join(' or ');
  if (!variant.ServerlessConfig)
    return `${type ?? (pools || 'an unknown instance type')}, instance_count ${values.instance_count ?? 'unknown'}`;
  const said = Object.entries(values).filter(([, value]) => value !== undefined);
  return ['serverless', ...said.map(([key, value]) => `${key} ${value}`)].join(', ');
}
