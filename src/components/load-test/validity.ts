import type { Samples } from './generator.ts';
import { percentile } from './percentiles.ts';

/** The test case of a load test that measured the endpoint. */
export const VALID = 'The load was sent as planned';

/** The share of the rate that has to be reached, and the milliseconds by which 99 of 100 requests may be late. */
const LEAST_ACHIEVED = 0.95;
const MOST_LATE = 5;

/**
 * Why a stage measured the machine that sent the requests, and not the endpoint: it did not reach the rate, or sent too late.
 * `undefined` where the stage is valid. Of such a stage no latency is told.
 */
export function whyInvalid(samples: Samples, machine = 'this job'): string | undefined {
  const { lateness } = samples;
  const achieved = achievedShare(samples);
  if (achieved < LEAST_ACHIEVED)
    return `${machine} sent only ${Math.floor(achieved * 100)} % of the requests in their time (at least ${LEAST_ACHIEVED * 100} % are needed)`;
  const late = percentile(lateness.toSorted(), 99) ?? 0;
  if (late <= MOST_LATE) return undefined;
  return `${machine} sent 1 in 100 requests more than ${late.toFixed(1)} ms late (at most ${MOST_LATE} ms are allowed)`;
}

/** The requests that were sent in the time of the stage, as a share of those that were due by its end, or by when it was ended. */
function achievedShare({ stage, sent, lateness, sending }: Samples): number {
  if (sent === 0) return 0;
  const latest = lateness[sent - 1] ?? 0;
  // Sending took so much longer as the last request was late.
  const meant = Math.max(sending - latest, 1000 / stage.to);
  return meant / (meant + latest);
}
