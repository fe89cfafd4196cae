import type { EvidenceEntry } from '../registry/entries.ts';
import type { Estimate } from '../statistics/interval.ts';
import { moreRows } from './more-rows.ts';

export type QualityVerdict = Exclude<EvidenceEntry['verdict'], 'first'>;

/** A verdict about one number, and what it rests on. */
export interface JudgedLimit {
  readonly verdict: QualityVerdict;
  /** Where it is inconclusive: about how many rows more would decide, where a number of rows would. */
  readonly more?: number;
}

/** What is judged: a value with its bounds, and the rows that it rests on. */
type WithBounds = Pick<Estimate, 'value' | 'lower' | 'upper' | 'n'>;

/** A bound that a metric must keep: `above` where it may not even be equal. */
export type Limit =
  | { readonly is: 'min' | 'max'; readonly value: number }
  | { readonly is: 'above'; readonly value: number };

/**
 * Judges an estimate at its one-sided 95 % bounds: good when the bound on the side of the limit keeps it, bad when even
 * the other bound breaks it. What lies between shows nothing; what has no bounds, too. Of `rows` in all, the estimate may rest on a part.
 */
export function judgeLimit({ value, lower, upper, n }: WithBounds, limit: Limit, rows = n): JudgedLimit {
  const [worst, best] = limit.is === 'max' ? [upper, lower] : [lower, upper];
  if (keeps(worst, limit)) return { verdict: 'good' };
  if (breaks(best, limit)) return { verdict: 'bad' };
  // It will be good with more rows, or bad: whichever the value says now.
  const half = Math.abs(value - (keeps(value, limit) ? worst : best));
  return { verdict: 'inconclusive', ...moreRows(half, Math.abs(value - limit.value), rows) };
}

function keeps(value: number, limit: Limit): boolean {
  if (limit.is === 'above') return value > limit.value;
  return limit.is === 'min' ? value >= limit.value : value <= limit.value;
}

function breaks(value: number, limit: Limit): boolean {
  return !Number.isNaN(value) && !keeps(value, limit);
}

/** The verdict of all: bad where one is, inconclusive where one is, and good only where all are. */
export function verdictOf(verdicts: readonly QualityVerdict[]): QualityVerdict {
  return (['bad', 'inconclusive'] as const).find((each) => verdicts.includes(each)) ?? 'good';
}
