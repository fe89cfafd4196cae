import { describe, expect, it } from 'vitest';
import { endpointDescription } from '../../../src/endpoints/description/consistent.ts';
import { strategy } from '../../../src/endpoints/description/strategy.ts';
import { deploymentConfig, secondsOf } from '../../../src/endpoints/description/strategy-effects.ts';

const ON = { instance_type: 'ml.m5.large', instance_count: 4 };

/** What is told of a file with these sections, each problem with its key; nothing where it is right. */
function problems(sections: object): string[] {
  const parsed = endpointDescription.safeParse({ ...ON, ...sections });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
}

const canary = (more: object = {}) => ({ strategy: { type: 'canary', size: 1, wait: 600, ...more } });
const linear = (size: unknown, wait = 300) => ({ strategy: { type: 'linear', size, wait } });
const rolling = (size: unknown, more = {}) => ({ strategy: { type: 'rolling', size, wait: 300, ...more } });

describe('a strategy meets each of the limits of SageMaker', () => {
  it.each<[string, object]>([
    ['a canary of half the instances', canary({ size: 2 })],
    ['a canary of 50 %', canary({ size: '50%' })],
    ['a canary of 1 %', canary({ size: '1 %' })],
    ['linear steps of 10 %', linear('10%')],
    ['linear steps of 50 %', linear('50%')],
    ['linear steps of a quarter, as one of four', linear(1)],
    ['batches of 5 %', rolling('5%')],
    ['batches of 50 %', rolling('50%')],
    ['a wait of an hour', canary({ wait: 3600 })],
    ['a wait of 5 minutes', canary({ wait: 300 })],
    ['all at once without a wait', { strategy: { type: 'all_at_once' } }],
    ['all at once with a bake', { strategy: { type: 'all_at_once', wait: 300 } }],
    ['a termination wait of an hour', canary({ termination_wait: 3600 })],
    ['10 minutes for a bake of 5', { strategy: { type: 'all_at_once', wait: 300, maximum_execution_time: 600 } }],
    ['8 hours', canary({ maximum_execution_time: 28_800 })],
    ['a second more than all waits', canary({ maximum_execution_time: 1201 })],
    ['a rolling update that ends in time', rolling('5%', { maximum_execution_time: 6001 })],
  ])('%s', (_, sections) => {
    expect(problems(sections)).toEqual([]);
  });
});

describe('a strategy breaks each of the limits of SageMaker', () => {
  const wait = 'strategy.wait must be a whole number from 0 to 3600';
  it.each<[string, object, string]>([
    [
      'a canary of more than half the instances',
      canary({ size: 3 }),
      'strategy.size must be at most 50% of the instances, and instance_count is 4',
    ],
    ['a canary of 51 %', canary({ size: '51%' }), 'strategy.size must be at most 50% of the instances'],
    ['a canary of nothing', canary({ size: 0 }), 'strategy.size must be a number of instances, like 1, or a share'],
    ['a canary of a half', canary({ size: 0.5 }), 'strategy.size must be a number of instances'],
    ['a canary of 0 %', canary({ size: '0%' }), 'strategy.size must be a number of instances'],
    ['a canary of no size', { strategy: { type: 'canary', wait: 300 } }, 'strategy.size must be a number of instances'],
    ['linear steps of 9 %', linear('9%'), 'strategy.size must be from 10% to 50% of the instances'],
    ['linear steps of 51 %', linear('51%'), 'strategy.size must be from 10% to 50% of the instances'],
    ['batches of 4 %', rolling('4%'), 'strategy.size must be from 5% to 50% of the instances'],
    ['batches of 51 %', rolling('51%'), 'strategy.size must be from 5% to 50% of the instances'],
    ['a wait of more than an hour', canary({ wait: 3601 }), wait],
    ['a wait below nothing', canary({ wait: -1 }), wait],
    ['a bake that shows nothing', canary({ wait: 299 }), 'strategy.wait must be at least 300 seconds'],
    [
      'requests of the job itself without a bake',
      { strategy: { type: 'all_at_once', bake_traffic: { payload_file: 'payload.json' } } },
      'strategy.bake_traffic has no bake to send requests to: set wait to 300 or more',
    ],
    [
      'requests of the job itself without a payload',
      canary({ bake_traffic: {} }),
      'strategy.bake_traffic.payload_file must be a path in the project',
    ],
    [
      'more requests of the job itself than it may send',
      canary({ bake_traffic: { payload_file: 'payload.json', requests_per_minute: 601 } }),
      'strategy.bake_traffic.requests_per_minute must be a whole number from 1 to 600',
    ],
    [
      'a media type that is none',
      canary({ bake_traffic: { payload_file: 'payload.json', content_type: 'json' } }),
      'strategy.bake_traffic.content_type must be a media type',
    ],
    ['a canary without a bake', canary({ wait: 0 }), 'strategy.wait must be at least 300 seconds'],
    [
      'a termination wait of more than an hour',
      canary({ termination_wait: 3601 }),
      'strategy.termination_wait must be a whole number from 0 to 3600',
    ],
    [
      'less than 10 minutes',
      canary({ maximum_execution_time: 599 }),
      'strategy.maximum_execution_time must be a whole number from 600 to 28800',
    ],
    [
      'more than 8 hours',
      canary({ maximum_execution_time: 28_801 }),
      'strategy.maximum_execution_time must be a whole number from 600 to 28800',
    ],
    [
      'no more time than all waits',
      canary({ termination_wait: 100, maximum_execution_time: 1300 }),
      'strategy.maximum_execution_time must be longer than all the waits together (1300 seconds)',
    ],
    [
      'a rolling update that never ends in time',
      rolling('5%', { maximum_execution_time: 6000 }),
      'strategy.maximum_execution_time must be longer than all the waits together (6000 seconds)',
    ],
    [
      'a strategy of another name',
      { strategy: { type: 'bluegreen' } },
      'strategy.type must be one of all_at_once, canary, linear, rolling',
    ],
    ['a strategy without a type', { strategy: { size: 1 } }, 'strategy.type must be one of all_at_once, canary'],
    [
      'a strategy that is a word',
      { strategy: 'canary' },
      'strategy must be a mapping with a type: all_at_once, canary',
    ],
    ['a key of another strategy', rolling('5%', { termination_wait: 1 }), 'strategy is not known'],
  ])('%s', (_, sections, told) => {
    expect(problems(sections).join('\n')).toContain(told);
  });
});

describe('what SageMaker silently brings in at once is refused, or accepted by an explicit word', () => {
  const one = { instance_count: 1 };
  const inf1 = { instance_type: 'ml.inf1.xlarge' };
  it.each<[string, object, string | undefined]>([
    ['a canary on one instance', { ...canary(), ...one }, 'set instance_count to 2 or more, or add one_instance to'],
    ['the same, accepted', { ...canary({ all_at_once_for: ['one_instance'] }), ...one }, undefined],
    ['a bake of all traffic on one instance', { strategy: { type: 'all_at_once', wait: 300 }, ...one }, undefined],
    ['a canary on Inf1', { ...canary(), ...inf1 }, 'set another instance_type, or add inf1 to all_at_once_for'],
    ['a bake on Inf1', { strategy: { type: 'all_at_once', wait: 300 }, ...inf1 }, 'add inf1 to all_at_once_for'],
    ['the same, accepted', { ...canary({ all_at_once_for: ['inf1'] }), ...inf1 }, undefined],
    ['another word', canary({ all_at_once_for: ['always'] }), 'must be one of first_deployment, one_instance,'],
  ])('%s', (_, sections, told) => {
    if (told === undefined) expect(problems(sections)).toEqual([]);
    else expect(problems(sections).join('\n')).toContain(told);
  });
});

describe('alarms', () => {
  const errors = (more = {}) => ({ server_errors: { threshold: 1, ...more } });
  it.each<[string, object]>([
    ['that have seen all they judge by when the bake ends', { ...canary({ wait: 360 }), alarms: errors() }],
    ['that exist', { ...canary({ wait: 300 }), alarms: { named: [{ name: 'my-alarm' }] } }],
    [
      'of each kind',
      {
        ...canary(),
        alarms: { ...errors(), model_errors: { threshold: 0 }, latency: { threshold: 250, statistic: 'p99' } },
      },
    ],
    ['that only observe', { ...canary(), alarms: { latency: { threshold: 250, action: 'observe' } } }],
  ])('%s are taken', (_, sections) => {
    expect(problems(sections)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['without a strategy', { alarms: errors() }, 'alarms has nothing to watch: set strategy.wait to 300 or more'],
    [
      'that a bake is too short for',
      { ...canary({ wait: 359 }), alarms: errors() },
      'strategy.wait must be at least 360 seconds: the longest alarm (period x periods), and 180 seconds until CloudWatch tells',
    ],
    [
      'that can never fire',
      { ...canary(), alarms: errors({ datapoints: 4 }) },
      'alarms.server_errors.datapoints must be at most periods (3)',
    ],
    [
      'with a period of 90 s',
      { ...canary(), alarms: errors({ period: 90 }) },
      'alarms.server_errors.period must be a whole number of minutes',
    ],
    [
      'with a period of 45 s, which is told once',
      { ...canary(), alarms: errors({ period: 45 }) },
      'alarms.server_errors.period must be a whole number of minutes, in seconds: 60, 120, and so on up to 900',
    ],
    [
      'above 100 %, which nothing is',
      { ...canary(), alarms: errors({ threshold: 100 }) },
      'alarms.server_errors.threshold must be a number from 0 to 99',
    ],
    [
      'of a name alone',
      { ...canary(), alarms: { named: ['my-alarm'] } },
      'alarms.named.0 must be an alarm by its name: "- name: my-alarm"',
    ],
    [
      'of no name',
      { ...canary(), alarms: { named: [{ name: ' ' }] } },
      'alarms.named.0.name must be the name of an alarm',
    ],
    [
      'that the job would delete with those of the release',
      { ...canary(), alarms: { named: [{ name: 'sagemaker-components/resale-price-uat/mine' }] } },
      'alarms.named.0.name must not begin with sagemaker-components/, as the alarms of a release do',
    ],
    [
      'of which one is named twice',
      { ...canary(), alarms: { named: [{ name: 'a' }, { name: 'a', action: 'observe' }] } },
      'alarms.named must not name an alarm twice',
    ],
    [
      'that are eleven with those of the release',
      { ...canary(), alarms: { named: Array.from({ length: 8 }, (_, index) => ({ name: `a${index}` })) } },
      'alarms.named must have at most 7 alarms',
    ],
    ['of another kind', { ...canary(), alarms: { server_error: { threshold: 1 } } }, 'did you mean server_errors?'],
    [
      'that do something else',
      { ...canary(), alarms: errors({ action: 'page' }) },
      'alarms.server_errors.action must be roll_back or observe',
    ],
  ])('%s are refused', (_, sections, told) => {
    expect(problems(sections).join('\n')).toContain(told);
  });
});

describe('the request for an update', () => {
  const request = (section: object, alarms: string[] = []) => deploymentConfig(strategy.parse(section), alarms);

  it('of a canary says its size, its waits, its end and its alarms', () => {
    const section = { type: 'canary', size: 1, wait: 600, termination_wait: 300, maximum_execution_time: 3600 };
    expect(request(section, ['a', 'b'])).toEqual({
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: {
          Type: 'CANARY',
          WaitIntervalInSeconds: 600,
          CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 },
        },
        TerminationWaitInSeconds: 300,
        MaximumExecutionTimeoutInSeconds: 3600,
      },
      AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'a' }, { AlarmName: 'b' }] },
    });
  });

  it('of linear steps says the share of each', () => {
    const LinearStepSize = { Type: 'CAPACITY_PERCENT', Value: 10 };
    const TrafficRoutingConfiguration = { Type: 'LINEAR', WaitIntervalInSeconds: 300, LinearStepSize };
    expect(request({ type: 'linear', size: '10 %', wait: 300 })).toEqual({
      BlueGreenUpdatePolicy: { TrafficRoutingConfiguration, TerminationWaitInSeconds: 0 },
    });
  });

  it('that rolls says the batch', () => {
    expect(request({ type: 'rolling', size: '25%', wait: 300 })).toEqual({
      RollingUpdatePolicy: { MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 25 }, WaitIntervalInSeconds: 300 },
    });
  });

  it('that is all at once bakes as long as it says', () => {
    const TrafficRoutingConfiguration = { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 300 };
    expect(request({ type: 'all_at_once', wait: 300 })).toEqual({
      BlueGreenUpdatePolicy: { TrafficRoutingConfiguration, TerminationWaitInSeconds: 0 },
    });
  });

  it.each([
    ['a canary waits twice', { type: 'canary', size: 1, wait: 600, termination_wait: 60 }, 1260],
    ['linear steps of a third wait three times, and the rest', { type: 'linear', size: '30%', wait: 300 }, 1200],
    ['batches of a half wait twice', { type: 'rolling', size: 2, wait: 300 }, 600],
    ['all at once waits once', { type: 'all_at_once', wait: 300, termination_wait: 60 }, 360],
  ])('%s', (_, section, seconds) => {
    expect(secondsOf(strategy.parse(section), 4)).toBe(seconds);
  });
});
