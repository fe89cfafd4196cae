import { type PollResult, waitFor } from '../ground/wait.ts';
import { isBusy, waitingFor } from './decision.ts';
import type { Endpoint } from './endpoint.ts';
import { Look } from './look.ts';
import { answerOf, pollOptions } from './observe.ts';
import type { ReconcileContext } from './plan.ts';

/** An endpoint at which SageMaker is not at work, with the look that showed it. */
export interface StableEndpoint {
  readonly endpoint: Endpoint | undefined;
  readonly look: Look;
}

/** No config has this name: whatever is deployed is somebody's whose end is waited for. */
const NOT_OURS = { config: '' };

/** Waits until SageMaker is not at work at an endpoint. Throws a Failure of kind "out of time" at the deadline. */
export async function waitUntilStable(
  name: string,
  context: Omit<ReconcileContext, 'begun' | 'confirm'>,
): Promise<StableEndpoint> {
  const poll = async (): Promise<PollResult<StableEndpoint>> => {
    const look = new Look(context);
    const endpoint = await look.endpoint(name);
    return endpoint && isBusy(endpoint, NOT_OURS)
      ? { is: 'pending', saying: waitingFor(endpoint) }
      : { is: 'settled', answer: { endpoint, look } };
  };
  return answerOf(await waitFor(poll, pollOptions(context)), { endpoint: name }, context);
}
