import { createHash } from 'node:crypto';
import { LONGEST_DESCRIPTION } from '../../gitlab/project-file.ts';
import { Failure } from '../../ground/failure.ts';
import { thousands } from '../../ground/thousands.ts';
import type { Context } from '../../program/context.ts';
import { compareAnswers, type ModelComparison } from '../../quality/comparison.ts';
import { comparisonPage } from '../../quality/comparison-page.ts';
import {
  comparisonLines,
  comparisonMetrics,
  latencyLine,
  linesWith,
  powerLines,
  toldComparison,
} from '../../quality/comparison-words.ts';
import { askedRows, type DataSummary, surveyData } from '../../quality/data.ts';
import type { AnsweredPairs } from '../../quality/pairs.ts';
import { sourceOf } from '../../quality/sources.ts';
import type { EvidenceEntry } from '../../registry/entries.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';
import { readComparisonFile } from './comparable-plan.ts';
import { askBoth, preparedTrial, type TrialOrder } from './trial.ts';

/** What is compared, how, and within which budget. */
interface ComparisonOrder extends Omit<TrialOrder, 'champion'> {
  readonly quality_file: string;
  readonly allow_inconclusive: boolean;
  /** Nobody, while nothing is validated at the end of the promotion path. */
  readonly champion: ModelPackage | undefined;
}

interface ComparisonContext extends Context {
  /** The challenger, if the endpoint of the environment still serves it. Throws a Failure when it does not. */
  stillServed(): Promise<ModelPackage>;
}

/** What a comparison came to. */
export interface Compared {
  readonly verdict: EvidenceEntry['verdict'];
  readonly n: number;
  /** SHA-256 of the data and of report.json, in hexadecimal digits. */
  readonly data: string;
  readonly report: string;
  /** The version after it was asked. */
  readonly now: ModelPackage;
  /** The end of the promotion path. */
  readonly end: string;
  /** What is shown of the primary metric. */
  readonly summary: string;
  /** A line for each question that is answered badly, or open. */
  readonly lines: readonly string[];
}

/** Compares what serves with the champion on the same rows, and shows what they answered. */
export async function compareWithChampion(order: ComparisonOrder, context: ComparisonContext): Promise<Compared> {
  const { deployed, quality_file: file, champion } = order;
  const said = await context.fileOfCommit({ input: 'quality_file', file, maxBytes: LONGEST_DESCRIPTION });
  const plan = await readComparisonFile(file, said.toString('utf8'));
  const source = await sourceOf(plan, file, context);
  const data = await surveyData({ source, plan });
  context.log.line(`${source.name} has ${thousands(data.rows)} rows (SHA-256 ${data.sha256}).`);
  const end = deployed.promotion_path.at(-1) ?? '';
  if (!champion) {
    const now = await context.stillServed();
    const report = keepReport({ verdict: 'first', ...data }, context);
    return { verdict: 'first', n: 0, data: data.sha256, report, now, end, summary: '', lines: [] };
  }
  for (const line of powerLines(plan.comparison, data.asked)) context.log.line(line);
  const temporary = preparedTrial(plan, { ...order, champion }, context);
  const rows = () => askedRows({ source, plan }, data);
  const answered = await askBoth({ order, plan, data, seed: seedOf(data), temporary, rows }, context);
  if (answered.failed.both === answered.requests) throw unanswered(answered);
  const now = await context.stillServed();
  const comparison = compareAnswers(plan.comparison, answered, seedOf(data));
  const report = showComparison(comparison, answered, { data, allow: order.allow_inconclusive }, context);
  showPage(comparison, answered, { now, champion, source: source.name }, context);
  const { verdict, n } = comparison;
  return { verdict, n, data: data.sha256, report, now, end, ...told(comparison) };
}

function unanswered({ requests, firstError = '' }: AnsweredPairs): Failure {
  return new Failure(
    'SMC-5211',
    `Not compared: neither version answered one of ${thousands(requests)} requests. The first error: ${firstError}`,
    'compare the request with what the model takes: content_type, features and body in the quality file. evaluate-model shows the same for this version alone.',
  );
}

const seedOf = ({ sha256 }: DataSummary) => Number.parseInt(sha256.slice(0, 8), 16);

function told(comparison: ModelComparison): Pick<Compared, 'summary' | 'lines'> {
  const [primary] = comparison.metrics;
  const summary = primary?.finding === 'better' ? 'Better than the champion' : 'Not worse than the champion';
  const wanted = comparison.verdict === 'bad' ? 'worse' : 'inconclusive';
  return { summary, lines: linesWith(comparison, wanted) };
}

interface Comparing {
  readonly data: DataSummary;
  readonly allow: boolean;
}

/** Shows the same numbers in the log, as tests, as metrics and in report.json, whose SHA-256 it returns. */
function showComparison(
  comparison: ModelComparison,
  answered: AnsweredPairs,
  { data, allow }: Comparing,
  context: Context,
): string {
  const { log, report } = context;
  const { asked, requests, repeated, failed, firstError, latencies: _, pairs: __ } = answered;
  const [n, all] = [comparison.n, asked].map(thousands);
  log.line(`Both answered ${n} of ${all} rows, in ${requests} requests each; ${repeated} were repeated.`);
  if (firstError !== undefined) log.line(`The first error: ${firstError}`);
  for (const line of comparisonLines(comparison)) log.line(`  ${line}`);
  log.line(latencyLine(answered, comparison));
  for (const { name, finding, found } of toldComparison(comparison)) {
    if (finding === 'better' || finding === 'not worse') report.pass(name, found);
    else if (finding === 'inconclusive' && allow) report.skip(`${name} (${finding})`, found);
    else report.check(`${name} (${finding})`, found);
  }
  report.file('metrics.txt', comparisonMetrics(comparison, answered));
  return keepReport({ ...comparison, data, requests, repeated, failed }, context);
}

interface ComparedVersions {
  readonly now: ModelPackage;
  readonly champion: ModelPackage;
  readonly source: string;
}

/** How a comparison ended, in a sentence about both versions. */
const VERDICTS = {
  good: (own: number, other: number) => `Good: version ${own} is not worse than version ${other}, the champion.`,
  bad: (own: number, other: number) => `Bad: version ${own} is worse than version ${other}, the champion.`,
  inconclusive: (own: number, other: number) =>
    `Inconclusive: the comparison does not tell whether version ${own} is worse than version ${other}, the champion.`,
};

/** Writes the page, and its link as the first of the job. */
function showPage(
  comparison: ModelComparison,
  answered: AnsweredPairs,
  { now, champion, source }: ComparedVersions,
  { report, job }: Context,
): void {
  const title = `${displayName(now)} compared with version ${champion.version} in ${job.environment}`;
  const verdict = VERDICTS[comparison.verdict](now.version, champion.version);
  const on = comparison.latency ? 'of each of two endpoints' : 'of one endpoint';
  const asked = `${thousands(comparison.n)} rows of ${source} were answered by both, as two variants ${on}.`;
  const path = report.file('comparison.html', comparisonPage(comparison, answered, { title, verdict, asked }));
  report.link('Comparison', `${title}: ${comparison.verdict}`, `${job.url}/artifacts/file/${path}`, 'first');
}

function keepReport(told: object, { report }: Pick<Context, 'report'>): string {
  const text = `${JSON.stringify(told, null, 2)}\n`;
  report.file('report.json', text);
  return createHash('sha256').update(text).digest('hex');
}
