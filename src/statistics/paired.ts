import type { Answers } from './answers.ts';
import { LEAST_ROWS, MANY_ROWS } from './interval.ts';
import { type Matched, matchedBounds, mcNemarP } from './matched.ts';
import { type QualityMetric, statisticOf } from './metrics.ts';
import { normalBelow, normalQuantile } from './normal.ts';
import type { OneSidedBounds } from './proportion.ts';
import { randomAfter } from './random.ts';
import {
  bootstrap,
  bootstrapBounds,
  jackknife,
  jackknifeBounds,
  jackknifeError,
  once,
  RESAMPLES,
  type Statistic,
} from './resampling.ts';

/** How much better one model answers the same rows than another, in the direction in which a metric is better. */
export interface PairedDifference extends OneSidedBounds {
  readonly champion: number;
  readonly challenger: number;
  /** Above 0 where the challenger is better. `lower` and `upper` are its one-sided 95 % bounds. */
  readonly better: number;
  /** How likely so large a difference is on either side, where there is none. */
  readonly p: number;
  /** Its standard error. */
  readonly error: number;
  readonly n: number;
  readonly method: 'McNemar and Tango' | 'paired bootstrap' | 'paired jackknife';
}

/** The answers of two models to the same rows, in the same order. */
export interface PairedAnswers {
  readonly champion: Answers;
  readonly challenger: Answers;
}

/**
 * Compares metrics of two models on the same rows: by McNemar where a metric counts the right answers of all rows, otherwise by
 * resampling the pairs. A value or bound that the rows do not give is NaN.
 */
export function pairedDifferences(
  metrics: readonly QualityMetric[],
  pairs: PairedAnswers,
  seed: number,
): PairedDifference[] {
  const others = metrics.filter((metric) => !isOfEveryRow(metric));
  const resampled = byResampling(others, pairs, seed);
  return metrics.map((metric) =>
    isOfEveryRow(metric) ? byCounting(metric, pairs) : (resampled[others.indexOf(metric)] ?? NOTHING),
  );
}

const NOTHING: PairedDifference = {
  champion: Number.NaN,
  challenger: Number.NaN,
  better: Number.NaN,
  lower: Number.NaN,
  upper: Number.NaN,
  p: Number.NaN,
  error: Number.NaN,
  n: 0,
  method: 'paired bootstrap',
};

/** Whether a metric is the share of all rows that are answered rightly: then each row is won, lost or neither. */
function isOfEveryRow({ share, better }: QualityMetric): boolean {
  return (
    better === 'higher' && share !== undefined && [0, 1].every((one) => [0, 1].every((two) => share.counts(one, two)))
  );
}

function byCounting({ share }: QualityMetric, { champion, challenger }: PairedAnswers): PairedDifference {
  const n = champion.labels.length;
  let [won, lost, both] = [0, 0, 0];
  for (const [row, label] of champion.labels.entries()) {
    const [one, other] = [champion, challenger].map(
      ({ predictions }) => share?.hit(label, predictions[row] ?? Number.NaN) ?? false,
    );
    if (one && other) both++;
    else if (other) won++;
    else if (one) lost++;
  }
  return matchedDifference({ won, lost, n }, both);
}

/** What counts of won and lost rows show, and of those that both answered rightly. */
export function matchedDifference(matched: Matched, both: number): PairedDifference {
  const { won, lost, n } = matched;
  return {
    champion: (both + lost) / n,
    challenger: (both + won) / n,
    better: (won - lost) / n,
    ...matchedBounds(matched),
    p: mcNemarP(matched),
    error: Math.sqrt(won + lost - (won - lost) ** 2 / n) / n,
    n,
    method: 'McNemar and Tango',
  };
}

function byResampling(metrics: readonly QualityMetric[], pairs: PairedAnswers, seed: number): PairedDifference[] {
  const { champion, challenger } = pairs;
  const n = champion.labels.length;
  const each = metrics.map((metric) => [champion, challenger].map((answers) => statisticOf(metric, answers)));
  const differences = metrics.map(({ better }, index): Statistic => {
    const [one, other] = (better === 'higher' ? each[index] : each[index]?.toReversed()) ?? [];
    return (weights) => (other?.(weights) ?? Number.NaN) - (one?.(weights) ?? Number.NaN);
  });
  const enough = n >= LEAST_ROWS && metrics.length > 0;
  const without = enough ? jackknife(n, differences, seed) : [];
  const drawn = enough && n < MANY_ROWS ? bootstrap(n, differences, seed) : [];
  const chances = drawn.length > 0 ? swapChances(metrics, pairs, seed) : [];
  return differences.map((difference, index) => {
    const [one = Number.NaN, other = Number.NaN] = (each[index] ?? []).map((statistic) => statistic(once(n)));
    const seen = { champion: one, challenger: other, better: difference(once(n)), n };
    const shown = boundsOf(seen.better, { without: without[index], drawn: drawn[index], chance: chances[index] });
    return { ...NOTHING, ...seen, ...shown };
  });
}

/**
 * How likely so large a difference of each metric is, on both sides, where it is by chance which of the two gave which answer to a row: the
 * share of random exchanges that have one (R. A. Fisher, The Design of Experiments, 1935). It errs in no more cases than it says, however
 * the errors are distributed. What has no value counts as larger.
 */
export function swapChances(metrics: readonly QualityMetric[], pairs: PairedAnswers, seed: number): number[] {
  const random = randomAfter(seed);
  const n = pairs.champion.labels.length;
  const both = together(pairs);
  const statistics = metrics.map((metric) => statisticOf(metric, both));
  // The answers of the one count, and those of the other: each row's once.
  const [one, other] = [new Float64Array(2 * n).fill(1, 0, n), new Float64Array(2 * n).fill(1, n)];
  const valuesOf = () => statistics.map((statistic) => Math.abs(statistic(one) - statistic(other)));
  const seen = valuesOf();
  const larger = metrics.map(() => 1);
  for (let round = 0; round < RESAMPLES; round++) {
    for (let row = 0; row < n; row++) {
      const mine = random() < 0.5 ? 1 : 0;
      one[row] = other[n + row] = mine;
      other[row] = one[n + row] = 1 - mine;
    }
    for (const [index, value] of valuesOf().entries())
      if (!(value < (seen[index] ?? 0) * ALMOST)) larger[index] = (larger[index] ?? 0) + 1;
  }
  return larger.map((count) => count / (RESAMPLES + 1));
}

/** Sums in another order differ in their last digits: a difference that is as large counts. */
const ALMOST = 1 - 1e-9;

/** The rows of both, those of the champion first. */
function together({ champion, challenger }: PairedAnswers): Answers {
  const joined = (one: Float64Array, other: Float64Array) => Float64Array.from([...one, ...other]);
  const { scores } = champion;
  return {
    ...champion,
    labels: joined(champion.labels, challenger.labels),
    predictions: joined(champion.predictions, challenger.predictions),
    ...(scores && challenger.scores && { scores: joined(scores, challenger.scores) }),
  };
}

type ShownDifference = Pick<PairedDifference, 'lower' | 'upper' | 'p' | 'error' | 'method'>;

interface Resampled {
  readonly without: Float64Array | undefined;
  readonly drawn: Float64Array | undefined;
  readonly chance: number | undefined;
}

function boundsOf(better: number, { without, drawn, chance }: Resampled): ShownDifference | undefined {
  if (without === undefined || Number.isNaN(better)) return undefined;
  const error = jackknifeError(without);
  const method = drawn ? 'paired bootstrap' : 'paired jackknife';
  // Both answered every row alike. Where all pairs differ by the same, nothing tells how far that may be off.
  if (error === 0 && better === 0) return { lower: 0, upper: 0, p: 1, error, method };
  if (error === 0) return undefined;
  if (drawn) return { ...bootstrapBounds(better, drawn, without), p: chance ?? Number.NaN, error, method };
  const p = 2 * normalBelow(-Math.abs(better) / error);
  return { ...jackknifeBounds(better, without), p, error, method };
}

/** Of so many runs, the share in which a difference is found that is there. */
export const POWER = 0.8;
/** A difference counts as found where chance shows as large a one in at most 5 % of the runs, on both sides. */
export const SIGNIFICANCE = 0.05;

/** The smallest difference that rows of such a standard error would show in four of five runs. */
export function smallestFound(error: number): number {
  return (normalQuantile(1 - SIGNIFICANCE / 2) + normalQuantile(POWER)) * error;
}

/** How often a model that is as good is shown to be within a margin, where so many rows are answered in two ways. */
export function powerWithin(margin: number, discordance: number, n: number): number {
  return normalBelow(margin / Math.sqrt(discordance / n) - normalQuantile(1 - SIGNIFICANCE));
}
