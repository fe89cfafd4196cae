import { ascendingRows, type StatisticOf } from './answers.ts';
import type { Weights } from './resampling.ts';

/** The mean over the rows of what a row contributes. */
function meanOf(each: (label: number, prediction: number) => number): StatisticOf {
  return ({ labels, predictions }) => {
    const values = labels.map((label, row) => each(label, predictions[row] ?? Number.NaN));
    return (weights) => weightedMean(values, weights);
  };
}

/** The mean of values that count so often. */
export function weightedMean(values: Float64Array, weights: Weights): number {
  let [sum, count] = [0, 0];
  for (let row = 0; row < values.length; row++) {
    const weight = weights[row] ?? 0;
    sum += weight * (values[row] ?? 0);
    count += weight;
  }
  return sum / count;
}

const meanSquaredError = meanOf((label, prediction) => (label - prediction) ** 2);

/** The metrics of scikit-learn for numbers, by its names: https://scikit-learn.org/stable/modules/model_evaluation.html */
export const meanAbsoluteError = meanOf((label, prediction) => Math.abs(label - prediction));

export const rootMeanSquaredError: StatisticOf = (answers) => {
  const squared = meanSquaredError(answers);
  return (weights) => Math.sqrt(squared(weights));
};

/** scikit-learn divides by a tiny number where a label is 0; here such a row has no percentage, and the metric no value. */
export const meanAbsolutePercentageError = meanOf((label, prediction) =>
  label === 0 ? Number.NaN : Math.abs(label - prediction) / Math.abs(label),
);

export const medianAbsoluteError: StatisticOf = ({ labels, predictions }) => {
  const errors = labels.map((label, row) => Math.abs(label - (predictions[row] ?? Number.NaN)));
  const order = ascendingRows(errors);
  return (weights) => weightedMedian(errors, order, weights);
};

/** The middle of the values, each as often as it counts; of an even number, the mean of the middle two. */
function weightedMedian(values: Float64Array, order: Uint32Array, weights: Weights): number {
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let [seen, lower] = [0, Number.NaN];
  for (const row of order) {
    const weight = weights[row] ?? 0;
    if (weight === 0) continue;
    const value = values[row] ?? Number.NaN;
    if (!Number.isNaN(lower)) return (lower + value) / 2;
    seen += weight;
    if (seen > half) return value;
    if (seen === half) lower = value;
  }
  return lower;
}

/** The share of the labels' variance that the predictions explain; none where all labels are the same. */
export const rSquared: StatisticOf = (answers) => {
  const { labels } = answers;
  const squared = meanSquaredError(answers);
  return (weights) => {
    const mean = weightedMean(labels, weights);
    const variance = varianceAround(mean, labels, weights);
    return variance === 0 ? Number.NaN : 1 - squared(weights) / variance;
  };
};

function varianceAround(mean: number, values: Float64Array, weights: Weights): number {
  let [sum, count] = [0, 0];
  for (let row = 0; row < values.length; row++) {
    const weight = weights[row] ?? 0;
    sum += weight * ((values[row] ?? 0) - mean) ** 2;
    count += weight;
  }
  return sum / count;
}
