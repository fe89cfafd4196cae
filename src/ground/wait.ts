import { type Clock, type Deadline, duration } from './clock.ts';

/** What one look at a resource says: go on waiting, or an answer. */
export type PollResult<Answer> = { is: 'pending'; saying: string } | { is: 'settled'; answer: Answer };

interface PollOptions {
  readonly clock: Clock;
  /** The longest pause between two looks, in seconds. The first pauses are shorter, so that what is quick is soon seen. */
  readonly interval: number;
  readonly deadline: Deadline;
  /** What to say of an error that passes by itself, such as a throttled request; `undefined` for one that ends the waiting. */
  tolerate(error: unknown): string | undefined;
  /** Told each time that `saying` changes, with the time waited so far. */
  onChange(saying: string, elapsed: string): void;
}

export type PollOutcome<Answer> =
  | { is: 'settled'; answer: Answer }
  | { is: 'out of time'; saying: string; after: string; because: string };

/**
 * Looks until there is an answer or the deadline is reached. A look that fails for a passing reason is no answer: AWS goes on
 * working, and so do we. The SDK's own waiters are not used: they call a
 * rolled-back endpoint in service, and never end on UpdateRollbackFailed.
 */
export async function waitFor<Answer>(
  look: () => Promise<PollResult<Answer>>,
  { clock, interval, deadline, tolerate, onChange }: PollOptions,
): Promise<PollOutcome<Answer>> {
  const start = clock.now().getTime();
  const elapsed = () => duration(clock.now().getTime() - start);
  let saying = '';
  for (let looks = 0; ; looks++) {
    const seen = await tolerant(look, tolerate);
    if (seen.is === 'settled') return seen;
    if (seen.saying !== saying) onChange(seen.saying, elapsed());
    saying = seen.saying;

    const left = deadline.at.getTime() - clock.now().getTime();
    if (left <= 0) return { is: 'out of time', saying, after: elapsed(), because: deadline.because };
    await clock.sleep(Math.min(left, pause(interval, looks, clock)));
  }
}

/** Half a second, doubled up to the interval; then the interval with a tenth of jitter, so that jobs do not ask in step. */
function pause(interval: number, looks: number, clock: Clock): number {
  const growing = 500 * 2 ** looks;
  const longest = interval * 1000;
  return growing < longest ? growing : longest * (0.9 + clock.random() * 0.2);
}

async function tolerant<Answer>(
  look: () => Promise<PollResult<Answer>>,
  tolerate: PollOptions['tolerate'],
): Promise<PollResult<Answer>> {
  try {
    return await look();
  } catch (error) {
    const saying = tolerate(error);
    if (saying === undefined) throw error;
    return { is: 'pending', saying };
  }
}
