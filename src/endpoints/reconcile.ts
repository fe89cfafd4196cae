import { giveBack } from './autoscaling/scaling.ts';
import { type ConfigBefore, carryOut, configBefore, takeOver } from './carry-out.ts';
import type { EndpointDecision } from './decision.ts';
import type { Endpoint } from './endpoint.ts';
import { askForPlanned } from './ensure.ts';
import type { Look } from './look.ts';
import { changedEachTime, MAX_CONFLICTS, type Observed, observe, pauseAfterConflict } from './observe.ts';
import { isSameOwner } from './owner.ts';
import type { DeploymentPlan, ReconcileContext } from './plan.ts';

/** How our config was accepted on the endpoint; or why it was refused. */
export type Reconciled =
  | ({
      by: 'create' | 'update' | 'follow' | 'nothing';
      /** The endpoint as it was seen before; `undefined` where there was none. */
      seen: Pick<Observed, 'endpoint' | 'tags'>;
    } & ConfigBefore)
  | { by: 'refusal'; refusal: Extract<EndpointDecision, { do: 'refuse' }>; endpoint: Endpoint | undefined };

/**
 * Looks, decides and acts until SageMaker has accepted our config on the endpoint, or it is already there (AWS:
 * CreateEndpoint, UpdateEndpoint). The first look may have begun. After a conflict with another deployment it decides again, at
 * most MAX_CONFLICTS times. Then it throws a Failure of kind "refused".
 */
export async function reconcileEndpoint(
  plan: DeploymentPlan,
  context: ReconcileContext,
  first: Look,
): Promise<Reconciled> {
  askForPlanned(first, plan.serving);
  let seen = await observe(plan, context, first);
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const { endpoint, decision } = seen;
    if (decision.do === 'refuse') {
      if (seen.tags?.autoscaling !== undefined && isOurs(seen, plan)) await giveBack(plan.scaled, context);
      return { by: 'refusal', refusal: decision, endpoint };
    }
    const before = configBefore(seen, plan);
    const result = await carryOut(seen, before, plan, context);
    if (result === 'accepted') {
      await takeOver(seen, plan, context);
      return { by: decision.do, seen: { endpoint, tags: seen.tags }, ...before };
    }
    context.begun('');
    context.log(`Another deployment changed ${plan.desired.endpoint} first. Checking again.`);
    await pauseAfterConflict('another deployment changes it', plan, context);
    seen = await observe(plan, context);
  }
  throw changedEachTime(plan, context);
}

/** Whether the endpoint has no other owner: another's notes are another's business. */
function isOurs({ tags }: Observed, { desired }: DeploymentPlan): boolean {
  return tags?.owner === undefined || isSameOwner(tags.owner, desired.owner);
}
