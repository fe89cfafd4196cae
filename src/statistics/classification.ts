import type { Answers, StatisticOf } from './answers.ts';
import type { Weights } from './resampling.ts';

/** How often each class was answered with each: `count(label, prediction)`. */
export interface Confusion {
  readonly classes: number;
  count(label: number, prediction: number): number;
}

/** The confusion matrix of rows that count so often. */
export function confusionOf({ labels, predictions, classes }: Answers, weights: Weights): Confusion {
  const counts = new Float64Array(classes * classes);
  for (let row = 0; row < labels.length; row++) {
    const at = (labels[row] ?? 0) * classes + (predictions[row] ?? 0);
    counts[at] = (counts[at] ?? 0) + (weights[row] ?? 0);
  }
  return { classes, count: (label, prediction) => counts[label * classes + prediction] ?? 0 };
}

/** One class against all others. */
interface ClassCounts {
  readonly hits: number;
  readonly labelled: number;
  readonly predicted: number;
}

function classCounts({ classes, count }: Confusion): ClassCounts[] {
  const codes = Array.from({ length: classes }, (_, code) => code);
  const sum = (each: (code: number) => number) => codes.reduce((total, code) => total + each(code), 0);
  return codes.map((code) => ({
    hits: count(code, code),
    labelled: sum((other) => count(code, other)),
    predicted: sum((other) => count(other, code)),
  }));
}

function ofConfusion(value: (counts: readonly ClassCounts[]) => number): StatisticOf {
  return (answers) => (weights) => value(classCounts(confusionOf(answers, weights)));
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const sumOf = (counts: readonly ClassCounts[], each: (one: ClassCounts) => number) =>
  counts.reduce((sum, one) => sum + each(one), 0);

/** The classes that a label or an answer names: scikit-learn averages over these. */
const named = (counts: readonly ClassCounts[]) => counts.filter(({ labelled, predicted }) => labelled + predicted > 0);

/** 0 where nothing can be a hit, as scikit-learn has it in an average. */
const shareOf = (hits: number, of: number) => (of === 0 ? 0 : hits / of);

const f1 = ({ hits, labelled, predicted }: ClassCounts) => (2 * hits) / (labelled + predicted);

/** The F1 score of the positive class. */
export const f1Score = ofConfusion(([, positive]) => (positive ? f1(positive) : Number.NaN));

/** The mean recall of the classes that occur. */
export const balancedAccuracy = ofConfusion((counts) =>
  meanOf(counts.filter(({ labelled }) => labelled > 0).map(({ hits, labelled }) => hits / labelled)),
);

export const f1Macro = ofConfusion((counts) => meanOf(named(counts).map(f1)));

export const precisionMacro = ofConfusion((counts) =>
  meanOf(named(counts).map(({ hits, predicted }) => shareOf(hits, predicted))),
);

export const recallMacro = ofConfusion((counts) =>
  meanOf(named(counts).map(({ hits, labelled }) => shareOf(hits, labelled))),
);

/** Matthews' correlation of labels and answers, for any number of classes; 0 where either is always the same. */
export const matthews = ofConfusion((counts) => {
  const all = sumOf(counts, ({ labelled }) => labelled);
  const hits = sumOf(counts, (one) => one.hits);
  const together = sumOf(counts, ({ labelled, predicted }) => labelled * predicted);
  const labels = all * all - sumOf(counts, ({ labelled }) => labelled * labelled);
  const answers = all * all - sumOf(counts, ({ predicted }) => predicted * predicted);
  return labels * answers === 0 ? 0 : (hits * all - together) / Math.sqrt(labels * answers);
});
