import { startingInstances } from '../../endpoints/description/capacity.ts';
import { bakeMinutes } from '../../endpoints/description/strategy-effects.ts';
import { MAX_PAYLOAD_BYTES } from '../../endpoints/invocation.ts';
import type { DeploymentPlan, ReconcileContext } from '../../endpoints/plan.ts';
import { OwnTraffic } from '../../endpoints/rollout/own-traffic.ts';
import type { Context } from '../../program/context.ts';

/**
 * What sends the job's own requests while the new fleet bakes; `undefined` where the strategy asks for none. Throws a Failure when the
 * payload is not there, before anything is changed.
 */
export async function ownTrafficOf(
  { desired, serving }: DeploymentPlan,
  reconcile: ReconcileContext,
  { aws, fileOfCommit }: Pick<Context, 'aws' | 'fileOfCommit'>,
): Promise<OwnTraffic | undefined> {
  const { strategy, ...on } = serving.description;
  const traffic = strategy?.bake_traffic;
  if (!strategy || !traffic) return undefined;
  const input = 'strategy.bake_traffic.payload_file';
  const payload = await fileOfCommit({ input, file: traffic.payload_file, maxBytes: MAX_PAYLOAD_BYTES });
  const most = traffic.requests_per_minute * bakeMinutes(strategy, startingInstances(on));
  const { endpoint, config } = desired;
  return new OwnTraffic({ endpoint, config, traffic, payload, most }, { ...reconcile, runtime: () => aws.runtime() });
}
