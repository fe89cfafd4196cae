import { compareAnswers } from '../../src/quality/comparison.ts';
import { comparisonPage } from '../../src/quality/comparison-page.ts';
import { evaluate } from '../../src/quality/evaluation.ts';
import { evaluationPage } from '../../src/quality/page.ts';
import { type QualityPlan, qualityPlan } from '../../src/quality/quality-plan.ts';
import type { Answers, Task } from '../../src/statistics/answers.ts';
import { randomAfter } from '../../src/statistics/random.ts';

const BASIC = {
  data: { file: 'rows.csv' },
  id: 'id',
  label: 'y',
  features: ['x'],
};

const OF_TASK: Readonly<Record<Task, object>> = {
  regression: { metrics: { rmse: { max: 20_000 } }, slices: [{ column: 'part', metrics: { mae: { max: 9_000 } } }] },
  binary: {
    positive: 'yes',
    negative: 'no',
    metrics: { roc_auc: { min: 0.8 }, accuracy: { min: 0.7 } },
    slices: [{ column: 'part', metrics: { recall: { min: 0.5 } } }],
    groups: [{ column: 'part', selection_rate: { max_difference: 0.2 } }],
  },
  multiclass: { classes: ['low', 'middle', 'high'], metrics: { f1_macro: { min: 0.6 } } },
};

/** What a quality file says that says little. */
export function planFor(task: Task, more: object = {}): QualityPlan {
  return qualityPlan.parse({ ...BASIC, task, ...OF_TASK[task], ...more });
}

/** Answers of a model that is right most of the time. */
export function answersFor(task: Task, rows: number, seed = 1): Answers {
  const random = randomAfter(seed);
  const of = (each: (row: number) => number) => Float64Array.from({ length: rows }, (_, row) => each(row));
  if (task === 'regression') {
    const labels = of(() => 300_000 + 500_000 * random());
    return { task, labels, predictions: labels.map((label) => label + 40_000 * (random() - 0.5)), classes: 0 };
  }
  if (task === 'multiclass') {
    const labels = of((row) => row % 3);
    const predictions = labels.map((label) => (random() < 0.8 ? label : Math.floor(random() * 3)));
    return { task, labels, predictions, classes: 3 };
  }
  const labels = of(() => (random() < 0.3 ? 1 : 0));
  const scores = labels.map((label) => Math.min(1, Math.max(0, 0.3 + 0.4 * label + 0.5 * (random() - 0.5))));
  return { task, labels, scores, predictions: scores.map((score) => (score >= 0.5 ? 1 : 0)), classes: 2 };
}

/** Values of a column by which rows are divided. */
export function partsFor(
  rows: number,
  values: readonly string[] = ['north', 'south', 'west'],
): ReadonlyMap<string, string[]> {
  return new Map([['part', Array.from({ length: rows }, (_, row) => values[row % values.length] ?? '')]]);
}

/** The page of an evaluation of so many rows. */
export function pageFor(task: Task, rows: number, values?: readonly string[]): string {
  const [plan, answers] = [planFor(task), answersFor(task, rows)];
  return evaluationPage(evaluate(plan, { answers, parts: partsFor(rows, values) }, 1), {
    title: 'Quality of ResalePriceModelGroup version 2 in uat',
    verdict: 'The answers are good.',
    asked: `${rows} rows of rows.csv were asked of the live endpoint.`,
    answers,
    classes: { regression: [], binary: ['no', 'yes'], multiclass: ['low', 'middle', 'high'] }[task],
  });
}

/** The page of an evaluation of so many classes. */
export function pageOfClasses(many: number): string {
  const classes = Array.from({ length: many }, (_, code) => `flat type ${code}`);
  const labels = Float64Array.from({ length: 40 * many }, (_, row) => row % many);
  const predictions = labels.map((label, row) => (row % 7 === 0 ? (label + 1) % many : label));
  const answers: Answers = { task: 'multiclass', labels, predictions, classes: many };
  const plan = planFor('multiclass', { classes });
  return evaluationPage(evaluate(plan, { answers, parts: new Map() }, 1), {
    title: 'Quality of ResalePriceModelGroup version 2 in uat',
    verdict: 'The answers are good.',
    asked: `${labels.length} rows of rows.csv were asked of the live endpoint.`,
    answers,
    classes,
  });
}

/** The page of a comparison of two models, of which the new one is worse. */
export function comparisonPageFor(rows: number): string {
  const plan = planFor('regression', {
    comparison: { primary: 'rmse', margins: { rmse: 500, mape: 0.01 } },
  }).comparison;
  if (!plan) throw new Error('The plan compares nothing.');
  const champion = answersFor('regression', rows);
  const predictions = champion.labels.map((label, row) => label + 2 * ((champion.predictions[row] ?? label) - label));
  const requests = Math.ceil(rows / 5);
  const latencies = Array.from({ length: requests }, (_, request) => 20 + ((request * 7) % 30));
  const answered = {
    pairs: { champion, challenger: { ...champion, predictions } },
    ...{ asked: rows, requests, repeated: 0 },
    failed: { champion: 0, challenger: 1, both: 0 },
    latencies: [{ champion: latencies, challenger: latencies.map((each) => each + 3) }],
  };
  return comparisonPage(compareAnswers(plan, answered, 1), answered, {
    title: 'ResalePriceModelGroup version 2 compared with version 1 in uat',
    verdict: 'Bad: version 2 is worse than version 1, the champion.',
    asked: `${rows} rows of rows.csv were answered by both, as two variants of one endpoint.`,
  });
}
