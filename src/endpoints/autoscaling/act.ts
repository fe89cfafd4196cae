import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { type Clock, type Deadline, earliest } from '../../ground/clock.ts';
import { inItsOwnWords, partsOf } from '../../ground/error-parts.ts';
import { Failure } from '../../ground/failure.ts';
import { pauseUntil } from '../../ground/wait.ts';
import type { ScalingStep } from './decision.ts';
import type { ScaledVariant } from './wanted.ts';

export interface ScalingContext {
  readonly sagemaker: SageMakerClient;
  readonly region: string;
  autoscaling(): Promise<ApplicationAutoScalingClient>;
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** Receives a line for everything that is done, and for everything that changes. */
  log(line: string): void;
}

/** Sends the requests, one after the other: each is of use only when those before it were accepted. */
export async function carryOutSteps(
  steps: readonly ScalingStep[],
  of: ScaledVariant,
  context: ScalingContext,
): Promise<void> {
  for (const step of steps) {
    context.log(`Autoscaling: ${wordsOf(step)}.`);
    await whenSettled(() => send(step, of, context), step, context);
  }
}

/** What a step does, in a few words. */
function wordsOf(step: ScalingStep): string {
  switch (step.do) {
    case 'register':
      return `from ${step.minimum} to ${step.maximum} instances`;
    case 'deregister':
      return 'deregistering the scalable target, with its policies and scheduled actions';
    case 'put policy':
    case 'put schedule':
      return `setting ${step.name}`;
    case 'delete policy':
    case 'delete schedule':
      return `removing ${step.name}`;
  }
}

async function send(step: ScalingStep, of: ScaledVariant, { autoscaling }: ScalingContext): Promise<unknown> {
  const [client, commands] = await Promise.all([autoscaling(), import('../../aws/application-auto-scaling.ts')]);
  switch (step.do) {
    case 'register':
      return client.send(
        new commands.RegisterScalableTargetCommand({ ...of, MinCapacity: step.minimum, MaxCapacity: step.maximum }),
      );
    case 'deregister':
      return unlessGone(client.send(new commands.DeregisterScalableTargetCommand(of)));
    case 'put policy':
      return client.send(
        new commands.PutScalingPolicyCommand({
          ...of,
          PolicyName: step.name,
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: step.tracking,
        }),
      );
    case 'put schedule':
      return client.send(
        new commands.PutScheduledActionCommand({ ...of, ScheduledActionName: step.name, ...step.request }),
      );
    case 'delete policy':
      return unlessGone(client.send(new commands.DeleteScalingPolicyCommand({ ...of, PolicyName: step.name })));
    case 'delete schedule':
      return unlessGone(
        client.send(new commands.DeleteScheduledActionCommand({ ...of, ScheduledActionName: step.name })),
      );
  }
}

const isGone = (error: unknown): boolean => partsOf(error).name === 'ObjectNotFoundException';

/** What is to be taken away may be gone: somebody else was first, or our request took effect and its answer was lost. */
async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

const SETTLED_WITHIN = 60_000;
const PAUSE = 3_000;

/**
 * A target that was just registered may not be found for a while
 * (https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html), and one that AWS changes at
 * this moment cannot be changed.
 */
async function whenSettled(act: () => Promise<unknown>, step: ScalingStep, { clock, deadline }: ScalingContext) {
  const settled = { at: new Date(clock.now().getTime() + SETTLED_WITHIN), because: 'a target is found sooner' };
  const until = earliest(deadline, settled);
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      const passes = isGone(error) || partsOf(error).name === 'ConcurrentUpdateException';
      if (passes && (await pauseUntil(until, PAUSE, clock))) continue;
      throw asRefusal(error, step);
    }
  }
}

/** Answers of the service itself, which no repetition changes. */
const REFUSALS = ['ValidationException', 'LimitExceededException', 'FailedResourceAccessException'];

function asRefusal(error: unknown, step: ScalingStep): unknown {
  const passed = isGone(error) || partsOf(error).name === 'ConcurrentUpdateException';
  if (!passed && !REFUSALS.includes(partsOf(error).name)) return error;
  return new Failure(
    'SMC-4302',
    `Application Auto Scaling refused what the endpoint file says (${wordsOf(step)}): ${inItsOwnWords(error)}`,
    'correct the section autoscaling of the endpoint file and push; or if AWS is to be changed (a quota, what somebody else registers), change it and run this job again.',
    error,
  );
}
