import { createHash } from 'node:crypto';
import type { Liveness } from '../../asking/live.ts';
import { LONGEST_DESCRIPTION } from '../../gitlab/project-file.ts';
import { thousands } from '../../ground/thousands.ts';
import type { Context } from '../../program/context.ts';
import { type AskingPlan, askRows } from '../../quality/asking.ts';
import { askedRows, type DataSummary, surveyData } from '../../quality/data.ts';
import { type Evaluation, evaluate } from '../../quality/evaluation.ts';
import { type KeptPredictions, keptPredictions } from '../../quality/live-predictions.ts';
import { evaluationPage } from '../../quality/page.ts';
import { readQualityFile } from '../../quality/quality-file.ts';
import type { QualityPlan } from '../../quality/quality-plan.ts';
import { KeptAnswers, qualityMetrics } from '../../quality/reports.ts';
import { classCodes } from '../../quality/rows.ts';
import { sourceOf } from '../../quality/sources.ts';
import { checkLines, failedLines, openLines, type ToldCheck, toldChecks } from '../../quality/words.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';
import type { Answers } from '../../statistics/answers.ts';
import { keepPredictions, liveAnswers } from './live.ts';

/** The inputs that say what is asked, and what is kept of it. */
interface AskingInputs {
  readonly quality_file: string;
  readonly keep_answers: boolean;
  readonly allow_inconclusive: boolean;
}

interface AskingContext extends Context {
  /** The version that was asked, if the endpoint still serves it. Throws a Failure when it does not. */
  stillServed(): Promise<ModelPackage>;
}

/** What an evaluation came to. */
export interface EvaluatedModel {
  /** The version after it was asked. */
  readonly now: ModelPackage;
  readonly evaluation: Evaluation;
  readonly data: DataSummary;
  /** SHA-256 of report.json. */
  readonly report: string;
  /** A line for each check that failed, and for each that is open. */
  readonly failed: readonly string[];
  readonly open: readonly string[];
}

/** Asks the endpoint about the labelled rows that the quality file names, and judges its answers. */
export async function askAndJudge(
  given: AskingInputs,
  liveness: Liveness,
  { stillServed, ...context }: AskingContext,
): Promise<EvaluatedModel> {
  const { deployed } = liveness;
  const { quality_file: file } = given;
  const said = await context.fileOfCommit({ input: 'quality_file', file, maxBytes: LONGEST_DESCRIPTION });
  const plan = await readQualityFile(file, said.toString('utf8'));
  const source = await sourceOf(plan, file, context);
  const data = await surveyData({ source, plan });
  context.log.line(`${source.name} has ${thousands(data.rows)} rows (SHA-256 ${data.sha256}).`);
  const live = await liveAnswers({ plan, data, deployed }, context);
  const kept = given.keep_answers ? new KeptAnswers(plan) : undefined;
  const answered = await askRows(askedRows({ source, plan }, data), askingOf(plan, { data, liveness, kept }), context);
  const now = await stillServed();
  if (kept) context.report.file('answers.csv', kept.text());
  const evaluation = evaluate(plan, { ...answered, live }, Number.parseInt(data.sha256.slice(0, 8), 16));
  const { requests, repeated, answers } = answered;
  const predictions = plan.predictions_uri === undefined ? undefined : keptPredictions(plan, answers);
  const text = showEvaluation(evaluation, { data, requests, repeated, predictions }, { given, context });
  const report = createHash('sha256').update(text).digest('hex');
  await keepPredictions({ plan, data, answers, text, report }, liveness, context);
  showPage(evaluation, { answers, plan, source: source.name, now }, context);
  return { now, evaluation, data, report, failed: failedLines(evaluation), open: openLines(evaluation) };
}

interface AskedData {
  readonly data: DataSummary;
  readonly liveness: Liveness;
  readonly kept: KeptAnswers | undefined;
}

function askingOf(plan: QualityPlan, { data, liveness, kept }: AskedData): AskingPlan {
  const { deployed, deadline, poll_interval } = liveness;
  const { features, asked } = data;
  const asking = { plan, features, asked, deadline, poll_interval, endpoint: deployed.endpoint };
  return kept ? { ...asking, keep: kept.put } : asking;
}

/** What was asked. */
interface Effort {
  readonly data: DataSummary;
  readonly requests: number;
  readonly repeated: number;
  readonly predictions: KeptPredictions | undefined;
}

interface Showing {
  readonly given: AskingInputs;
  readonly context: Context;
}

/** Shows the same numbers in the log, as tests, as metrics and in report.json, whose text it returns. */
function showEvaluation(evaluation: Evaluation, effort: Effort, { given, context }: Showing): string {
  const { log, report } = context;
  const { data, requests, repeated } = effort;
  const [n, all] = [evaluation.n, data.rows].map(thousands);
  const sample = evaluation.n < data.rows ? ` of ${all}, a random sample by the hash of the id,` : '';
  log.line(`${n} rows${sample} were answered in ${requests} requests; ${repeated} were repeated.`);
  for (const line of checkLines(evaluation)) log.line(`  ${line}`);
  for (const told of toldChecks(evaluation)) testCase(told, given, report);
  report.file('metrics.txt', qualityMetrics(evaluation));
  const text = `${JSON.stringify({ ...effort, ...evaluation }, null, 2)}\n`;
  report.file('report.json', text);
  return text;
}

/** A check as a test case: what could not be judged, or may be inconclusive, is skipped. */
function testCase(
  { name, verdict, found }: ToldCheck,
  { allow_inconclusive }: AskingInputs,
  report: Context['report'],
) {
  const told = verdict === 'good' ? name : `${name} (${verdict})`;
  if (verdict === 'good' || verdict === 'undecided') report.pass(told, found);
  else if (verdict === 'not judged' || (verdict === 'inconclusive' && allow_inconclusive)) report.skip(told, found);
  else report.check(told, found);
}

interface EvaluatedRows {
  readonly answers: Answers;
  readonly plan: QualityPlan;
  readonly source: string;
  readonly now: ModelPackage;
}

/** Writes the page, and its link as the first of the job. */
function showPage(
  evaluation: Evaluation,
  { answers, plan, source, now }: EvaluatedRows,
  { report, job }: Context,
): void {
  const title = `Quality of ${displayName(now)} in ${job.environment}`;
  const verdict = `The answers are ${evaluation.verdict}.`;
  const asked = `${thousands(evaluation.n)} rows of ${source} were asked of the live endpoint.`;
  const classes = [...classCodes(plan).keys()];
  const path = report.file('quality.html', evaluationPage(evaluation, { title, verdict, asked, answers, classes }));
  report.link('Quality', `${title}: ${evaluation.verdict}`, `${job.url}/artifacts/file/${path}`, 'first');
}
