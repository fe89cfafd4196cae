import { type Answers, ascendingRows, type StatisticOf } from './answers.ts';
import { weightedMean } from './regression.ts';
import { once, type Weights } from './resampling.ts';

interface Scored {
  readonly labels: Float64Array;
  readonly scores: Float64Array;
}

function scored({ labels, scores }: Answers): Scored {
  if (!scores) throw new Error('A ranking needs the score of the positive class.');
  return { labels, scores };
}

/** Calls `visit` for each score, the highest first, with the weight of the rows of either class that have it. */
function forEachScore(
  { labels, scores }: Scored,
  { order, weights }: { readonly order: Uint32Array; readonly weights: Weights },
  visit: (positives: number, negatives: number) => void,
): void {
  let [positives, negatives] = [0, 0];
  for (let at = order.length - 1; at >= 0; at--) {
    const row = order[at] ?? 0;
    const weight = weights[row] ?? 0;
    if (labels[row] === 1) positives += weight;
    else negatives += weight;
    if (at > 0 && scores[order[at - 1] ?? 0] === scores[row]) continue;
    if (positives + negatives > 0) visit(positives, negatives);
    [positives, negatives] = [0, 0];
  }
}

/** The area under the ROC curve: how often a positive row scores above a negative one; ties count half. */
export const areaUnderRoc: StatisticOf = (answers) => {
  const known = scored(answers);
  const order = ascendingRows(known.scores);
  return (weights) => {
    let [area, above, below] = [0, 0, 0];
    forEachScore(known, { order, weights }, (positives, negatives) => {
      area += negatives * (above + positives / 2);
      above += positives;
      below += negatives;
    });
    return area / (above * below);
  };
};

/** The precision at each score, weighted by the recall that it adds. */
export const averagePrecision: StatisticOf = (answers) => {
  const known = scored(answers);
  const order = ascendingRows(known.scores);
  return (weights) => {
    let [sum, hits, seen] = [0, 0, 0];
    forEachScore(known, { order, weights }, (positives, negatives) => {
      hits += positives;
      seen += positives + negatives;
      sum += positives * (hits / seen);
    });
    return sum / hits;
  };
};

/** Of scores that are probabilities: the mean of the squared distance from what happened. */
export const brierScore: StatisticOf = (answers) => {
  const { labels, scores } = scored(answers);
  const squares = labels.map((label, row) => (label - (scores[row] ?? Number.NaN)) ** 2);
  return (weights) => weightedMean(squares, weights);
};

/** scikit-learn keeps a probability this far from 0 and 1, so that a wrong certainty costs much, and not everything. */
const LEAST = Number.EPSILON;

/** Of scores that are probabilities: the mean surprise at what happened, in nats. */
export const logLoss: StatisticOf = (answers) => {
  const { labels, scores } = scored(answers);
  const losses = labels.map((label, row) => {
    const score = Math.min(1 - LEAST, Math.max(LEAST, scores[row] ?? Number.NaN));
    return -Math.log(label === 1 ? score : 1 - score);
  });
  return (weights) => weightedMean(losses, weights);
};

/** The shares of the negative rows, and of the positive rows, at or above a score: from none of them to all. */
export interface RocCurve {
  readonly falsePositives: Float64Array;
  readonly truePositives: Float64Array;
}

/** The ROC curve, from above the highest score to the lowest, in the memory of two numbers for each row. */
export function rocCurve(answers: Answers): RocCurve {
  const known = scored(answers);
  const rows = known.labels.length;
  const [alarms, hits] = [new Float64Array(rows + 1), new Float64Array(rows + 1)];
  let length = 1;
  forEachScore(known, { order: ascendingRows(known.scores), weights: once(rows) }, (positives, negatives) => {
    alarms[length] = (alarms[length - 1] ?? 0) + negatives;
    hits[length] = (hits[length - 1] ?? 0) + positives;
    length++;
  });
  const shares = (counts: Float64Array) => counts.subarray(0, length).map((count) => count / (counts[length - 1] ?? 0));
  return { falsePositives: shares(alarms), truePositives: shares(hits) };
}
