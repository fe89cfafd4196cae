import { describe, expect, it } from 'vitest';
import { emulated } from '../job.ts';
import { approved, approvedOverAnother, deploy, liveConfig, NAME, tagsOf } from './scene.ts';

describe('two jobs of one deployment', () => {
  it('that run at the same time end in one update', async () => {
    const emulator = await emulated();
    const before = emulator.deployed({ endpoint: NAME, package: emulator.register({ status: 'Approved' }) });
    const { root } = approved(emulator);
    const [one, other] = await Promise.all([
      deploy({ emulator, root }),
      deploy({ emulator, root, slug: 'deploy-again' }),
    ]);
    expect([one.exit, other.exit]).toEqual([0, 0]);
    expect([one.record?.previous_config, other.record?.previous_config]).toEqual([before, before]);
    expect(
      emulator.calls.filter(({ operation, answer }) => operation === 'UpdateEndpoint' && answer === 'ok'),
    ).toHaveLength(1);
  });
});

describe('two versions that are deployed at the same time', () => {
  it('end with the newer one live, and each job tells the truth', async () => {
    const emulator = await emulated();
    const before = emulator.deployed({ endpoint: NAME, package: emulator.register({ status: 'Approved' }) });
    const older = approved(emulator);
    const newer = approved(emulator, { pipeline: '102' });
    const jobs = await Promise.all([deploy(older), deploy({ ...newer, pipeline: '102' })]);

    expect(jobs[1]).toMatchObject({ exit: 0, record: { version: 3 } });
    expect(liveConfig(emulator)).toBe(jobs[1].outputs.ENDPOINT_CONFIG_NAME);
    const olderWasLive = jobs[1].record?.previous_config !== before;
    expect(jobs[0].exit === 0 || /was superseded by|is older/.test(jobs[0].log)).toBe(true);
    if (olderWasLive) expect(jobs[1].record?.previous_config).toMatch(/-v2-/);
  });
});

describe('a foreign update that begins just before ours', () => {
  it('stands on the endpoint as what was live, before ours begins', async () => {
    const scene = await approvedOverAnother();
    const { emulator } = scene;
    emulator.scenario('foreign update at the last moment');
    let tags: Readonly<Record<string, string>> = {};
    emulator.faults.meanwhile(
      'UpdateEndpoint',
      () => {
        tags = tagsOf(emulator);
      },
      2,
    );
    const job = await deploy(scene);
    expect(tags).toMatchObject({
      'sagemaker-components:wanted': job.outputs.ENDPOINT_CONFIG_NAME,
      'sagemaker-components:previous': 'somebody-elses',
    });
  });
});
