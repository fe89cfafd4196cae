import * as z from 'zod/mini';
import { mapping, oneOf, whole } from '../files/schema.ts';
import { METRIC_NAMES, type MetricName } from '../statistics/metrics.ts';

const share = z.number('must be a number').check(z.minimum(0, 'must be from 0'), z.maximum(1, 'must be to 1'));
const margin = z
  .number('must be a number')
  .check(z.positive('must be above 0: no number of rows shows a model to be exactly as good'));

const latency = z
  .number('must be a number')
  .check(
    z.minimum(0.1, 'must be from 0.1: instances of one type differ by about as much'),
    z.maximum(10, 'must be to 10'),
  );

const margins = mapping(
  Object.fromEntries(METRIC_NAMES.map((name) => [name, z.optional(margin)])) as Record<
    MetricName,
    z.ZodMiniOptional<typeof margin>
  >,
);

/** What the section `comparison` of a quality file says: how a challenger is compared with the champion. */
export const comparisonSection = mapping({
  primary: oneOf(METRIC_NAMES).check(z.describe('The metric that the comparison is for. It has a margin, too.')),
  margins: margins.check(
    z.describe('The metrics that are compared, each with how much worse than the champion the challenger may be.'),
  ),
  errors: z
    ._default(share, 0.05)
    .check(z.describe('How much larger than that of the champion the share of failed requests may be.')),
  latency: z
    .optional(latency)
    .check(
      z.describe(
        'How much longer than with the champion a request may take, as a share: 0.1 is 10 %, and the least. Without it, latency is shown and not judged. With it, each version has two instances.',
      ),
    ),
  batch: z
    ._default(whole(1, 10_000), 5)
    .check(
      z.describe(
        'How many rows a request has at most: few, so that there are enough requests to compare how often they fail.',
      ),
    ),
  expected_discordance: z
    ._default(share, 0.1)
    .check(
      z.describe('The share of rows that probably only one of the two answers rightly, for what is said beforehand.'),
    ),
});

export type ComparisonPlan = z.output<typeof comparisonSection>;

/** How many instances each version has: two, on two endpoints, where latency is judged. One differs from another by its machine. */
export function instancesEach({ latency: judged }: ComparisonPlan): number {
  return judged === undefined ? 1 : 2;
}

/** The metrics that are compared, the primary one first. */
export function comparedMetrics({ primary, margins: given }: ComparisonPlan): MetricName[] {
  return [primary, ...METRIC_NAMES.filter((name) => name !== primary && given[name] !== undefined)];
}
