import { describe, expect, it } from 'vitest';
import { endpointDescription } from '../../../src/endpoints/description/consistent.ts';
import { ROWS } from '../../../src/endpoints/description/kind-table.ts';
import { KINDS, type Kind, kindOf } from '../../../src/endpoints/description/kinds.ts';

const LATER = {
  s3_input_path: 's3://bucket/input',
  s3_output_path: 's3://bucket/output',
  s3_failure_path: 's3://bucket/failure',
};

/** What makes a description one of each kind. */
const OF_KIND: Readonly<Record<Kind, object>> = {
  real_time: { instance_type: 'ml.m5.large', instance_count: 4 },
  serverless: { serverless_config: { memory_size_in_mb: 2048, max_concurrency: 20 } },
  asynchronous: { instance_type: 'ml.m5.large', instance_count: 4, async_inference_config: LATER },
};

const NO_BAKE = { type: 'all_at_once', wait: 300 };
/** In the place of one instance type. */
const POOLS = { instance_type: undefined, instance_pools: [{ instance_type: 'ml.m5.large', priority: 1 }] };
const S3 = 's3://bucket/folder';
const BACKLOG = {
  namespace: 'AWS/SageMaker',
  name: 'ApproximateBacklogSizePerInstance',
  statistic: 'Average',
  target: 5,
};

/** What asks for each row: each of them on its own. */
const ASKING: Readonly<Record<string, readonly object[]>> = {
  'strategy `all_at_once`': [{ strategy: { type: 'all_at_once' } }],
  'strategy `canary`': [{ strategy: { type: 'canary', size: 1, wait: 300 } }],
  'strategy `linear`': [{ strategy: { type: 'linear', size: 1, wait: 300 } }],
  'strategy `rolling`': [{ strategy: { type: 'rolling', size: 1, wait: 300 } }],
  'a bake (`strategy.wait`)': [{ strategy: NO_BAKE }],
  'requests of the job itself (`strategy.bake_traffic`)': [
    { strategy: { ...NO_BAKE, bake_traffic: { payload_file: 'payload.json' } } },
  ],
  'alarms of the release (`server_errors`, `model_errors`, `latency`)': [
    { strategy: { ...NO_BAKE, wait: 600 }, alarms: { server_errors: { threshold: 1 } } },
    { strategy: { ...NO_BAKE, wait: 600 }, alarms: { model_errors: { threshold: 1 } } },
    { strategy: { ...NO_BAKE, wait: 600 }, alarms: { latency: { threshold: 1 } } },
  ],
  '`alarms.named`': [{ strategy: NO_BAKE, alarms: { named: [{ name: 'a' }] } }],
  '`autoscaling`': [{ autoscaling: { minimum: 1, maximum: 4, metric: BACKLOG } }],
  '`autoscaling.invocations_per_instance`': [
    { autoscaling: { minimum: 1, maximum: 4, invocations_per_instance: 300 } },
  ],
  'no instance at all (0 in `autoscaling.minimum` or a schedule)': [
    { autoscaling: { minimum: 0, maximum: 4, metric: BACKLOG } },
    { autoscaling: { minimum: 1, maximum: 4, schedules: { night: { schedule: 'rate(1 day)', minimum: 0 } } } },
  ],
  '`data_capture_config`': [{ data_capture_config: { destination_s3_uri: S3, initial_sampling_percentage: 5 } }],
  '`async_inference_config`': [{ async_inference_config: LATER }],
  instances: [
    { instance_type: 'ml.m5.large' },
    { instance_count: 2 },
    POOLS,
    { ...POOLS, variant_instance_provision_timeout_in_seconds: 900 },
    { volume_size_in_gb: 100 },
    { model_data_download_timeout_in_seconds: 900 },
    { container_startup_health_check_timeout_in_seconds: 900 },
    { inference_ami_version: 'al2-ami-sagemaker-inference-gpu-2' },
    { routing_strategy: 'RANDOM' },
    { enable_ssm_access: true },
    { core_dump_config: { destination_s3_uri: S3 } },
    { kms_key_id: 'alias/endpoints' },
    { metrics_config: { enable_enhanced_metrics: true } },
  ],
  excluded: [
    { vpc_config: { security_group_ids: ['sg-1'], subnets: ['subnet-1'] } },
    { enable_network_isolation: true },
  ],
};

/** A row that lists many keys has a short name here. */
const asking = (what: string) =>
  ASKING[what] ??
  (what.includes('`instance_type`') ? ASKING.instances : what.includes('`vpc_config`') ? ASKING.excluded : undefined);

function problemsOf(given: object): string[] {
  const { error } = endpointDescription.safeParse(given);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
}

const cells = ROWS.filter(({ asks }) => asks).flatMap(({ what, cells: each }) =>
  KINDS.flatMap((kind) => (asking(what) ?? []).map((asked) => ({ kind, what, asked, cell: each[kind] }))),
);

describe('the table of the kinds of endpoints', () => {
  it('has something that asks for each row, and for each of its keys', () => {
    for (const { what, asks, cells: each } of ROWS.filter((row) => row.asks)) {
      const kind = KINDS.find((one) => each[one].is !== 'refused') ?? 'real_time';
      const asked = (asking(what) ?? []).flatMap(
        (one) => asks?.(endpointDescription.parse({ ...OF_KIND[kind], ...one })) ?? [],
      );
      const keys = what.match(/(?<=`)[a-z_.]+(?=`)/g) ?? [];
      for (const key of keys.filter((one) => !/^(all_at_once|canary|linear|rolling)$/.test(one)))
        expect(asked.map((path) => path.join('.')).join(' '), what).toContain(key);
    }
  });

  it.each(cells)('is as the file is judged: $kind, $asked', ({ kind, asked, cell }) => {
    const problems = problemsOf({ ...OF_KIND[kind], ...asked });
    if (cell.is !== 'refused') expect(problems).toEqual([]);
    else expect(problems.join('\n')).toContain(cell.why);
  });

  it('tells of which kind a description is', () => {
    for (const kind of KINDS) expect(kindOf(endpointDescription.parse(OF_KIND[kind]))).toBe(kind);
  });
});

describe('the section serverless_config of an endpoint file', () => {
  const SIZES = [1024, 2048, 3072, 4096, 5120, 6144];
  const serverless = (serverless_config: object) => problemsOf({ serverless_config });

  it.each([
    ...SIZES.map((memory_size_in_mb) => ({ memory_size_in_mb, max_concurrency: 1 })),
    { memory_size_in_mb: 2048, max_concurrency: 200, provisioned_concurrency: 200 },
  ])('may be %j', (given) => {
    expect(serverless(given)).toEqual([]);
  });

  it.each([
    [{ max_concurrency: 1 }, 'memory_size_in_mb must be one of'],
    [{ memory_size_in_mb: 1500, max_concurrency: 1 }, 'memory_size_in_mb must be one of'],
    [{ memory_size_in_mb: 7168, max_concurrency: 1 }, 'memory_size_in_mb must be one of'],
    [{ memory_size_in_mb: 2048 }, 'max_concurrency must be a whole number from 1 to 200'],
    [{ memory_size_in_mb: 2048, max_concurrency: 201 }, 'max_concurrency must be a whole number from 1 to 200'],
    [
      { memory_size_in_mb: 2048, max_concurrency: 2, provisioned_concurrency: 3 },
      'provisioned_concurrency must be at most max_concurrency',
    ],
  ])('is refused where it is %j', (given, why) => {
    expect(serverless(given).join('\n')).toContain(`serverless_config.${why}`);
  });

  it('takes the place of the common instances where an environment says so', () => {
    expect(problemsOf({ ...OF_KIND.serverless, instance_count: 2 })).toEqual([
      'instance_count must not be given: a serverless endpoint has no instances',
    ]);
  });
});

describe('the section async_inference_config of an endpoint file', () => {
  const later = (more: object) =>
    problemsOf({ instance_type: 'ml.m5.large', async_inference_config: { ...LATER, ...more } });
  const topic = (name: string) => `arn:aws:sns:ap-southeast-1:111122223333:${name}`;

  it.each([
    {},
    { kms_key_id: 'alias/answers', max_concurrent_invocations_per_instance: 1000 },
    { s3_input_path: 's3://another-bucket/output/' },
    { notification_config: { success_topic: topic('good'), error_topic: topic('bad') } },
    {
      notification_config: {
        success_topic: topic('good'),
        include_inference_response_in: ['SUCCESS_NOTIFICATION_TOPIC'],
      },
    },
  ])('may be %j', (more) => {
    expect(later(more)).toEqual([]);
  });

  it.each([
    [{ s3_input_path: undefined }, 's3_input_path must be a folder in S3'],
    [{ s3_failure_path: undefined }, 's3_failure_path must be a folder in S3'],
    [{ s3_output_path: 's3://bucket' }, 's3_output_path must be a folder in S3'],
    [{ s3_output_path: 's3://bucket/a b' }, 's3_output_path must be a folder in S3'],
    [{ s3_output_path: 's3://bucket/../other' }, 's3_output_path must be a folder in S3'],
    [{ s3_input_path: 's3://bucket/output' }, 's3_input_path must be a folder apart from s3_output_path'],
    [{ s3_input_path: 's3://bucket/output/in' }, 's3_input_path must be a folder apart from s3_output_path'],
    [{ s3_failure_path: 's3://bucket/input/failed' }, 's3_input_path must be a folder apart from s3_failure_path'],
    [
      { max_concurrent_invocations_per_instance: 1001 },
      'max_concurrent_invocations_per_instance must be a whole number from 1 to 1000',
    ],
    [
      { notification_config: { success_topic: 'good' } },
      'notification_config.success_topic must be the ARN of an SNS topic',
    ],
  ])('is refused where it is %j', (more, why) => {
    expect(later(more).join('\n')).toContain(`async_inference_config.${why}`);
  });
});
