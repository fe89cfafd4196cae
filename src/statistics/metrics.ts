import type { Answers, StatisticOf, Task } from './answers.ts';
import * as classification from './classification.ts';
import type { Counted } from './proportion.ts';
import * as ranking from './ranking.ts';
import * as regression from './regression.ts';
import type { Statistic } from './resampling.ts';

/** How well a model answers, in a number. */
export interface QualityMetric {
  readonly tasks: readonly Task[];
  readonly better: 'higher' | 'lower';
  /** Whether it needs the score of the positive class, and whether that must be a probability. */
  readonly needs?: 'scores' | 'probabilities';
  /** Its value where the model always answers the same, whatever that is. */
  constant?(answers: Answers): number;
  /** Where it is a share of rows: whether a row counts, and whether it is a hit. */
  readonly share?: {
    counts(label: number, prediction: number): boolean;
    hit(label: number, prediction: number): boolean;
  };
  /** Where it is none: its value of rows that count so often. */
  readonly statistic?: StatisticOf;
}

const same = (label: number, prediction: number) => label === prediction;
const every = () => true;
const isOne = (value: number) => value === 1;

/** The metrics of scikit-learn, by its names where it has one: https://scikit-learn.org/stable/modules/model_evaluation.html */
export const QUALITY_METRICS = {
  rmse: { tasks: ['regression'], better: 'lower', statistic: regression.rootMeanSquaredError },
  mae: { tasks: ['regression'], better: 'lower', statistic: regression.meanAbsoluteError },
  mape: { tasks: ['regression'], better: 'lower', statistic: regression.meanAbsolutePercentageError },
  median_absolute_error: { tasks: ['regression'], better: 'lower', statistic: regression.medianAbsoluteError },
  r2: { tasks: ['regression'], better: 'higher', statistic: regression.rSquared, constant: () => 0 },
  accuracy: { tasks: ['binary', 'multiclass'], better: 'higher', share: { counts: every, hit: same } },
  balanced_accuracy: {
    tasks: ['binary', 'multiclass'],
    better: 'higher',
    statistic: classification.balancedAccuracy,
    constant: ({ labels }) => 1 / new Set(labels).size,
  },
  precision: {
    tasks: ['binary'],
    better: 'higher',
    share: { counts: (_, prediction) => isOne(prediction), hit: isOne },
  },
  recall: {
    tasks: ['binary'],
    better: 'higher',
    share: { counts: isOne, hit: (_, prediction) => isOne(prediction) },
  },
  specificity: {
    tasks: ['binary'],
    better: 'higher',
    share: { counts: (label) => !isOne(label), hit: (_, prediction) => !isOne(prediction) },
  },
  f1: { tasks: ['binary'], better: 'higher', statistic: classification.f1Score },
  matthews_corrcoef: { tasks: ['binary', 'multiclass'], better: 'higher', statistic: classification.matthews },
  roc_auc: {
    tasks: ['binary'],
    better: 'higher',
    needs: 'scores',
    statistic: ranking.areaUnderRoc,
    constant: () => 0.5,
  },
  average_precision: { tasks: ['binary'], better: 'higher', needs: 'scores', statistic: ranking.averagePrecision },
  log_loss: { tasks: ['binary'], better: 'lower', needs: 'probabilities', statistic: ranking.logLoss },
  brier_score: { tasks: ['binary'], better: 'lower', needs: 'probabilities', statistic: ranking.brierScore },
  f1_macro: { tasks: ['multiclass'], better: 'higher', statistic: classification.f1Macro },
  precision_macro: { tasks: ['multiclass'], better: 'higher', statistic: classification.precisionMacro },
  recall_macro: { tasks: ['multiclass'], better: 'higher', statistic: classification.recallMacro },
} as const satisfies Record<string, QualityMetric>;

export type MetricName = keyof typeof QUALITY_METRICS;

export const METRIC_NAMES = Object.keys(QUALITY_METRICS) as [MetricName, ...MetricName[]];

export function metricNamed(name: MetricName): QualityMetric {
  return QUALITY_METRICS[name];
}

/** The hits and trials of a metric that is a share; `undefined` where it is none. */
export function countedOf({ share }: QualityMetric, { labels, predictions }: Answers): Counted | undefined {
  if (!share) return undefined;
  let [hits, trials] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    const [label = Number.NaN, prediction = Number.NaN] = [labels[row], predictions[row]];
    if (!share.counts(label, prediction)) continue;
    trials++;
    if (share.hit(label, prediction)) hits++;
  }
  return { hits, trials };
}

/** The metric of rows that count so often; NaN where it has no value. */
export function statisticOf(metric: QualityMetric, answers: Answers): Statistic {
  const { share, statistic } = metric;
  if (statistic) return statistic(answers);
  const { labels, predictions } = answers;
  return (weights) => {
    let [hits, trials] = [0, 0];
    for (let row = 0; row < labels.length; row++) {
      const [label = Number.NaN, prediction = Number.NaN] = [labels[row], predictions[row]];
      if (!share?.counts(label, prediction)) continue;
      trials += weights[row] ?? 0;
      if (share.hit(label, prediction)) hits += weights[row] ?? 0;
    }
    return hits / trials;
  };
}
