import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import type { Behaviour } from '../../emulator/runtime.ts';
import loadTest from '../../src/components/load-test.ts';
import { readEvidence } from '../../src/registry/entries.ts';
import { aboutVersion, entriesOf, leaveRecord } from './handover.ts';
import { emulated, type JobOptions, projectFolder, startJob } from './job.ts';

const ENDPOINT = 'resale-price-uat';

interface Scene {
  readonly emulator: Emulator;
  readonly root: string;
  readonly arn: string;
  /** What deploy-model recorded. */
  readonly record: object;
}

/** A version that is live on the endpoint of uat, as deploy-model of this pipeline left it, and a payload to send. */
async function live(environment = 'uat'): Promise<Scene> {
  const emulator = await emulated();
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"instances": [{"floor_area": 92}]}');
  const arn = emulator.register({ status: 'Approved' });
  const config = emulator.deployed({ endpoint: ENDPOINT, package: arn });
  const words = { endpoint: ENDPOINT, config, model: config };
  const record = { outcome: 'deployed', environment, ...aboutVersion(emulator, arn), ...words };
  leaveRecord(root, 'deploy-model', record);
  return { emulator, root, arn, record };
}

const load = ({ emulator, root }: Scene, options: Partial<JobOptions> = {}) =>
  startJob(loadTest, {
    emulator,
    root,
    environment: 'uat',
    ...options,
  });

/** 320 requests, which tell that 99 of 100 are in time. */
const LOAD = { duration: '16', warm_up: '1', max_p99_ms: '45' };

const evidenceOf = ({ emulator, arn }: Scene) => readEvidence(entriesOf(emulator, arn), 'load', 'uat');

function behave({ emulator, arn }: Scene, behaviour: Behaviour): void {
  emulator.runtime.behaviours.set(arn, behaviour);
}

describe('an endpoint under load', () => {
  it('that answers in time has every limit held, and its evidence says so', async () => {
    const scene = await live();
    behave(scene, { latency: 30 });
    const job = await load(scene, { inputs: LOAD });
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('2 to 20/s in 1 s to warm up: 11 requests sent, none failed.');
    expect(job.log).toContain('p50 30 ms, p90 30 ms, p95 30 ms, p99 30 ms, p99.9 30 ms, slowest 30 ms (320 requests,');
    expect(job.log).toContain('under 20/s for 16 s (320 requests).');
    expect(job.outputs).toEqual({ LOAD_TESTED: 'true' });
    expect(evidenceOf(scene)).toMatchObject({ value: { verdict: 'good', n: '320', pipeline: '101', job: '1' } });
    expect(evidenceOf(scene)).not.toHaveProperty('value.open');
    expect(job.junit).toContain('name="p99 at most 45 ms"');
  });

  it('is asked by the very requests that were planned, each once, and signed for it alone', async () => {
    const scene = await live();
    const job = await load(scene, { inputs: { ...LOAD, custom_attributes: 'accept_eula=true', accept: 'text/csv' } });
    const asked = job.received.filter(({ operation }) => operation === 'InvokeEndpoint');
    expect(asked).toHaveLength(1 + 11 + 320);
    expect(
      new Set(asked.map(({ input, principal, answer }) => JSON.stringify([input, principal, answer]))),
    ).toHaveLength(1);
    expect(asked[0]?.input).toMatchObject({ Accept: 'text/csv', CustomAttributes: 'accept_eula=true' });
  });

  it('that repeats a load has evidence of the later one, whatever it shows', async () => {
    const scene = await live();
    behave(scene, { latency: 30 });
    expect((await load(scene, { inputs: LOAD })).exit).toBe(0);
    behave(scene, { latency: 46 });
    const again = await load(scene, { inputs: LOAD, job: '2' });
    expect(again.exit).toBe(1);
    expect(evidenceOf(scene)).toMatchObject({ value: { verdict: 'bad', job: '2' } });
  });

  it('of which too little is seen may pass where the include says so, and the evidence tells it', async () => {
    const scene = await live();
    const job = await load(scene, { inputs: { ...LOAD, duration: '5', allow_inconclusive: 'true' } });
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('This is accepted, because allow_inconclusive is true.');
    expect(job.outputs).toEqual({ LOAD_TESTED: 'false' });
    expect(evidenceOf(scene)).toMatchObject({ value: { verdict: 'inconclusive', open: 'inconclusive' } });
  });

  it('at the end of the path is tested where the include says so, and the evidence tells it', async () => {
    const scene = await live();
    const record = { ...scene.record, promotion_path: ['dev', 'uat'] };
    leaveRecord(scene.root, 'deploy-model', record);
    const job = await load(scene, { inputs: { ...LOAD, allow_last_environment: 'true' } });
    expect(job.exit, job.log).toBe(0);
    expect(evidenceOf(scene)).toMatchObject({ value: { verdict: 'good', open: 'last_environment' } });
  });

  it('that another deployment replaces meanwhile is not judged, and nothing is recorded', async () => {
    const scene = await live();
    let asked = 0;
    scene.emulator.runtime.onInvoked = () => {
      if (++asked === 50) scene.emulator.scenario('foreign update in progress', { endpoint: ENDPOINT });
    };
    const job = await load(scene, { inputs: LOAD });
    expect(job.exit).toBe(1);
    expect(job.log).not.toContain('p99');
    expect(job.record).toMatchObject({ outcome: 'not tested' });
    expect(evidenceOf(scene)).toEqual({ is: 'absent' });
  });

  it('of which nothing was deployed is not tested', async () => {
    const scene = await live();
    leaveRecord(scene.root, 'deploy-model', { outcome: 'nothing', environment: 'uat', why: 'no version was approved' });
    const job = await load(scene, { inputs: LOAD });
    expect(job).toMatchObject({ exit: 0, calls: [], record: { outcome: 'nothing' } });
    expect(job.log).toContain('Nothing to test: no version was approved.');
  });
});

describe('a load in steps', () => {
  const STEPS = { shape: 'steps', steps: '3', rate: '60', duration: '48', warm_up: '0', max_p99_ms: '30' };

  it('finds what the endpoint can serve, and tells the target of autoscaling and the instances for a rate', async () => {
    const scene = await live();
    const { emulator } = scene;
    behave(scene, { latency: 10 });
    let asked = 0;
    emulator.runtime.onInvoked = () => {
      asked++;
      // The first request, and the first two steps of 320 and 640.
      if (asked > 961) behave(scene, { latency: 10, errorRate: 0.2 });
    };
    const job = await load(scene, { inputs: { ...STEPS, wished_rate: '300' } });
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain(
      'Capacity: 40/s. At the next step this did not hold: p99 at most 30 ms, failed requests at most 1 %.',
    );
    expect(job.log).toContain('half of that for each of 1 instance: 1200 a minute. 300/s need 15 instances.');
    const report = JSON.parse(readFileSync(join(scene.root, 'sagemaker/load-test/1/report.json'), 'utf8'));
    expect(report).toMatchObject({ verdict: 'good', capacity: { rate: 40 }, scaling: { target: 1200, instances: 15 } });
  });
});
