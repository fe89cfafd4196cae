import * as z from 'zod/mini';
import { mapping, whole } from '../../files/schema.ts';

/*
 * The CloudWatch alarms that watch an update. Some exist, and the file names them. The others are made for one release,
 * on its new fleet alone, and are deleted when it has ended.
 */

const ACTIONS = ['roll_back', 'observe'] as const;
const action = z._default(
  z
    .enum(ACTIONS, `must be ${ACTIONS.join(' or ')}`)
    .check(z.describe('roll_back: the alarm rolls the update back. observe: the job only reports it.')),
  'roll_back',
);

const PERIOD_MEANING = 'must be a whole number of minutes, in seconds: 60, 120, and so on up to 900';

const evaluation = {
  period: z._default(
    z
      .int(PERIOD_MEANING)
      .check(
        z.minimum(60, PERIOD_MEANING),
        z.maximum(900, PERIOD_MEANING),
        z.multipleOf(60, PERIOD_MEANING),
        z.describe('How long one data point is, in seconds.'),
      ),
    60,
  ),
  periods: z._default(whole(1, 15).check(z.describe('How many of the last data points count.')), 3),
  datapoints: z._default(whole(1, 15).check(z.describe('How many of them must be above the threshold.')), 2),
  action,
};

const number = (least: number, most: number) => {
  const meaning = `must be a number from ${least} to ${most}`;
  return z.number(meaning).check(z.minimum(least, meaning), z.maximum(most, meaning));
};

const STATISTICS = ['average', 'p50', 'p90', 'p95', 'p99'] as const;

/** The section `alarms` of an endpoint file. */
export const alarms = mapping({
  named: z._default(
    z
      .array(
        mapping(
          {
            name: z.string('must be the name of an alarm').check(
              z.regex(/^(?!\s*$).{1,255}$/, 'must be the name of an alarm, of at most 255 characters'),
              // deploy-model deletes those with the release.
              z.regex(
                /^(?!sagemaker-components\/)/,
                'must not begin with sagemaker-components/, as the alarms of a release do',
              ),
              z.describe('The name of a CloudWatch alarm that exists. It must not be in ALARM.'),
            ),
            action,
          },
          {},
          'must be an alarm by its name: "- name: my-alarm"',
        ),
        'must be a list of alarms: "- name: my-alarm"',
      )
      .check(
        z.maxLength(7, 'must have at most 7 alarms'),
        z.refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must not name an alarm twice'),
        z.describe('Alarms that exist.'),
      ),
    [],
  ),
  server_errors: z.optional(
    mapping({
      // Above a threshold of 100 there is nothing: such an alarm never fires.
      threshold: number(0, 99).check(z.describe('Per cent of the requests that end with a 5XX error.')),
      ...evaluation,
    }).check(z.describe('An alarm on requests that end with a 5XX error.')),
  ),
  model_errors: z.optional(
    mapping({
      threshold: whole(0, 1_000_000).check(z.describe('How many requests in a period the model does not answer well.')),
      ...evaluation,
    }).check(z.describe('An alarm on requests that the model does not answer well.')),
  ),
  latency: z.optional(
    mapping({
      threshold: number(0.001, 60_000).check(z.describe('Milliseconds that the model takes for a request.')),
      statistic: z._default(
        z
          .enum(STATISTICS, `must be one of ${STATISTICS.join(', ')}`)
          .check(z.describe('Which of the requests of a period count.')),
        'average',
      ),
      ...evaluation,
    }).check(z.describe('An alarm on the time that the model takes.')),
  ),
}).check(z.describe('CloudWatch alarms that watch an update, and roll it back.'));

export type AlarmsSection = z.output<typeof alarms>;
