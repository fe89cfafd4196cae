import { type MetricName, metricNamed } from '../statistics/metrics.ts';
import { powerWithin, smallestFound } from '../statistics/paired.ts';
import { quantile } from '../statistics/resampling.ts';
import type { ComparedErrors, ComparedMetric, Finding, ModelComparison } from './comparison.ts';
import type { ComparisonPlan } from './comparison-plan.ts';
import { type AnsweredPairs, SIDES } from './pairs.ts';
import { shown } from './words.ts';

/** A question of a comparison, as a person reads it. */
export interface ToldComparison {
  readonly name: string;
  readonly finding: Finding;
  readonly found: string;
}

const count = (rows: number) => rows.toLocaleString('en');
const percent = (share: number) => `${shown(100 * share)} %`;

/** What so many rows can show, before any is asked. */
export function powerLine({ primary, margins, expected_discordance: discordance }: ComparisonPlan, n: number): string {
  const margin = margins[primary] ?? 0;
  if (primary !== 'accuracy')
    return `How small a difference of ${primary} the ${count(n)} rows find depends on how the answers differ: it is said afterwards.`;
  const within = percent(powerWithin(margin, discordance, n));
  const smallest = percent(smallestFound(Math.sqrt(discordance / n)));
  return `If only one of the two answers ${percent(discordance)} of the ${count(n)} rows rightly: a model that is as good is shown to be within the margin of ${shown(margin)} in ${within} of the cases, and a difference of ${smallest} is found in four of five.`;
}

/** Every question of a comparison, the primary metric first. */
export function toldComparison({ metrics, errors }: ModelComparison): ToldComparison[] {
  return [...metrics.map(toldMetric), toldErrors(errors)];
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
    return { name, finding, found: `${values}; ${count(n)} rows do not show how far it may be off` };
  const direction = directionOf(metric.metric, better);
  const by = `${direction}, 95 %: ${boundWords(lower)}; ${pWords(metric.p, primary)}; ${method} of ${count(n)} rows`;
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
    : `; about ${count(more)} ${what} more would decide`;
}

function toldErrors(errors: ComparedErrors): ToldComparison {
  const { champion, challenger, requests, upper, margin, p, finding } = errors;
  return {
    name: `at most ${percent(margin)} more requests fail`,
    finding,
    found: `${percent(challenger)} failed, of the champion ${percent(champion)} (95 %: at most ${percent(upper)} more; ${pWords(p, false)}; Newcombe, ${count(requests)} requests each)${decides(errors, 'requests')}`,
  };
}

/** How long the two took. One instance each differs by its machine, so nothing is judged by it. */
export function latencyLine({ latencies }: AnsweredPairs): string {
  const [champion, challenger] = SIDES.map((side) => {
    const ascending = Float64Array.from(latencies[side]).sort();
    return `${Math.round(quantile(ascending, 0.5))} and ${Math.round(quantile(ascending, 0.95))} ms`;
  });
  return `Not judged: a request took ${challenger} (median and 95th percentile), of the champion ${champion}. Each has an instance of its own, and instances differ.`;
}

/** The numbers as GitLab's widget reads them (https://docs.gitlab.com/ci/testing/metrics_reports/). */
export function comparisonMetrics({ n, metrics, errors }: ModelComparison): string {
  const seen = new Map<string, number>([['rows', n]]);
  for (const { metric, better, lower, upper, ...values } of metrics) {
    for (const side of SIDES) seen.set(`${metric}{version="${side}"}`, values[side]);
    seen.set(`${metric}_better`, better);
    seen.set(`${metric}_better_lower`, lower);
    seen.set(`${metric}_better_upper`, upper);
  }
  for (const side of SIDES) seen.set(`failed_requests{version="${side}"}`, errors[side]);
  return [...seen].map(([name, value]) => (Number.isFinite(value) ? `${name} ${value}\n` : '')).join('');
}
