import * as z from 'zod/mini';
import { mapping, may, oneOf, s3Address, text, usually, whole } from '../files/schema.ts';
import { DECIDING_PATH } from '../gitlab/inputs.ts';
import { TASKS } from '../statistics/answers.ts';
import { METRIC_NAMES, type MetricName, metricNamed } from '../statistics/metrics.ts';
import { comparisonSection } from './comparison-plan.ts';
import { whyNoRequest } from './request-shape.ts';
import { TABLE_FORMATS } from './table-data.ts';

const column = text(/^[^\n\r]{1,256}$/, 'must be the name of a column');
const columns = z.array(column, 'must be a list of names of columns').check(z.minLength(1, 'must name a column'));
const path = text(DECIDING_PATH, 'must be a path in the project');
const mediaType = text(/^[\w.*+-]+\/[\w.*+-]+[\x20-\x7e]*$/, 'must be a media type, like text/csv');
const number = z.number('must be a number');
const aClass = z.union([z.string(), z.number(), z.boolean()], 'must be the label of a class');

/** The ends of names that tell what data is. */
const TELLING = /(^|\.(csv|jsonl|ndjson|jsonlines|parquet))$/i;

const data = mapping({
  file: may('A file of the commit. It is read from GitLab, never from an artifact.', path),
  artifact: may('A file that an earlier job made. Its sha256 must be given.', path),
  s3: may('An object of S3.', s3Address),
  sha256: may(
    'The SHA-256 of the data, in 64 hexadecimal digits. Other data is refused.',
    text(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits, in lower case'),
  ),
  format: may('What the data is. Without it, the end of its name tells.', oneOf(TABLE_FORMATS)),
}).check(
  z.refine(({ file, artifact, s3 }) => [file, artifact, s3].filter((each) => each !== undefined).length === 1, {
    message: 'must have one of file, artifact and s3',
  }),
  z.refine(({ file, artifact, s3, format }) => format !== undefined || TELLING.test(file ?? artifact ?? s3 ?? ''), {
    message: 'must have a format: csv, jsonl and parquet are read, and its name ends like none of them',
  }),
  z.refine(({ artifact, sha256 }) => artifact === undefined || sha256 !== undefined, {
    path: ['artifact'],
    message: 'must be named with its sha256: any earlier job can leave another file there',
  }),
);

const request = mapping({
  content_type: usually('The content type of a request: text/csv, JSON or JSON Lines.', mediaType, 'text/csv'),
  accept: may('The content type that is asked for, if the model has several.', mediaType),
  custom_attributes: may(
    'Text for the container of the model (CustomAttributes).',
    text(/^[\x20-\x7e]{1,1024}$/, 'must be at most 1024 ASCII characters'),
  ),
  batch: usually('How many rows a request has.', whole(1, 10_000), 100),
  at_once: usually('How many requests are under way at once.', whole(1, 32), 4),
  body: may(
    'The body of a JSON request, or of a line of JSON Lines. "$objects" becomes the rows as objects, "$arrays" the rows as lists of values, "$object" and "$array" the only row.',
    z.unknown(),
  ),
  text: usually(
    'Columns whose numbers stay texts in JSON, such as postcodes.',
    z.array(column, 'must be a list of names of columns'),
    [],
  ),
});

const prediction = mapping({
  column: may('Where the answer is CSV: the column of the prediction, from 1.', whole(1, 10_000)),
  at: may(
    'Where the answer is JSON: the way to the prediction, with [] for the rows: predictions[].price.',
    text(/^[\w$.[\]-]{1,256}$/, 'must be keys, indices and one [], like predictions[].score'),
  ),
  gives: may(
    'What the prediction is: a number, the score of the positive class, a class, or a score for each class.',
    oneOf(['value', 'score', 'class', 'scores']),
  ),
  threshold: usually('From which score on the answer is the positive class.', number, 0.5),
});

const threshold = mapping({
  min: may('The metric must be at least this.', number),
  max: may('The metric must be at most this.', number),
});

const limits = mapping({
  ...threshold.shape,
  max_drop_from_live: may(
    'How much worse the metric may be than that of the version that is live at the end of the promotion path, on the same rows. It needs predictions_uri.',
    z
      .number('must be a number')
      .check(z.positive('must be above 0: no number of rows shows a model to be exactly as good')),
  ),
});

function ofEachMetric<Schema extends z.ZodMiniType>(schema: Schema) {
  return mapping(
    Object.fromEntries(METRIC_NAMES.map((name) => [name, z.optional(schema)])) as Record<
      MetricName,
      z.ZodMiniOptional<Schema>
    >,
  );
}

const slice = mapping({
  column: column.check(z.describe('A slice is the rows that have one value in this column.')),
  min_rows: usually('A slice of fewer rows is shown and not judged.', whole(30, 1_000_000), 30),
  metrics: ofEachMetric(threshold).check(z.describe('What each slice must keep, as in metrics.')),
});

const RATE_MEANING = 'must be a number from 0 to 1';
const rate = mapping({
  max_difference: number.check(
    z.minimum(0, RATE_MEANING),
    z.maximum(1, RATE_MEANING),
    z.describe('The largest difference that the rates of two groups may have.'),
  ),
});

const group = mapping({
  column: column.check(z.describe('A group is the rows that have one value in this column.')),
  min_rows: usually('A group of fewer rows is shown and not judged.', whole(30, 1_000_000), 30),
  selection_rate: may('How often the answer is the positive class: the largest difference of two groups.', rate),
  true_positive_rate: may('How often a positive row is found: the largest difference of two groups.', rate),
});

/** The most rows that are asked, when the file says nothing. */
const MAX_ROWS = 200_000;

const unchecked = mapping({
  data: data.check(z.describe('The labelled rows.')),
  id: column.check(z.describe('The column that names a row. No two rows have the same.')),
  label: column.check(z.describe('The column with the truth.')),
  features: may(
    'The columns that are sent, in this order. Without it: all but id and label, as the data has them.',
    columns,
  ),
  task: oneOf(TASKS).check(z.describe('What the model is for.')),
  positive: may('Of a binary task: the label of the positive class.', aClass),
  negative: may('Of a binary task: the label of the other class.', aClass),
  classes: may(
    'Of a multiclass task: the labels of all classes. In their order stand the scores of an answer.',
    z.array(aClass, 'must be a list of labels').check(z.minLength(2, 'must name at least two classes')),
  ),
  request: z._default(request, request.parse({})).check(z.describe('How rows become requests.')),
  prediction: z
    ._default(prediction, prediction.parse({}))
    .check(z.describe('Where the prediction stands in an answer.')),
  metrics: ofEachMetric(limits).check(z.describe('What the model must reach, by the names of scikit-learn.')),
  slices: usually(
    'What the model must reach in each part of the rows.',
    z.array(slice, 'must be a list of slices, each with column and metrics'),
    [],
  ),
  groups: usually(
    'How far groups may differ.',
    z.array(group, 'must be a list of groups, each with column and a rate'),
    [],
  ),
  beats: usually(
    'Whether the model must be better than one that always answers the same.',
    oneOf(['constant', 'nothing']),
    'constant',
  ),
  comparison: may('How compare-models compares two versions. No other component reads it.', comparisonSection),
  predictions_uri: may(
    'A folder in S3 where what the model said of each row is kept, for the versions after it. It has no ids, labels or features.',
    s3Address,
  ),
  max_rows: usually(
    'The most rows that are asked. Of more, a random sample is taken, by the hash of the id.',
    whole(30, 10_000_000),
    MAX_ROWS,
  ),
});

type Unchecked = z.output<typeof unchecked>;

interface PlanProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What a quality file says. */
export const qualityPlan = unchecked.check((payload) => {
  for (const { path: at, message } of problemsOf(payload.value))
    payload.issues.push({ code: 'custom', path: [...at], message, input: payload.value });
});

export type QualityPlan = Unchecked;
/** Of slices; those of all rows may say more. */
export type Thresholds = Unchecked['slices'][number]['metrics'];

function problemsOf(plan: Unchecked): PlanProblem[] {
  return [
    ...classProblems(plan),
    ...givesProblems(plan),
    ...requestProblems(plan),
    ...[['metrics'], ...plan.slices.map((_, index) => ['slices', index, 'metrics'])].flatMap((at, index) =>
      thresholdProblems(plan, at, index === 0 ? plan.metrics : (plan.slices[index - 1]?.metrics ?? {})),
    ),
    ...dropProblems(plan),
    ...groupProblems(plan),
    ...comparisonProblems(plan),
    ...columnProblems(plan),
  ];
}

/** The classes of a task, and no other key for them. */
function classProblems({ task, positive, negative, classes }: Unchecked): PlanProblem[] {
  const given = { positive, negative, classes };
  const wanted = { regression: [], binary: ['positive', 'negative'], multiclass: ['classes'] }[task];
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const all = [positive, negative, ...(classes ?? [])].filter((each) => each !== undefined).map(String);
  return [
    ...wanted
      .filter((name) => !names.includes(name))
      .map((name) => ({ path: ['task'], message: `is ${task}: ${name} must be given` })),
    ...names
      .filter((name) => !wanted.some((each) => each === name))
      .map((name) => ({ path: [name], message: `is not for the task ${task}` })),
    ...(new Set(all).size < all.length ? [{ path: ['task'], message: 'must have classes of different names' }] : []),
  ];
}

/** What an answer may give to a task; the first is what it gives when the file says nothing. */
const GIVES = {
  regression: ['value'],
  binary: ['score', 'class'],
  multiclass: ['class', 'scores'],
} as const;

/** What the predictions of a plan are. */
export function givenBy({ task, prediction }: Pick<Unchecked, 'task' | 'prediction'>) {
  return prediction.gives ?? GIVES[task][0];
}

function givesProblems({ task, prediction }: Unchecked): PlanProblem[] {
  const { gives } = prediction;
  const allowed: readonly string[] = GIVES[task];
  if (gives === undefined || allowed.includes(gives)) return [];
  return [{ path: ['prediction', 'gives'], message: `must be ${allowed.join(' or ')} for the task ${task}` }];
}

function requestProblems(plan: Unchecked): PlanProblem[] {
  const why = whyNoRequest(plan);
  return why === undefined ? [] : [{ path: ['request'], message: why }];
}

function thresholdProblems(plan: Unchecked, at: readonly (string | number)[], given: Thresholds): PlanProblem[] {
  const names = METRIC_NAMES.filter((name) => given[name] !== undefined);
  if (names.length === 0) return [{ path: at, message: 'must name a metric with its min or max' }];
  return names.flatMap((name) => {
    const why = whyNotMetric(plan, name, given[name]);
    return why === undefined ? [] : [{ path: [...at, name], message: why }];
  });
}

function whyNotMetric(plan: Unchecked, name: MetricName, given: Thresholds[MetricName]): string | undefined {
  const unfit = whyNotOfTask(plan, name);
  if (unfit !== undefined) return unfit;
  const { min, max } = given ?? {};
  const drop = plan.metrics[name] === given && plan.metrics[name]?.max_drop_from_live;
  if (min === undefined && max === undefined && typeof drop !== 'number') return 'must have min or max';
  return min !== undefined && max !== undefined && min > max ? 'must have a min that is at most its max' : undefined;
}

function whyNotOfTask(plan: Unchecked, name: MetricName): string | undefined {
  const { tasks, needs } = metricNamed(name);
  if (!tasks.includes(plan.task)) return `is no metric of the task ${plan.task}`;
  return needs !== undefined && givenBy(plan) !== 'score'
    ? 'needs scores: set gives of prediction to score'
    : undefined;
}

/** Without predictions of the live version, a drop would never be judged, and nobody would notice. */
function dropProblems({ metrics, predictions_uri }: Unchecked): PlanProblem[] {
  if (predictions_uri !== undefined) return [];
  return METRIC_NAMES.filter((name) => metrics[name]?.max_drop_from_live !== undefined).map((name) => ({
    path: ['metrics', name, 'max_drop_from_live'],
    message:
      'needs predictions_uri, where the predictions of the live version lie; without it, compare-models judges a drop',
  }));
}

function comparisonProblems(plan: Unchecked): PlanProblem[] {
  if (!plan.comparison) return [];
  const { primary, margins } = plan.comparison;
  const at = (key: string) => ['comparison', ...(key === 'primary' ? [key] : ['margins', key])];
  return [
    ...(margins[primary] === undefined
      ? [{ path: at('primary'), message: `is ${primary}, which has no margin: give it one in margins` }]
      : []),
    ...METRIC_NAMES.filter((name) => margins[name] !== undefined).flatMap((name) => {
      const why = whyNotOfTask(plan, name);
      return why === undefined ? [] : [{ path: at(name), message: why }];
    }),
  ];
}

function groupProblems({ task, groups }: Unchecked): PlanProblem[] {
  return groups.flatMap(({ selection_rate, true_positive_rate }, index) => {
    if (task !== 'binary') return [{ path: ['groups', index], message: 'are for the task binary only' }];
    if (selection_rate ?? true_positive_rate) return [];
    return [{ path: ['groups', index], message: 'must have selection_rate or true_positive_rate' }];
  });
}

function columnProblems({ id, label, features = [] }: Unchecked): PlanProblem[] {
  const twice = features.find((name, index) => features.indexOf(name) !== index);
  return [
    ...(id === label ? [{ path: ['id'], message: 'must be another column than label' }] : []),
    ...(features.includes(label) ? [{ path: ['features'], message: `must not have the label ${label}` }] : []),
    ...(twice === undefined ? [] : [{ path: ['features'], message: `must not name ${twice} twice` }]),
  ];
}
