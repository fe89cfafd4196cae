import { thousands } from '../ground/thousands.ts';
import { INSTANCES_DIFFER, latencyPower } from '../statistics/latency.ts';
import { type MetricName, metricNamed } from '../statistics/metrics.ts';
import { powerWithin, smallestFound } from '../statistics/paired.ts';
import { quantile } from '../statistics/resampling.ts';
import type { ComparedErrors, ComparedLatency, ComparedMetric, Finding, ModelComparison } from './comparison.ts';
import type { ComparisonPlan } from './comparison-plan.ts';
import { type AnsweredPairs, SIDES } from './pairs.ts';
import { shown } from './words.ts';

/** A question of a comparison, as a person reads it. */
export interface ToldComparison {
  readonly name: string;
  readonly finding: Finding;
  readonly found: string;
}

const percent = (share: number) => `${shown(100 * share)} %`;

/** What so many rows can show, before any is asked; and where the latency is judged, what so few instances can show. */
export function powerLines(plan: ComparisonPlan, n: number): string[] {
  return [powerOfRows(plan, n), ...(plan.latency === undefined ? [] : [powerOfInstances(plan.latency)])];
}

function powerOfRows({ primary, margins, expected_discordance: discordance }: ComparisonPlan, n: number): string {
  const margin = margins[primary] ?? 0;
  if (primary !== 'accuracy')
    return `How small a difference of ${primary} the ${thousands(n)} rows find depends on how the answers differ: it is said afterwards.`;
  const within = percent(powerWithin(margin, discordance, n));
  const smallest = percent(smallestFound(Math.sqrt(discordance / n)));
  return `If only one of the two answers ${percent(discordance)} of the ${thousands(n)} rows rightly: a model that is as good is shown to be within the margin of ${shown(margin)} in ${within} of the cases, and a difference of ${smallest} is found in four of five.`;
}

/** However many rows there are: more requests draw no other instances. */
function powerOfInstances(margin: number): string {
  const { within, smallest } = latencyPower(Math.log1p(margin));
  return `Where instances differ by ${percent(INSTANCES_DIFFER)}, a version that takes as long is shown to be within the margin of ${percent(margin)} in ${Math.round(100 * within)} of 100 cases, and one that takes ${Math.round(100 * Math.expm1(smallest))} % longer is found in four of five. More rows do not change that.`;
}

/** Every question of a comparison, the primary metric first. */
export function toldComparison({ metrics, errors, latency }: ModelComparison): ToldComparison[] {
  return [...metrics.map(toldMetric), toldErrors(errors), ...(latency ? [toldLatency(latency)] : [])];
}

/** `better       accuracy (primary): 0.91 instead of 0.89 ...`. */
export function comparisonLines(comparison: ModelComparison): string[] {
  return toldComparison(comparison).map(({ name, finding, found }) => `${finding.padEnd(12)} ${name}: ${found}`);
}

/** The lines of one finding, without it. */
export function linesWith(comparison: ModelComparison, wanted: Finding): string[] {
  return toldComparison(comparison)
    .filter(({ finding }) => finding === wanted)
    .map(({ name, found }) => `${name}: ${found}`);
}

function toldMetric(metric: ComparedMetric): ToldComparison {
  const { primary, margin, champion, challenger, better, lower, n, method, finding, smallest } = metric;
  const name = `${metric.metric} is not worse by more than ${shown(margin)}${primary ? ' (primary)' : ''}`;
  const values = `${shown(challenger)}, champion ${shown(champion)}`;
  if (Number.isNaN(lower))
    return { name, finding, found: `${values}; ${thousands(n)} rows do not show how far it may be off` };
  const direction = directionOf(metric.metric, better);
  const by = `${direction}, 95 %: ${boundWords(lower)}; ${pWords(metric.p, primary)}; ${method} of ${thousands(n)} rows`;
  const size = `the smallest difference that they find in four of five runs is ${shown(smallest)}`;
  return { name, finding, found: `${values} (${by}); ${size}${decides(metric, 'rows')}` };
}

function directionOf(metric: MetricName, better: number): string {
  if (better === 0) return 'no difference';
  const more = (metricNamed(metric).better === 'higher') === better > 0;
  return `${shown(Math.abs(better))} ${more ? 'higher' : 'lower'}, which is ${better > 0 ? 'better' : 'worse'}`;
}

function boundWords(lower: number): string {
  return lower > 0 ? `better by at least ${shown(lower)}` : `worse by at most ${shown(Math.abs(lower))}`;
}

function pWords(p: number, primary: boolean): string {
  const value = p < 0.001 ? 'p below 0.001' : `p ${p.toFixed(3)}`;
  return primary ? value : `${value} by Holm`;
}

function decides({ finding, more }: Pick<ComparedMetric, 'finding' | 'more'>, what: string): string {
  if (finding !== 'inconclusive') return '';
  return more === undefined
    ? `; no number of ${what} would decide`
    : `; about ${thousands(more)} ${what} more would decide`;
}

function toldErrors(errors: ComparedErrors): ToldComparison {
  const { champion, challenger, requests, upper, margin, p, finding } = errors;
  return {
    name: `at most ${percent(margin)} more requests fail`,
    finding,
    found: `${percent(challenger)} failed, of the champion ${percent(champion)} (95 %: at most ${percent(upper)} more; ${pWords(p, false)}; Newcombe, ${thousands(requests)} requests each)${decides(errors, 'requests')}`,
  };
}

function toldLatency(latency: ComparedLatency): ToldComparison {
  const { margin, finding, log, bounds, p, n, instances, differ, smallest } = latency;
  const name = `a request takes at most ${percent(margin)} longer`;
  if (Number.isNaN(bounds.upper))
    return { name, finding, found: `${thousands(n)} requests on ${instances} instances do not show how long it takes` };
  const asked = `${thousands(n)} requests each, on ${instances} instances each that differ by ${percent(differ)}`;
  const size = `the smallest difference that they find in four of five runs is ${percent(smallest)}`;
  const more = finding === 'inconclusive' ? '; no number of requests would decide, because instances differ' : '';
  return {
    name,
    finding,
    found: `${longer(log)} (95 %: at most ${longer(bounds.upper)}; ${pWords(p, false)}; trimmed mean of ${asked}); ${size}${more}`,
  };
}

/** The logarithm of a ratio of latencies: `4 % longer`. */
function longer(log: number): string {
  return `${percent(Math.abs(Math.expm1(log)))} ${log < 0 ? 'shorter' : 'longer'}`;
}

/** How long the two took, on all their instances. */
export function latenciesOf({ latencies }: Pick<AnsweredPairs, 'latencies'>, side: (typeof SIDES)[number]) {
  return Float64Array.from(latencies.flatMap((took) => took[side])).sort();
}

/** How long the two took. One instance each differs by its machine, so nothing is judged by it. */
export function latencyLine(answered: AnsweredPairs, { latency }: Pick<ModelComparison, 'latency'>): string {
  if (answered.latencies.every(({ champion }) => champion.length === 0)) return 'No request was answered by both.';
  const [champion, challenger] = SIDES.map((side) => {
    const ascending = latenciesOf(answered, side);
    return `${Math.round(quantile(ascending, 0.5))} and ${Math.round(quantile(ascending, 0.95))} ms`;
  });
  const took = `request took ${challenger} (median and 95th percentile), of the champion ${champion}.`;
  return latency ? `A ${took}` : `Not judged: a ${took} Each has an instance of its own, and instances differ.`;
}

/** The numbers as GitLab's widget reads them (https://docs.gitlab.com/ci/testing/metrics_reports/). */
export function comparisonMetrics(comparison: ModelComparison, answered: Pick<AnsweredPairs, 'latencies'>): string {
  const { n, metrics, errors, latency } = comparison;
  const seen = new Map<string, number>([['rows', n]]);
  for (const { metric, better, lower, upper, ...values } of metrics) {
    for (const side of SIDES) seen.set(`${metric}{version="${side}"}`, values[side]);
    seen.set(`${metric}_better`, better);
    seen.set(`${metric}_better_lower`, lower);
    seen.set(`${metric}_better_upper`, upper);
  }
  for (const side of SIDES) {
    seen.set(`failed_requests{version="${side}"}`, errors[side]);
    const ascending = latenciesOf(answered, side);
    for (const percent of [50, 95])
      seen.set(`request_p${percent}_ms{version="${side}"}`, quantile(ascending, percent / 100));
  }
  seen.set('failed_requests_more', errors.challenger - errors.champion);
  seen.set('failed_requests_more_lower', errors.lower);
  seen.set('failed_requests_more_upper', errors.upper);
  if (latency) {
    seen.set('latency_ratio', Math.exp(latency.log));
    seen.set('latency_ratio_lower', Math.exp(latency.bounds.lower));
    seen.set('latency_ratio_upper', Math.exp(latency.bounds.upper));
  }
  return [...seen].map(([name, value]) => (Number.isFinite(value) ? `${name} ${value}\n` : '')).join('');
}
