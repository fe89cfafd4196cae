import { createHash } from 'node:crypto';
import type { DescribeModelCommandOutput, ProductionVariantInstanceType } from '@aws-sdk/client-sagemaker';
import type { DeployedRecord } from '../../asking/live.ts';
import { endpointUrl } from '../../aws/console.ts';
import { planTemporary, refuseChanged, startTemporary, type TemporaryEndpoint } from '../../endpoints/temporary.ts';
import { removeTemporary } from '../../endpoints/temporary-removal.ts';
import { LONGEST_DESCRIPTION } from '../../gitlab/project-file.ts';
import { inItsOwnWords } from '../../ground/error-parts.ts';
import { Failure } from '../../ground/failure.ts';
import type { Context } from '../../program/context.ts';
import { compareAnswers, type ModelComparison } from '../../quality/comparison.ts';
import { comparisonPage } from '../../quality/comparison-page.ts';
import type { ComparisonPlan } from '../../quality/comparison-plan.ts';
import {
  comparisonLines,
  comparisonMetrics,
  latencyLine,
  linesWith,
  powerLine,
  toldComparison,
} from '../../quality/comparison-words.ts';
import { askedRows, type DataSummary, surveyData } from '../../quality/data.ts';
import { type AnsweredPairs, askPairs, SIDES } from '../../quality/pairs.ts';
import { readQualityFile } from '../../quality/quality-file.ts';
import type { QualityPlan } from '../../quality/quality-plan.ts';
import { sourceOf } from '../../quality/sources.ts';
import { refusalOfServing } from '../../registry/deployability.ts';
import type { EvidenceEntry } from '../../registry/entries.ts';
import { displayName, groupArnOf, type ModelPackage } from '../../registry/packages.ts';

/** What is compared, and within which budget. */
interface ComparisonOrder {
  readonly quality_file: string;
  readonly instance_type: ProductionVariantInstanceType;
  readonly max_minutes: number;
  readonly max_instances: number;
  readonly poll_interval: number;
  readonly allow_inconclusive: boolean;
  readonly deployed: DeployedRecord;
  readonly challenger: ModelPackage;
  /** Nobody, while nothing is validated at the end of the promotion path. */
  readonly champion: ModelPackage | undefined;
  /** The model behind the endpoint of the environment. */
  readonly model: DescribeModelCommandOutput;
  /** The endpoints of other comparisons of this environment that still run. */
  readonly running: readonly string[];
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

type ComparablePlan = QualityPlan & { readonly comparison: ComparisonPlan };

/** Reads a quality file that says how versions are compared. Throws a Failure of kind "invalid input". */
export async function readComparisonFile(file: string, text: string): Promise<ComparablePlan> {
  const plan = await readQualityFile(file, text);
  const { comparison } = plan;
  if (comparison) {
    const batch = Math.min(plan.request.batch, comparison.batch);
    return { ...plan, comparison, request: { ...plan.request, batch } };
  }
  throw new Failure(
    'SMC-5201',
    `The quality file ${file} has no section comparison: nothing says by which metric versions are compared.`,
    'add comparison with primary and margins to it (docs/evidence.md), then push.',
  );
}

/** Compares what serves with the champion on the same rows, and shows what they answered. */
export async function compareWithChampion(order: ComparisonOrder, context: ComparisonContext): Promise<Compared> {
  const { deployed, quality_file: file, champion } = order;
  const text = (await context.fileOfCommit({ input: 'quality_file', file, maxBytes: LONGEST_DESCRIPTION })).toString(
    'utf8',
  );
  const plan = await readComparisonFile(file, text);
  const source = await sourceOf(plan, file, context);
  const data = await surveyData({ source, plan });
  context.log.line(`${source.name} has ${data.rows.toLocaleString('en')} rows (SHA-256 ${data.sha256}).`);
  const end = deployed.promotion_path.at(-1) ?? '';
  if (!champion) {
    const now = await context.stillServed();
    const report = keepReport({ verdict: 'first', ...data }, context);
    return { verdict: 'first', n: 0, data: data.sha256, report, now, end, summary: '', lines: [] };
  }
  context.log.line(powerLine(plan.comparison, data.asked));
  const temporary = prepared({ ...order, champion }, context);
  const rows = () => askedRows({ source, plan }, data);
  const answered = await askBoth({ order, plan, data, temporary, rows }, context);
  const now = await context.stillServed();
  const comparison = compareAnswers(plan.comparison, answered, seedOf(data));
  const report = showComparison(comparison, answered, { data, allow: order.allow_inconclusive }, context);
  showPage(comparison, answered, { now, champion, source: source.name }, context);
  const { verdict, n } = comparison;
  return { verdict, n, data: data.sha256, report, now, end, ...told(comparison) };
}

const seedOf = ({ sha256 }: DataSummary) => Number.parseInt(sha256.slice(0, 8), 16);

function told(comparison: ModelComparison): Pick<Compared, 'summary' | 'lines'> {
  const [primary] = comparison.metrics;
  const summary = primary?.finding === 'better' ? 'Better than the champion' : 'Not worse than the champion';
  const wanted = comparison.verdict === 'bad' ? 'worse' : 'inconclusive';
  return { summary, lines: linesWith(comparison, wanted) };
}

const INSTANCES = SIDES.length;

/** The endpoint that will be created. Throws a Failure where the budget or a version forbids it. */
function prepared(order: ComparisonOrder & { champion: ModelPackage }, context: Context): TemporaryEndpoint {
  const { champion, challenger, deployed, instance_type, max_minutes, model } = order;
  const { job, clock, log } = context;
  for (const version of [champion, challenger]) refuseUnfit(version, order);
  const planned = planTemporary(
    {
      owner: { project: job.projectId, environment: job.environment, group: groupArnOf(deployed.package) },
      pipeline: job.pipeline,
      pipelineUrl: `${job.projectUrl}/-/pipelines/${job.pipeline}`,
      endpoint: deployed.endpoint,
      model,
      other: { arn: champion.arn, content: champion.content },
      instance_type,
      expires: new Date(clock.now().getTime() + max_minutes * 60_000),
    },
    { other: 'champion', served: 'challenger' },
  );
  refuseOverBudget(planned, order);
  log.line(
    `Comparing ${displayName(challenger)} (challenger) with ${displayName(champion)} (champion, validated in ${deployed.promotion_path.at(-1)}).`,
  );
  log.line(`Costs at most ${INSTANCES} instances of ${instance_type} for ${max_minutes} minutes: ${planned.name}.`);
  context.report.link('SageMaker', `Endpoint ${planned.name}`, endpointUrl(context.aws, planned.name));
  return planned;
}

function refuseUnfit(version: ModelPackage, { instance_type, model }: ComparisonOrder): void {
  const has_environment = Object.keys(model.PrimaryContainer?.Environment ?? {}).length > 0;
  const refusal = refusalOfServing(version, { instance_types: [instance_type], serverless: false, has_environment });
  if (!refusal) return;
  throw new Failure(refusal.code, `${displayName(version)} cannot be compared: ${refusal.why}.`, refusal.next);
}

/** Other comparisons of this environment count, too. */
function refuseOverBudget({ name }: TemporaryEndpoint, { running, max_instances }: ComparisonOrder): void {
  const others = running.filter((each) => each !== name);
  const needed = INSTANCES * (others.length + 1);
  if (needed <= max_instances) return;
  throw new Failure(
    'SMC-5202',
    `Over budget: with the comparisons that run (${others.join(', ')}) this one would need ${needed} instances, and max_instances is ${max_instances}. Nothing was created.`,
    'wait until they end, or stop their environment in GitLab, then run this job again. If the budget is wrong, raise max_instances.',
  );
}

interface Trial {
  readonly order: ComparisonOrder;
  readonly plan: ComparablePlan;
  readonly data: DataSummary;
  readonly temporary: TemporaryEndpoint;
  rows(): ReturnType<typeof askedRows>;
}

/** Starts the endpoint, asks both variants, and deletes it in every case. */
async function askBoth(trial: Trial, context: Context): Promise<AnsweredPairs> {
  const { aws, clock, log, begun } = context;
  const { max_minutes, poll_interval: interval } = trial.order;
  const { name } = trial.temporary;
  const deadline = context.deadline(max_minutes * 60);
  const starting = { sagemaker: aws.sagemaker, clock, deadline, interval, log: log.line, begun };
  const remove = () => removeTemporary(name, { ...starting, deadline: context.deadline(REMOVAL_SECONDS) });
  const ask = async () => {
    await startTemporary(trial.temporary, starting);
    const asking = { ...trial.data, plan: trial.plan, endpoint: name, deadline, poll_interval: interval };
    const answered = await askPairs(trial.rows(), { ...asking, seed: seedOf(trial.data) }, context).catch(
      async (error: unknown) => {
        // Where somebody changed the endpoint, that is what the person has to know.
        if (error instanceof Failure) await refuseChanged(name, starting);
        throw error;
      },
    );
    await refuseChanged(name, starting);
    return answered;
  };
  const answered = await ask().catch(async (error: unknown) => {
    // What went wrong first is what the person has to know.
    await remove().catch((second: unknown) => log.line(`Not deleted: ${name} (${inItsOwnWords(second)}).`));
    throw error;
  });
  await remove();
  return answered;
}

/** Time enough to delete an endpoint that SageMaker still creates. */
const REMOVAL_SECONDS = 30 * 60;

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
  const [n, all] = [comparison.n, asked].map((each) => each.toLocaleString('en'));
  log.line(`Both answered ${n} of ${all} rows, in ${requests} requests each; ${repeated} were repeated.`);
  if (firstError !== undefined) log.line(`The first error: ${firstError}`);
  for (const line of comparisonLines(comparison)) log.line(`  ${line}`);
  log.line(latencyLine(answered));
  for (const { name, finding, found } of toldComparison(comparison)) {
    const fails = finding === 'worse' || (finding === 'inconclusive' && !allow);
    report.check(fails || finding === 'inconclusive' ? `${name} (${finding})` : name, fails ? found : undefined);
  }
  report.file('metrics.txt', comparisonMetrics(comparison));
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
    `Inconclusive: too few rows to tell whether version ${own} is worse than version ${other}, the champion.`,
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
  const asked = `${comparison.n.toLocaleString('en')} rows of ${source} were answered by both, as two variants of one endpoint.`;
  const path = report.file('comparison.html', comparisonPage(comparison, answered, { title, verdict, asked }));
  report.link('Comparison', `${title}: ${comparison.verdict}`, `${job.url}/artifacts/file/${path}`, 'first');
}

function keepReport(told: object, { report }: Pick<Context, 'report'>): string {
  const text = `${JSON.stringify(told, null, 2)}\n`;
  report.file('report.json', text);
  return createHash('sha256').update(text).digest('hex');
}
