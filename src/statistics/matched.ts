import { atMostHits } from './binomial.ts';
import { normalQuantile } from './normal.ts';
import { CONFIDENCE, type OneSidedBounds } from './proportion.ts';

/** Two answers to each of n rows: in so many only the one was right, and in so many only the other. */
export interface Matched {
  readonly won: number;
  readonly lost: number;
  readonly n: number;
}

/**
 * How likely so uneven a count is where neither is better, on both sides: McNemar's exact test with half of the probability of what
 * was seen, the mid-p (M. W. Fagerland, S. Lydersen and P. Laake, BMC Medical Research Methodology 13:91, 2013).
 */
export function mcNemarP({ won, lost }: Pick<Matched, 'won' | 'lost'>): number {
  const [fewer, all] = [Math.min(won, lost), won + lost];
  if (all === 0) return 1;
  const below = atMostHits(fewer - 1, all, 0.5);
  return Math.min(1, below + atMostHits(fewer, all, 0.5));
}

/**
 * Bounds for the difference of the two shares, the won rows less the lost ones: the score interval for matched pairs (T. Tango,
 * Statistics in Medicine 17, 1998), which at a difference of 0 is McNemar's test.
 */
export function matchedBounds(matched: Matched, confidence = CONFIDENCE): OneSidedBounds {
  const z = normalQuantile(confidence);
  return { lower: differenceAtScore(matched, z), upper: differenceAtScore(matched, -z) };
}

/** The score falls while the difference grows. */
function differenceAtScore(matched: Matched, wanted: number): number {
  let [low, high] = [-1, 1];
  for (let step = 0; step < 60; step++) {
    const difference = (low + high) / 2;
    if (scoreAt(matched, difference) > wanted) low = difference;
    else high = difference;
  }
  return (low + high) / 2;
}

/** How far the rows are from a difference, in standard errors where that is true. */
function scoreAt({ won, lost, n }: Matched, difference: number): number {
  const b = (2 * n - won + lost) * difference - won - lost;
  const c = -lost * difference * (1 - difference);
  const lostShare = (Math.sqrt(b * b - 8 * n * c) - b) / (4 * n);
  const variance = n * (2 * lostShare + difference * (1 - difference));
  const distance = won - lost - n * difference;
  return distance === 0 ? 0 : distance / Math.sqrt(Math.max(variance, 0));
}
