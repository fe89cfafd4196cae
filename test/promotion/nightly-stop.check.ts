import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRepository } from '../../compiler/templates.ts';
import deleteEndpoint from '../../src/components/delete-endpoint.ts';
import deployModel from '../../src/components/deploy-model.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { resalePrice } from '../catalog/policies.ts';
import { emulated, projectFolder, startJob } from '../components/job.ts';
import { approved, ENDPOINT } from '../failures/stage.ts';
import { APPROVERS, definitionWith } from './resale-price.ts';
import { rolesByScope, type Stage, startStage } from './stage.ts';

/** An endpoint of dev that was deployed and validated in the evening, and then deleted, as docs/nightly-stop.md says. */
async function stoppedAtNight() {
  const place = { emulator: await emulated(), root: projectFolder() };
  approved.set(place);
  writeFileSync(join(place.root, 'payload.json'), '{"floor_area_sqm": 92}');
  const deploy = () => startJob(deployModel, { ...place, environment: 'dev', inputs: { name_prefix: '' }, job: '3' });
  const validate = () => startJob(validateEndpoint, { ...place, environment: 'dev', job: '4' });
  const stop = () => startJob(deleteEndpoint, { ...place, environment: 'dev', job: '5' });
  expect([(await deploy()).exit, (await validate()).exit, (await stop()).exit]).toEqual([0, 0, 0]);
  expect(place.emulator.endpoint(ENDPOINT)).toBeUndefined();
  return { ...place, deploy, validate };
}

describe('an endpoint that is deleted at night', () => {
  it('comes back in the morning with the same version and config, when deploy-model is run again', async () => {
    const { emulator, deploy, validate } = await stoppedAtNight();
    const morning = await deploy();
    expect(morning.exit, morning.log).toBe(0);
    expect(morning.calls.filter((call) => /^(Create|Update)/.test(call))).toEqual(['CreateEndpoint']);
    expect(emulator.endpoint(ENDPOINT)).toMatchObject({
      status: 'InService',
      config: { name: morning.record?.config },
    });
    const again = await validate();
    expect(again.log).toContain('Nothing was written.');
    expect(again.calls).toContain('InvokeEndpoint');
    expect(again.calls).not.toContain('UpdateModelPackage');
  });

  it('stays away when its version was rejected meanwhile', async () => {
    const { emulator, deploy } = await stoppedAtNight();
    const ModelPackageArn = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ResalePriceModelGroup/1';
    emulator.do('UpdateModelPackage', { ModelPackageArn, ModelApprovalStatus: 'Rejected' });
    const morning = await deploy();
    expect(morning.log).toContain('ERROR SMC-4013: ');
    expect(morning.calls).not.toContain('CreateEndpoint');
  });

  it('is made again with its model and config, when somebody deleted those, too', async () => {
    const { emulator, deploy } = await stoppedAtNight();
    for (const { name } of [...emulator.models.configs.values()])
      emulator.do('DeleteEndpointConfig', { EndpointConfigName: name });
    for (const { name } of [...emulator.models.models.values()]) emulator.do('DeleteModel', { ModelName: name });
    const morning = await deploy();
    expect(morning.exit, morning.log).toBe(0);
    expect(emulator.endpoint(ENDPOINT)?.config.name).toBe(morning.record?.config);
  });
});

/** What the pipelines of the example read. */
const FILES = ['pipeline.json', 'payload.json', 'endpoint.yml', 'policy.yml', 'quality.yml', 'holdout.csv'];

describe('a project that stops its environments', () => {
  const read = (path: string) => readRepository(`examples/resale-price/${path}`) ?? '';
  let stage: Stage;

  beforeAll(async () => {
    const config = `${read('.gitlab-ci.yml').trimEnd()}\n      auto_stop_in: 12 hours\n`;
    stage = await startStage({
      files: {
        '.gitlab-ci.yml': config,
        ...Object.fromEntries(FILES.map((path) => [path, read(path)])),
      },
      teams: [resalePrice],
      hurry: true,
      variables: { AWS_ROLE_ARN: rolesByScope(resalePrice) },
    });
  }, 120_000);
  afterAll(() => stage?.close());

  it('deletes the endpoint of dev, brings it back by the same job, and lets uat take what dev validated, and again', async () => {
    const { emulator, project } = stage;
    const dev = project.push('dev', definitionWith('MaxDepth', 7));
    await dev.run();
    const promoted = await dev.press('approve-model', APPROVERS.dev);
    expect(promoted.map(({ name, exit }) => `${name} ${exit}`)).toEqual([
      'approve-model 0',
      'deploy-model 0',
      'validate-endpoint 0',
    ]);
    const config = emulator.endpoint('resale-price-dev')?.config.name;

    const [stopped] = await dev.press('delete-endpoint', APPROVERS.dev);
    expect(stopped?.exit, stopped?.log).toBe(0);
    expect(emulator.endpoint('resale-price-dev')).toBeUndefined();

    const [morning] = await dev.retry('deploy-model');
    expect(morning?.exit, morning?.log).toBe(0);
    expect(emulator.endpoint('resale-price-dev')?.config.name).toBe(config);

    await dev.retry('delete-endpoint');
    const uat = project.push('uat');
    await uat.run();
    const inUat = await uat.press('approve-model', APPROVERS.uat);
    const red = inUat.filter(({ exit }) => exit !== 0);
    expect(inUat.length).toBeGreaterThan(2);
    expect(red.map(({ name, log }) => `${name}: ${log}`)).toEqual([]);
    expect(emulator.endpoint('resale-price-dev'), 'dev stays stopped').toBeUndefined();

    // Stopped again, nothing is live in uat: its next pipeline offers the version that it has validated.
    await uat.press('delete-endpoint', APPROVERS.uat);
    const [checked] = await project.push('uat', { 'payload.json': `${read('payload.json')} ` }).run();
    expect(checked?.exit, checked?.log).toBe(0);
    expect(checked?.log).toContain('ResalePriceModelGroup version 1');
    expect(emulator.calls.filter(({ answer }) => /Denied/.test(answer))).toEqual([]);
  }, 120_000);
});
