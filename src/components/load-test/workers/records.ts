import * as z from 'zod/mini';
import { resourceName } from '../../../endpoints/endpoint.ts';
import type { Recorded, RecordKind } from '../../../gitlab/records.ts';
import { hashOf } from '../../../ground/canonical-json.ts';
import { lazily, nothing, recorded } from '../../../program/handover.ts';
import { MAX_RATE, MAX_STEPS } from '../inputs.ts';
import { SHAPES, stagesOf } from '../schedule.ts';
import { MAX_REQUESTS_OF_WORKERS, MAX_WORKERS } from './inputs.ts';

const count = () => z.int().check(z.nonnegative());
const positive = () => z.number().check(z.positive());
const sha256 = () => z.string().check(z.regex(/^[0-9a-f]{64}$/, 'Must be a SHA-256'));

/** What the workers are asked to send: never more than schedule-load may ask for, whoever wrote the record. */
const plan = () =>
  z
    .object({
      payload: sha256(),
      content_type: z.string(),
      accept: z.optional(z.string()),
      custom_attributes: z.optional(z.string()),
      shape: z.enum(SHAPES),
      rate: positive(),
      duration: positive(),
      steps: z.int().check(z.nonnegative(), z.maximum(MAX_STEPS)),
      warm_up: count(),
      request_timeout: positive(),
      max_requests: positive(),
      stop_at_error_percent: positive(),
      workers: z.int().check(z.minimum(2), z.maximum(MAX_WORKERS)),
      limits: z.unknown(),
    })
    .check(
      z.refine(({ rate, workers }) => rate <= workers * MAX_RATE, 'Must be a rate that the workers may send'),
      z.refine(
        (given) => stagesOf(given).reduce((sum, { requests }) => sum + requests, 0) <= MAX_REQUESTS_OF_WORKERS,
        'Must be as many requests as may be sent',
      ),
    );

/** What schedule-load hands to the workers, and to the job that judges. */
export const scheduleRecord = {
  component: 'schedule-load',
  schema: lazily(() =>
    z.discriminatedUnion('outcome', [
      z.object({
        ...recorded(),
        outcome: z.literal('scheduled'),
        endpoint: resourceName,
        config: resourceName,
        content: z.string(),
        /** When the first request is meant to be sent: milliseconds since 1970. */
        start: count(),
        /** How many instances served before the load, where that is known. */
        instances: z.optional(count()),
        plan: plan(),
        /** The hash of all that is above. */
        hash: sha256(),
      }),
      nothing(),
    ]),
  ),
} satisfies RecordKind<z.ZodMiniType<Recorded>>;

/** What a worker hands to the job that judges, beside its file. */
export const workerRecord = {
  component: 'send-load',
  schema: lazily(() => {
    const worker = {
      ...recorded(),
      endpoint: resourceName,
      worker: z.int().check(z.positive()),
      workers: z.int().check(z.positive()),
      /** The hash of the schedule that it followed. */
      schedule: sha256(),
    };
    const stage = z.object({
      sent: count(),
      sending: z.number().check(z.nonnegative()),
      firsts: z.array(z.tuple([count(), z.string()])),
      ended: z.optional(z.string()),
    });
    return z.discriminatedUnion('outcome', [
      z.object({ ...worker, outcome: z.literal('sent'), sha256: sha256(), stages: z.array(stage) }),
      z.object({ ...worker, outcome: z.literal('not sent'), why: z.string() }),
      nothing(),
    ]);
  }),
} satisfies RecordKind<z.ZodMiniType<Recorded>>;

export type ScheduleRecord = Extract<z.output<ReturnType<typeof scheduleRecord.schema>>, { outcome: 'scheduled' }>;
export type LoadPlan = ScheduleRecord['plan'];
export type WorkerRecord = Exclude<z.output<ReturnType<typeof workerRecord.schema>>, { outcome: 'nothing' }>;

type Hashed = Pick<ScheduleRecord, 'pipeline' | 'job' | 'endpoint' | 'config' | 'content' | 'start' | 'plan'>;

/** The hash of a schedule: a worker that followed another one has another hash. */
export function hashOfSchedule({ pipeline, job, endpoint, config, content, start, plan: planned }: Hashed): string {
  return hashOf({ pipeline, job, endpoint, config, content, start, plan: planned }, 64);
}
