import { createHash } from 'node:crypto';
import { aboutDeployed } from '../../asking/deployed.ts';
import { type DeployedRecord, describeServed, type Liveness, type SeenLive, untilLive } from '../../asking/live.ts';
import { readPayload } from '../../asking/payload.ts';
import { NOT_LOADED } from '../../endpoints/description/kinds.ts';
import { type Deadline, earliest } from '../../ground/clock.ts';
import { Failure } from '../../ground/failure.ts';
import type { Context } from '../../program/context.ts';
import { askFirst } from './first-request.ts';
import type { LoadTestInputs } from './inputs.ts';
import { type Load, stagesOf } from './schedule.ts';
import { limitsOf } from './verdict.ts';

/** What is tested, and what the inputs ask for. */
export interface LoadTask {
  readonly given: LoadTestInputs;
  readonly deployed: DeployedRecord;
}

/** Refuses a load where nobody asked for one, or whose answers would tell nothing. */
export function refuseToLoad({ given, deployed }: LoadTask, { job, report }: Pick<Context, 'job' | 'report'>): void {
  const { endpoint, promotion_path: path, asynchronous } = deployed;
  // Users are at the end of the path: a load there is for whoever says so in the include.
  if (!given.allow_last_environment && path.at(-1) === job.environment)
    throw new Failure(
      'SMC-5302',
      `${endpoint} is in ${job.environment}, the end of the promotion path, where users are. No load was sent.`,
      'test in the environment before. If users can bear it, set allow_last_environment: true under "inputs:" of the include.',
    );
  report.record({ outcome: 'not tested', ...aboutDeployed(deployed) });
  if (asynchronous === undefined) return;
  throw new Failure(
    'SMC-5307',
    `No load was sent: ${endpoint} is asynchronous, and ${NOT_LOADED}.`,
    'test the version in an environment whose endpoint answers at once, or remove load-test here.',
  );
}

/** The payload of a load, and what is asked of the endpoint by it. */
export interface PlannedLoad {
  readonly payload: Uint8Array;
  /** Its hash stands in the evidence. */
  readonly plan: ReturnType<typeof loadPlanOf>;
}

/** Reads the payload, and plans the load. */
export async function planLoad(given: LoadTestInputs, context: Pick<Context, 'fileOfCommit'>): Promise<PlannedLoad> {
  const { payload_file, content_type } = given;
  const payload = await readPayload({ payload_file, content_type }, context);
  return { payload, plan: loadPlanOf(given, payload) };
}

/** What is asked of an endpoint, by which payload. */
export function loadPlanOf(given: LoadTestInputs, payload: Uint8Array) {
  const { content_type, accept, custom_attributes } = given;
  const { shape, rate, duration, steps, warm_up, request_timeout, max_requests, stop_at_error_percent } = given;
  const limits = limitsOf(given);
  return {
    ...{
      payload: hashOfPayload(payload),
      content_type,
      accept,
      custom_attributes,
      shape,
      rate,
      duration,
      steps,
      warm_up,
    },
    ...{ request_timeout, max_requests, stop_at_error_percent },
    limits: { latency: Object.fromEntries(limits.latency), errors: Object.fromEntries(limits.errors) },
  };
}

/** SHA-256 of a payload, in hexadecimal digits. */
export function hashOfPayload(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}

/** Waits until the deployed version is live and answers, and returns the endpoint and the plan. */
export async function prepareLoad(
  { given, deployed }: LoadTask,
  context: Context,
): Promise<PlannedLoad & { readonly before: SeenLive; readonly liveness: Liveness }> {
  const { poll_interval, max_wait_time, content_type: contentType, accept, custom_attributes } = given;
  const liveness = { deployed, poll_interval, deadline: context.deadline(max_wait_time) };
  const { endpoint } = deployed;
  const before = await untilLive(liveness, context);
  await describeServed(deployed, before, context, { judged: 'load-tested' });
  const planned = await planLoad(given, context);
  const { payload } = planned;
  const request = { endpoint, payload, contentType, accept, customAttributes: custom_attributes };
  await askFirst(request, { deadline: liveness.deadline, interval: poll_interval }, context);
  return { ...planned, before, liveness };
}

/** Seconds that are needed beside the load: for the last answers, and a look at what serves then. */
const BESIDE = 120;

/** Refuses a load that would not end before the job has to, if it begins in so many seconds. Returns by when all has to be done. */
export function refuseWithoutTime(
  load: Load,
  { clock, deadline }: Pick<Context, 'clock' | 'deadline'>,
  wait = 0,
): Deadline {
  const seconds = wait + stagesOf(load).reduce((sum, stage) => sum + stage.seconds, 0) + BESIDE;
  const wished = { at: new Date(clock.now().getTime() + seconds * 1000), because: 'the load and its last answers' };
  const until = earliest(deadline(seconds), wished);
  if (until.at >= wished.at) return until;
  throw new Failure(
    'SMC-5303',
    `No load was sent: it takes ${seconds} s with its last answers, and ${until.because} leaves less.`,
    'raise timeout, or lower duration and warm_up. Then start a new pipeline.',
  );
}

/** How many instances serve; `undefined` where SageMaker does not say it of every variant. */
export function instancesOf({ endpoint }: SeenLive): number | undefined {
  const counts = endpoint?.variants.map(({ instances }) => instances) ?? [];
  if (counts.length === 0 || counts.includes(undefined)) return undefined;
  return counts.reduce<number>((sum, each) => sum + (each ?? 0), 0) || undefined;
}
