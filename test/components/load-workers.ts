import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Emulator } from '../../emulator/emulator.ts';
import { type LoadPart, requestsOf, type Samples } from '../../src/components/load-test/generator.ts';
import { loadPlanOf } from '../../src/components/load-test/preparation.ts';
import { intendedAt, type Stage, stagesOf } from '../../src/components/load-test/schedule.ts';
import { judgingInputs } from '../../src/components/load-test/workers/inputs.ts';
import { hashOfSchedule } from '../../src/components/load-test/workers/records.ts';
import { packSamples, SAMPLES_FILE, stageRecordOf } from '../../src/components/load-test/workers/samples-file.ts';
import { loadTestWorkers, scheduleLoad, sendLoad } from '../../src/components/load-test.ts';
import { safeRead } from '../../src/gitlab/inputs.ts';
import { inputsOf } from './example.ts';
import { recordPath, recordText } from './handover.ts';
import { type FinishedJob, type JobOptions, startJob } from './job.ts';

/** Where a load is sent, and what it asks for. */
export interface WorkersScene {
  readonly emulator: Emulator;
  readonly root: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment: string;
}

/** Runs schedule-load. */
export function scheduled({ inputs, ...scene }: WorkersScene, options: Partial<JobOptions> = {}): Promise<FinishedJob> {
  return startJob(scheduleLoad, { ...scene, job: '2', inputs: { start_delay: '180', ...inputs }, ...options });
}

interface WorkerOptions extends Partial<JobOptions> {
  readonly of?: number;
}

/** Runs one worker, whose job has an ID of its own; afterwards it is as late as before, as for the next one, which runs beside it. */
export async function worked(
  { emulator, root, inputs, environment }: WorkersScene,
  index: number,
  { of = Number(inputs.workers), ...options }: WorkerOptions = {},
): Promise<FinishedJob> {
  const began = emulator.clock.now().getTime();
  const job = await startJob(sendLoad, {
    emulator,
    root,
    environment,
    job: String(10 + index),
    name: `send-load ${index}/${of}`,
    inputs: { payload_file: 'payload.json', endpoint_name: '' },
    ...options,
    env: { CI_NODE_INDEX: String(index), CI_NODE_TOTAL: String(of), ...options.env },
  });
  emulator.clock.advance(began - emulator.clock.now().getTime());
  return job;
}

/** Runs schedule-load and then every worker. Returns the jobs. */
export async function sent(scene: WorkersScene): Promise<FinishedJob[]> {
  const jobs = [await scheduled(scene)];
  for (let index = 1; index <= Number(scene.inputs.workers); index++) jobs.push(await worked(scene, index));
  return jobs;
}

/** Runs the job that judges, after the workers. */
export function judged(
  { emulator, inputs, ...scene }: WorkersScene,
  options: Partial<JobOptions> = {},
): Promise<FinishedJob> {
  emulator.clock.advance(300_000);
  return startJob(loadTestWorkers, { emulator, ...scene, job: '30', inputs, ...options });
}

interface LeftByWorkers {
  /** The record of deploy-model. */
  readonly deployed: Readonly<Record<string, unknown>>;
  readonly start: Date;
  readonly payload: string;
  /** Inputs that differ from those of the example. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** What each request took, in milliseconds. */
  readonly latency?: number;
}

/** The files that schedule-load and its workers leave where all went well: path -> content, in base64 what is compressed. */
export function leftByWorkers({ deployed, start, payload, inputs = {}, latency = 20 }: LeftByWorkers) {
  const environment = String(deployed.environment);
  const given: Readonly<Record<string, string>> = { ...inputsOf('load-test-workers', environment), ...inputs };
  const read = safeRead(judgingInputs, (input) => given[input], {});
  if (!read.success) throw new Error(JSON.stringify(read.error.issues));
  const { workers } = read.data;
  const plan = { ...loadPlanOf(read.data, Buffer.from(payload)), workers };
  const { endpoint, config, content, pipeline } = z.object(ABOUT).parse(deployed);
  const about = { endpoint, config, content, start: start.getTime(), plan, pipeline, job: '2' };
  const scheduled = { outcome: 'scheduled', ...about, instances: 1, hash: hashOfSchedule(about), environment };
  const files: Record<string, string> = {
    [recordPath('schedule-load', '2')]: recordText('schedule-load', scheduled, '2'),
  };
  for (let index = 0; index < workers; index++) {
    const stages = stagesOf(plan).map((stage) => partOf(stage, { index, of: workers }, latency));
    const [job, file] = [String(11 + index), packSamples(stages)];
    const sha256 = createHash('sha256').update(file).digest('hex');
    const sent = { outcome: 'sent', sha256, stages: stages.map(stageRecordOf) };
    const worker = { pipeline, endpoint, worker: index + 1, workers, schedule: scheduled.hash, environment };
    files[recordPath('send-load', job)] = recordText('send-load', { ...worker, ...sent }, job);
    files[recordPath('send-load', job).replace('record.json', SAMPLES_FILE)] = file.toString('base64');
  }
  return files;
}

const ABOUT = { endpoint: z.string(), config: z.string(), content: z.string(), pipeline: z.string() };

/** What a worker measures whose requests are all answered after so long. */
function partOf(stage: Stage, part: LoadPart, latency: number): Samples {
  const sent = requestsOf(stage, part);
  return {
    stage,
    sent,
    latencies: new Float32Array(sent).fill(latency),
    lateness: new Float32Array(sent),
    statuses: new Uint16Array(sent).fill(200),
    firsts: new Map(),
    sending: intendedAt(stage, part.index + (sent - 1) * part.of),
  };
}

/** Leaves files in the folder of a project. */
export function leaveFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, path.endsWith('.gz') ? 'base64' : 'utf8');
  }
}
