import type { ProductionVariantInstanceType } from '@aws-sdk/client-sagemaker';
import * as z from 'zod/mini';

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
    description: 'The instance type. The version must be registered for it. A serverless endpoint has none.',
  });
