import { type Clock, type Deadline, duration } from './clock.ts';

/** The result of one poll: still pending, with a clause for the log, or settled with an answer. */
export type PollResult<Answer> = { is: 'pending'; saying: string } | { is: 'settled'; answer: Answer };

interface PollOptions {
  readonly clock: Clock;
  /**
   * The longest pause between two polls, in seconds. The first pauses are shorter, so that a quick end is seen soon.
   */
  readonly interval: number;
  readonly deadline: Deadline;
  /**
   * What to log about a temporary error, such as a throttled request; `undefined` for an error that ends the waiting.
   */
  tolerate(error: unknown): string | undefined;
  /** Called when `saying` changes, with the time waited so far. */
  onChange(saying: string, elapsed: string): void;
}

export type PollOutcome<Answer> =
  | { is: 'settled'; answer: Answer }
  | { is: 'out of time'; saying: string; after: string; because: string };

/**
 * Polls until there is an answer or the deadline is reached. A temporary error does not end the waiting, because AWS
 * continues its work. The SDK's own waiters are not used: they report success for an endpoint that was rolled back, and
 * never end on UpdateRollbackFailed.
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

    if (!(await pauseUntil(deadline, pause(interval, looks, clock), clock)))
      return { is: 'out of time', saying, after: elapsed(), because: deadline.because };
  }
}

/** Pauses for so many milliseconds, but not beyond the deadline. Returns false at once when no time is left. */
export async function pauseUntil({ at }: Deadline, milliseconds: number, clock: Clock): Promise<boolean> {
  const left = at.getTime() - clock.now().getTime();
  if (left <= 0) return false;
  await clock.sleep(Math.min(left, milliseconds));
  return true;
}

/**
 * Milliseconds: 500, doubled up to the interval; then the interval with a tenth of jitter, so that jobs do not poll in
 * step.
 */
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
