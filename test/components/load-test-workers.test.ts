import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jobsOf } from '../../compiler/lint.ts';
import { packSamples } from '../../src/components/load-test/workers/samples-file.ts';
import { sendLoad } from '../../src/components/load-test.ts';
import { readEvidence } from '../../src/registry/entries.ts';
import { compileComponent } from '../catalog/compiled.ts';
import { aboutVersion, entriesOf, leaveRecord, recordPath } from './handover.ts';
import { emulated, projectFolder } from './job.ts';
import { QUICK_LOAD_OF_WORKERS } from './load.ts';
import { judged, scheduled, sent, type WorkersScene, worked } from './load-workers.ts';

const ENDPOINT = 'resale-price-uat';

/** 320 requests by three workers, which tell that 99 of 100 are in time. */
const LOAD = { rate: '20', duration: '16', warm_up: '1', max_p99_ms: '45', max_requests: '1000', workers: '3' };

interface Scene extends WorkersScene {
  readonly arn: string;
}

/** A version that is live on the endpoint of uat, as deploy-model of this pipeline left it, and a payload to send. */
async function live(inputs: Readonly<Record<string, string>> = LOAD): Promise<Scene> {
  const emulator = await emulated();
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"instances": [{"floor_area": 92}]}');
  const arn = emulator.register({ status: 'Approved' });
  const config = emulator.deployed({ endpoint: ENDPOINT, package: arn });
  const words = { endpoint: ENDPOINT, config, model: config };
  const record = { outcome: 'deployed', environment: 'uat', ...aboutVersion(emulator, arn), ...words };
  leaveRecord(root, 'deploy-model', record);
  return { emulator, root, arn, environment: 'uat', inputs };
}

const evidenceOf = ({ emulator, arn }: Scene) => readEvidence(entriesOf(emulator, arn), 'load', 'uat');

describe('a load of several workers', () => {
  it('is judged as that of one machine, and recorded', async () => {
    const scene = await live();
    scene.emulator.runtime.behaviours.set(scene.arn, { latency: 30 });
    const jobs = await sent(scene);
    for (const job of jobs) expect(job.exit, job.log).toBe(0);
    expect(jobs[1]?.log).toContain('Sent 111 requests as worker 1 of 3.');
    const verdict = await judged(scene);
    expect(verdict.exit, verdict.log).toBe(0);
    expect(verdict.log).toContain(
      'p50 30 ms, p90 30 ms, p95 30 ms, p99 30 ms, p99.9 30 ms, slowest 30 ms (320 requests,',
    );
    expect(verdict.outputs).toEqual({ LOAD_TESTED_BY_WORKERS: 'true' });
    expect(evidenceOf(scene)).toMatchObject({ value: { verdict: 'good', n: '320', job: '30' } });
  });
});

describe('a load of several workers is invalid, by the name of the worker, when', () => {
  /** The three workers have sent their load, which is judged after something happened to what they left. */
  async function judgedAfter(act: (scene: Scene) => Promise<unknown> | unknown) {
    const scene = await live(QUICK_LOAD_OF_WORKERS);
    await sent(scene);
    await act(scene);
    const job = await judged(scene);
    expect(job).toMatchObject({ exit: 1, record: { outcome: 'invalid' } });
    expect(job.log).not.toMatch(/p99 \d/);
    expect(job.calls).not.toContain('UpdateModelPackage');
    expect(evidenceOf(scene)).toEqual({ is: 'absent' });
    return job.log;
  }

  it('it was run again after the others had begun', async () => {
    const log = await judgedAfter(async (scene) => {
      scene.emulator.clock.advance(200_000);
      const again = await worked(scene, 2, { job: '22' });
      expect(again).toMatchObject({ exit: 1, record: { outcome: 'not sent' }, calls: [] });
    });
    expect(log).toContain('worker 2 of 3 sent nothing: its job was ready 20 s after the start');
  });

  it('the load was scheduled again after it had sent', async () => {
    const log = await judgedAfter((scene) => scheduled(scene, { job: '3' }));
    for (const worker of [1, 2, 3])
      expect(log).toContain(`worker ${worker} of 3 followed another schedule: one of the two jobs was run again`);
  });

  it('two jobs say that they are the same worker, and nobody is another one', async () => {
    const log = await judgedAfter(async (scene) => {
      rmSync(join(scene.root, 'sagemaker/send-load/13'), { recursive: true });
      await worked(scene, 2, { job: '23', name: 'send-load 3/3' });
    });
    expect(log).toContain('worker 2 of 3 left more than one record: job 12, job 23');
    expect(log).toContain('worker 3 of 3 is lost');
  });

  it('what it left is of another pipeline', async () => {
    const log = await judgedAfter(({ root }) => amend(root, '12', { pipeline: '99' }));
    expect(log).toContain('worker 2 of 3 is lost: it left nothing');
  });

  it('it says that it sent less than its part, with a file that fits', async () => {
    const log = await judgedAfter(({ root }) => {
      const file = packSamples([]);
      writeFileSync(join(root, 'sagemaker/send-load/12/samples.gz'), file);
      amend(root, '12', { stages: [], sha256: createHash('sha256').update(file).digest('hex') });
    });
    expect(log).toContain('worker 2 of 3 has a samples.gz that is cut, or not the one that its job wrote');
  });

  it('its file is that of another worker', async () => {
    const log = await judgedAfter(({ root }) => {
      const place = (job: string) => join(root, `sagemaker/send-load/${job}/samples.gz`);
      writeFileSync(place('12'), Buffer.concat([readFileSync(place('11')), Buffer.from([0])]));
    });
    expect(log).toContain('worker 2 of 3 has a samples.gz that is cut, or not the one that its job wrote');
  });

  it('it sent too late, although the others did not', async () => {
    const scene = await live({ ...LOAD, warm_up: '0' });
    await scheduled(scene);
    for (const worker of [1, 2, 3]) {
      // The time of this clock passes with each answer, so that the requests behind it leave late.
      scene.emulator.runtime.behaviours.set(scene.arn, { latency: worker === 2 ? 160 : 10 });
      expect((await worked(scene, worker)).exit).toBe(0);
    }
    const job = await judged(scene);
    expect(job.log).toMatch(/\n *worker 2 of 3 sent (only \d+ % of the requests|1 in 100 requests more than)/);
    expect(job.log).not.toContain('worker 1 of 3');
  });
});

describe('a worker', () => {
  it('may do nothing but invoke the endpoint', () => {
    expect(sendLoad.permissions.map(({ action }) => action)).toEqual(['sagemaker:InvokeEndpoint']);
  });

  it.each([
    ['rate', 1_000_000],
    ['duration', 10_000_000],
    ['steps', 1_000_000_000],
  ])('sends nothing where the schedule asks for more than anybody may: %s', async (name, value) => {
    const scene = await live(QUICK_LOAD_OF_WORKERS);
    await scheduled(scene);
    const path = join(scene.root, 'sagemaker/schedule-load/2/record.json');
    const record = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...record, plan: { ...record.plan, [name]: value } }));
    const job = await worked(scene, 1);
    expect(job.exit, job.log).toBe(64);
    expect(job.calls).not.toContain('InvokeEndpoint');
    expect(job.log).toContain('ERROR SMC-1304: sagemaker/schedule-load/2/record.json is not a record');
  });

  it('sends nothing but the payload that was scheduled', async () => {
    const scene = await live(QUICK_LOAD_OF_WORKERS);
    await scheduled(scene);
    writeFileSync(join(scene.root, 'other.json'), '{"instances": []}');
    const inputs = { payload_file: 'other.json', endpoint_name: '' };
    const job = await worked(scene, 1, { inputs });
    expect(job).toMatchObject({ exit: 1, calls: [] });
    expect(job.log).toContain('payload_file is not the file that was scheduled.');
  });

  it('waits for the start, and begins no earlier than that', async () => {
    const scene = await live(QUICK_LOAD_OF_WORKERS);
    const { record } = await scheduled(scene);
    const times: number[] = [];
    scene.emulator.runtime.onInvoked = () => times.push(scene.emulator.clock.now().getTime());
    await worked(scene, 1);
    expect(times[0]).toBe(record?.start);
  });

  it('sends nothing by a clock that STS does not confirm', async () => {
    const scene = await live(QUICK_LOAD_OF_WORKERS);
    await scheduled(scene);
    scene.emulator.awsAhead = -1_700;
    const job = await worked(scene, 1);
    expect(job).toMatchObject({ exit: 1, calls: [], record: { outcome: 'not sent' } });
    expect(job.log).toMatch(/the clock of this runner is between [\d.]+ and [\d.]+ s ahead of that of STS/);
  });
});

it('nothing is scheduled, sent or judged where nothing was deployed', async () => {
  const scene = await live(QUICK_LOAD_OF_WORKERS);
  leaveRecord(scene.root, 'deploy-model', { outcome: 'nothing', environment: 'uat', why: 'no version was approved' });
  for (const job of [...(await sent(scene)), await judged(scene)]) {
    expect(job).toMatchObject({ exit: 0, calls: [], record: { outcome: 'nothing' } });
    expect(job.log).toContain('Nothing to test: no version was approved.');
  }
});

it('a load that its workers ended early is bad, and says which of them did', async () => {
  const scene = await live({ ...LOAD, duration: '30' });
  scene.emulator.runtime.behaviours.set(scene.arn, { errorRate: 0.75 });
  await sent(scene);
  const job = await judged(scene);
  expect(job.exit).toBe(1);
  expect(job.log).toMatch(/ended early: of those of worker 1, \d+ of the latest 100 requests had failed/);
  expect(evidenceOf(scene)).toMatchObject({ value: { verdict: 'bad' } });
});

it('a load whose warm-up failed is judged by the requests that count, as that of one machine is', async () => {
  const scene = await live({ ...LOAD, rate: '40', warm_up: '30', max_requests: '2000', workers: '2' });
  await scheduled(scene);
  const { runtime } = scene.emulator;
  for (const worker of [1, 2]) {
    let requests = 0;
    runtime.onInvoked = () => runtime.behaviours.set(scene.arn, ++requests > 99 ? { latency: 30 } : { errorRate: 1 });
    expect((await worked(scene, worker)).log).toContain('to warm up: 100 requests sent, 99 failed.');
  }
  runtime.onInvoked = () => undefined;
  const job = await judged(scene);
  expect(job.exit, job.log).toBe(0);
  expect(evidenceOf(scene)).toMatchObject({ value: { verdict: 'good', n: '640' } });
});

describe('the template of load-test-workers', () => {
  const jobs = jobsOf(compileComponent('load-test-workers', { workers: 4 }));

  it('makes one job that schedules, as many workers as are wished, and one that judges in a later stage', () => {
    expect([...jobs.keys()].sort()).toEqual(['load-test-workers', 'schedule-load', 'send-load']);
    expect(jobs.get('send-load')).toMatchObject({ parallel: 4, needs: ['schedule-load'], stage: 'send_load' });
    expect(jobs.get('schedule-load')).toMatchObject({ stage: 'send_load' });
    expect(jobs.get('load-test-workers')).toMatchObject({ stage: 'load_test' });
  });

  it('lets the job that judges tell of a worker that failed', () => {
    expect(jobs.get('send-load')).toMatchObject({ allow_failure: true });
    expect(jobs.get('load-test-workers')).not.toHaveProperty('allow_failure');
  });

  it('refuses more requests a second than its workers can send', async () => {
    const scene = await live({ workers: '2', rate: '4001' });
    const job = await scheduled(scene);
    expect(job.exit).toBe(64);
    expect(job.log).toContain('rate: received "4001"; must be at most 4000: each worker sends at most 2000');
  });
});

/** Lets the record of a worker say something else. */
function amend(root: string, job: string, words: object): void {
  const path = join(root, recordPath('send-load', job));
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...words }));
}
