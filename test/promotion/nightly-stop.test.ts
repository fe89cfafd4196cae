import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import deployModel from '../../src/components/deploy-model.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { emulated, projectFolder, startJob } from '../components/job.ts';
import { approved, ENDPOINT } from '../failures/stage.ts';

/** An endpoint of dev that was deployed and validated in the evening, and then deleted, as docs/nightly-stop.md says. */
async function stoppedAtNight() {
  const place = { emulator: await emulated(), root: projectFolder() };
  approved.set(place);
  writeFileSync(join(place.root, 'payload.json'), '{"floor_area_sqm": 92}');
  const deploy = () => startJob(deployModel, { ...place, environment: 'dev', inputs: { name_prefix: '' }, job: '3' });
  const validate = () => startJob(validateEndpoint, { ...place, environment: 'dev', job: '4' });
  expect([(await deploy()).exit, (await validate()).exit]).toEqual([0, 0]);
  place.emulator.do('DeleteEndpoint', { EndpointName: ENDPOINT });
  place.emulator.endpoints.settle(ENDPOINT);
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
});
