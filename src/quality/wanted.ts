import { METRIC_NAMES, type MetricName, metricNamed } from '../statistics/metrics.ts';
import type { QualityPlan, Thresholds } from './quality-plan.ts';

/** The metrics that have a threshold, in the order of the table. */
export function metricsIn(thresholds: Thresholds): MetricName[] {
  return METRIC_NAMES.filter((name) => thresholds[name] !== undefined);
}

/** Whether a metric of the plan takes the scores for probabilities. */
export function needsProbabilities({ metrics, slices }: Pick<QualityPlan, 'metrics' | 'slices'>): boolean {
  const names = [metrics, ...slices.map((slice) => slice.metrics)].flatMap(metricsIn);
  return names.some((name) => metricNamed(name).needs === 'probabilities');
}
