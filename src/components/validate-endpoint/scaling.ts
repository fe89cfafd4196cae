import type { DeployedRecord } from '../../asking/live.ts';
import type { ScalingContext } from '../../endpoints/autoscaling/act.ts';
import type { Scaled } from '../../endpoints/autoscaling/scaling.ts';
import type { Deadline } from '../../ground/clock.ts';
import type { Context } from '../../program/context.ts';

/**
 * Gives back what a note on the endpoint says is missing of its autoscaling (AWS: RegisterScalableTarget, PutScalingPolicy,
 * PutScheduledAction): the deployment did not wait, or its job died. Nothing is asked where the endpoint file says nothing of it.
 */
export async function giveBackScaling(
  { endpoint, scaled }: DeployedRecord,
  deadline: Deadline,
  { aws, clock, log }: Context,
): Promise<void> {
  if (!scaled) return;
  const context: ScalingContext = { ...aws, clock, deadline, log: log.line };
  const { giveBack } = await import('../../endpoints/autoscaling/scaling.ts');
  const known = await scaledBy(endpoint, scaled);
  if (known) await giveBack(known, context);
  else
    log.line(
      'The record of deploy-model does not say in known words how the endpoint is scaled: nothing is given back.',
    );
}

async function scaledBy(
  endpoint: string,
  { variant, autoscaling: recorded }: NonNullable<DeployedRecord['scaled']>,
): Promise<Scaled | undefined> {
  const [{ autoscaling }, { wantedAutoscaling }] = await Promise.all([
    import('../../endpoints/description/autoscaling.ts'),
    import('../../endpoints/autoscaling/wanted.ts'),
  ]);
  const { data } = autoscaling.safeParse(recorded);
  return data && { endpoint, variant, wanted: wantedAutoscaling(data, endpoint, variant) };
}
