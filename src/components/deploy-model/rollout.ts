import { unlessNotFound } from '../../aws/sagemaker-errors.ts';
import type { Accepted } from '../../endpoints/deployment-failure.ts';
import type { DeploymentEnd } from '../../endpoints/follow.ts';
import type { DeploymentPlan, ReconcileContext } from '../../endpoints/plan.ts';
import { type Fired, firedLine, firedSince } from '../../endpoints/rollout/fired.ts';
import type { OwnTraffic } from '../../endpoints/rollout/own-traffic.ts';
import {
  deleteAllAlarms,
  deleteEarlierAlarms,
  disarmRelease,
  hasOwnAlarms,
  watchingAlarms,
} from '../../endpoints/rollout/release.ts';
import { type Bake, type BakedRelease, judgeRelease } from '../../endpoints/rollout/verdict.ts';
import { alarmsTag, readEndpointTags, tagEndpoint } from '../../endpoints/tags.ts';
import { inItsOwnWords } from '../../ground/error-parts.ts';
import type { Context } from '../../program/context.ts';

/** What sends the job's own requests while the new fleet bakes, loaded where the strategy asks for it. */
export async function ownTraffic(
  plan: DeploymentPlan,
  reconcile: ReconcileContext,
  context: Context,
): Promise<OwnTraffic | undefined> {
  if (plan.serving.description.strategy?.bake_traffic === undefined) return undefined;
  const { ownTrafficOf } = await import('./own-traffic.ts');
  return ownTrafficOf(plan, reconcile, context);
}

/** Deletes the alarms that an earlier job left behind, once the endpoint is ours. */
export async function tidyBefore(
  { by, seen }: Accepted,
  plan: DeploymentPlan,
  context: ReconcileContext,
): Promise<void> {
  if (by !== 'update' || seen.tags?.alarms !== true) return;
  const deleted = await deleteEarlierAlarms(plan, context);
  if (deleted > 0) context.log(`Deleted ${deleted} alarms of earlier releases.`);
}

/**
 * Ends a release: reads which alarms fired, and deletes those that were made for it. Nothing is asked where the endpoint file has no
 * alarms, and no earlier job noted any.
 */
export async function endRelease(
  end: DeploymentEnd,
  accepted: Accepted,
  plan: DeploymentPlan,
  context: ReconcileContext,
): Promise<readonly Fired[]> {
  const fired = (await hidingNothing(end, context, () => firedAlarms(plan, end.since, context))) ?? NONE_KNOWN;
  for (const each of fired.observed) context.log(`${firedLine(each)}. It only observes (action: observe).`);
  if (hasOwnAlarms(plan) || accepted.seen.tags?.alarms === true)
    await hidingNothing(end, context, () => takeAway(end, accepted, plan, context));
  return fired.rollingBack;
}

const NONE_KNOWN = { rollingBack: [], observed: [] };

/** Where a version is live, a failure is the job's. Otherwise it is told, and the job says how the deployment ended. */
async function hidingNothing<Value>(
  { where }: DeploymentEnd,
  { log }: ReconcileContext,
  act: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await act();
  } catch (error) {
    if (where.is === 'live') throw error;
    log(`Warning: ${inItsOwnWords(error)}`);
    return undefined;
  }
}

/** Deletes the alarms that were made for a release, and every other that is left on the endpoint while no deployment has its own. */
async function takeAway(
  { endpoint, where }: DeploymentEnd,
  { seen }: Accepted,
  plan: DeploymentPlan,
  context: ReconcileContext,
) {
  const { sagemaker } = context;
  // Another deployment has alarms and a note of its own. It notes itself before it makes them, and updates the endpoint later.
  const now = where.is === 'superseded' || !endpoint ? undefined : await readEndpointTags(sagemaker, endpoint.arn);
  const isAnothers = now?.wanted !== undefined && ![plan.desired.config, seen.tags?.wanted].includes(now.wanted);
  if (where.is === 'superseded' || isAnothers) return disarmRelease(plan, context);
  await deleteAllAlarms(plan, context);
  if (endpoint) await unlessNotFound(tagEndpoint(sagemaker, endpoint.arn, alarmsTag(false)));
}

async function firedAlarms(plan: DeploymentPlan, since: Date, { cloudwatch }: ReconcileContext) {
  const [acting, observing] = [watchingAlarms(plan, 'roll_back'), watchingAlarms(plan, 'observe')];
  if (acting.length + observing.length === 0) return { rollingBack: [], observed: [] };
  const client = await cloudwatch();
  return {
    rollingBack: await firedSince(client, acting, since),
    observed: await firedSince(client, observing, since),
  };
}

/** What a job leaves that does not wait. */
export function leftAlarms(plan: DeploymentPlan): string {
  return hasOwnAlarms(plan)
    ? ' Its alarms stay until deploy-model or delete-endpoint runs again for this endpoint.'
    : '';
}

/** What the bake of the version that is live showed, and says so; `undefined` where the endpoint file gives no strategy. */
export async function bakeOf(
  { endpoint }: Pick<DeploymentEnd, 'endpoint'>,
  { previousConfig, own }: Pick<BakedRelease, 'previousConfig' | 'own'>,
  plan: DeploymentPlan,
  context: ReconcileContext,
): Promise<Bake['is'] | undefined> {
  if (!endpoint || plan.serving.description.strategy === undefined) return undefined;
  const bake = await judgeRelease(plan, { endpoint, previousConfig, own }, context);
  context.log(
    bake.is === 'none' ? 'No bake: no alarm could have rolled this deployment back.' : `Bake: ${bake.saying}`,
  );
  return bake.is;
}
