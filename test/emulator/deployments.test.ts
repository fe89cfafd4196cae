import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricDataQuery,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import {
  type CapacitySize,
  CreateEndpointCommand,
  type DeploymentConfig,
  DescribeEndpointCommand,
  ListEndpointsCommand,
  type SageMakerClient,
  type TrafficRoutingConfig,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { IMAGE } from '../../emulator/scene.ts';
import { clientOf, clientSettings } from './execution.ts';

const ENDPOINT = 'resale-price-dev';

let emulator: Emulator;
let client: SageMakerClient;
/** The version behind the config `next`. */
let bad = '';

beforeEach(async () => {
  emulator = await startEmulator();
  client = clientOf(emulator);
  emulator.deployed({ endpoint: ENDPOINT, package: emulator.register(), instanceCount: 4 });
  [bad] = [emulator.register()];
  emulator.deployed({ endpoint: 'another', package: bad, name: 'next', instanceCount: 4 });
});

afterEach(async () => {
  client.destroy();
  await emulator.close();
});

const percent = (Value: number): CapacitySize => ({ Type: 'CAPACITY_PERCENT', Value });
const count = (Value: number): CapacitySize => ({ Type: 'INSTANCE_COUNT', Value });

function blueGreen(
  routing: Omit<TrafficRoutingConfig, 'WaitIntervalInSeconds'>,
  more = {},
  wait = 600,
): DeploymentConfig {
  return {
    BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { WaitIntervalInSeconds: wait, ...routing }, ...more },
  };
}
const canary = (CanarySize: CapacitySize, more = {}, wait = 600) =>
  blueGreen({ Type: 'CANARY', CanarySize }, more, wait);
const linear = (LinearStepSize: CapacitySize) => blueGreen({ Type: 'LINEAR', LinearStepSize });
const rolling = (MaximumBatchSize: CapacitySize): DeploymentConfig => ({
  RollingUpdatePolicy: { MaximumBatchSize, WaitIntervalInSeconds: 600 },
});

async function update(config: DeploymentConfig, name = 'next'): Promise<void> {
  await client.send(
    new UpdateEndpointCommand({ EndpointName: ENDPOINT, EndpointConfigName: name, DeploymentConfig: config }),
  );
}

/** The status of the update after so many minutes each, and of its new fleet, with the share of 100 requests that it has. */
async function statuses(minutes: readonly number[]): Promise<string[]> {
  const told = [];
  for (const wait of minutes) {
    emulator.clock.advance(wait * 60_000);
    const { Endpoints = [] } = await client.send(new ListEndpointsCommand({}));
    const { EndpointStatus: status } = Endpoints.find(({ EndpointName }) => EndpointName === ENDPOINT) ?? {};
    const share = emulator.endpoints.serving(ENDPOINT)?.variants[0]?.next?.share;
    told.push(share === undefined ? `${status}` : `${status} ${Math.round(share * 100)} %`);
  }
  return told;
}

describe('an update', () => {
  test('with a canary bakes twice: with a part of the traffic, and with all of it', async () => {
    await update(canary(percent(25)));
    expect(await statuses([4, 5, 5, 1, 9, 2])).toEqual([
      'Updating 25 %',
      'Updating 25 %',
      'Updating 25 %',
      'Updating 100 %',
      'Updating 100 %',
      'InService',
    ]);
  });

  test('with linear steps moves as much traffic with each', async () => {
    await update(linear(count(2)));
    expect(await statuses([6, 10, 10])).toEqual(['Updating 50 %', 'Updating 100 %', 'InService']);
  });

  test('that rolls brings up batch after batch of the new fleet', async () => {
    await update(rolling(percent(25)));
    expect(await statuses([6, 10])).toEqual(['Updating 25 %', 'Updating 50 %']);
    const { PendingDeploymentSummary: pending } = await client.send(
      new DescribeEndpointCommand({ EndpointName: ENDPOINT }),
    );
    expect(pending?.ProductionVariants?.[0]).toMatchObject({ CurrentInstanceCount: 2, DesiredInstanceCount: 4 });
    expect(await statuses([10, 10, 10])).toEqual(['Updating 75 %', 'Updating 100 %', 'InService']);
  });

  test('keeps the old fleet for as long as it is told to', async () => {
    await update(canary(percent(25), { TerminationWaitInSeconds: 600 }, 0));
    expect(await statuses([5, 1, 8, 2])).toEqual(['Updating 100 %', 'Updating 100 %', 'Updating 100 %', 'InService']);
  });

  test('that fails brings the old fleet back at once', async () => {
    emulator.scenario('endpoint rolls back without a reason');
    await update(canary(percent(25), { TerminationWaitInSeconds: 3600 }, 0));
    expect(await statuses([5, 4, 1])).toEqual(['RollingBack', 'RollingBack', 'InService']);
  });

  test('waits for a fleet that bakes however often it is looked at', async () => {
    await update(canary(percent(25)));
    await statuses([5]);
    for (let look = 0; look < 20; look++) await client.send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }));
    expect(await statuses([9])).toEqual(['Updating 25 %']);
  });
});

describe('a deployment config is taken or refused', () => {
  const ranges = 'of the total capacity of the production variant.';
  test.each<[string, DeploymentConfig, string | undefined]>([
    ['a canary of half the fleet', canary(percent(50)), undefined],
    ['a canary of more', canary(percent(51)), `CanarySize must be at most 50% ${ranges}`],
    ['a canary of two of four instances', canary(count(2)), undefined],
    ['a canary of three of four instances', canary(count(3)), `CanarySize must be at most 50% ${ranges}`],
    ['linear steps of a tenth', linear(percent(10)), undefined],
    ['linear steps of less', linear(percent(9)), `LinearStepSize must be between 10% and 50% ${ranges}`],
    ['linear steps of half', linear(percent(50)), undefined],
    ['linear steps of more', linear(percent(51)), `LinearStepSize must be between 10% and 50% ${ranges}`],
    ['batches of a twentieth', rolling(percent(5)), undefined],
    ['batches of less', rolling(percent(4)), `MaximumBatchSize must be between 5% and 50% ${ranges}`],
    ['batches of half', rolling(percent(50)), undefined],
    ['batches of more', rolling(percent(51)), `MaximumBatchSize must be between 5% and 50% ${ranges}`],
    [
      'a canary without a size',
      blueGreen({ Type: 'CANARY' }),
      'CanarySize is required when the traffic routing type is CANARY.',
    ],
    [
      'both policies',
      { ...canary(percent(25)), ...rolling(percent(25)) },
      'Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified in DeploymentConfig.',
    ],
    ['time for all the waits and a second', canary(percent(25), { MaximumExecutionTimeoutInSeconds: 1201 }), undefined],
    [
      'time for all the waits and no more',
      canary(percent(25), { MaximumExecutionTimeoutInSeconds: 1200 }),
      'MaximumExecutionTimeoutInSeconds (1200) must be greater than the total of the wait intervals and the termination wait (1200).',
    ],
    [
      'an alarm that is not there',
      { ...canary(percent(25)), AutoRollbackConfiguration: { Alarms: [{ AlarmName: '5xx' }] } },
      'Could not find CloudWatch alarm(s) [5xx].',
    ],
  ])('%s', async (_, config, refusal) => {
    const asked = update(config);
    if (refusal === undefined) await asked;
    else await expect(asked).rejects.toThrow(refusal);
  });

  test('a variant of another name', async () => {
    const variant = { VariantName: 'Another', ModelName: 'next', InstanceType: 'ml.m5.large', InitialInstanceCount: 4 };
    emulator.do('CreateEndpointConfig', { EndpointConfigName: 'other', ProductionVariants: [variant] });
    await expect(update(canary(percent(25)), 'other')).rejects.toThrow(
      'The production variant names [Another] must match those of the current endpoint configuration [AllTraffic].',
    );
  });
});

describe('SageMaker takes all the traffic over at once, without a word, where', () => {
  const config = (name: string, more: object) => {
    const variant = {
      VariantName: 'AllTraffic',
      ModelName: 'next',
      InstanceType: 'ml.m5.large',
      InitialInstanceCount: 4,
    };
    emulator.do('CreateEndpointConfig', { EndpointConfigName: name, ProductionVariants: [{ ...variant, ...more }] });
    return name;
  };

  test('the new fleet has one instance', async () => {
    await update(canary(percent(50)), config('one', { InitialInstanceCount: 1 }));
    expect(await statuses([4, 2])).toEqual(['Updating 100 %', 'InService']);
  });

  test('the instances are Inf1', async () => {
    await update(canary(percent(50)), config('inf1', { InstanceType: 'ml.inf1.xlarge' }));
    expect(await statuses([4, 2])).toEqual(['Updating 100 %', 'InService']);
  });

  test('the container is from AWS Marketplace', async () => {
    const Containers = [{ Image: IMAGE, ProductId: 'prod-4711' }];
    const more = { InferenceSpecification: { Containers, SupportedContentTypes: [], SupportedResponseMIMETypes: [] } };
    emulator.deployed({ endpoint: 'sold', package: emulator.register({ more }), name: 'bought', instanceCount: 4 });
    await update(canary(percent(50)), 'bought');
    expect(await statuses([4, 2])).toEqual(['Updating 100 %', 'InService']);
  });

  test('the endpoint is new', async () => {
    const input = { EndpointName: 'new', EndpointConfigName: 'next', DeploymentConfig: canary(percent(50)) };
    await client.send(new CreateEndpointCommand(input));
    emulator.clock.advance(6 * 60_000);
    expect(emulator.endpoint('new')?.status).toBe('InService');
  });
});

describe('an alarm', () => {
  let cloudwatch: CloudWatchClient;
  beforeEach(() => {
    cloudwatch = new CloudWatchClient(clientSettings(emulator));
    emulator.traffic.perMinute.set(ENDPOINT, 100);
  });
  afterEach(() => cloudwatch.destroy());

  const alarm = (config: string): PutMetricAlarmCommandInput => ({
    AlarmName: 'errors',
    Namespace: 'AWS/SageMaker',
    MetricName: 'Invocation5XXErrors',
    Dimensions: [
      { Name: 'EndpointName', Value: ENDPOINT },
      { Name: 'VariantName', Value: 'AllTraffic' },
      { Name: 'EndpointConfigName', Value: config },
    ],
    Statistic: 'Average',
    Period: 60,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    Threshold: 0.05,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  });
  const guarded = { ...canary(percent(25)), AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }] } };

  test('on the new fleet rolls a bad one back, and the good one never went', async () => {
    await cloudwatch.send(new PutMetricAlarmCommand(alarm('next')));
    emulator.runtime.behaviours.set(bad, { errorRate: 0.2 });
    await update(guarded);
    expect(await statuses([4, 4, 5])).toEqual(['Updating 25 %', 'RollingBack', 'InService']);
    const described = await client.send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }));
    expect(described.EndpointConfigName).toBe(`${ENDPOINT}-v1`);
    expect(described.FailureReason).toContain('auto-rollback alarms went into ALARM state: [errors]');
    const { AlarmHistoryItems: [fired] = [] } = await cloudwatch.send(
      new DescribeAlarmHistoryCommand({
        AlarmName: 'errors',
        HistoryItemType: 'StateUpdate',
        MaxRecords: 1,
        EndDate: emulator.clock.now(),
      }),
    );
    const { MetricAlarms: [now] = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ['errors'] }));
    expect(now).toMatchObject({ StateValue: 'OK', TreatMissingData: 'notBreaching' });
    expect(fired?.HistorySummary).toBe('Alarm updated from ALARM to OK');
  });

  test('comes after the errors of the new fleet, as its container wrote them minute by minute', async () => {
    await cloudwatch.send(new PutMetricAlarmCommand(alarm('next')));
    emulator.runtime.behaviours.set(bad, { errorRate: 0.2 });
    const put = vi.spyOn(emulator.logs, 'put');
    await update(guarded);
    await statuses([10]);
    const minutes = put.mock.calls.flatMap(
      ([, , line]) => /(\d\d:\d\d):\d\d \+0000\] \[1\] \[ERROR/.exec(line)?.[1] ?? [],
    );
    expect(new Set(minutes).size).toBeGreaterThan(1);
    expect(minutes).toEqual(minutes.toSorted());
  });

  test('tells the data points that it fired for', async () => {
    await cloudwatch.send(new PutMetricAlarmCommand(alarm('next')));
    emulator.runtime.behaviours.set(bad, { errorRate: 0.2 });
    await update(guarded);
    await statuses([6]);
    const { MetricAlarms: [told] = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'err' }));
    expect(told?.StateReason).toMatch(
      /^Threshold Crossed: 2 out of the last 3 datapoints \[0.2 \(22\/11\/26 08:0\d:00\), 0.2 /,
    );
    expect(JSON.parse(told?.StateReasonData ?? '')).toMatchObject({
      statistic: 'Average',
      threshold: 0.05,
      recentDatapoints: [0.2, 0.2],
      evaluatedDatapoints: [{ sampleCount: 25, value: 0.2 }, { sampleCount: 25 }],
    });
  });

  test('on the new fleet is not moved by the old one', async () => {
    await cloudwatch.send(new PutMetricAlarmCommand(alarm('next')));
    emulator.runtime.behaviours.set(`${bad.replace(/\d+$/, '1')}`, { errorRate: 1 });
    await update(guarded);
    expect(await statuses([5, 10, 11])).toEqual(['Updating 25 %', 'Updating 100 %', 'InService']);
  });

  test('that is in ALARM already rolls the update back at once', async () => {
    await cloudwatch.send(new PutMetricAlarmCommand({ ...alarm('next'), TreatMissingData: 'ignore' }));
    emulator.cloudwatch.alarms.set('errors', 'ALARM', 'By hand.', emulator.clock.now());
    await update(guarded);
    expect(await statuses([2, 1, 6])).toEqual(['Updating', 'RollingBack', 'InService']);
  });

  test('has a history after it is deleted, and is deleted with all that are named or not at all', async () => {
    await cloudwatch.send(new PutMetricAlarmCommand(alarm('next')));
    emulator.cloudwatch.alarms.set('errors', 'ALARM', 'By hand.', emulator.clock.now());
    await expect(cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['errors', 'none'] }))).rejects.toThrow(
      'Alarm not found: none',
    );
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['errors'] }));
    const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ['errors'] }));
    expect(MetricAlarms).toEqual([]);
    const { AlarmHistoryItems } = await cloudwatch.send(new DescribeAlarmHistoryCommand({ AlarmName: 'errors' }));
    expect(AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm "errors" deleted',
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "errors" created',
    ]);
  });

  test.each<[string, Partial<PutMetricAlarmCommandInput>, string]>([
    ['no threshold', { Threshold: undefined }, 'The parameter Threshold is required.'],
    [
      'two statistics',
      { ExtendedStatistic: 'p99' },
      'Exactly one of Statistic and ExtendedStatistic must be specified.',
    ],
    ['a period of 90 s', { Period: 90 }, 'Period must be 10, 20, 30 or a multiple of 60'],
    [
      'more data points than periods',
      { DatapointsToAlarm: 4 },
      'DatapointsToAlarm must be less than or equal to EvaluationPeriods.',
    ],
    [
      'periods of more than a week',
      { Period: 86_400, EvaluationPeriods: 8 },
      'Metrics cannot be checked across more than 7 days',
    ],
    ['another word for missing data', { TreatMissingData: 'fine' }, 'The value for TreatMissingData must be one of'],
    ['metric math', { Metrics: [{ Id: 'a' }] }, 'This emulator does not do PutMetricAlarm with a metric math'],
  ])('with %s is refused', async (_, more, message) => {
    await expect(cloudwatch.send(new PutMetricAlarmCommand({ ...alarm('next'), ...more }))).rejects.toThrow(message);
  });

  test('and the metrics of each fleet can be read, a minute late', async () => {
    await update(canary(percent(25)));
    await statuses([10]);
    const query = (Id: string, config: string): MetricDataQuery => ({
      Id,
      MetricStat: {
        Metric: { Namespace: 'AWS/SageMaker', MetricName: 'Invocations', Dimensions: alarm(config).Dimensions },
        Period: 300,
        Stat: 'Sum',
      },
    });
    const StartTime = new Date('2026-11-22T08:05:00Z');
    const MetricDataQueries = [query('old', `${ENDPOINT}-v1`), query('young', 'next')];
    const read = async (EndTime: string) =>
      cloudwatch.send(new GetMetricDataCommand({ StartTime, EndTime: new Date(EndTime), MetricDataQueries }));
    expect((await read('2026-11-22T09:00:00Z')).MetricDataResults?.map(({ Values }) => Values)).toEqual([[], []]);
    await statuses([1]);
    const { MetricDataResults } = await read('2026-11-22T09:00:00Z');
    expect(MetricDataResults?.map(({ Values }) => Values)).toEqual([[375], [125]]);
    await expect(read('2026-11-22T08:05:00Z')).rejects.toThrow('StartTime must be less than');
  });
});
