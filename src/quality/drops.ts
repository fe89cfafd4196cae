import type { Answers } from '../statistics/answers.ts';
import { holm } from '../statistics/holm.ts';
import { METRIC_NAMES, type MetricName, metricNamed } from '../statistics/metrics.ts';
import { normalBelow } from '../statistics/normal.ts';
import { type PairedDifference, pairedDifferences, SIGNIFICANCE } from '../statistics/paired.ts';
import type { LiveAnswers } from './live-predictions.ts';
import type { QualityPlan } from './quality-plan.ts';
import { judgeLimit, type QualityVerdict } from './verdict.ts';

/** How much worse a metric is than that of the live version on the same rows. */
export interface DropCheck extends Partial<Omit<PairedDifference, 'p'>> {
  readonly metric: MetricName;
  /** How much worse it may be. */
  readonly margin: number;
  /** The live version: `version 5`. */
  readonly live?: string;
  /** How likely so large a drop is where the true one is the margin, adjusted by Holm for all drops. */
  readonly p?: number;
  readonly verdict: QualityVerdict | 'not judged';
  /** Why nothing could be compared. */
  readonly why?: string;
  /** About how many rows more would decide. */
  readonly more?: number;
}

/** The metrics that may drop by so much at most, in the order of the table. */
export function dropsIn({ metrics }: Pick<QualityPlan, 'metrics'>): { metric: MetricName; margin: number }[] {
  return METRIC_NAMES.flatMap((metric) => {
    const margin = metrics[metric]?.max_drop_from_live;
    return margin === undefined ? [] : [{ metric, margin }];
  });
}

/**
 * Judges by how much the metrics are worse than those of the live version: good where the one-sided 95 % bound of the drop is within its limit, bad where the
 * drop is beyond it by more than chance explains, all drops together by Holm's method. Without the live version's answers nothing is judged: that is
 * inconclusive, unless no version is live.
 */
export function dropChecks(plan: QualityPlan, answers: Answers, live: LiveAnswers, seed: number): DropCheck[] {
  const wanted = dropsIn(plan);
  if (live.is !== 'read') {
    const verdict = live.is === 'nobody' ? 'not judged' : 'inconclusive';
    return wanted.map((each) => ({ ...each, verdict, why: live.why }));
  }
  const pairs = { champion: { ...answers, ...live.answers }, challenger: answers };
  const differences = pairedDifferences(
    wanted.map(({ metric }) => metricNamed(metric)),
    pairs,
    seed,
  );
  const chances = holm(wanted.map(({ margin }, index) => chanceOf(differences[index], margin)));
  return wanted.map(({ metric, margin }, index) => {
    const { p: _, ...difference } = differences[index] ?? { p: 1 };
    const p = chances[index] ?? 1;
    return { metric, margin, live: live.version, ...difference, p, ...judgeDrop(differences[index], { margin, p }) };
  });
}

/** How likely such a drop, or a larger one, is where the true one is the margin; 1 where the rows do not show it. */
function chanceOf(difference: PairedDifference | undefined, margin: number): number {
  const { better, error } = difference ?? { better: Number.NaN, error: Number.NaN };
  const chance = error > 0 ? normalBelow((better + margin) / error) : Number.NaN;
  return Number.isNaN(chance) ? 1 : chance;
}

function judgeDrop(
  difference: PairedDifference | undefined,
  { margin, p }: { readonly margin: number; readonly p: number },
): Pick<DropCheck, 'verdict' | 'more'> {
  if (!difference) return { verdict: 'inconclusive' };
  const { better: value, lower, upper, n } = difference;
  const judged = judgeLimit({ value, lower, upper, n }, { is: 'min', value: -margin });
  if (judged.verdict === 'good') return judged;
  return p <= SIGNIFICANCE ? { verdict: 'bad' } : { ...judged, verdict: 'inconclusive' };
}
