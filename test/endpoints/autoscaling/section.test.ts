import { describe, expect, it } from 'vitest';
import { autoscaling } from '../../../src/endpoints/description/autoscaling.ts';
import { endpointDescription } from '../../../src/endpoints/description/consistent.ts';

const LEAST = { minimum: 2, maximum: 12, invocations_per_instance: 300 };
const METRIC = { namespace: '/aws/sagemaker/Endpoints', name: 'CPUUtilization', statistic: 'Average', target: 70 };
const NIGHT = { schedule: 'cron(0 20 * * ? *)', timezone: 'Asia/Singapore', minimum: 1 };

function problemsIn(given: object): string[] {
  const { error } = autoscaling.safeParse(given);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`.trim());
}

describe('the section autoscaling of an endpoint file', () => {
  it('needs bounds and what scales between them; AWS’s cool-downs are the defaults', () => {
    expect(autoscaling.parse(LEAST)).toEqual({
      ...LEAST,
      scale_out_cooldown: 300,
      scale_in_cooldown: 300,
      scale_in: true,
      schedules: {},
    });
  });

  it.each([
    { ...LEAST, minimum: 1, maximum: 1 },
    { ...LEAST, maximum: 10_000 },
    { ...LEAST, scale_out_cooldown: 0, scale_in_cooldown: 86_400 },
    { minimum: 1, maximum: 2, metric: METRIC },
    { minimum: 1, maximum: 2, metric: { ...METRIC, unit: 'Percent', dimensions: {} } },
    { minimum: 1, maximum: 2, schedules: { night: NIGHT } },
    { ...LEAST, schedules: { once: { schedule: 'at(2026-12-24T18:00:00)', maximum: 3 } } },
    { ...LEAST, schedules: { daily: { schedule: 'rate(1 day)', minimum: 2, maximum: 2 } } },
    { ...LEAST, schedules: Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`s${index}`, NIGHT])) },
  ])('may be %j', (given) => {
    expect(problemsIn(given)).toEqual([]);
  });

  it.each([
    [{ ...LEAST, minimum: -1 }, 'minimum must be a whole number from 0 to 10000'],
    [{ ...LEAST, maximum: 10_001 }, 'maximum must be a whole number from 1 to 10000'],
    [{ ...LEAST, minimum: 13 }, 'minimum must be at most maximum'],
    [{ ...LEAST, invocations_per_instance: 0 }, 'invocations_per_instance must be a number from 0.001 to 1000000000'],
    [
      { ...LEAST, invocations_per_instance: '300' },
      'invocations_per_instance must be a number from 0.001 to 1000000000',
    ],
    [{ ...LEAST, scale_in_cooldown: 86_401 }, 'scale_in_cooldown must be a whole number from 0 to 86400'],
    [{ ...LEAST, scale_out_cooldown: -1 }, 'scale_out_cooldown must be a whole number from 0 to 86400'],
    [{ ...LEAST, scale_in: 'no' }, 'scale_in must be true or false'],
    [
      { ...LEAST, metric: METRIC },
      'metric must not be given beside invocations_per_instance: an endpoint is scaled by one of them',
    ],
    [
      { minimum: 1, maximum: 2 },
      'must have invocations_per_instance, metric or schedules: otherwise nothing is scaled',
    ],
    [{ ...LEAST, minumum: 1 }, 'is not known: did you mean minimum?'],
    [
      { minimum: 1, maximum: 2, metric: { ...METRIC, statistic: 'p99' } },
      'metric.statistic must be Average, Minimum, Maximum, SampleCount or Sum',
    ],
    [
      { minimum: 1, maximum: 2, metric: { ...METRIC, target: -1 } },
      'metric.target must be a number from 0.001 to 1000000000',
    ],
    [
      { ...LEAST, schedules: { night: { ...NIGHT, schedule: 'every night' } } },
      'schedules.night.schedule must be like cron(0 7 ? * MON-FRI *), rate(1 day) or at(2026-12-24T18:00:00)',
    ],
    [
      { ...LEAST, schedules: { night: { ...NIGHT, timezone: 'Singapore/Changi' } } },
      'schedules.night.timezone must be the name of a time zone, like Asia/Singapore',
    ],
    [
      { ...LEAST, schedules: { night: { ...NIGHT, schedule: 'rate(1 day)' } } },
      'schedules.night.timezone must not be given with rate, which knows no time of day',
    ],
    [{ ...LEAST, schedules: { night: { schedule: NIGHT.schedule } } }, 'schedules.night must have minimum or maximum'],
    [
      { ...LEAST, schedules: { night: { ...NIGHT, minimum: 3, maximum: 2 } } },
      'schedules.night must have a minimum of at most the maximum, also with those of autoscaling (2 and 12)',
    ],
    [
      { ...LEAST, schedules: { night: { schedule: NIGHT.schedule, maximum: 1 } } },
      'schedules.night must have a minimum of at most the maximum, also with those of autoscaling (2 and 12)',
    ],
    [
      { ...LEAST, schedules: { 'by night': NIGHT } },
      'schedules.by night must have a name of letters, digits, _ and -, of at most 100 characters',
    ],
    [
      { ...LEAST, schedules: Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`s${index}`, NIGHT])) },
      'schedules must have at most 200 schedules',
    ],
  ])('refuses %j', (given, problem) => {
    expect(problemsIn(given)).toEqual([problem]);
  });

  it.each([
    [{ instance_type: 'ml.m5.large', instance_count: 2 }, undefined],
    [{ instance_type: 'ml.m5.large', instance_count: 12 }, undefined],
    [{ instance_type: 'ml.m5.large', instance_count: 1 }, 'instance_count must be from 2 to 12, as autoscaling says'],
    [{ instance_type: 'ml.m5.large', instance_count: 13 }, 'instance_count must be from 2 to 12, as autoscaling says'],
    [
      { instance_type: 'ml.t2.medium', instance_count: 2 },
      'instance_type must be no burstable type beside autoscaling: SageMaker does not scale ml.t2.medium',
    ],
  ])('beside %j: %s', (beside, problem) => {
    const { error } = endpointDescription.safeParse({ ...beside, autoscaling: LEAST });
    const [issue] = error?.issues ?? [];
    expect(issue && `${issue.path.join('.')} ${issue.message}`).toBe(problem);
  });
});
