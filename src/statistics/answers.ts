import { rowsInOrder, type Statistic } from './resampling.ts';

/** What a model is for. */
export const TASKS = ['regression', 'binary', 'multiclass'] as const;

export type Task = (typeof TASKS)[number];

/** What was true of each row, and what the model said of it. */
export interface Answers {
  readonly task: Task;
  /** The truth: a number; 1 for the positive class and 0 for the other; or the code of a class. */
  readonly labels: Float64Array;
  /** The answer: a number, 1 or 0, or the code of a class. */
  readonly predictions: Float64Array;
  /** The score of the positive class, where the model gives one. */
  readonly scores?: Float64Array | undefined;
  /** How many classes there are. */
  readonly classes: number;
}

/** Only some of the rows. */
export function answersOf(all: Answers, rows: readonly number[] | Uint32Array): Answers {
  const only = (values: Float64Array) => Float64Array.from(rows, (row) => values[row] ?? Number.NaN);
  const { labels, predictions, scores } = all;
  return {
    ...all,
    labels: only(labels),
    predictions: only(predictions),
    ...(scores !== undefined && { scores: only(scores) }),
  };
}

/** The rows by ascending value. */
export function ascendingRows(values: Float64Array): Uint32Array {
  return rowsInOrder(values.length).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
}

/** A statistic of such answers: what can be prepared once is, before the first weights. */
export type StatisticOf = (answers: Answers) => Statistic;
