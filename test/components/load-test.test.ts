import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import loadTest from '../../src/components/load-test.ts';
import { readEvidence } from '../../src/registry/entries.ts';
import { aboutVersion, entriesOf, leaveRecord } from './handover.ts';
import { emulated, type JobOptions, projectFolder, startJob } from './job.ts';

const ENDPOINT = 'resale-price-uat';

interface Scene {
  readonly emulator: Emulator;
  readonly root: string;
  readonly arn: string;
}

/** A version that is live on the endpoint of uat, as deploy-model of this pipeline left it, and a payload to send. */
async function live(environment = 'uat'): Promise<Scene> {
  const emulator = await emulated();
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"instances": [{"floor_area": 92}]}');
  const arn = emulator.register({ status: 'Approved' });
  const config = emulator.deployed({ endpoint: ENDPOINT, package: arn });
  const words = { endpoint: ENDPOINT, config, model: config };
  leaveRecord(root, 'deploy-model', { outcome: 'deployed', environment, ...aboutVersion(emulator, arn), ...words });
  return { emulator, root, arn };
}

const load = ({ emulator, root }: Scene, options: Partial<JobOptions> = {}) =>
  startJob(loadTest, {
    emulator,
    root,
    environment: 'uat',
    ...options,
  });

describe('an endpoint under load', () => {
  it('that answers in time has every limit held, and its evidence says so', async () => {
    const scene = await live();
    scene.emulator.runtime.behaviours.set(scene.arn, { latency: 30 });
    const job = await load(scene, { inputs: { duration: '30', warm_up: '2' } });
    expect(job.log).toContain('p99 30 ms');
    expect(job.exit, job.log).toBe(0);
    expect(readEvidence(entriesOf(scene.emulator, scene.arn), 'load', 'uat')).toMatchObject({
      is: 'read',
      value: { verdict: 'good', n: '600' },
    });
  });
});
