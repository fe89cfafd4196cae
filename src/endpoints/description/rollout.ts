import * as z from 'zod/mini';
import { type AlarmsSection, alarms } from './alarms.ts';
import { alarmProblems, isActing, secondsToFire } from './alarms-effects.ts';
import { type Capacity, startingInstances } from './capacity.ts';
import { type FallBack, type Strategy, strategy } from './strategy.ts';
import { accepts, fallBacksOf, strategyProblems } from './strategy-effects.ts';

/** The sections that say how an update is brought in, and what watches it. */
export const rollout = { strategy: z.optional(strategy), alarms: z.optional(alarms) };

interface Rollout extends Capacity {
  readonly strategy?: Strategy | undefined;
  readonly alarms?: AlarmsSection | undefined;
}

interface Problem {
  readonly path: readonly string[];
  readonly why: string;
}

/** Tells what of the two sections does not fit together, or would be refused by SageMaker, each at its key. */
export function rolloutFits({ value, issues }: z.core.ParsePayload<Rollout>): void {
  for (const { path, why } of rolloutProblems(value))
    issues.push({ code: 'custom', path: [...path], input: value, message: why });
}

function rolloutProblems({ strategy: how, alarms: watching, ...on }: Rollout): Problem[] {
  return [
    ...(how
      ? strategyProblems(how, startingInstances(on)).map(({ key, why }) => ({ path: ['strategy', key], why }))
      : []),
    ...(how ? fallBackProblems(how, on) : []),
    ...(watching ? alarmProblems(watching).map(({ path, why }) => ({ path: ['alarms', ...path], why })) : []),
    ...(watching ? bakeProblems(watching, how) : []),
  ];
}

const FALL_BACK_WORDS = {
  one_instance: 'on one instance: set instance_count to 2 or more',
  inf1: 'on Inf1 instances: set another instance_type',
} as const satisfies Partial<Record<FallBack, string>>;

/** Where the file itself shows that SageMaker would move all the traffic at once. */
function fallBackProblems(how: Strategy, on: Capacity) {
  return fallBacksOf(how, on)
    .filter((situation) => !accepts(how, situation))
    .map((situation) => ({
      path: ['strategy', 'type'],
      why: `${how.type} does nothing ${FALL_BACK_WORDS[situation]}, or add ${situation} to all_at_once_for. SageMaker would move all the traffic at once`,
    }));
}

/** Alarms need a bake to watch, and one that is long enough for each of them. */
function bakeProblems(watching: AlarmsSection, how: Strategy | undefined): Problem[] {
  const wait = how?.wait ?? 0;
  const needed = secondsToFire(watching);
  if (wait === 0 && isActing(watching))
    return [{ path: ['alarms'], why: 'has nothing to watch: set strategy.wait to 300 or more' }];
  if (wait > 0 && wait < needed)
    return [
      {
        path: ['strategy', 'wait'],
        why: `must be at least ${needed} seconds: the longest alarm (period x periods), and 180 seconds until CloudWatch tells`,
      },
    ];
  return [];
}
