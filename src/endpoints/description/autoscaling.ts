import * as z from 'zod/mini';
import { mapping, text, whole } from '../../files/schema.ts';
import { type Capacity, startingInstances } from './capacity.ts';

const MOST_INSTANCES = 10_000;

/** None at all is only for endpoints that are asynchronous (kind-table.ts). */
const instances = whole(0, MOST_INSTANCES);
/** Seconds. Application Auto Scaling names no most: a day is longer than anybody waits. */
const seconds = whole(0, 86_400);

const TARGET = 'must be a number from 0.001 to 1000000000';
const target = z.number(TARGET).check(z.minimum(0.001, TARGET), z.maximum(1e9, TARGET));

const metric = mapping({
  namespace: text(/^[^:][\x20-\x7e]{0,254}$/, 'must be the namespace of a CloudWatch metric').check(
    z.describe('The CloudWatch namespace, such as /aws/sagemaker/Endpoints.'),
  ),
  name: text(/^[\x20-\x7e]{1,255}$/, 'must be the name of a CloudWatch metric').check(
    z.describe('The name of the metric, such as CPUUtilization.'),
  ),
  statistic: z
    .enum(['Average', 'Minimum', 'Maximum', 'SampleCount', 'Sum'], {
      error: 'must be Average, Minimum, Maximum, SampleCount or Sum',
    })
    .check(z.describe('How the values of a minute are combined.')),
  unit: z.optional(
    text(/^[A-Za-z/]{1,30}$/, 'must be a unit of CloudWatch, like Percent').check(
      z.describe('The unit, if it has one.'),
    ),
  ),
  dimensions: z.optional(
    z
      .record(z.string(), z.string('must be a text: write numbers between quotes'), 'must be a mapping')
      .check(
        z.describe(
          'Its dimensions. Without this key: EndpointName and VariantName of this endpoint; of a queue, EndpointName alone.',
        ),
      ),
  ),
  target: target.check(z.describe('The value to keep the metric at.')),
});

/** https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html */
const SCHEDULE = /^(at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\))$/;

function isTimezone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '' && !/^[+-]/.test(zone);
  } catch {
    return false;
  }
}

const schedule = mapping({
  schedule: text(SCHEDULE, 'must be like cron(0 7 ? * MON-FRI *), rate(1 day) or at(2026-12-24T18:00:00)').check(
    z.describe('When: cron with six fields, rate or at.'),
  ),
  timezone: z.optional(
    z
      .string('must be the name of a time zone')
      .check(
        z.refine(isTimezone, 'must be the name of a time zone, like Asia/Singapore'),
        z.describe('The time zone of cron and at. Without it: UTC.'),
      ),
  ),
  minimum: z.optional(instances.check(z.describe('The minimum from then on.'))),
  maximum: z.optional(instances.check(z.describe('The maximum from then on.'))),
}).check(
  z.refine(({ minimum, maximum }) => minimum !== undefined || maximum !== undefined, 'must have minimum or maximum'),
  z.refine(({ schedule: when, timezone }) => timezone === undefined || !when.startsWith('rate'), {
    path: ['timezone'],
    error: 'must not be given with rate, which knows no time of day',
  }),
);

/** Application Auto Scaling's quota for one target. */
const MOST_SCHEDULES = 200;

const schedules = z
  .record(text(/^[a-zA-Z0-9][\w-]{0,99}$/, 'must be a name of letters, digits, _ and -'), schedule, {
    error: ({ code }) =>
      code === 'invalid_key'
        ? 'must have a name of letters, digits, _ and -, of at most 100 characters'
        : 'must be a mapping, with a schedule under each name',
  })
  .check(z.refine((all) => Object.keys(all).length <= MOST_SCHEDULES, `must have at most ${MOST_SCHEDULES} schedules`));

interface Bounded {
  readonly minimum: number;
  readonly maximum: number;
  readonly schedules: Readonly<Record<string, { minimum?: number | undefined; maximum?: number | undefined }>>;
}

/** A schedule changes the bounds that it names, and leaves the other: together they must be bounds. */
function refuseCrossing({ value, issues }: z.core.ParsePayload<Bounded>): void {
  for (const [name, { minimum, maximum }] of Object.entries(value.schedules)) {
    if ((minimum ?? value.minimum) <= (maximum ?? value.maximum)) continue;
    const message = `must have a minimum of at most the maximum, also with those of autoscaling (${value.minimum} and ${value.maximum})`;
    issues.push({ code: 'custom', path: ['schedules', name], input: value, message });
  }
}

/** How many instances run. Each limit is checked here; what it means for the endpoint is in ../autoscaling. */
export const autoscaling = mapping({
  minimum: instances.check(z.describe('The fewest instances: at least 1, unless the endpoint is asynchronous.')),
  maximum: whole(1, MOST_INSTANCES).check(z.describe('The most instances.')),
  invocations_per_instance: z.optional(
    target.check(z.describe('How many requests each instance is to answer in a minute. Or metric.')),
  ),
  metric: z.optional(metric.check(z.describe('A CloudWatch metric to keep at a target. Or invocations_per_instance.'))),
  scale_out_cooldown: z._default(
    seconds.check(z.describe('Seconds after instances were added, before more are added.')),
    300,
  ),
  scale_in_cooldown: z._default(
    seconds.check(z.describe('Seconds after instances were removed, before more are removed.')),
    300,
  ),
  scale_in: z._default(
    z
      .boolean('must be true or false')
      .check(z.describe('false: the metric only adds instances, and never removes one.')),
    true,
  ),
  schedules: z._default(schedules.check(z.describe('Other bounds from a time on, each under a name of its own.')), {}),
}).check(
  z.refine(({ minimum, maximum }) => minimum <= maximum, {
    path: ['minimum'],
    error: 'must be at most maximum',
  }),
  refuseCrossing,
  z.refine(({ invocations_per_instance: requests, metric: own }) => requests === undefined || own === undefined, {
    path: ['metric'],
    error: 'must not be given beside invocations_per_instance: an endpoint is scaled by one of them',
  }),
  z.refine(
    ({ invocations_per_instance: requests, metric: own, schedules: planned }) =>
      requests !== undefined || own !== undefined || Object.keys(planned).length > 0,
    'must have invocations_per_instance, metric or schedules: otherwise nothing is scaled',
  ),
);

export type AutoscalingSection = z.output<typeof autoscaling>;

interface Scaling extends Capacity {
  readonly autoscaling?: Pick<AutoscalingSection, 'minimum' | 'maximum'> | null | undefined;
}

/**
 * Tells what of the section and the rest of a description does not fit together. SageMaker scales no burstable instance:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html
 */
export function autoscalingFits({ value, issues }: z.core.ParsePayload<Scaling>): void {
  const { instance_type, autoscaling: scaled } = value;
  const instance_count = startingInstances(value);
  const refuse = (path: string, message: string) =>
    issues.push({ code: 'custom', path: [path], input: value, message });
  if (!scaled) return;
  if (/^ml\.t\d/.test(instance_type ?? ''))
    refuse('instance_type', `must be no burstable type beside autoscaling: SageMaker does not scale ${instance_type}`);
  if (instance_count < scaled.minimum || instance_count > scaled.maximum)
    refuse('instance_count', `must be from ${scaled.minimum} to ${scaled.maximum}, as autoscaling says`);
}
