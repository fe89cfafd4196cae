import { METRIC_NAMES, type MetricName, metricNamed } from '../statistics/metrics.ts';
import { comparedMetrics } from './comparison-plan.ts';
import type { QualityPlan, Thresholds } from './quality-plan.ts';

/** The metrics that have a threshold, in the order of the table. */
export function metricsIn(thresholds: Thresholds): MetricName[] {
  return METRIC_NAMES.filter((name) => thresholds[name] !== undefined);
}

type JudgedPlan = Pick<QualityPlan, 'metrics' | 'slices' | 'comparison'>;

/** Every metric that a plan names: of all rows, of slices, and of a comparison. */
export function metricsOf({ metrics, slices, comparison }: JudgedPlan): ReadonlySet<MetricName> {
  const judged = [metrics, ...slices.map((slice) => slice.metrics)].flatMap(metricsIn);
  return new Set([...judged, ...(comparison ? comparedMetrics(comparison) : [])]);
}

/** Whether a metric of the plan takes the scores for probabilities. */
export function needsProbabilities(plan: JudgedPlan): boolean {
  return [...metricsOf(plan)].some((name) => metricNamed(name).needs === 'probabilities');
}
