import { thousands } from '../ground/thousands.ts';
import type { OneSidedBounds } from '../statistics/proportion.ts';
import type { DropCheck } from './drops.ts';
import type { Evaluation, GroupCheck, MetricCheck, SliceCheck } from './evaluation.ts';
import type { Limit } from './verdict.ts';

/** A check, as a person reads it. */
export interface ToldCheck {
  /** What it asks: `rmse is at most 45000`. */
  readonly name: string;
  readonly verdict: SliceCheck['verdict'];
  /** What was found. */
  readonly found: string;
}

/** Every check of an evaluation: of all rows, of drops, of slices, of groups. */
export function toldChecks({ metrics, slices, groups, drops }: Evaluation): ToldCheck[] {
  return [...metrics.map(toldMetric), ...drops.map(toldDrop), ...slices.map(toldSlice), ...groups.map(toldGroup)];
}

/** `good          rmse is at most 45000: 41250 (95 %: at most 43100; bootstrap of 1,200 rows)`. */
export function checkLines(evaluation: Evaluation): string[] {
  return toldChecks(evaluation).map(({ name, verdict, found }) => `${verdict.padEnd(12)} ${name}: ${found}`);
}

export const failedLines = (evaluation: Evaluation) => linesOf(evaluation, 'bad');
export const openLines = (evaluation: Evaluation) => linesOf(evaluation, 'inconclusive');

function linesOf(evaluation: Evaluation, wanted: ToldCheck['verdict']): string[] {
  return toldChecks(evaluation)
    .filter(({ verdict }) => verdict === wanted)
    .map(({ name, found }) => `${name}: ${found}`);
}

/** A number of five digits, or nothing where there is none. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  return Math.abs(value) >= 1e5 ? String(Math.round(value)) : String(Number(value.toPrecision(5)));
}

const count = (rows: number) => `${thousands(rows)} row${rows === 1 ? '' : 's'}`;

function limitWords({ is, value }: Limit): string {
  const words = { min: 'at least', max: 'at most', above: 'above' };
  return `${words[is]} ${shown(value)}`;
}

function toldMetric({ metric, limit, estimate, verdict, more, why }: MetricCheck): ToldCheck {
  const { value, n, method } = estimate;
  const beats = limit.is === 'above';
  const name = beats
    ? `better than a constant answer (${metric} ${limitWords(limit)})`
    : `${metric} is ${limitWords(limit)}`;
  if (!Number.isFinite(value)) return { name, verdict, found: `the rows give no ${metric}` };
  if (why !== undefined) return { name, verdict, found: `${shown(value)}: ${why}` };
  const bound = boundWords(estimate, limit, verdict);
  if (bound === undefined)
    return { name, verdict, found: `${shown(value)}; ${count(n)} do not show how far it may be off` };
  const found = `${shown(value)} (95 %: ${bound}; ${method} of ${count(n)})`;
  return { name, verdict, found: verdict === 'inconclusive' ? `${found}; ${whatDecides(more)}` : found };
}

/** The bound that a verdict rests on: a bad one on the other; `undefined` where it is none. */
function boundWords({ lower, upper }: OneSidedBounds, { is }: Limit, verdict: ToldCheck['verdict']) {
  const isUpper = (is === 'max') !== (verdict === 'bad');
  if (!Number.isFinite(isUpper ? upper : lower)) return undefined;
  return isUpper ? `at most ${shown(upper)}` : `at least ${shown(lower)}`;
}

function whatDecides(more: number | undefined): string {
  return more === undefined ? 'no number of rows would decide' : `about ${count(more)} more would decide`;
}

/** What is better by less than nothing is worse. */
function toldDrop({
  metric,
  margin,
  live = 'the live version',
  verdict,
  why,
  more,
  ...difference
}: DropCheck): ToldCheck {
  const name = `${metric} is at most ${shown(margin)} worse than that of ${live}`;
  const { challenger = Number.NaN, champion = Number.NaN, lower = Number.NaN, upper = Number.NaN, n = 0 } = difference;
  if (why !== undefined) return { name, verdict, found: why };
  const values = `${shown(challenger)} instead of ${shown(champion)}`;
  if (Number.isNaN(lower))
    return { name, verdict, found: `${values}; ${count(n)} do not show how far that may be off` };
  const bound = verdict === 'bad' ? `at least ${shown(-upper)}` : `at most ${shown(-lower)}`;
  const found = `${values} (worse by ${bound}, 95 %; ${difference.method} of ${count(n)})`;
  return { name, verdict, found: verdict === 'inconclusive' ? `${found}; ${whatDecides(more)}` : found };
}

function toldSlice({
  column,
  value,
  metric,
  limit,
  found,
  n,
  method,
  p,
  verdict,
  why,
  ...bounds
}: SliceCheck): ToldCheck {
  const name = `${metric} is ${limitWords(limit)} where ${column} is ${value === '' ? 'empty' : value}`;
  if (p === undefined) return { name, verdict, found: `${shown(found)}, not judged: ${why}` };
  const chance = p < 0.0001 ? 'below 0.0001' : p.toFixed(4);
  const bound = boundWords(bounds, limit, verdict) ?? 'unknown';
  return { name, verdict, found: `${shown(found)} (95 %: ${bound}; ${method} of ${count(n)}; p ${chance} by Holm)` };
}

function toldGroup({ column, rate, limit, difference, lower, upper, verdict, why }: GroupCheck): ToldCheck {
  const name = `${rate} of groups by ${column} differs by at most ${shown(limit)}`;
  if (why !== undefined) return { name, verdict, found: why };
  return { name, verdict, found: `${shown(difference)} (95 %: ${shown(lower)} to ${shown(upper)}; Newcombe)` };
}
