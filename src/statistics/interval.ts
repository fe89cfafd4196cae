import type { Answers } from './answers.ts';
import { countedOf, type QualityMetric, statisticOf } from './metrics.ts';
import { type Counted, lowerShare, type OneSidedBounds, upperShare } from './proportion.ts';
import { bootstrap, bootstrapBounds, jackknife, jackknifeBounds, once } from './resampling.ts';

/** A value with its one-sided 95 % bounds, and how they came about. */
export interface Estimate extends OneSidedBounds {
  readonly value: number;
  /** The rows that it rests on: of a recall, those of the positive class. */
  readonly n: number;
  readonly method: 'Clopper-Pearson' | 'bootstrap' | 'jackknife';
}

/** From so many rows on the jackknife takes the place of the bootstrap, which would take minutes. */
export const MANY_ROWS = 20_000;

/** Fewer rows than this show nothing that a bootstrap could tell. */
export const LEAST_ROWS = 30;

/**
 * Estimates metrics of the same rows: exactly where a metric is a share, by a bootstrap below MANY_ROWS rows, by a block jackknife from there on. A value or
 * bound that the rows do not give is NaN.
 */
export function estimate(metrics: readonly QualityMetric[], answers: Answers, seed: number): Estimate[] {
  const others = metrics.filter((metric) => metric.share === undefined);
  const resampled = estimateByResampling(others, answers, seed);
  return metrics.map((metric) => {
    const counted = countedOf(metric, answers);
    return counted ? estimateShare(counted) : (resampled[others.indexOf(metric)] ?? NOTHING);
  });
}

/** Estimates a share exactly; of no trials it has no value. */
export function estimateShare({ hits, trials }: Counted) {
  const method = 'Clopper-Pearson' as const;
  if (trials === 0) return { ...NOTHING, method };
  const bounds = { lower: lowerShare(hits, trials), upper: upperShare(hits, trials) };
  return { value: hits / trials, n: trials, method, ...bounds };
}

const NOTHING: Estimate = { value: Number.NaN, n: 0, lower: Number.NaN, upper: Number.NaN, method: 'bootstrap' };

function estimateByResampling(metrics: readonly QualityMetric[], answers: Answers, seed: number): Estimate[] {
  const n = answers.labels.length;
  const statistics = metrics.map((metric) => statisticOf(metric, answers));
  const each = once(n);
  const values = statistics.map((statistic) => statistic(each));
  const unknown = { n, lower: Number.NaN, upper: Number.NaN };
  if (n < LEAST_ROWS) return values.map((value) => ({ value, ...unknown, method: 'bootstrap' }));
  const without = jackknife(n, statistics, seed);
  const many = n >= MANY_ROWS;
  const resampled = many ? [] : bootstrap(n, statistics, seed);
  return values.map((value, index) => {
    const [left = EMPTY, drawn = EMPTY] = [without[index], resampled[index]];
    if (Number.isNaN(value)) return { value, ...unknown, method: 'bootstrap' };
    return many
      ? { value, n, method: 'jackknife', ...jackknifeBounds(value, left) }
      : { value, n, method: 'bootstrap', ...bootstrapBounds(value, drawn, left) };
  });
}

const EMPTY = new Float64Array(0);
