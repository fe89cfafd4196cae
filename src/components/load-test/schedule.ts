/** How requests are spread over time. */
export const SHAPES = ['constant', 'steps', 'ramp'] as const;

/** What a load test is asked for, in requests a second and seconds. */
export interface Load {
  readonly shape: (typeof SHAPES)[number];
  /** The rate, or the highest one of steps and of a ramp. */
  readonly rate: number;
  readonly duration: number;
  /** How many steps there are, if the shape is that. */
  readonly steps: number;
  /** How long requests are sent before any is counted. */
  readonly warm_up: number;
}

/** A time during which the rate stays, or rises evenly. */
export interface Stage {
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
  readonly requests: number;
  /** Whether its requests are counted: those of the warm-up are not. */
  readonly counted: boolean;
}

/** The stages of a load test, in order. */
export function stagesOf({ shape, rate, duration, steps, warm_up }: Load): Stage[] {
  const counted = countedStages({ shape, rate, duration, steps });
  const first = counted[0]?.from ?? rate;
  // From a tenth, so that not every request begins with a connection of its own.
  return [...(warm_up > 0 ? [stage(first / 10, first, warm_up, false)] : []), ...counted];
}

function countedStages({ shape, rate, duration, steps }: Omit<Load, 'warm_up'>): Stage[] {
  if (shape === 'constant') return [stage(rate, rate, duration)];
  // From a tenth: at a rate of nearly nothing, nothing is measured.
  if (shape === 'ramp') return [stage(rate / 10, rate, duration)];
  return Array.from({ length: steps }, (_, index) => {
    const each = (rate * (index + 1)) / steps;
    return stage(each, each, duration / steps);
  });
}

function stage(from: number, to: number, seconds: number, counted = true): Stage {
  return { from, to, seconds, requests: Math.max(1, Math.floor(((from + to) / 2) * seconds)), counted };
}

/**
 * When a request of a stage is meant to be sent, in milliseconds from the beginning of the stage; `index` counts from 0. Whatever
 * has come of the requests before, it is meant to be sent then: users do not wait for each other.
 */
export function intendedAt({ from, to, seconds }: Stage, index: number): number {
  const rise = (to - from) / seconds;
  // The time at which so many requests are due, where the rate rises evenly: from t + rise t^2 / 2 = index.
  return 1000 * (rise === 0 ? index / from : (Math.sqrt(from * from + 2 * rise * index) - from) / rise);
}
