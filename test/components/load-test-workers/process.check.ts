import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { machineClock } from '../../../emulator/clock.ts';
import { startEmulator } from '../../../emulator/emulator.ts';
import loadTest, { loadTestWorkers, scheduleLoad, sendLoad } from '../../../src/components/load-test.ts';
import { readEvidence } from '../../../src/registry/entries.ts';
import { aboutVersion, entriesOf, leaveRecord } from '../handover.ts';
import { projectFolder } from '../job.ts';
import { buildForTests, type ProcessOptions, runProgram } from '../process.ts';
import { undisturbed } from '../real-time.ts';

const bundle = buildForTests();

const ENDPOINT = 'resale-price-uat';

/** Milliseconds after which the endpoint answers. */
const ANSWERS_AFTER = 60;

/** A limit far above that, because the endpoint is on the machine that sends. */
const LOAD = { rate: '40', duration: '8', warm_up: '2', max_p99_ms: '400', max_requests: '1000' };

/** A version that is live on the endpoint of uat, and answers in the time of this machine. */
async function live() {
  const emulator = await startEmulator({ clock: machineClock() });
  onTestFinished(() => emulator.close());
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"instances": [{"floor_area": 92}]}');
  const arn = emulator.register({ status: 'Approved' });
  const config = emulator.deployed({ endpoint: ENDPOINT, package: arn });
  const words = { endpoint: ENDPOINT, config, model: config };
  const version = aboutVersion(emulator, arn);
  leaveRecord(root, 'deploy-model', { outcome: 'deployed', environment: 'uat', ...version, ...words });
  emulator.runtime.behaviours.set(arn, { latency: ANSWERS_AFTER });
  const scene: ProcessOptions = { emulator, root, environment: 'uat', realTime: true };
  return { ...scene, arn };
}

/** The number of a log that follows such words. */
const told = (log: string, words: string) => Number(new RegExp(`${words} ([\\d,.]+)`).exec(log)?.[1]?.replace(',', ''));

// A busy machine sends late, which is invalid by right.
const canBeInTime = undisturbed().length > 0;
if (!canBeInTime) console.log('SKIPPED what is sent in real time: no process may go before others here (chrt --fifo).');

describe.skipIf(!canBeInTime)('in real time', { retry: 4, timeout: 120_000 }, () => {
  it('two workers that send side by side show the latencies of the endpoint, and are judged good', async () => {
    const { arn, ...scene } = await live();
    const { emulator, root } = scene;
    const came: number[] = [];
    emulator.runtime.onInvoked = () => came.push(Date.now());
    const inputs = { ...LOAD, workers: '2' };
    const job = await runProgram(bundle, scheduleLoad, {
      ...scene,
      job: '2',
      inputs: { ...inputs, start_delay: '30' },
    });
    expect(job.exit, job.log).toBe(0);
    const workers = await Promise.all(
      [1, 2].map((index) =>
        runProgram(bundle, sendLoad, {
          ...scene,
          job: String(10 + index),
          name: `send-load ${index}/2`,
          inputs: { payload_file: 'payload.json', endpoint_name: '' },
          env: { CI_NODE_INDEX: String(index), CI_NODE_TOTAL: '2' },
        }),
      ),
    );
    for (const worker of workers) expect(worker.exit, worker.log).toBe(0);
    const verdict = await runProgram(bundle, loadTestWorkers, { ...scene, job: '30', inputs });
    expect(verdict.exit, verdict.log).toBe(0);
    expect(verdict.outputs).toEqual({ LOAD_TESTED_BY_WORKERS: 'true' });
    expect(readEvidence(entriesOf(emulator, arn), 'load', 'uat')).toMatchObject({
      value: { verdict: 'good', n: '320' },
    });

    // The first one was that of schedule-load. The next is that of the first worker; the last comes ten seconds later.
    const [, first = 0, ...later] = came;
    expect(first).toBeGreaterThanOrEqual(Number(job.record?.start));
    expect((later.at(-1) ?? 0) - first).toBeGreaterThan(9_000);
    expect(told(verdict.log, 'p50')).toBeGreaterThanOrEqual(ANSWERS_AFTER);
    expect(told(verdict.log, 'p50')).toBeLessThan(ANSWERS_AFTER + 20);
    expect(readFileSync(join(root, 'sagemaker/load-test-workers/30/page.html'), 'utf8')).toContain('p99');
  });

  it('requests that are held up are told by load-test as they were, and hold up no other', async () => {
    const { arn, ...scene } = await live();
    const { emulator } = scene;
    const stalls = { share: 0.05, milliseconds: 1000 };
    emulator.runtime.machines.habits = { seed: 1, differ: 0, waver: 0, stalls };
    const job = await runProgram(bundle, loadTest, { ...scene, inputs: LOAD });
    expect(job, job.log).toMatchObject({ exit: 1, record: { outcome: 'bad' } });
    expect(told(job.log, 'p50')).toBeLessThan(ANSWERS_AFTER + 20);
    expect(told(job.log, 'p99')).toBeGreaterThanOrEqual(1000 + ANSWERS_AFTER);
    expect(told(job.log, 'p99')).toBeLessThan(1000 + ANSWERS_AFTER + 50);
    expect(readEvidence(entriesOf(emulator, arn), 'load', 'uat')).toMatchObject({ value: { verdict: 'bad' } });
  });
});
