import * as z from 'zod/mini';
import { resourceName } from '../../../endpoints/endpoint.ts';
import { decidingPath, optional, wholeNumber } from '../../../gitlab/inputs.ts';
import { channelInputs } from '../../../policy/channels.ts';
import { loadChecks, loadShape, MAX_RATE } from '../inputs.ts';

/** The most workers, and what all of them send at most: the job that judges keeps 10 bytes of each request. */
export const MAX_WORKERS = 20;
export const MAX_REQUESTS_OF_WORKERS = 5_000_000;

const shape = z.strictObject({
  ...loadShape({ rate: MAX_WORKERS * MAX_RATE, requests: MAX_REQUESTS_OF_WORKERS }),
  workers: wholeNumber(2, MAX_WORKERS),
});

type Shaped = z.output<typeof shape>;

/** What is known of the workers, where other inputs may be wrong. */
const shared = z.object({ rate: z.number(), workers: z.number() });

const rateOfEach = z.refine<Shaped>(({ rate, workers }) => rate <= workers * MAX_RATE, {
  path: ['rate'],
  error: ({ input }) => `must be at most ${mostRate(input)}: each worker sends at most ${MAX_RATE} requests a second`,
  when: ({ value, issues }) =>
    shared.safeParse(value).success && !issues.some(({ path }) => String(path?.[0]) in shared.shape),
});

function mostRate(given: unknown): number {
  return MAX_RATE * (shared.safeParse(given).data?.workers ?? 0);
}

/** What the job is given that judges a load of several workers. */
export const judgingInputs = z.strictObject({ ...channelInputs, ...shape.shape }).check(...loadChecks, rateOfEach);

/** What the job is given that schedules it: the same, and how long the workers have to start, in seconds. */
export const schedulingInputs = z
  .strictObject({ ...shape.shape, start_delay: wholeNumber(30, 3600) })
  .check(...loadChecks, rateOfEach);

/** What a worker is given: everything else is in the schedule. */
export const sendingInputs = z.strictObject({ endpoint_name: optional(resourceName), payload_file: decidingPath });

export type SchedulingInputs = z.output<typeof schedulingInputs>;
export type JudgingInputs = Shaped;
