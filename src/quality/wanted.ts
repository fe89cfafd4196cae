import { METRIC_NAMES, type MetricName, metricNamed } from '../statistics/metrics.ts';
import { comparedMetrics } from './comparison-plan.ts';
import type { QualityPlan, Thresholds } from './quality-plan.ts';

/** The metrics that have a threshold, in the order of the table. */
export function metricsIn(thresholds: Thresholds): MetricName[] {
  return METRIC_NAMES.filter((name) => thresholds[name] !== undefined);
}

/** Whether a metric of the plan takes the scores for probabilities. */
export function needsProbabilities({
  metrics,
  slices,
  comparison,
}: Pick<QualityPlan, 'metrics' | 'slices' | 'comparison'>): boolean {
  const judged = [metrics, ...slices.map((slice) => slice.metrics)].flatMap(metricsIn);
  const names = [...judged, ...(comparison ? comparedMetrics(comparison) : [])];
  return names.some((name) => metricNamed(name).needs === 'probabilities');
}
