import * as z from 'zod/mini';
import { mapping, option, whole } from '../../files/schema.ts';
import { instanceType } from './instance-type.ts';

const LIKE = '"- { instance_type: ml.m5.large, priority: 1 }"';
const MEANING = `must be a list of 1 to 5 instance types, each with a priority: ${LIKE}`;

const pools = z
  .array(
    mapping(
      {
        instance_type: instanceType,
        priority: whole(1, 5).check(z.describe('SageMaker takes the lowest first: 1 to 5, each once.')),
      },
      {},
      `must be an instance type with a priority: ${LIKE}`,
    ),
    MEANING,
  )
  .check(
    z.minLength(1, MEANING),
    z.maxLength(5, MEANING),
    z.refine((all) => isEachOnce(all.map(({ priority }) => priority)), 'must have each priority once'),
    z.refine((all) => isEachOnce(all.map((each) => each.instance_type)), 'must have each instance type once'),
  );

const isEachOnce = (values: readonly unknown[]) => new Set(values).size === values.length;

export type InstancePools = z.output<typeof pools>;

interface Pooled {
  readonly instance_type?: string | undefined;
  readonly instance_pools?: InstancePools | null | undefined;
  readonly variant_instance_provision_timeout_in_seconds?: number | null | undefined;
  readonly autoscaling?: object | null | undefined;
}

/** Tells what of the pools and the rest of a description does not fit together. */
export function poolsFit({ value, issues }: z.core.ParsePayload<Pooled>): void {
  const { instance_pools: given, instance_type, variant_instance_provision_timeout_in_seconds: timeout } = value;
  const refuse = (path: string, message: string) =>
    issues.push({ code: 'custom', path: [path], input: value, message });
  if (given && instance_type !== undefined) refuse('instance_pools', 'must not be given beside instance_type');
  if (given && value.autoscaling)
    refuse(
      'autoscaling',
      'must not be given beside instance_pools: nothing tells what SageMaker does to pools that change under a scaled endpoint',
    );
  if (!given && typeof timeout === 'number')
    refuse('variant_instance_provision_timeout_in_seconds', 'must not be given without instance_pools');
}

/** Instances of several types: https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-heterogeneous.html */
export const instancePools = option(
  'Instance types of which SageMaker takes the first that AWS has free, instead of instance_type.',
  pools,
);

export const provisionTimeout = option(
  'How long SageMaker tries to get instances of the instance_pools, before the deployment fails.',
  whole(300, 3600),
);
