import { describe, expect, it } from 'vitest';
import { EXECUTION_ROLE } from '../../emulator/scene.ts';
import type { EndpointDescription } from '../../src/endpoints/description/description.ts';
import type { Live } from '../../src/endpoints/live.ts';
import { configRequest, modelRequest } from '../../src/endpoints/model-and-config.ts';
import { plannedDeployment, servingOf, type WantedServing } from '../../src/preview/serving.ts';
import { described } from '../endpoints/description/described.ts';
import { JOB } from '../gitlab/job.ts';
import { modelPackage } from '../registry/package.ts';

const VERSION = modelPackage({ version: 1, approval: 'Approved' });

/** What SageMaker adds when it tells of what it was asked for. */
const OF_SAGEMAKER = {
  $metadata: {},
  ModelArn: 'arn:model',
  EndpointConfigArn: 'arn:config',
  CreationTime: new Date(0),
};

describe('how a version would be served', () => {
  const wanted: WantedServing = {
    name_prefix: undefined,
    take_over_endpoint: false,
    allow_downgrade: false,
    recreate_failed: false,
    execution_role_arn: EXECUTION_ROLE,
  };
  const description = described({ model_environment: { LOG_LEVEL: 'info' } });
  type Served = Partial<WantedServing & EndpointDescription>;
  const plannedOn = (endpoint: string | undefined, more: Served = {}) => {
    const how = { version: VERSION, description: { ...description, ...more } };
    return plannedDeployment(how, endpoint, { ...wanted, ...more }, { ...JOB, environment: 'uat' })?.serving;
  };
  const planned = plannedOn('resale-price-uat');
  const live: Live = {
    config: planned && {
      name: planned.config.name,
      variants: [],
      answer: { ...OF_SAGEMAKER, ...configRequest(planned) },
    },
    models: planned ? [{ ...OF_SAGEMAKER, ...modelRequest(planned) }] : [],
    gone: [],
  };
  const changes = (more: Served, now = live) => {
    const then = plannedOn('resale-price-uat', more);
    return then && servingOf(now, then, undefined).changes;
  };

  it('is not known where the include does not say the role, or does not describe the endpoint', () => {
    expect(plannedOn('resale-price-uat', { execution_role_arn: undefined })).toBeUndefined();
    const how = { version: VERSION, description: undefined };
    expect(plannedDeployment(how, 'resale-price-uat', wanted, JOB)).toBeUndefined();
  });

  it('is not known where no endpoint is', () => {
    expect(plannedOn(undefined)).toBeUndefined();
  });

  it('tells each member of a queue that changes, by its own name', () => {
    const later = {
      s3_input_path: 's3://async/input',
      s3_output_path: 's3://async/output',
      s3_failure_path: 's3://async/failure',
    };
    const before = plannedOn('resale-price-uat', { async_inference_config: later });
    const now: Live = before
      ? { ...live, config: { name: 'c', variants: [], answer: { ...OF_SAGEMAKER, ...configRequest(before) } } }
      : live;
    const then = { ...later, s3_output_path: 's3://async/answers', max_concurrent_invocations_per_instance: 2 };
    const told = changes({ async_inference_config: then }, now);
    expect(told).toContain(
      'AsyncInferenceConfig.OutputConfig.S3OutputPath "s3://async/output" -> "s3://async/answers"',
    );
    expect(told).toContain('AsyncInferenceConfig.ClientConfig.MaxConcurrentInvocationsPerInstance not set -> 2');
    expect(told).toHaveLength(2);
  });

  it('stands beside how is served now, with the instances that an endpoint keeps', () => {
    if (!planned) throw new Error('Nothing is planned.');
    const one = 'ml.m5.large, instance_count 1';
    expect(servingOf(undefined, planned, undefined)).toEqual({ now: undefined, planned: one, changes: [] });
    expect(servingOf(live, planned, 4)).toEqual({
      now: one,
      planned: `${one}; it is scaled out, and keeps its 4 instances`,
      changes: [],
    });
  });

  it('is named after name_prefix, or else after the endpoint', () => {
    expect(planned?.config.name).toMatch(/^resale-price-uat-v1-/);
    const named = plannedOn('resale-price-uat', { name_prefix: 'price' });
    expect(named?.config.name).toMatch(/^price-uat-v1-/);
  });

  it.each<[what: string, Served, told: string[]]>([
    ['nothing', {}, []],
    ['the instance type', { instance_type: 'ml.m5.xlarge' }, ['instance_type ml.m5.large -> ml.m5.xlarge']],
    ['the instances', { instance_count: 3 }, ['instance_count 1 -> 3']],
    ['the variant', { variant_name: 'primary' }, ['variant_name AllTraffic -> primary']],
    [
      'the role',
      { execution_role_arn: `${EXECUTION_ROLE}-2` },
      [`execution_role_arn ${EXECUTION_ROLE} -> ${EXECUTION_ROLE}-2`],
    ],
    [
      'variables',
      {
        model_environment: { LOG_LEVEL: 'debug', WORKERS: '2' },
      },
      ['model_environment: LOG_LEVEL changed, WORKERS added'],
    ],
    [
      'a variable that is named as what every object has',
      {
        model_environment: { LOG_LEVEL: 'info', constructor: 'x' },
      },
      ['model_environment: constructor added'],
    ],
    [
      'what the endpoint file says',
      { volume_size_in_gb: 100, enable_network_isolation: true, kms_key_id: null },
      ['EnableNetworkIsolation not set -> true', 'VolumeSizeInGB not set -> 100'],
    ],
    ['a variable less', { model_environment: {} }, ['model_environment: LOG_LEVEL removed']],
  ])('is told by what changes: %s', (_, more, told) => {
    expect(changes(more)).toEqual(told);
  });

  const UNKNOWN = [
    'instance_type unknown -> ml.m5.large',
    'instance_count unknown -> 1',
    'variant_name unknown -> AllTraffic',
    `execution_role_arn unknown -> ${EXECUTION_ROLE}`,
    'model_environment: LOG_LEVEL added',
  ];

  it('is told beside what is unknown of what serves now', () => {
    expect(changes({}, { config: undefined, models: [], gone: [] })).toEqual(UNKNOWN);
    const bare = { ...OF_SAGEMAKER, EndpointConfigName: 'c', ModelName: 'm', ProductionVariants: undefined };
    const config = { name: 'c', variants: [], answer: bare };
    expect(changes({}, { config, models: [bare], gone: [] })).toEqual(UNKNOWN);
  });
});
