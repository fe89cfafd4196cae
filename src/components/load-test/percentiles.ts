import type { Samples } from './generator.ts';

/** The percentiles that are told of a run. */
export const PERCENTILES = [50, 90, 95, 99, 99.9] as const;

/**
 * Latencies in order, in milliseconds. A request that failed was never answered: it is slower than every other, so that quick
 * errors make no percentile better.
 */
export function latenciesInOrder({ latencies, statuses }: Pick<Samples, 'latencies' | 'statuses'>): Float32Array {
  return latencies.map((each, index) => (statuses[index] === 200 ? each : Number.POSITIVE_INFINITY)).sort();
}

/**
 * The percentile of values in order, exactly: the smallest value that so many per cent of them do not exceed (the nearest rank).
 * Infinite where it is a request that was not answered; `undefined` where there is no value.
 */
export function percentile(ordered: Float32Array, percent: number): number | undefined {
  return ordered[Math.max(0, Math.ceil((percent / 100) * ordered.length - 1e-9) - 1)];
}
