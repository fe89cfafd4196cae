import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { passingTrouble } from '../aws/trouble.ts';
import type { Clock, Deadline } from '../ground/clock.ts';
import { Failure } from '../ground/failure.ts';
import { type PollResult, waitFor } from '../ground/wait.ts';
import { scalingAround } from './autoscaling/scaling.ts';
import { deleteEndpoint } from './changes.ts';
import { type DeletionDecision, decideDeletion, deletionLines, type UnwantedEndpoint } from './deletion.ts';
import { type Endpoint, expectedArn, findEndpoint } from './endpoint.ts';
import { Look } from './look.ts';
import { statusLine } from './progress.ts';
import { alarmPrefix, deleteReleaseAlarms } from './rollout/release-alarms.ts';
import type { EndpointTags } from './tags.ts';

/** Milliseconds after our request during which SageMaker may still show the endpoint as it was before. */
const VISIBLE_WITHIN = 60_000;
/** How often the endpoint may be another one than the one that was listed, before the job fails. */
const MAX_CHANGES = 10;

export interface RemovalContext {
  readonly sagemaker: SageMakerClient;
  readonly region: string;
  readonly account: string;
  readonly clock: Clock;
  readonly deadline: Deadline;
  cloudwatch(): Promise<CloudWatchClient>;
  autoscaling(): Promise<ApplicationAutoScalingClient>;
  /** The longest pause between two polls, in seconds. */
  readonly interval: number;
  log(line: string): void;
  /** Shows what is deleted, and what stays, before it is. */
  list(lines: readonly string[]): void;
  /** Receives what SageMaker continues when this job ends first. */
  begun(what: string): void;
}

/** Whether the endpoint was there; or why it is not touched. */
export type Removal = { is: 'deleted' } | { is: 'absent' } | Extract<DeletionDecision, { do: 'refuse' }>;

/**
 * Deletes an endpoint that is ours, and waits until it is gone (AWS: DeleteEndpoint). It lists what it deletes and looks again
 * right before: what is not as it was listed is decided upon anew.
 */
export async function removeEndpoint(wanted: UnwantedEndpoint, context: RemovalContext): Promise<Removal> {
  const { begun, list, log } = context;
  for (let changes = 0; changes < MAX_CHANGES; changes++) {
    const { found, decision } = await untilSettled(wanted, context);
    if (decision.do === 'refuse') return decision;
    if (!found) return { is: changes === 0 ? 'absent' : 'deleted' };
    await refuseOthersScaling(found, context);
    list(deletionLines(found.endpoint, found.tags));
    if (!(await isAsListed(found, wanted, context)) || !(await removeAlarms(found, wanted, context))) {
      log(`${wanted.endpoint} has changed meanwhile. Looking again.`);
      continue;
    }
    log(`Deleting ${wanted.endpoint}.`);
    begun(`the deletion of the endpoint ${wanted.endpoint}`);
    await deleteEndpoint({ ...context, confirm: async () => undefined }, wanted.endpoint);
    if (await untilGone(found.endpoint, context)) return { is: 'deleted' };
    log(`${wanted.endpoint} is still there. Looking again.`);
  }
  throw changedEachTime(wanted, context);
}

interface ListedEndpoint {
  readonly endpoint: Endpoint;
  readonly tags: EndpointTags;
  readonly owner: EndpointTags['owner'];
}

interface DecidedDeletion {
  readonly found: ListedEndpoint | undefined;
  readonly decision: Exclude<DeletionDecision, { do: 'wait' }>;
}

async function lookAt(
  { endpoint: name }: UnwantedEndpoint,
  context: RemovalContext,
): Promise<ListedEndpoint | undefined> {
  const look = new Look(context);
  look.tags(expectedArn(name, context));
  const endpoint = await look.beside(look.endpoint(name));
  const tags = endpoint && (await look.tags(endpoint.arn));
  // Without tags it was deleted between the two.
  return tags && { endpoint, tags, owner: tags.owner };
}

/** Waits while SageMaker is busy with the endpoint, or deletes it already. */
async function untilSettled(wanted: UnwantedEndpoint, context: RemovalContext): Promise<DecidedDeletion> {
  const poll = async (): Promise<PollResult<DecidedDeletion>> => {
    const found = await lookAt(wanted, context);
    const decision = decideDeletion(found, wanted);
    return decision.do === 'wait'
      ? { is: 'pending', saying: decision.saying }
      : { is: 'settled', answer: { found, decision } };
  };
  return answerOf(wanted.endpoint, context, poll);
}

async function isAsListed(listed: ListedEndpoint, wanted: UnwantedEndpoint, context: RemovalContext): Promise<boolean> {
  const now = await lookAt(wanted, context);
  if (!now || decideDeletion(now, wanted).do !== 'delete') return false;
  if (!isSame(listed.endpoint, now.endpoint) || listed.endpoint.config !== now.endpoint.config) return false;
  await refuseOthersScaling(now, context);
  return true;
}

/** SageMaker takes away with an endpoint what scales it: refused where deploy-model did not register it. */
async function refuseOthersScaling({ endpoint, tags }: ListedEndpoint, context: RemovalContext): Promise<void> {
  for (const { name: variant } of endpoint.variants) {
    const scaled = { endpoint: endpoint.name, variant, wanted: undefined };
    const around = await scalingAround({ ...scaled, tag: tags.autoscaling, change: 'deletion', running: 0 }, context);
    if (around instanceof Failure) throw around;
  }
}

/**
 * Deletes the alarms that killed deployments left (AWS: DescribeAlarms, DeleteAlarms). Before the endpoint, whose tag is the only
 * note of them. Returns whether the endpoint still is as it was listed.
 */
async function removeAlarms(
  listed: ListedEndpoint,
  wanted: UnwantedEndpoint,
  context: RemovalContext,
): Promise<boolean> {
  if (!listed.tags.alarms) return true;
  const deleted = await deleteReleaseAlarms(await context.cloudwatch(), alarmPrefix(wanted.endpoint));
  context.log(`Deleted ${deleted} alarms of earlier releases.`);
  return isAsListed(listed, wanted, context);
}

/** Whether it is the same endpoint, not one that was created again under its name. */
function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.answer.CreationTime?.getTime() === other.answer.CreationTime?.getTime();
}

/** Polls until the endpoint is gone; false when SageMaker has it still, and does not delete it. */
async function untilGone(endpoint: Endpoint, context: RemovalContext): Promise<boolean> {
  const { sagemaker, clock } = context;
  const asked = clock.now().getTime();
  let shown = false;
  return answerOf(endpoint.name, context, async () => {
    const now = await findEndpoint(sagemaker, endpoint.name);
    if (!now) return { is: 'settled', answer: true };
    if (!isSame(now, endpoint)) {
      context.log(`Somebody created ${endpoint.name} again meanwhile.`);
      return { is: 'settled', answer: true };
    }
    if (now.status === 'Deleting') {
      shown = true;
      return { is: 'pending', saying: statusLine(now) };
    }
    if (!shown && clock.now().getTime() - asked < VISIBLE_WITHIN)
      return { is: 'pending', saying: 'SageMaker does not show the deletion yet' };
    return { is: 'settled', answer: false };
  });
}

async function answerOf<Answer>(
  endpoint: string,
  { clock, deadline, interval, log, region }: RemovalContext,
  poll: () => Promise<PollResult<Answer>>,
): Promise<Answer> {
  const onChange = (saying: string, elapsed: string) => log(`${saying} (after ${elapsed})`);
  const outcome = await waitFor(poll, { clock, deadline, interval, tolerate: passingTrouble, onChange });
  if (outcome.is === 'settled') return outcome.answer;
  throw new Failure(
    'SMC-6504',
    `Stopped waiting for ${endpoint} after ${outcome.after} (${outcome.because}). Pending: ${outcome.saying}. SageMaker continues.`,
    `run this job again: it continues where this one stopped. To see the status: aws sagemaker describe-endpoint --endpoint-name ${endpoint} --region ${region}`,
  );
}

function changedEachTime({ endpoint }: UnwantedEndpoint, { region }: RemovalContext): Failure {
  return new Failure(
    'SMC-6505',
    `${endpoint} changed each time before this job could delete it, or SageMaker did not delete it.`,
    `check it (aws sagemaker describe-endpoint --endpoint-name ${endpoint} --region ${region}). When nobody else deploys to it, run this job again.`,
  );
}
