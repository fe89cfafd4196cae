import { type Answers, answersOf } from '../statistics/answers.ts';
import { atLeastHits, atMostHits } from '../statistics/binomial.ts';
import { holm } from '../statistics/holm.ts';
import { type Estimate, estimate, estimateShare } from '../statistics/interval.ts';
import { countedOf, METRIC_NAMES, type MetricName, metricNamed, statisticOf } from '../statistics/metrics.ts';
import { normalBelow, normalQuantile } from '../statistics/normal.ts';
import { CONFIDENCE, type Counted, differenceBounds, type OneSidedBounds } from '../statistics/proportion.ts';
import { jackknife, jackknifeError, once } from '../statistics/resampling.ts';
import { type DropCheck, dropChecks } from './drops.ts';
import type { LiveAnswers } from './live-predictions.ts';
import type { QualityPlan, Thresholds } from './quality-plan.ts';
import { judgeLimit, type Limit, type QualityVerdict, verdictOf } from './verdict.ts';
import { metricsIn } from './wanted.ts';

/** A question about all rows: whether a metric keeps a limit. */
export interface MetricCheck {
  readonly metric: MetricName;
  readonly limit: Limit;
  readonly estimate: Estimate;
  readonly verdict: QualityVerdict;
  /** About how many rows more would decide. */
  readonly more?: number;
  /** Why no bound is needed. */
  readonly why?: string;
}

/** The same question about the rows that have one value in a column. Its bounds are its own, whatever other slices there are. */
export interface SliceCheck extends OneSidedBounds {
  readonly column: string;
  readonly value: string;
  readonly rows: number;
  readonly metric: MetricName;
  readonly limit: Limit;
  readonly found: number;
  /** How far it may be off by chance: its standard error. */
  readonly error: number;
  /** The rows that it rests on: of a recall, those of the positive class. */
  readonly n: number;
  readonly method: 'Clopper-Pearson' | 'normal';
  /**
   * How likely such a value is where the slice keeps the limit, adjusted by Holm for all slices; absent where it is not
   * judged.
   */
  readonly p?: number;
  /**
   * Bad where that is at most 5 %, good where its own bound keeps the limit, and undecided between them, which decides nothing.
   * Inconclusive where no slice of the column could be judged.
   */
  readonly verdict: QualityVerdict | 'undecided' | 'not judged';
  readonly why?: string;
}

/** How far two groups differ: those that differ most. */
export interface GroupCheck extends OneSidedBounds {
  readonly column: string;
  readonly rate: 'selection_rate' | 'true_positive_rate';
  readonly limit: number;
  readonly groups: readonly GroupRate[];
  readonly difference: number;
  readonly verdict: QualityVerdict;
  readonly why?: string;
}

interface GroupRate extends Counted {
  readonly value: string;
}

/** What the answers of a model show. */
export interface Evaluation {
  readonly n: number;
  readonly verdict: QualityVerdict;
  readonly metrics: readonly MetricCheck[];
  readonly slices: readonly SliceCheck[];
  readonly groups: readonly GroupCheck[];
  readonly drops: readonly DropCheck[];
}

interface SeenAnswers {
  readonly answers: Answers;
  /** Where a plan says how much worse than the live version the model may be. */
  readonly live?: LiveAnswers | undefined;
  /** The value of each row in each column of a slice or group. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
}

/** Judges answers by a plan. The seed decides which resamples are drawn: the same data, the same verdict. */
export function evaluate(plan: QualityPlan, seen: SeenAnswers, seed: number): Evaluation {
  const metrics = metricChecks(plan, seen.answers, seed);
  const slices = sliceChecks(plan, seen, seed);
  const groups = groupChecks(plan, seen);
  const drops = seen.live ? dropChecks(plan, seen.answers, seen.live, seed) : [];
  const judged = [...metrics, ...slices, ...groups, ...drops].flatMap(({ verdict }) =>
    verdict === 'not judged' || verdict === 'undecided' ? [] : [verdict],
  );
  return { n: seen.answers.labels.length, verdict: verdictOf(judged), metrics, slices, groups, drops };
}

interface Question {
  readonly metric: MetricName;
  readonly limit: Limit;
}

function questionsIn(thresholds: Thresholds): Question[] {
  return metricsIn(thresholds).flatMap((metric) => {
    const { min, max } = thresholds[metric] ?? {};
    return [
      ...(min === undefined ? [] : [{ metric, limit: { is: 'min', value: min } as const }]),
      ...(max === undefined ? [] : [{ metric, limit: { is: 'max', value: max } as const }]),
    ];
  });
}

/** By which metric a model is compared with one that always answers the same. */
function beatenBy({ task }: Answers, hasScores: boolean): MetricName {
  if (task === 'regression') return 'r2';
  return hasScores ? 'roc_auc' : 'balanced_accuracy';
}

function metricChecks(plan: QualityPlan, answers: Answers, seed: number): MetricCheck[] {
  const questions = [...questionsIn(plan.metrics), ...(plan.beats === 'constant' ? [constantQuestion(answers)] : [])];
  const names = METRIC_NAMES.filter((name) => questions.some(({ metric }) => metric === name));
  const estimates = estimate(names.map(metricNamed), answers, seed);
  return questions.flatMap(({ metric, limit }): MetricCheck[] => {
    const found = estimates[names.indexOf(metric)];
    if (!found) return [];
    const question = { metric, limit, estimate: found };
    if (limit.is === 'above' && isConstant(answers))
      return [{ ...question, verdict: 'bad', why: 'every answer is the same' }];
    return [{ ...question, ...judgeLimit(found, limit, answers.labels.length) }];
  });
}

function isConstant({ predictions, scores = predictions }: Answers): boolean {
  return scores.every((score) => score === scores[0]);
}

function constantQuestion(answers: Answers): Question {
  const metric = beatenBy(answers, answers.scores !== undefined);
  return { metric, limit: { is: 'above', value: metricNamed(metric).constant?.(answers) ?? Number.NaN } };
}

/** The rows of each value of a column, the values in their order. Lists that grow would take three times the memory. */
function rowsByValue(values: readonly string[]): [string, Uint32Array][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const rows = new Map([...counts].map(([value, count]) => [value, new Uint32Array(count)]));
  for (let row = values.length - 1; row >= 0; row--) {
    const value = values[row] ?? '';
    const place = (counts.get(value) ?? 0) - 1;
    counts.set(value, place);
    const own = rows.get(value);
    if (own) own[place] = row;
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sliceChecks({ slices }: QualityPlan, { answers, parts }: SeenAnswers, seed: number): SliceCheck[] {
  const unadjusted = slices.flatMap(({ column, min_rows, metrics }) =>
    rowsByValue(parts.get(column) ?? []).flatMap(([value, rows]) => {
      const own = answersOf(answers, rows);
      const slice = { column, value, rows: rows.length };
      return questionsIn(metrics).map((question) => sliceCheck({ slice, question, min_rows }, own, seed));
    }),
  );
  const adjusted = holm(unadjusted.flatMap(({ p }) => p ?? []));
  const judged = new Set(unadjusted.flatMap((check) => (check.p === undefined ? [] : [questionOf(check)])));
  return unadjusted.map((check) => {
    if (check.p !== undefined) return judgeSlice(check, adjusted.shift() ?? 1);
    if (judged.has(questionOf(check))) return check;
    return { ...check, verdict: 'inconclusive', why: `${check.why}, and no other slice by ${check.column} is judged` };
  });
}

const questionOf = ({ column, metric, limit }: SliceCheck) => `${metric} ${limit.is} ${limit.value} ${column}`;

/** Bad by its p-value among those of all slices; good by its own bound. */
function judgeSlice(check: SliceCheck, p: number): SliceCheck {
  if (p <= 1 - CONFIDENCE) return { ...check, p, verdict: 'bad' };
  const { verdict } = judgeLimit({ ...check, value: check.found }, check.limit);
  return { ...check, p, verdict: verdict === 'good' ? 'good' : 'undecided' };
}

interface SliceQuestion {
  readonly slice: Pick<SliceCheck, 'column' | 'value' | 'rows'>;
  readonly question: Question;
  readonly min_rows: number;
}

function sliceCheck({ slice, question, min_rows }: SliceQuestion, answers: Answers, seed: number): SliceCheck {
  const { metric: name, limit } = question;
  const metric = metricNamed(name);
  const n = answers.labels.length;
  const statistic = statisticOf(metric, answers);
  const found = statistic(once(n));
  const counted = countedOf(metric, answers);
  const [without] = n < min_rows ? [] : jackknife(n, [statistic], seed);
  const error = without ? jackknifeError(without) : Number.NaN;
  const shown = counted ? estimateShare(counted) : normalEstimate(found, error, n);
  const check = { ...question, ...shown, ...slice, found, error };
  if (n < min_rows) return { ...check, verdict: 'not judged', why: `${n} rows, fewer than ${min_rows}` };
  const p = counted ? exactP(counted, limit) : normalP(found, error, limit);
  if (Number.isNaN(p)) return { ...check, verdict: 'not judged', why: `its rows give no ${name}` };
  return { ...check, p, verdict: 'undecided' };
}

function normalEstimate(found: number, error: number, n: number) {
  const half = normalQuantile(CONFIDENCE) * error;
  return { lower: found - half, upper: found + half, n, method: 'normal' } as const;
}

/** How likely so bad a share is, where the true one is at the limit. */
function exactP({ hits, trials }: Counted, { is, value }: Limit): number {
  if (trials === 0) return Number.NaN;
  return is === 'max' ? atLeastHits(hits, trials, value) : atMostHits(hits, trials, value);
}

function normalP(found: number, error: number, { is, value }: Limit): number {
  const off = is === 'max' ? value - found : found - value;
  // Where no row differs from another, there is no chance in it.
  if (error === 0) return off < 0 ? 0 : 1;
  return normalBelow(off / error);
}

const RATES = ['selection_rate', 'true_positive_rate'] as const;

function groupChecks({ groups }: QualityPlan, { answers, parts }: SeenAnswers): GroupCheck[] {
  return groups.flatMap(({ column, min_rows, ...rates }) => {
    const all = rowsByValue(parts.get(column) ?? []).map(([value, rows]) => ({ value, own: answersOf(answers, rows) }));
    return RATES.flatMap((rate) => {
      const limit = rates[rate]?.max_difference;
      if (limit === undefined) return [];
      const counted = all.map(({ value, own }) => ({ value, ...countedIn(own, rate) }));
      return [groupCheck({ column, rate, limit }, counted, min_rows)];
    });
  });
}

/** How often the answer is the positive class: of all rows, or of the positive ones. */
function countedIn({ labels, predictions }: Answers, rate: GroupCheck['rate']): Counted {
  let [hits, trials] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    if (rate === 'true_positive_rate' && labels[row] !== 1) continue;
    trials++;
    if (predictions[row] === 1) hits++;
  }
  return { hits, trials };
}

type GroupQuestion = Pick<GroupCheck, 'column' | 'rate' | 'limit'>;

/**
 * Good when the bound of every pair keeps the limit; bad when the other bound of a pair breaks it, each pair judged so
 * strictly that all together err in at most 5 % of the cases.
 */
function groupCheck(question: GroupQuestion, groups: readonly GroupRate[], least: number): GroupCheck {
  const judged = groups.filter(({ trials }) => trials >= least);
  const pairs = judged.flatMap((one, at) => judged.slice(at + 1).map((other) => largerFirst(one, other)));
  const [widest] = [...pairs].sort((a, b) => differenceOf(b) - differenceOf(a));
  const none = { difference: Number.NaN, lower: Number.NaN, upper: Number.NaN };
  if (!widest)
    return {
      ...question,
      ...none,
      groups,
      verdict: 'inconclusive',
      why: `fewer than two groups have ${least} rows that count`,
    };
  const strict = 1 - (1 - CONFIDENCE) / pairs.length;
  const bad = pairs.some((pair) => differenceBounds(...pair, strict).lower > question.limit);
  const good = pairs.every((pair) => differenceBounds(...pair).upper <= question.limit);
  const verdict = bad ? 'bad' : good ? 'good' : 'inconclusive';
  return { ...question, groups, difference: differenceOf(widest), ...differenceBounds(...widest), verdict };
}

const shareOf = ({ hits, trials }: Counted) => hits / trials;
const differenceOf = ([one, other]: readonly [Counted, Counted]) => shareOf(one) - shareOf(other);

function largerFirst(one: GroupRate, other: GroupRate): [GroupRate, GroupRate] {
  return shareOf(one) >= shareOf(other) ? [one, other] : [other, one];
}
