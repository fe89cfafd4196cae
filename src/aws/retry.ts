import type { Clock } from '../ground/clock.ts';
import { partsOf } from '../ground/error-parts.ts';
import { troubleOf } from './trouble.ts';

const MAX_ATTEMPTS = 8;
const MAX_PAUSE = 20_000;

interface RetryToken {
  getRetryCount(): number;
  getRetryDelay(): number;
}

/**
 * Repeats what a repetition may cure: throttles, 5xx answers, broken connections, and an identity provider that STS could not
 * reach. Eight attempts with growing, jittered pauses take between half a minute and a bit more than one. It pauses by the
 * passed-in clock, and so tells the SDK to wait no longer.
 */
export function createRetryStrategy(clock: Clock) {
  const token = (count: number): RetryToken => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
  return {
    mode: 'standard',
    acquireInitialRetryToken: async () => token(0),
    async refreshRetryTokenForRetry(previous: RetryToken, { error }: { error?: unknown }): Promise<RetryToken> {
      const count = previous.getRetryCount() + 1;
      if (count >= MAX_ATTEMPTS || !isCurable(error)) throw error;
      const pause = Math.min(MAX_PAUSE, 1000 * 2 ** (count - 1));
      await clock.sleep(pause / 2 + (Math.random() * pause) / 2);
      return token(count);
    },
    recordSuccess() {},
  };
}

function isCurable(error: unknown): boolean {
  const { name, message } = partsOf(error);
  // Under parallel load STS fails to fetch GitLab's keys: https://github.com/aws-actions/configure-aws-credentials/issues/299
  if (/^IDPCommunicationError/.test(name) || /Couldn't retrieve verification key/.test(message)) return true;
  return ['throttled', 'server error', 'broken connection'].includes(troubleOf(error));
}
