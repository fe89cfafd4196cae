import type { DescribeModelCommandOutput, ProductionVariantInstanceType } from '@aws-sdk/client-sagemaker';
import type { DeployedRecord } from '../../asking/live.ts';
import { endpointUrl } from '../../aws/console.ts';
import {
  type InTurn,
  planTemporary,
  refuseChanged,
  startTemporary,
  type TemporaryEndpoint,
} from '../../endpoints/temporary.ts';
import { removeTemporary } from '../../endpoints/temporary-removal.ts';
import { inItsOwnWords } from '../../ground/error-parts.ts';
import { Failure } from '../../ground/failure.ts';
import type { Context } from '../../program/context.ts';
import { instancesEach } from '../../quality/comparison-plan.ts';
import type { askedRows, DataSummary } from '../../quality/data.ts';
import { type AnsweredPairs, askPairs } from '../../quality/pairs.ts';
import { refusalOfServing } from '../../registry/deployability.ts';
import { displayName, groupArnOf, type ModelPackage } from '../../registry/packages.ts';
import { type ComparablePlan, instancesFor, refuseOverBudget, refuseSmallBudget } from './comparable-plan.ts';

/** What is put side by side, and within which budget. */
export interface TrialOrder {
  readonly instance_type: ProductionVariantInstanceType;
  readonly max_minutes: number;
  readonly max_instances: number;
  readonly poll_interval: number;
  readonly deployed: DeployedRecord;
  readonly challenger: ModelPackage;
  readonly champion: ModelPackage;
  /** The model behind the endpoint of the environment. */
  readonly model: DescribeModelCommandOutput;
  /** The endpoints of comparisons of this environment that still run. */
  readonly running: readonly string[];
}

/** The endpoints that will be created. Throws a Failure where the budget or a version forbids it. */
export function preparedTrial(plan: ComparablePlan, order: TrialOrder, context: Context): TemporaryEndpoint[] {
  const { champion, challenger, deployed, instance_type, max_minutes, max_instances, running } = order;
  const { log, report, aws } = context;
  for (const version of [champion, challenger]) refuseUnfit(version, order);
  refuseSmallBudget(plan, max_instances);
  const places = Array.from({ length: instancesEach(plan.comparison) }, (_, place) => place > 0);
  const planned = places.map((exchanged) => plannedEndpoint(exchanged, order, context));
  const names = planned.map(({ name }) => name);
  refuseOverBudget(
    plan,
    running.filter((each) => !names.includes(each)),
    max_instances,
  );
  log.line(
    `Comparing ${displayName(challenger)} (challenger) with ${displayName(champion)} (champion, validated in ${deployed.promotion_path.at(-1)}).`,
  );
  log.line(
    `Costs at most ${instancesFor(plan)} instances of ${instance_type} for ${max_minutes} minutes: ${names.join(' and ')}.`,
  );
  for (const name of names) report.link('SageMaker', `Endpoint ${name}`, endpointUrl(aws, name));
  return planned;
}

/** An endpoint with both versions; on a second one, they have each other's place. */
function plannedEndpoint(exchanged: boolean, order: TrialOrder, { job, clock }: Context): TemporaryEndpoint {
  const { champion, deployed, instance_type, max_minutes, model } = order;
  return planTemporary(
    {
      owner: { project: job.projectId, environment: job.environment, group: groupArnOf(deployed.package) },
      pipeline: job.pipeline,
      pipelineUrl: `${job.projectUrl}/-/pipelines/${job.pipeline}`,
      endpoint: deployed.endpoint,
      model,
      other: { arn: champion.arn, content: champion.content },
      instance_type,
      expires: new Date(clock.now().getTime() + max_minutes * 60_000),
      exchanged,
    },
    { other: 'champion', served: 'challenger' },
  );
}

function refuseUnfit(version: ModelPackage, { instance_type, model }: TrialOrder): void {
  const has_environment = Object.keys(model.PrimaryContainer?.Environment ?? {}).length > 0;
  const refusal = refusalOfServing(version, { instance_types: [instance_type], serverless: false, has_environment });
  if (!refusal) return;
  throw new Failure(refusal.code, `${displayName(version)} cannot be compared: ${refusal.why}.`, refusal.next);
}

interface Trial {
  readonly order: Pick<TrialOrder, 'max_minutes' | 'poll_interval'>;
  readonly plan: ComparablePlan;
  readonly data: DataSummary;
  /** Decides in which order the endpoints and their variants are asked. */
  readonly seed: number;
  readonly temporary: readonly TemporaryEndpoint[];
  rows(): ReturnType<typeof askedRows>;
}

/** Starts the endpoints, asks both variants, and deletes the endpoints in every case. */
export async function askBoth(trial: Trial, given: Context): Promise<AnsweredPairs> {
  const context = { ...given, begunAt: tellingTogether(given.begun) };
  const answered = await startAndAsk(trial, context).catch(async (error: unknown) => {
    await removeAll(trial, context);
    // What went wrong first is what the person has to know.
    throw error;
  });
  const failed = await removeAll(trial, context);
  if (failed.length > 0) throw failed[0];
  return answered;
}

/** Deletes every endpoint, also where one cannot be deleted: each costs money. Tells which stay, and returns why. */
async function removeAll(trial: Trial, context: TrialContext): Promise<unknown[]> {
  const failed: unknown[] = [];
  for (const { name } of trial.temporary)
    await remove(name, trial, context).catch((error: unknown) => {
      context.log.line(`Not deleted: ${name} (${inItsOwnWords(error)}).`);
      failed.push(error);
    });
  return failed;
}

interface TrialContext extends Context {
  /** What SageMaker continues of one endpoint when this job ends first. */
  begunAt(endpoint: string): (what: string) => void;
}

/** Several endpoints go on at once, and each tells only its own. */
function tellingTogether(tell: Context['begun']): TrialContext['begunAt'] {
  const going = new Map<string, string>();
  return (endpoint) => (what) => {
    going.set(endpoint, what);
    tell([...going.values()].filter(Boolean).join(', and '));
  };
}

async function startAndAsk(trial: Trial, context: TrialContext): Promise<AnsweredPairs> {
  const { temporary, data, plan, seed, order } = trial;
  const deadline = context.deadline(order.max_minutes * 60);
  const endpoints = temporary.map(({ name }) => name);
  const working = (name: string) => ({ ...workingOn(name, trial, context), deadline });
  const inTurn = turns();
  await allDone(temporary.map((each) => startTemporary(each, working(each.name), inTurn)));
  const refuseAnyChanged = async () => {
    for (const name of endpoints) await refuseChanged(name, working(name));
  };
  const asking = { ...data, plan, endpoints, seed, deadline, poll_interval: order.poll_interval };
  const answered = await askPairs(trial.rows(), asking, context).catch(async (error: unknown) => {
    // Where somebody changed an endpoint, that is what the person has to know.
    if (error instanceof Failure) await refuseAnyChanged();
    throw error;
  });
  await refuseAnyChanged();
  return answered;
}

function turns(): InTurn {
  let before: Promise<unknown> = Promise.resolve();
  return (act) => {
    const own = before.then(act);
    before = own.catch(() => undefined);
    return own;
  };
}

/** Waits for all, also where one fails: what still creates an endpoint would create it after it was deleted. */
async function allDone(all: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(all)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** Time enough to delete an endpoint that SageMaker still creates. */
const REMOVAL_SECONDS = 30 * 60;

function remove(name: string, trial: Trial, context: TrialContext): Promise<void> {
  return removeTemporary(name, { ...workingOn(name, trial, context), deadline: context.deadline(REMOVAL_SECONDS) });
}

function workingOn(name: string, { order }: Trial, { aws, clock, log, begunAt }: TrialContext) {
  const { poll_interval: interval } = order;
  return { sagemaker: aws.sagemaker, clock, interval, log: log.line, begun: begunAt(name) };
}
