import { giveBack, settleScaling } from '../../endpoints/autoscaling/scaling.ts';
import type { Accepted } from '../../endpoints/deployment-failure.ts';
import { expectedArn } from '../../endpoints/endpoint.ts';
import type { DeploymentEnd } from '../../endpoints/follow.ts';
import type { DeploymentPlan, ReconcileContext } from '../../endpoints/plan.ts';

/**
 * Scales an endpoint that is live as its file says; and one where the deployment failed as before. Nothing is asked where the
 * endpoint file does not say it, and nothing of it was ours.
 */
export async function endScaling(
  { endpoint, where }: Pick<DeploymentEnd, 'endpoint' | 'where'>,
  { seen }: Accepted,
  { scaled }: DeploymentPlan,
  context: ReconcileContext & { readonly account: string },
): Promise<void> {
  if (!scaled.wanted && seen.tags?.autoscaling === undefined) return;
  if (where.is !== 'live') return giveBack(scaled, context);
  await settleScaling(scaled, endpoint?.arn ?? expectedArn(scaled.endpoint, context), context);
}
