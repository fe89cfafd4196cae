import * as z from 'zod/mini';
import { customAttributes, mediaType } from '../../asking/inputs.ts';
import { resourceName } from '../../endpoints/endpoint.ts';
import { decidingPath, flag, line, mistake, optional, wholeNumber } from '../../gitlab/inputs.ts';
import { channelInputs } from '../../policy/channels.ts';
import { CLASSES, type ErrorClass } from './judgement.ts';
import { SHAPES, stagesOf } from './schedule.ts';

/** The most requests a second that one job sends in time. */
export const MAX_RATE = 2000;
export const MAX_STEPS = 20;
/** The most requests of one job: it keeps 10 bytes of each. */
const MAX_REQUESTS = 1_000_000;

const milliseconds = optional(wholeNumber(1, 70_000));

/** `any=1, 429=0.5`: per cent of the requests that may fail, in all or with a status. */
const errorLimits = z.pipe(
  line,
  z.transform((text, context): ReadonlyMap<ErrorClass, number> => {
    const limits = new Map<ErrorClass, number>();
    for (const part of text.split(',').map((each) => each.trim())) {
      const [, kind = '', percent = ''] = /^(\w+) *= *(\d{1,2}(?:\.\d{1,4})?)$/.exec(part) ?? [];
      if (!isClass(kind) || Number(percent) === 0 || limits.has(kind))
        return mistake(
          context,
          `must be like any=1, 429=0.5: ${Object.keys(CLASSES).join(', ')}, each once, with a number of per cent above 0 and below 100; "${part}" is not one`,
        );
      limits.set(kind, Number(percent) / 100);
    }
    return limits;
  }),
);

function isClass(kind: string): kind is ErrorClass {
  return Object.hasOwn(CLASSES, kind);
}

/** What is known of the plan, where other inputs may be wrong. */
const planned = z.object({
  shape: z.enum(SHAPES),
  rate: z.number(),
  duration: z.number(),
  steps: z.number(),
  warm_up: z.number(),
});

/** How many requests the inputs ask for; `undefined` where one of them is wrong. */
function requestsOf(given: unknown): number | undefined {
  const { data } = planned.safeParse(given);
  return data && stagesOf(data).reduce((sum, { requests }) => sum + requests, 0);
}

/** Whether the inputs that make the plan are right: others of the include may be wrong. */
function when({ value, issues }: z.core.ParsePayload): boolean {
  return requestsOf(value) !== undefined && !issues.some(({ path }) => String(path?.[0]) in planned.shape);
}

/** The inputs of a load test that sends so many requests a second, and in all, at most. */
export function loadShape(most: { readonly rate: number; readonly requests: number }) {
  return {
    endpoint_name: optional(resourceName),
    max_wait_time: wholeNumber(1, 86_400),
    poll_interval: wholeNumber(1, 3600),
    payload_file: decidingPath,
    content_type: mediaType,
    accept: optional(mediaType),
    custom_attributes: customAttributes,
    shape: z.enum(SHAPES, `must be ${SHAPES.join(', ')}`),
    rate: wholeNumber(1, most.rate),
    duration: wholeNumber(1, 3600),
    steps: wholeNumber(2, MAX_STEPS),
    warm_up: wholeNumber(0, 600),
    max_p50_ms: milliseconds,
    max_p95_ms: milliseconds,
    max_p99_ms: milliseconds,
    max_errors: errorLimits,
    request_timeout: wholeNumber(1, 70),
    stop_at_error_percent: wholeNumber(1, 99),
    required_rate: optional(wholeNumber(1, most.rate)),
    wished_rate: optional(wholeNumber(1, 1_000_000)),
    max_requests: wholeNumber(1, most.requests),
    allow_last_environment: flag,
    allow_inconclusive: flag,
  };
}

/** What decides how a load test is judged: words of the script. */
export const DECIDING = [
  'allow_last_environment',
  'allow_inconclusive',
  'payload_file',
  'content_type',
  'accept',
  'custom_attributes',
  'shape',
  'rate',
  'duration',
  'steps',
  'warm_up',
  'max_requests',
  'request_timeout',
  'stop_at_error_percent',
  'max_p50_ms',
  'max_p95_ms',
  'max_p99_ms',
  'max_errors',
  'required_rate',
] as const;

/** What one input of a load test says about others. */
export const loadChecks = [
  z.refine<LoadTestInputs>((given) => (requestsOf(given) ?? 0) <= given.max_requests, {
    path: ['max_requests'],
    error: ({ input }) => `must be at least ${requestsOf(input)}: rate, duration and warm_up ask for as many requests`,
    when,
  }),
  z.refine<LoadTestInputs>(({ rate, required_rate = rate }) => required_rate <= rate, {
    path: ['required_rate'],
    message: 'must be at most rate',
    when,
  }),
] as const;

const shape = loadShape({ rate: MAX_RATE, requests: MAX_REQUESTS });

const alone = z.strictObject(shape);

export type LoadTestInputs = z.output<typeof alone>;

/** What load-test is given. */
export const inputs = z.strictObject({ ...channelInputs, ...shape }).check(...loadChecks);
