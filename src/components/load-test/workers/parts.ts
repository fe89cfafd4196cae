import { createHash } from 'node:crypto';
import { readJobFile, readRecords } from '../../../gitlab/records.ts';
import type { Context } from '../../../program/context.ts';
import { type LoadPart, requestsOf, type Samples } from '../generator.ts';
import { type Stage, stagesOf } from '../schedule.ts';
import { whyInvalid } from '../validity.ts';
import { type ScheduleRecord, type WorkerRecord, workerRecord } from './records.ts';
import { SAMPLES_FILE, type StageRecord, unpackSamples } from './samples-file.ts';

type SentRecord = Extract<WorkerRecord, { outcome: 'sent' }>;

/** What all workers measured: of each, its samples of each stage; or why that is no load as it was scheduled, a line for each reason. */
export type FoundParts =
  | { readonly is: 'whole'; readonly parts: readonly (readonly Samples[])[] }
  | { readonly is: 'invalid'; readonly why: readonly string[] };

/** Reads what each worker left. Whatever is missing, or is not what was scheduled, is told by the name of the worker. */
export function readParts(
  scheduled: ScheduleRecord,
  { root, job, aws }: Pick<Context, 'root' | 'job' | 'aws'>,
): FoundParts {
  const { workers } = scheduled.plan;
  const { own } = readRecords(root, workerRecord, { ...job, region: aws.region });
  const known = own.flatMap((record) =>
    record.outcome !== 'nothing' && record.endpoint === scheduled.endpoint ? [record] : [],
  );
  const strangers = known.filter(({ worker }) => worker > workers);
  const why = strangers.map(
    ({ worker, job: id }) => `job ${id} says that it is worker ${worker}, but there are ${workers}`,
  );
  const parts: Samples[][] = [];
  for (let worker = 1; worker <= workers; worker++) {
    const left = known.filter((record) => record.worker === worker);
    const part = partOf(scheduled, left, root);
    if (typeof part === 'string') why.push(`worker ${worker} of ${workers} ${part}`);
    else parts.push(part);
  }
  return why.length > 0 ? { is: 'invalid', why } : { is: 'whole', parts };
}

/** Bytes of a file that are read: it has at most 10 of each request. */
const MOST_BYTES = 67_108_864;

/** What a worker measured; or what is wrong with it: the end of a sentence. */
function partOf(scheduled: ScheduleRecord, records: readonly WorkerRecord[], root: string): Samples[] | string {
  const [record, ...more] = records;
  if (!record) return 'is lost: it left nothing. If its job has a log, that says why';
  if (more.length > 0) return `left more than one record: ${records.map(({ job }) => `job ${job}`).join(', ')}`;
  if (record.workers !== scheduled.plan.workers) return `was one of ${record.workers} workers`;
  if (record.schedule !== scheduled.hash) return 'followed another schedule: one of the two jobs was run again';
  if (record.outcome === 'not sent') return `sent nothing: ${record.why}`;
  const part = { index: record.worker - 1, of: scheduled.plan.workers };
  const samples = samplesOf(record, { stages: stagesOf(scheduled.plan), part }, root);
  if (samples === undefined) return `has a ${SAMPLES_FILE} that is cut, or not the one that its job wrote`;
  return whyNotSent(samples) ?? samples;
}

interface PlannedPart {
  readonly stages: readonly Stage[];
  readonly part: LoadPart;
}

/** What is in the file of a worker; `undefined` where that is not what its job recorded, or not its part of the load. */
function samplesOf(record: SentRecord, { stages, part }: PlannedPart, root: string): Samples[] | undefined {
  if (!isPartOf(record.stages, { stages, part })) return undefined;
  const { component } = workerRecord;
  const file = readJobFile(root, { component, job: record.job, name: SAMPLES_FILE, mostBytes: MOST_BYTES });
  if (file === undefined || createHash('sha256').update(file).digest('hex') !== record.sha256) return undefined;
  return unpackSamples(file, stages, record.stages);
}

/** Whether every request of a part was sent, or the load ended early in the last stage that is recorded. */
function isPartOf(recorded: readonly StageRecord[], { stages, part }: PlannedPart): boolean {
  const early = recorded.some(({ ended }) => ended !== undefined);
  if (recorded.length > stages.length || (recorded.length < stages.length && !early)) return false;
  return recorded.every(({ sent }, place) => {
    const planned = plannedIn(stages[place], part);
    return sent <= planned && (sent === planned || (early && place === recorded.length - 1) || !stages[place]?.counted);
  });
}

const plannedIn = (stage: Stage | undefined, part: LoadPart) => (stage ? requestsOf(stage, part) : 0);

/** Why a part of a load is not as it was scheduled: in a stage that counts, its machine sent too few, or too late. */
function whyNotSent(samples: readonly Samples[]): string | undefined {
  const sending = samples.filter(({ stage, sent }) => stage.counted && sent > 0);
  return sending
    .map((each) => whyInvalid(each, ''))
    .find((why) => why !== undefined)
    ?.trim();
}
