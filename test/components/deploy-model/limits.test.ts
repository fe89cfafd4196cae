import { describe, expect, it } from 'vitest';
import { emulated } from '../job.ts';
import { approved, approvedOverAnother, deploy, NAME } from './scene.ts';

const BUSY = { code: 'ValidationException', message: `Cannot update in-progress endpoint "${NAME}".` };
const NOT_FOUND = { code: 'ValidationException', message: `Could not find endpoint "${NAME}".` };

const timesOf = (calls: readonly string[], operation: string) => calls.filter((call) => call === operation).length;

describe('a job that meets other deployments', () => {
  it('updates at the tenth attempt when nine were too late', async () => {
    const scene = await approvedOverAnother();
    scene.emulator.fault({ operation: 'UpdateEndpoint', kind: 'error', times: 9, error: BUSY });
    const job = await deploy(scene);
    expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(timesOf(job.calls, 'UpdateEndpoint')).toBe(10);
  });

  it('gives up after the tenth', async () => {
    const scene = await approvedOverAnother();
    scene.emulator.fault({ operation: 'UpdateEndpoint', kind: 'error', times: Infinity, error: BUSY });
    const job = await deploy(scene);
    expect(job.exit).toBe(1);
    expect(job.log).toContain(`ERROR SMC-4017: ${NAME} changed each time before this job could change it`);
    expect(timesOf(job.calls, 'UpdateEndpoint')).toBe(10);
  });

  it('deletes a Failed endpoint at most ten times', async () => {
    const scene = await approvedOverAnother();
    const endpoint = scene.emulator.endpoint(NAME);
    if (endpoint) endpoint.status = 'Failed';
    scene.emulator.fault({ operation: 'DeleteEndpoint', kind: 'error', times: Infinity, error: BUSY });
    const job = await deploy({ ...scene, inputs: { recreate_failed: 'true' } });
    expect(job.exit).toBe(1);
    expect(job.log).toContain(`ERROR SMC-4017: ${NAME} changed each time before this job could change it`);
    expect(timesOf(job.calls, 'DeleteEndpoint')).toBe(10);
  });
});

describe('a change that SageMaker does not show', () => {
  it('is waited for, for a minute and no longer', async () => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    let began = 0;
    emulator.faults.meanwhile('CreateEndpoint', () => {
      began = emulator.clock.now().getTime();
      emulator.fault({ operation: 'DescribeEndpoint', kind: 'error', times: Infinity, error: NOT_FOUND });
    });
    // The first look takes half a second, as does the pause after it; then every pause takes a second. So the job also
    // looks after a minute exactly.
    let looks = 0;
    emulator.onAsked = ({ operation }) => {
      if (operation === 'DescribeEndpoint' && ++looks === 2) emulator.clock.advance(500);
    };
    const job = await deploy({ ...scene, inputs: { poll_interval: '1' } });
    expect(job.exit).toBe(1);
    expect(job.log).toContain('SageMaker does not show the change yet');
    expect(job.log).toContain(`ERROR SMC-4107: Somebody deleted ${NAME}`);
    expect(emulator.clock.now().getTime() - began).toBe(60_000);
  });

  it('is not waited for where the job finds its deployment under way', async () => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    emulator.endpoints.outcomes.push({ ends: 'never' });
    await deploy({ ...scene, inputs: { wait: 'false' } });
    emulator.faults.meanwhile('DescribeEndpoint', () =>
      emulator.fault({ operation: 'DescribeEndpoint', kind: 'error', times: Infinity, error: NOT_FOUND }),
    );
    const job = await deploy(scene);
    expect(job.exit, job.log).toBe(1);
    expect(job.log).not.toContain('SageMaker does not show the change yet');
    expect(job.log).toContain(`ERROR SMC-4107: Somebody deleted ${NAME}`);
  });

  it('is not waited for where it is live at the first look', async () => {
    const scene = approved(await emulated());
    scene.emulator.endpoints.pace.describes = 0;
    const job = await deploy(scene);
    expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(job.log).not.toContain('SageMaker does not show the change yet');
  });

  it('is not waited for any more once it was shown', async () => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    emulator.faults.meanwhile(
      'DescribeEndpoint',
      () => emulator.fault({ operation: 'DescribeEndpoint', kind: 'error', times: Infinity, error: NOT_FOUND }),
      3,
    );
    const job = await deploy({ ...scene, inputs: { poll_interval: '1' } });
    expect(job.exit, job.log).toBe(1);
    expect(job.log).not.toContain('SageMaker does not show the change yet');
    expect(job.log).toContain(`ERROR SMC-4107: Somebody deleted ${NAME}`);
  });
});
