import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BY_FILE, gitlabWith, jobOf } from '../gitlab-file.ts';
import { emulated } from '../job.ts';
import { approved, deploy, liveConfig, NAME, tagsOf } from './scene.ts';

/** Deploys an approved version to dev with this endpoint file in the commit. */
async function deployBy(
  text: string,
  { inputs, tree = text }: { inputs?: Record<string, string>; tree?: string } = {},
) {
  const scene = approved(await emulated());
  writeFileSync(join(scene.root, 'endpoint.yml'), tree);
  const gitlab = await gitlabWith(scene.emulator, { 'endpoint.yml': text });
  const job = await deploy({ ...scene, ...jobOf(gitlab), inputs: { ...BY_FILE, ...inputs } });
  return { ...scene, gitlab, job };
}

const FILE = `
instance_type: ml.m5.large
model_environment: { LOG_LEVEL: info }
tags: { team: pricing }
environments:
  dev: { instance_count: 2 }
  uat: { instance_count: 3 }
`;

describe('an endpoint that a file describes', () => {
  it('serves as the common values and the section of the environment say', async () => {
    const { emulator, job } = await deployBy(FILE);
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(job.log).toContain('ml.m5.large, instance_count 2).');
    expect(emulator.endpoint(NAME)?.config.request.ProductionVariants).toMatchObject([
      { VariantName: 'AllTraffic', InstanceType: 'ml.m5.large', InitialInstanceCount: 2 },
    ]);
    expect(tagsOf(emulator)).toMatchObject({ team: 'pricing' });
  });

  it('has the same config as one that inputs describe in the same way', async () => {
    const { emulator } = await deployBy(FILE);
    const scene = approved(await emulated());
    await deploy({ ...scene, inputs: { instance_count: '2', model_environment: 'LOG_LEVEL=info' } });
    expect(liveConfig(scene.emulator)).toBe(liveConfig(emulator));
  });

  it('is refused before AWS is reached, with every mistake of every section', async () => {
    const { job } = await deployBy('instance_typ: ml.m5.large\nenvironments:\n  uat:\n    instance_count: 0\n');
    expect(job).toMatchObject({ exit: 64, received: [] });
    expect(job.log).toContain('endpoint.yml: line 1, column 1: instance_typ is not known: did you mean instance_type?');
    expect(job.log).toContain('endpoint.yml: line 4, column 5: instance_count must be a whole number from 1 to 10000');
    expect(job.junit).toContain('line 4, column 5');
  });

  it('is not described by inputs, too: each of those is named at once, before AWS is reached', async () => {
    const inputs = {
      instance_type: 'ml.m5.large',
      instance_count: '1',
      variant_name: 'AllTraffic',
      model_environment: 'A=1',
      tags: 'a=b',
    };
    const { job } = await deployBy(FILE, { inputs });
    expect(job).toMatchObject({ exit: 64, received: [] });
    for (const input of ['instance_type', 'instance_count', 'variant_name', 'model_environment', 'tags'])
      expect(job.log).toMatch(new RegExp(`${input}: received ".+"; must be empty beside endpoint_file: write it in`));
  });

  it('serves as the commit says, whatever an artifact of an earlier job put into the work tree', async () => {
    const { emulator, job } = await deployBy(FILE, { tree: 'instance_type: ml.m5.xlarge\n' });
    expect(job).toMatchObject({ exit: 0, record: { endpoint_file: 'endpoint.yml' } });
    expect(emulator.endpoint(NAME)?.config.request.ProductionVariants).toMatchObject([{ InstanceType: 'ml.m5.large' }]);
  });

  it('is told line by line where only the commit’s file is wrong, and nothing is changed in AWS', async () => {
    const { job } = await deployBy('instance_type: large\n', { tree: FILE });
    expect(job).toMatchObject({ exit: 64, calls: [] });
    expect(job.log).toContain('endpoint.yml: line 1, column 1: instance_type must be a SageMaker instance type');
  });

  it('is unknown where GitLab does not answer: nothing is changed in AWS, and GitLab runs the job again', async () => {
    const scene = approved(await emulated());
    const gitlab = await gitlabWith(scene.emulator, {});
    gitlab.trouble('bad gateway');
    const env = { ...jobOf(gitlab).env, GIT_STRATEGY: 'empty' };
    const job = await deploy({ ...scene, ...jobOf(gitlab), env, inputs: BY_FILE });
    expect(job).toMatchObject({ exit: 75, calls: [] });
  });
});
