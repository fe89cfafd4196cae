import type { Clock, Deadline } from '../ground/clock.ts';
import { partsOf } from '../ground/error-parts.ts';
import { troubleOf } from './trouble.ts';

const MAX_ATTEMPTS = 8;
/** Milliseconds. */
const MAX_PAUSE = 20_000;
/** Milliseconds by which a service may make our pause longer: as many as the SDK's own strategy accepts. */
const MAX_EXTENSION = 5_000;

interface RetryToken {
  getRetryCount(): number;
  getRetryDelay(): number;
}

/** What the SDK says of a failed attempt (`RetryErrorInfo` of @smithy/types). */
interface FailedAttempt {
  readonly error?: unknown;
  readonly errorType: 'THROTTLING' | 'TRANSIENT' | 'SERVER_ERROR' | 'CLIENT_ERROR';
  readonly retryAfterHint?: Date;
}

/**
 * The SDK's retry strategy for errors that may be temporary: whatever the SDK itself retries, every other 5xx answer,
 * broken connections, and an identity provider that STS could not reach. Eight attempts with growing, jittered pauses
 * take between half a minute and a bit more than one; none begins after the limit, which may be set later. It pauses by the passed-in clock,
 * and so tells the SDK to wait no longer.
 */
export function createRetryStrategy(clock: Clock, limit: () => Deadline | undefined) {
  const token = (count: number): RetryToken => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
  return {
    mode: 'standard',
    acquireInitialRetryToken: async () => token(0),
    async refreshRetryTokenForRetry(previous: RetryToken, attempt: FailedAttempt): Promise<RetryToken> {
      const count = previous.getRetryCount() + 1;
      const pause = pauseBefore(count, attempt, clock);
      const ends = limit()?.at.getTime() ?? Number.POSITIVE_INFINITY;
      if (count >= MAX_ATTEMPTS || !isCurable(attempt) || clock.now().getTime() + pause >= ends) throw attempt.error;
      await clock.sleep(pause);
      return token(count);
    },
    recordSuccess() {},
  };
}

/**
 * Milliseconds before an attempt: a second, doubled each time, of which half is random; more if the service asks for
 * it.
 */
function pauseBefore(count: number, { retryAfterHint }: FailedAttempt, clock: Clock): number {
  const longest = Math.min(MAX_PAUSE, 1000 * 2 ** (count - 1));
  const pause = longest / 2 + (clock.random() * longest) / 2;
  // The SDK has turned the header's seconds into a time of the machine's clock.
  const asked = retryAfterHint === undefined ? 0 : retryAfterHint.getTime() - Date.now();
  return Math.max(pause, Math.min(asked, pause + MAX_EXTENSION));
}

function isCurable({ error, errorType }: FailedAttempt): boolean {
  if (errorType !== 'CLIENT_ERROR') return true;
  const { name, message } = partsOf(error);
  // Under parallel load STS fails to fetch GitLab's keys:
  // https://github.com/aws-actions/configure-aws-credentials/issues/299
  if (/^IDPCommunicationError/.test(name) || /Couldn't retrieve verification key/.test(message)) return true;
  return ['throttled', 'server error', 'broken connection'].includes(troubleOf(error));
}
