import { Failure } from '../ground/failure.ts';
import type { PollOutcome } from '../ground/wait.ts';

/** The answer that was waited for. Throws a Failure of kind "out of time" that says what is pending. */
export function settled<Answer>(waited: PollOutcome<Answer>, what: string): Answer {
  if (waited.is === 'settled') return waited.answer;
  throw new Failure(
    'SMC-5001',
    `Stopped waiting for ${what} after ${waited.after} (${waited.because}). Pending: ${waited.saying}. SageMaker continues.`,
    'check the endpoint (link on this page), then run this job again. If it needs more time, raise max_wait_time.',
  );
}
