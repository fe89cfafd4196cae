import { describe, expect, it } from 'vitest';
import approveModel from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import { emulated, type JobOptions, projectFolder, startJob } from '../components/job.ts';

type Told = Pick<JobOptions, 'inputs' | 'claims' | 'env' | 'environment'>;

/** check-model for an environment; nothing is told that the suffix, a claim or a variable does not tell. */
async function check({ inputs, ...told }: Told) {
  const emulator = await emulated();
  emulator.register();
  const path = { source: 'registry', promotion_path: 'dev, dev/eu, uat' };
  return startJob(checkModel, { emulator, root: projectFolder(), ...told, inputs: { ...path, ...inputs } });
}

describe('with gitlab_environment_suffix: /churn', () => {
  const churn = { inputs: { gitlab_environment_suffix: '/churn' } };

  it('a job of dev/churn serves dev, and its log says whose variables it sees', async () => {
    const job = await check(churn);
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'candidate', environment: 'dev' } });
    expect(job.log).toContain('environment  dev (CI/CD variable CI_COMMIT_BRANCH), in GitLab dev/churn\n');
  });

  it('the registry entry of an approval in uat/churn/approval is that of uat', async () => {
    const emulator = await emulated();
    const version = emulator.register();
    const job = { emulator, root: projectFolder(), ...churn };
    const source = { source: 'registry', promotion_path: 'dev' };
    expect((await startJob(checkModel, { ...job, inputs: { ...churn.inputs, ...source } })).exit).toBe(0);
    expect(await startJob(approveModel, job)).toMatchObject({ exit: 0, record: { environment: 'dev' } });
    expect(Object.keys(emulator.package(version)?.metadata ?? {})).toEqual(['approved.dev']);
  });

  it.each([
    ['another environment', { env: { INPUT_ENVIRONMENT: 'uat' } }],
    ['the whole name', { env: { INPUT_ENVIRONMENT: 'dev/churn' } }],
    ['the environment, and the token is for the model beside it', { claims: { environment: 'dev/resale' } }],
    ['the environment, and the token is for the environment alone', { claims: { environment: 'dev' } }],
  ])('a job is refused where a variable names %s', async (_, told) => {
    expect(await check({ ...churn, ...told })).toMatchObject({ exit: 1, calls: [] });
  });
});

describe('without it', () => {
  it('no variable makes a part of an environment’s name a suffix', async () => {
    const forged = { INPUT_ENVIRONMENT: 'dev', INPUT_GITLAB_ENVIRONMENT_SUFFIX: '/eu' };
    const job = await check({ environment: 'dev/eu', env: forged, inputs: { endpoint_name: '' } });
    expect(job).toMatchObject({ exit: 1, calls: [] });
    expect(job.log).toContain('This job is for the environment "dev", but its token is for "dev/eu".');
  });
});

it.each(['churn', '/', '/a/b', '/approval', '/$CI_COMMIT_BRANCH'])('%s is no suffix', async (suffix) => {
  expect(await check({ inputs: { gitlab_environment_suffix: suffix } })).toMatchObject({ exit: 64, calls: [] });
});
