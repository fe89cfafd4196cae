import { type PollResult, waitFor } from '../ground/wait.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { answerOf, pollOptions } from './observe.ts';
import type { DeploymentPlan, ReconcileContext } from './plan.ts';
import { type DeploymentProgress, follow } from './progress.ts';
import type { Reconciled } from './reconcile.ts';
import { releaseOf } from './rollout/release.ts';
import { startOf, watchRollout } from './rollout/watch.ts';

/** Milliseconds after our change during which SageMaker may still show the endpoint as it was before. */
const VISIBLE_WITHIN = 60_000;

export interface DeploymentEnd {
  readonly endpoint: Endpoint | undefined;
  readonly where: Exclude<DeploymentProgress, { is: 'progressing' }>;
  /** When the deployment began, as far as it was seen. */
  readonly since: Date;
}

/** Polls until our deployment has ended. Throws a Failure of kind "out of time" at the deadline. */
export async function followDeployment(
  plan: DeploymentPlan,
  { by, previousConfig, previousDeployedAt }: Exclude<Reconciled, { by: 'refusal' }>,
  context: ReconcileContext,
): Promise<DeploymentEnd> {
  const { sagemaker, clock } = context;
  const { desired } = plan;
  const began = clock.now().getTime();
  let since = clock.now();
  const { strategy } = plan.serving.description;
  const watch = watchRollout({ release: releaseOf(plan), strategy, previousConfig }, context);
  let shown = by === 'follow';
  const progress = follow({ config: desired.config, previousConfig, previousDeployedAt, history: 'nothing' });
  const look = async (): Promise<PollResult<DeploymentEnd>> => {
    const endpoint = await findEndpoint(sagemaker, desired.endpoint);
    const where = progress(endpoint);
    if (where.is === 'progressing') {
      shown = true;
      const start = endpoint && startOf(endpoint);
      if (start && start < since) since = start;
      return { is: 'pending', saying: `${where.saying}${endpoint ? await watch(endpoint) : ''}` };
    }
    if (where.is !== 'live' && !shown && clock.now().getTime() - began < VISIBLE_WITHIN)
      return { is: 'pending', saying: 'SageMaker does not show the change yet' };
    return { is: 'settled', answer: { endpoint, where, since } };
  };
  return answerOf(await waitFor(look, pollOptions(context)), desired, context);
}
