import { type PollResult, waitFor } from '../ground/wait.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { answerOf, pollOptions } from './observe.ts';
import type { DeploymentPlan, ReconcileContext } from './plan.ts';
import { type DeploymentProgress, follow } from './progress.ts';
import type { Reconciled } from './reconcile.ts';
import type { OwnTraffic } from './rollout/own-traffic.ts';
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

/** The longest pause between two looks while a job sends requests itself, in seconds: a rollback ends them. */
const LONGEST_SENDING = 15;

/** Polls until our deployment has ended; `own` sends requests between the looks. Throws a Failure of kind "out of time" at the deadline. */
export async function followDeployment(
  plan: DeploymentPlan,
  { by, previousConfig, previousDeployedAt }: Exclude<Reconciled, { by: 'refusal' }>,
  context: ReconcileContext,
  own?: OwnTraffic,
): Promise<DeploymentEnd> {
  const { sagemaker, clock } = context;
  const { desired } = plan;
  const began = clock.now().getTime();
  let since = clock.now();
  const { strategy } = plan.serving.description;
  const { kind } = desired;
  const watch = watchRollout({ release: releaseOf(plan), strategy, previousConfig, kind, own }, context);
  let shown = by === 'follow';
  const progress = follow({ config: desired.config, previousConfig, previousDeployedAt, history: 'nothing' });
  const look = async (): Promise<PollResult<DeploymentEnd>> => {
    const endpoint = await findEndpoint(sagemaker, desired.endpoint);
    await own?.see(endpoint);
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
  return answerOf(await waitFor(look, sendingBetween(pollOptions(context), own)), desired, context);
}

/** Polls as before, and sends requests in the pauses. */
function sendingBetween(options: ReturnType<typeof pollOptions>, own: OwnTraffic | undefined) {
  if (!own) return options;
  const { clock, interval } = options;
  const sending = {
    now: () => clock.now(),
    random: () => clock.random(),
    sleep: (milliseconds: number) => own.pause(milliseconds),
  };
  return { ...options, clock: sending, interval: Math.min(interval, LONGEST_SENDING) };
}
