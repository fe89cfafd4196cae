import { expect, it } from 'vitest';
import { isOurs } from '../../../src/endpoints/autoscaling/wanted.ts';
import { wantedBy } from './scene.ts';

const BOUNDS = { minimum: 2, maximum: 12 };
const METRIC = { namespace: '/aws/sagemaker/Endpoints', name: 'CPUUtilization', statistic: 'Average', target: 70 };

it('requests per instance are tracked with all that a request can say, so that AWS keeps nothing of before', () => {
  expect([...wantedBy({ ...BOUNDS, invocations_per_instance: 300, scale_in: false }).policies]).toEqual([
    [
      'sagemaker-components',
      {
        TargetValue: 300,
        PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
        ScaleOutCooldown: 300,
        ScaleInCooldown: 300,
        DisableScaleIn: true,
      },
    ],
  ]);
});

it.each([
  [
    {},
    [
      { Name: 'EndpointName', Value: 'resale-price-uat' },
      { Name: 'VariantName', Value: 'AllTraffic' },
    ],
  ],
  [{ dimensions: { Service: 'resale' } }, [{ Name: 'Service', Value: 'resale' }]],
  [{ dimensions: {} }, undefined],
])('a metric with %j is that of the dimensions %j', (more, Dimensions) => {
  const { policies } = wantedBy({ ...BOUNDS, metric: { ...METRIC, unit: 'Percent', ...more } });
  expect(policies.get('sagemaker-components')).toMatchObject({
    TargetValue: 70,
    CustomizedMetricSpecification: {
      Namespace: '/aws/sagemaker/Endpoints',
      MetricName: 'CPUUtilization',
      Statistic: 'Average',
      Unit: 'Percent',
      ...(Dimensions && { Dimensions }),
    },
  });
});

it('the queue of an asynchronous endpoint has its name alone as a dimension', () => {
  const metric = { ...METRIC, namespace: 'AWS/SageMaker', name: 'ApproximateBacklogSizePerInstance' };
  const { policies } = wantedBy({ ...BOUNDS, minimum: 0, metric });
  expect(policies.get('sagemaker-components')?.CustomizedMetricSpecification).toMatchObject({
    MetricName: 'ApproximateBacklogSizePerInstance',
    Dimensions: [{ Name: 'EndpointName', Value: 'resale-price-uat' }],
  });
});

it('schedules are at a time of a zone, but for a rate, and change what they name', () => {
  const { schedules, policies } = wantedBy({
    ...BOUNDS,
    schedules: {
      morning: { schedule: 'cron(0 7 ? * MON-FRI *)', timezone: 'Asia/Singapore', minimum: 4 },
      often: { schedule: 'rate(1 day)', maximum: 9 },
      night: { schedule: 'cron(0 20 * * ? *)', minimum: 1, maximum: 2 },
    },
  });
  expect(policies.size).toBe(0);
  expect(Object.fromEntries(schedules)).toEqual({
    'sagemaker-components-morning': {
      Schedule: 'cron(0 7 ? * MON-FRI *)',
      Timezone: 'Asia/Singapore',
      ScalableTargetAction: { MinCapacity: 4 },
    },
    'sagemaker-components-often': { Schedule: 'rate(1 day)', ScalableTargetAction: { MaxCapacity: 9 } },
    'sagemaker-components-night': {
      Schedule: 'cron(0 20 * * ? *)',
      Timezone: 'UTC',
      ScalableTargetAction: { MinCapacity: 1, MaxCapacity: 2 },
    },
  });
});

it('the hash changes with the section and the variant, and with nothing else', () => {
  const section = { ...BOUNDS, invocations_per_instance: 300 };
  const { hash } = wantedBy(section);
  expect(wantedBy({ ...section, scale_in: true }).hash).toBe(hash);
  expect(wantedBy({ ...section, scale_in: false }).hash).not.toBe(hash);
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
});

it.each([
  ['sagemaker-components', true],
  ['sagemaker-components-night', true],
  ['sagemaker-componentsX', false],
  ['by-hand', false],
  ['', false],
])('the name %j is ours: %s', (name, ours) => {
  expect(isOurs(name)).toBe(ours);
});
