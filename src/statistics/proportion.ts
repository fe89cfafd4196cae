import { atMostHits } from './binomial.ts';
import { normalQuantile } from './normal.ts';

/** Of the bounds that a verdict rests on: each is wrong in at most 5 % of the cases. */
export const CONFIDENCE = 0.95;

/**
 * The share that so many hits in so many trials exclude from above: the one-sided upper bound of Clopper and Pearson (Biometrika
 * 26, 1934). At this share, so few hits or fewer come up in only 5 % of the cases.
 */
export function upperShare(hits: number, trials: number, confidence = CONFIDENCE): number {
  if (hits >= trials) return 1;
  let [low, high] = [hits / trials, 1];
  for (let step = 0; step < 60; step++) {
    const share = (low + high) / 2;
    if (atMostHits(hits, trials, share) > 1 - confidence) low = share;
    else high = share;
  }
  return high;
}

/** The share that so many hits in so many trials exclude from below. */
export function lowerShare(hits: number, trials: number, confidence = CONFIDENCE): number {
  return 1 - upperShare(trials - hits, trials, confidence);
}

/** Hits among trials. */
export interface Counted {
  readonly hits: number;
  readonly trials: number;
}

/** A one-sided bound on either side. */
export interface OneSidedBounds {
  readonly lower: number;
  readonly upper: number;
}

/**
 * OneSidedBounds for the difference of two independent shares, the first less the second: Newcombe's hybrid of two Wilson intervals (method
 * 10 in Statistics in Medicine 17, 1998).
 */
export function differenceBounds(one: Counted, other: Counted, confidence = CONFIDENCE): OneSidedBounds {
  const z = normalQuantile(confidence);
  const [first, second] = [one, other].map((each) => ({ share: each.hits / each.trials, ...wilson(each, z) }));
  if (first === undefined || second === undefined) throw new Error('two shares differ');
  const difference = first.share - second.share;
  return {
    lower: difference - Math.hypot(first.share - first.lower, second.upper - second.share),
    upper: difference + Math.hypot(first.upper - first.share, second.share - second.lower),
  };
}

function wilson({ hits, trials }: Counted, z: number): OneSidedBounds {
  const share = hits / trials;
  const middle = share + (z * z) / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const whole = 1 + (z * z) / trials;
  return { lower: (middle - half) / whole, upper: (middle + half) / whole };
}
