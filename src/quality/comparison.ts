import { holm } from '../statistics/holm.ts';
import { type LatencyRatio, latencyRatio } from '../statistics/latency.ts';
import { mcNemarP } from '../statistics/matched.ts';
import { type MetricName, metricNamed } from '../statistics/metrics.ts';
import { type PairedDifference, pairedDifferences, SIGNIFICANCE, smallestFound } from '../statistics/paired.ts';
import { differenceBounds, type OneSidedBounds } from '../statistics/proportion.ts';
import { type ComparisonPlan, comparedMetrics } from './comparison-plan.ts';
import { moreRows } from './more-rows.ts';
import type { AnsweredPairs } from './pairs.ts';
import { type QualityVerdict, verdictOf } from './verdict.ts';

/** What a comparison shows of one metric. Better and not worse are good, worse is bad. */
export type Finding = 'better' | 'not worse' | 'worse' | 'inconclusive';

export interface ComparedMetric extends PairedDifference {
  readonly metric: MetricName;
  readonly primary: boolean;
  readonly margin: number;
  readonly finding: Finding;
  /** Where it is inconclusive: about how many rows more would decide, where a number of rows would. */
  readonly more?: number;
  /** The smallest difference that so many rows would show in four of five runs. */
  readonly smallest: number;
}

/** The shares of requests that failed, and how much larger that of the challenger is. */
export interface ComparedErrors extends OneSidedBounds {
  readonly champion: number;
  readonly challenger: number;
  readonly requests: number;
  readonly margin: number;
  readonly p: number;
  readonly finding: Finding;
  readonly more?: number;
}

/** How much longer the requests of the challenger take, where that is judged. */
export interface ComparedLatency extends LatencyRatio {
  readonly margin: number;
  readonly finding: Finding;
  /** The smallest share by which it would be found to take longer in four of five runs. */
  readonly smallest: number;
}

/** What the answers of two models to the same rows show. */
export interface ModelComparison {
  readonly verdict: QualityVerdict;
  /** The rows that both answered. */
  readonly n: number;
  /** The primary one first. */
  readonly metrics: readonly ComparedMetric[];
  readonly errors: ComparedErrors;
  /** Where the plan has a margin for it. */
  readonly latency?: ComparedLatency;
}

/** Judges the answers of two models. The seed decides which resamples are drawn: the same answers, the same verdict. */
export function compareAnswers(plan: ComparisonPlan, answered: AnsweredPairs, seed: number): ModelComparison {
  const names = comparedMetrics(plan);
  const differences = pairedDifferences(names.map(metricNamed), answered.pairs, seed);
  const errors = errorsOf(plan, answered);
  const ratio = plan.latency === undefined ? undefined : latencyRatio(answered.latencies);
  const adjusted = adjustedChances(differences, { errors: errors.p, ...(ratio && { latency: ratio.p }) });
  const metrics = names.map((metric, index): ComparedMetric => {
    const [difference, p] = [differences[index], adjusted.metrics[index]];
    if (!difference || p === undefined) throw new Error('Each metric has a difference.');
    const margin = plan.margins[metric] ?? 0;
    const judged = { ...difference, p };
    const smallest = smallestFound(difference.error);
    return { metric, primary: index === 0, margin, ...judged, ...judgeDifference(judged, margin), smallest };
  });
  const ofErrors = { ...errors, p: adjusted.errors };
  const judged = {
    metrics,
    errors: { ...ofErrors, ...judgeErrors(ofErrors) },
    ...(ratio && { latency: judgeLatency({ ...ratio, p: adjusted.latency }, plan.latency ?? 0) }),
  };
  const findings = [...metrics, judged.errors, ...(judged.latency ? [judged.latency] : [])];
  const verdict = verdictOf(findings.map(({ finding }) => VERDICT_OF[finding]));
  return { verdict, n: answered.pairs.champion.labels.length, ...judged };
}

/** The primary metric alone decides at its own level; all the others raise a false alarm together as rarely as one. */
function adjustedChances(
  [primary, ...rest]: readonly PairedDifference[],
  others: { errors: number; latency?: number },
) {
  const beside = [others.errors, ...(others.latency === undefined ? [] : [others.latency])];
  const adjusted = holm([...beside, ...rest.map(({ p }) => p)].map((p) => (Number.isNaN(p) ? 1 : p)));
  const [errors = 1, latency = 1] = adjusted;
  return { errors, latency, metrics: [primary?.p ?? Number.NaN, ...adjusted.slice(beside.length)] };
}

const VERDICT_OF: Readonly<Record<Finding, QualityVerdict>> = {
  better: 'good',
  'not worse': 'good',
  worse: 'bad',
  inconclusive: 'inconclusive',
};

type Judgeable = Pick<PairedDifference, 'better' | 'lower' | 'p' | 'n'>;

/**
 * Better and worse are differences that chance shows in at most 5 % of the cases where there is none; not worse is a difference whose
 * one-sided 95 % bound is within the margin. Worse counts only where the difference itself is beyond the margin: otherwise more rows may
 * show that it is within.
 */
export function judgeDifference(
  { better, lower, p, n }: Judgeable,
  margin: number,
): Pick<ComparedMetric, 'finding' | 'more'> {
  const shown = p <= SIGNIFICANCE;
  if (shown && better > 0) return { finding: 'better' };
  if (lower >= -margin) return { finding: 'not worse' };
  if (shown && better < -margin) return { finding: 'worse' };
  return { finding: 'inconclusive', ...moreRows(better - lower, better + margin, n) };
}

function errorsOf({ errors: margin }: ComparisonPlan, { failed, requests }: AnsweredPairs) {
  const of = (side: 'champion' | 'challenger') => ({ hits: failed[side] + failed.both, trials: requests });
  const [champion, challenger] = [of('champion'), of('challenger')];
  return {
    champion: champion.hits / requests,
    challenger: challenger.hits / requests,
    requests,
    margin,
    ...differenceBounds(challenger, champion),
    // Each request is a pair, too.
    p: mcNemarP({ won: failed.champion, lost: failed.challenger }),
  };
}

type Errors = ReturnType<typeof errorsOf>;

function judgeErrors({
  champion,
  challenger,
  upper,
  p,
  margin,
  requests,
}: Errors): Pick<ComparedErrors, 'finding' | 'more'> {
  return judgeDifference({ better: champion - challenger, lower: -upper, p, n: requests }, margin);
}

/** Judges in logarithms, as the error is. More requests draw no other instances: no number of them is named. */
export function judgeLatency(ratio: LatencyRatio, margin: number): ComparedLatency {
  const { log, bounds, p, error, n } = ratio;
  const { finding } = judgeDifference({ better: -log, lower: -bounds.upper, p, n }, Math.log1p(margin));
  return { ...ratio, margin, finding, smallest: Math.expm1(smallestFound(error)) };
}
