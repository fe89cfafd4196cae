import type { ProductionVariant, ProductionVariantInstanceType } from '@aws-sdk/client-sagemaker';
import * as z from 'zod/mini';
import { whole } from './schema.ts';

const INSTANCE_TYPE = /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/;

/**
 * SageMaker adds instance types faster than its SDK is updated here: only the form is checked, SageMaker checks the
 * rest.
 */
export const instanceType = z
  .custom<ProductionVariantInstanceType>(
    (value) => typeof value === 'string' && INSTANCE_TYPE.test(value),
    'must be a SageMaker instance type, like ml.m5.large',
  )
  .register(z.globalRegistry, {
    type: 'string',
    pattern: INSTANCE_TYPE.source,
    description: 'The instance type. The version must be registered for it.',
  });

export const MOST_INSTANCES = 10_000;

/** On what a version is served. */
export const capacity = {
  instance_type: instanceType,
  instance_count: z._default(
    whole(1, MOST_INSTANCES).check(
      z.describe(
        'The initial number of instances. If the endpoint is scaled out, an update keeps the running instances.',
      ),
    ),
    1,
  ),
};

interface Capacity {
  readonly instance_type: ProductionVariantInstanceType;
  readonly instance_count: number;
}

/** The part of a variant that says on what it runs. */
export function instancesOf({ instance_type, instance_count }: Capacity): Partial<ProductionVariant> {
  return { InstanceType: instance_type, InitialInstanceCount: instance_count };
}

/** On what is served, in a few words: `ml.m5.large, instance_count 1`. */
export function capacityWords({ instance_type, instance_count }: Capacity): string {
  return `${instance_type}, instance_count ${instance_count}`;
}
