import { passingTrouble } from '../aws/trouble.ts';
import { canonicalJson } from '../ground/canonical-json.ts';
import { Failure } from '../ground/failure.ts';
import { type PollOutcome, type PollResult, pauseUntil, waitFor } from '../ground/wait.ts';
import { tagsOfNew } from './autoscaling/scaling.ts';
import { deleteEndpoint } from './changes.ts';
import { type CurrentDeployment, describeCurrent } from './current.ts';
import { type DesiredEndpoint, decideChange, dependsOnCurrent, type EndpointDecision, isBusy } from './decision.ts';
import type { Endpoint } from './endpoint.ts';
import { Look } from './look.ts';
import type { DeploymentPlan, ReconcileContext } from './plan.ts';
import { scalingBefore } from './scaling-before.ts';
import { type EndpointTags, tagsAdded } from './tags.ts';

/** The conflicts with other deployments after which the job fails. */
export const MAX_CONFLICTS = 10;
const CONFLICT_PAUSE = 5_000;

/** An endpoint as it was seen, and what is decided about it. */
export interface Observed {
  readonly endpoint: Endpoint | undefined;
  /** `undefined` without an endpoint. */
  readonly tags: EndpointTags | undefined;
  readonly current: CurrentDeployment | undefined;
  readonly decision: Exclude<EndpointDecision, { do: 'wait' } | { do: 'delete' }>;
  readonly look: Look;
}

/**
 * Waits while SageMaker is busy with another change, and deletes a Failed endpoint where that is allowed, until we can
 * act. It begins with `first`, a look that has begun.
 */
export async function observe(plan: DeploymentPlan, context: ReconcileContext, first?: Look): Promise<Observed> {
  for (let deletions = 0; deletions < MAX_CONFLICTS; deletions++) {
    const { decision, ...seen } = await waitUntilSettled(plan, context, deletions === 0 ? first : undefined);
    if (decision.do !== 'delete') return { ...seen, decision };
    const scaling = await scalingBefore({ ...seen, decision }, plan, context);
    if (scaling instanceof Failure) throw scaling;
    context.log(`${plan.desired.endpoint} is Failed, and recreate_failed is true: deleting it.`);
    context.begun(`the deletion of the endpoint ${plan.desired.endpoint}`);
    await deleteEndpoint(context, plan.desired.endpoint);
    await pauseAfterConflict('it is being deleted', plan, context);
  }
  throw changedEachTime(plan, context);
}

/** Pauses until the endpoint may have changed. Throws a Failure of kind "out of time" when no time is left. */
export async function pauseAfterConflict(
  saying: string,
  { desired }: DeploymentPlan,
  context: ReconcileContext,
): Promise<void> {
  const { deadline, clock } = context;
  if (await pauseUntil(deadline, CONFLICT_PAUSE, clock)) return;
  throw outOfTime({ saying, because: deadline.because }, desired, context);
}

/** An endpoint as one look shows it, and what is decided about it. */
export type Seen = Omit<Observed, 'decision'> & { readonly decision: EndpointDecision };
type Settled = Seen & { readonly decision: Exclude<EndpointDecision, { do: 'wait' }> };

async function waitUntilSettled(plan: DeploymentPlan, context: ReconcileContext, first?: Look): Promise<Settled> {
  const { desired } = plan;
  let begun = first;
  const poll = async (): Promise<PollResult<Settled>> => {
    const look = begun ?? new Look(context);
    begun = undefined;
    const seen = await look.beside(see(look, plan));
    if (!seen) return { is: 'pending', saying: `Somebody deleted ${desired.endpoint} just now` };
    const { decision } = seen;
    return decision.do === 'wait'
      ? { is: 'pending', saying: decision.saying }
      : { is: 'settled', answer: { ...seen, decision } };
  };
  return answerOf(await waitFor(poll, pollOptions(context)), desired, context);
}

/** What a look shows of the endpoint, and what is decided about it; `undefined` when it is deleted meanwhile. */
export async function see(look: Look, plan: DeploymentPlan): Promise<Seen | undefined> {
  const { desired } = plan;
  const endpoint = await look.endpoint(desired.endpoint);
  const around = await describeAround(look, endpoint, plan);
  if (!around) return undefined;
  const decision = decideChange({ endpoint, ...aboutTags(around.tags, plan), current: around.current }, desired);
  return { endpoint, ...around, decision, look };
}

/**
 * Whether an endpoint and what is behind it still are as they were seen, so that an update replaces nothing else: an update has
 * no condition. All is asked at once, by the names that were seen. Throws when the version must not go live any more.
 */
export async function isAsSeen(
  { endpoint: before, current }: Pick<Observed, 'current'> & { readonly endpoint: Endpoint },
  plan: DeploymentPlan,
  context: ReconcileContext,
): Promise<boolean> {
  const look = new Look(context);
  const confirmed = context.confirm(look);
  look.endpoint(before.name);
  look.tags(before.arn);
  look.config(before.config);
  for (const { model } of current?.config?.variants ?? []) if (model !== undefined) look.model(model);
  await look.beside(confirmed);
  const now = await look.beside(see(look, plan));
  return now?.decision.do === 'update' && canonicalJson(identityOf(now.endpoint)) === canonicalJson(identityOf(before));
}

/** Not by LastModifiedTime: nobody promises that our own tags leave it alone. */
function identityOf(endpoint: Endpoint | undefined): unknown {
  const { status, config, pending, answer, variants } = endpoint ?? {};
  return [status, config, pending, answer?.CreationTime, variants?.map(({ wantedInstances }) => wantedInstances)];
}

/** What the tags of an endpoint say for the decision, and how many an update would add to them. */
function aboutTags(found: EndpointTags | undefined, { desired, scaled, tags }: DeploymentPlan) {
  if (!found) return { owner: undefined, tags: { has: 0, added: 0 } };
  const all = [...tags, ...tagsOfNew(scaled.wanted)];
  return { owner: found.owner, tags: { has: found.keys.length, added: tagsAdded(found, all, desired.owner) } };
}

/** Reads what the decision depends on beside the endpoint: nothing while that is busy. `undefined` when it is gone. */
async function describeAround(
  look: Look,
  endpoint: Endpoint | undefined,
  { desired, serving }: DeploymentPlan,
): Promise<Pick<Observed, 'tags' | 'current'> | undefined> {
  if (!endpoint || isBusy(endpoint, desired)) return { tags: undefined, current: undefined };
  if (dependsOnCurrent(endpoint)) look.config(endpoint.config);
  const tags = await look.tags(endpoint.arn);
  if (!tags) return undefined;
  const query = { endpoint, tags, group: desired.owner.group, serving };
  return { tags, current: dependsOnCurrent(endpoint) ? await describeCurrent(look, query) : undefined };
}

export function pollOptions({
  clock,
  interval,
  deadline,
  log,
}: Pick<ReconcileContext, 'clock' | 'interval' | 'deadline' | 'log'>) {
  const onChange = (saying: string, elapsed: string) => log(`${saying} (after ${elapsed})`);
  return { clock, interval, deadline, tolerate: passingTrouble, onChange };
}

export function answerOf<Answer>(
  outcome: PollOutcome<Answer>,
  desired: Pick<DesiredEndpoint, 'endpoint'>,
  context: Pick<ReconcileContext, 'region'>,
): Answer {
  if (outcome.is === 'settled') return outcome.answer;
  throw outOfTime(outcome, desired, context);
}

interface Stopped {
  readonly saying: string;
  readonly after?: string;
  readonly because: string;
}

function outOfTime(
  { saying, after, because }: Stopped,
  { endpoint }: Pick<DesiredEndpoint, 'endpoint'>,
  { region }: Pick<ReconcileContext, 'region'>,
) {
  return new Failure(
    'SMC-4108',
    `Stopped waiting for ${endpoint}${after ? ` after ${after}` : ''} (${because}). Pending: ${saying}. SageMaker continues.`,
    `run this job again: it continues where this one stopped. To see the status: aws sagemaker describe-endpoint --endpoint-name ${endpoint} --region ${region}`,
  );
}

export function changedEachTime({ desired: { endpoint } }: DeploymentPlan, { region }: ReconcileContext): Failure {
  return new Failure(
    'SMC-4017',
    `${endpoint} changed each time before this job could change it, or it exists with other upper and lower case.`,
    `check it (aws sagemaker list-endpoints --name-contains ${endpoint} --region ${region}). When nobody else deploys to it, run this job again.`,
  );
}
