import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { machineClock } from '../../../emulator/clock.ts';
import { startEmulator } from '../../../emulator/emulator.ts';
import { loadTestWorkers, scheduleLoad, sendLoad } from '../../../src/components/load-test.ts';
import { readEvidence } from '../../../src/registry/entries.ts';
import { aboutVersion, entriesOf, leaveRecord } from '../handover.ts';
import { projectFolder } from '../job.ts';
import { buildForTests, type ProcessOptions, runProgram } from '../process.ts';

const bundle = buildForTests();

const ENDPOINT = 'resale-price-uat';

/** As late as a runner may be that has other work: what is asked is that the latencies are those of the endpoint. */
const LOAD = { rate: '40', duration: '8', warm_up: '2', max_p99_ms: '250', max_requests: '1000', workers: '2' };

/** Milliseconds after which the endpoint answers. */
const ANSWERS_AFTER = 60;

// Where no process may go before others, a busy machine sends late, which is invalid by right: then it is tried again.
it('two workers that send side by side in real time show the latencies of the endpoint, and are judged good', {
  retry: 4,
  timeout: 120_000,
}, async () => {
  const emulator = await startEmulator({ clock: machineClock() });
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"instances": [{"floor_area": 92}]}');
  const arn = emulator.register({ status: 'Approved' });
  const config = emulator.deployed({ endpoint: ENDPOINT, package: arn });
  const words = { endpoint: ENDPOINT, config, model: config };
  const version = aboutVersion(emulator, arn);
  leaveRecord(root, 'deploy-model', { outcome: 'deployed', environment: 'uat', ...version, ...words });
  emulator.runtime.behaviours.set(arn, { delay: ANSWERS_AFTER });
  const came: number[] = [];
  emulator.runtime.onInvoked = () => came.push(Date.now());

  const scene: ProcessOptions = { emulator, root, environment: 'uat', realTime: true };
  const job = await runProgram(bundle, scheduleLoad, { ...scene, job: '2', inputs: { ...LOAD, start_delay: '30' } });
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
  const verdict = await runProgram(bundle, loadTestWorkers, { ...scene, job: '30', inputs: LOAD });
  expect(verdict.exit, verdict.log).toBe(0);
  expect(verdict.outputs).toEqual({ LOAD_TESTED_BY_WORKERS: 'true' });
  expect(readEvidence(entriesOf(emulator, arn), 'load', 'uat')).toMatchObject({ value: { verdict: 'good', n: '320' } });

  // The first one was that of schedule-load; none came before the start, or long after the end.
  const [, first = 0, ...later] = came;
  expect(first).toBeGreaterThanOrEqual(Number(job.record?.start));
  expect((later.at(-1) ?? 0) - first).toBeGreaterThan(9_000);
  const p50 = Number(/p50 ([\d.]+) ms/.exec(verdict.log)?.[1]);
  expect(p50).toBeGreaterThanOrEqual(ANSWERS_AFTER);
  expect(p50).toBeLessThan(ANSWERS_AFTER + 20);
  expect(readFileSync(join(root, 'sagemaker/load-test-workers/30/page.html'), 'utf8')).toContain('p99');
  await emulator.close();
});
