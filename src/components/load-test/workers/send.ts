import { createHash } from 'node:crypto';
import { readPayload } from '../../../asking/payload.ts';
import { type Clock, elapsedOn } from '../../../ground/clock.ts';
import { Failure } from '../../../ground/failure.ts';
import { thousands } from '../../../ground/thousands.ts';
import type { Done } from '../../../program/component.ts';
import type { Context } from '../../../program/context.ts';
import { Brake, type Limits, type LoadPart, requestsOf, type Samples, sendStage, until } from '../generator.ts';
import { openLoad } from '../measure.ts';
import { hashOfPayload, refuseWithoutTime } from '../preparation.ts';
import { stagesOf } from '../schedule.ts';
import { stageLine } from '../show.ts';
import { checkClock, offsetWords } from './clock-check.ts';
import { otherLoad } from './other-load.ts';
import type { LoadPlan, ScheduleRecord } from './records.ts';
import { packSamples, SAMPLES_FILE, stageRecordOf } from './samples-file.ts';

interface SendingTask {
  readonly scheduled: ScheduleRecord;
  readonly payload_file: string;
}

/** Sends a worker's part of a scheduled load, and records each latency. */
export async function sendPart({ scheduled, payload_file }: SendingTask, context: Context): Promise<Done<never>> {
  const { log, report, job } = context;
  const { endpoint, plan, hash } = scheduled;
  const part = partOf(job, plan);
  const name = `worker ${part.index + 1} of ${part.of}`;
  const about = { endpoint, worker: part.index + 1, workers: part.of, schedule: hash };
  const notSent = (why: string) => report.record({ outcome: 'not sent', ...about, why });
  notSent('its job ended before the start');
  const payload = await readPayload({ payload_file, content_type: plan.content_type }, context);
  if (hashOfPayload(payload) !== plan.payload) throw otherLoad('payload_file is not the file that was scheduled');
  log.line(`This is ${name}.`);
  const samples = await sendInTime({ scheduled, payload, part }, { ...context, notSent });
  for (const each of samples) log.line(stageLine(each));
  const file = packSamples(samples);
  report.file(SAMPLES_FILE, file);
  const sha256 = createHash('sha256').update(file).digest('hex');
  report.record({ outcome: 'sent', ...about, sha256, stages: samples.map(stageRecordOf) });
  const sent = thousands(samples.reduce((sum, each) => sum + each.sent, 0));
  return { verdict: `Sent ${sent} requests as ${name}. The job that judges says what they show.`, outputs: {} };
}

/** Which of the workers this job is, as GitLab numbers the jobs of `parallel`. */
function partOf({ parallel }: Context['job'], { workers }: LoadPlan): LoadPart {
  if (parallel?.total === workers && parallel.index >= 1 && parallel.index <= workers)
    return { index: parallel.index - 1, of: workers };
  const seen = parallel ? `job ${parallel.index} of ${parallel.total}` : 'no job of several';
  throw new Failure(
    'SMC-5312',
    `No load was sent: ${workers} workers are scheduled, and this is ${seen} (CI_NODE_INDEX, CI_NODE_TOTAL).`,
    "remove any CI/CD variable of these names and any parallel: that overrides the template's. Then start a new pipeline.",
  );
}

interface ScheduledPart {
  readonly scheduled: ScheduleRecord;
  readonly payload: Uint8Array;
  readonly part: LoadPart;
}

/** Waits for the start, and sends the part. Throws a Failure where its time would not be that of the others. */
async function sendInTime(
  { scheduled: { endpoint, plan, start }, payload, part }: ScheduledPart,
  { notSent, ...context }: Context & { notSent(why: string): void },
): Promise<Samples[]> {
  const { aws, clock, log } = context;
  const left = () => start - clock.now().getTime();
  const offset = await checkClock(aws, clock).catch((error: unknown) => {
    notSent('its clock is not known to be within 1 s of that of STS');
    throw error;
  });
  refuseLate(left(), notSent);
  refuseWithoutTime(plan, context, Math.ceil(left() / 1000));
  log.line(`Its clock is ${offsetWords(offset)}. It begins at ${new Date(start).toISOString()}.`);
  await clock.sleep(Math.max(0, left() - SIGNED_BEFORE));
  const load = await openLoad({ endpoint, payload, asked: plan }, context);
  try {
    refuseLate(left(), notSent);
    return await sendStages(plan, part, { ...load, clock, begin: elapsedOn(clock) + left() });
  } finally {
    load.close();
  }
}

/** Milliseconds before the start at which the requests are signed: with credentials that last, and for five minutes. */
const SIGNED_BEFORE = 5_000;

function refuseLate(left: number, notSent: (why: string) => void): void {
  if (left >= 0) return;
  const late = `${Math.ceil(-left / 1000)} s`;
  notSent(`its job was ready ${late} after the start`);
  throw new Failure(
    'SMC-5311',
    `No load was sent: this worker was ready ${late} after the start, when the others had begun.`,
    'raise start_delay, so that a runner is free for each worker by then. Then start a new pipeline: a worker that is run again is always late.',
  );
}

interface SendingStages {
  readonly send: Parameters<typeof sendStage>[1]['send'];
  readonly clock: Clock;
  readonly limits: Limits;
  /** When the first stage begins. */
  readonly begin: number;
}

/**
 * Sends a part of every stage, each when it was meant to begin: no worker waits for answers between them, as the others would not
 * wait for it. Whatever happens in the warm-up, the load goes on; a stage that is ended early later is the last.
 */
async function sendStages(
  plan: LoadPlan,
  part: LoadPart,
  { send, clock, limits, begin }: SendingStages,
): Promise<Samples[]> {
  const [warming, counting] = [new Brake(limits), new Brake(limits)];
  const sent: Awaited<ReturnType<typeof sendStage>>[] = [];
  let start = begin;
  for (const stage of stagesOf(plan)) {
    if (counting.ended !== undefined) break;
    if (requestsOf(stage, part) > 0) await until(start, clock);
    sent.push(await sendStage(stage, { send, clock, brake: stage.counted ? counting : warming, start, part }));
    start += stage.seconds * 1000;
  }
  const samples = await Promise.all(sent.map((each) => each.answered()));
  const { ended } = counting;
  return samples.map((each, index) =>
    ended !== undefined && index === samples.length - 1 ? { ...each, ended } : each,
  );
}
