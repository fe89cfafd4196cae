import { settled } from '../../asking/settled.ts';
import { passingTrouble } from '../../aws/trouble.ts';
import { type InvocationRequest, type InvocationResponse, invoke, opening } from '../../endpoints/invocation.ts';
import type { Deadline } from '../../ground/clock.ts';
import { Failure } from '../../ground/failure.ts';
import { waitFor } from '../../ground/wait.ts';
import type { Context } from '../../program/context.ts';

/**
 * Asks once before the load, as validate-endpoint asks: what is wrong with the request itself is told in the words of AWS, and not
 * as the failure of every request.
 */
export async function askFirst(
  request: InvocationRequest,
  { deadline, interval }: { readonly deadline: Deadline; readonly interval: number },
  context: Context,
): Promise<void> {
  const { aws, clock, log } = context;
  const runtime = await aws.runtime();
  const outcome = await waitFor<InvocationResponse>(
    async () => {
      const seen = await invoke({ runtime, clock }, request);
      return seen.is === 'answered'
        ? { is: 'settled', answer: seen.answer }
        : { is: 'pending', saying: `the endpoint is ${seen.is} (${seen.seen})` };
    },
    {
      clock,
      deadline,
      interval,
      tolerate: passingTrouble,
      onChange: (saying, elapsed) => log.line(`The first request: ${saying} (after ${elapsed}).`),
    },
  );
  const answer = settled(outcome, 'an answer to the first request');
  if (answer.status === 200) return;
  throw new Failure(
    'SMC-5301',
    `No load was sent: ${request.endpoint} answered the first request with HTTP ${answer.status}: ${opening(answer, 200)}`,
    'correct payload_file, content_type, accept and custom_attributes, or the model. Then run this job again or start a new pipeline.',
  );
}
