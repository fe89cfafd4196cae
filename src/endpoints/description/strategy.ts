import * as z from 'zod/mini';
import { mapping, whole } from '../../files/schema.ts';
import { bakeTraffic } from './bake-traffic.ts';

/*
 * How an update brings its new fleet into service. SageMaker's limits:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
 */

/** What SageMaker takes all the traffic over at once for, whatever strategy it was asked for, and tells nobody. */
const FALL_BACKS = ['first_deployment', 'one_instance', 'marketplace', 'inf1'] as const;

export type FallBack = (typeof FALL_BACKS)[number];

const SIZE = /^([1-9]\d?|100) ?%$/;
const SIZE_MEANING = 'must be a number of instances, like 1, or a share of them, like "10%"';

const size = z.union(
  [z.int(SIZE_MEANING).check(z.minimum(1, SIZE_MEANING)), z.string(SIZE_MEANING).check(z.regex(SIZE, SIZE_MEANING))],
  { error: SIZE_MEANING },
);
const wait = whole(0, 3600).check(
  z.describe('How long each step is watched before the next, in seconds: 0 (all_at_once only), or at least 300.'),
);
const common = {
  termination_wait: z._default(
    whole(0, 3600).check(z.describe('How long the old fleet stays after the last step, in seconds.')),
    0,
  ),
  maximum_execution_time: z.optional(
    whole(600, 28_800).check(z.describe('When SageMaker rolls an update back that has not ended, in seconds.')),
  ),
  min_bake_requests: z._default(
    whole(1, 1_000_000).check(
      z.describe(
        'How many requests of others must reach the new fleet while it bakes. With fewer, the bake shows nothing.',
      ),
    ),
    300,
  ),
  bake_traffic: z.optional(bakeTraffic),
  all_at_once_for: z._default(
    z
      .array(z.enum(FALL_BACKS, `must be one of ${FALL_BACKS.join(', ')}`), 'must be a list')
      .check(
        z.describe('Where SageMaker may move all the traffic at once, without a bake. Anywhere else that is refused.'),
      ),
    [],
  ),
};
const { termination_wait: _, ...ofRolling } = common;
const TYPES = ['all_at_once', 'canary', 'linear', 'rolling'] as const;

/** The section `strategy` of an endpoint file. */
export const strategy = z
  .discriminatedUnion(
    'type',
    [
      mapping({
        type: z.literal('all_at_once').check(z.describe('How the traffic moves to the new fleet.')),
        wait: z._default(wait, 0),
        ...common,
      }),
      mapping({
        type: z.literal('canary'),
        size: size.check(z.describe('The part of the new fleet that takes traffic first: at most half of it.')),
        wait,
        ...common,
      }),
      mapping({
        type: z.literal('linear'),
        size: size.check(z.describe('The part of the new fleet that each step adds: from a tenth to half of it.')),
        wait,
        ...common,
      }),
      mapping({
        type: z.literal('rolling'),
        size: size.check(z.describe('How many instances are replaced at a time: from a twentieth to half of them.')),
        wait,
        ...ofRolling,
      }),
    ],
    {
      error: ({ code }) =>
        code === 'invalid_union'
          ? `must be one of ${TYPES.join(', ')}`
          : `must be a mapping with a type: ${TYPES.join(', ')}`,
    },
  )
  .check(z.describe('How an update brings the new version into service. Without it, all the traffic moves at once.'));

export type Strategy = z.output<typeof strategy>;
