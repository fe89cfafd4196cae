import { describe, expect, it } from 'vitest';
import deployModel from '../../src/components/deploy-model.ts';
import { asInInclude } from '../../src/gitlab/include.ts';
import { readTemplate, templates } from '../catalog/template.ts';
import { emulated, projectFolder, startJob } from '../components/job.ts';
import { approved } from '../failures/stage.ts';

const OF_PROMOTE = { SAGEMAKER_COMPONENT: 'promote 1.4.2 3f2c9a7d1e5b4860a9c8d7e6f5a4b3c2d1e0f9a8 1' };
const ALONE = { SAGEMAKER_COMPONENT: 'deploy-model 1.4.2 3f2c9a7d1e5b4860a9c8d7e6f5a4b3c2d1e0f9a8 1' };

describe('a message', () => {
  const written = 'raise max_wait_time of the include that adds deploy-model, then push.';

  it.each([
    ['deploy-model', 'raise deploy_max_wait_time of the include of promote, then push.'],
    ['validate-endpoint', 'raise validate_max_wait_time of the include of promote, then push.'],
    ['deploy-pipeline', 'raise pipeline_max_wait_time of the include of promote, then push.'],
  ])('of %s names what a person wrote who includes promote', (component, told) => {
    expect(asInInclude(written, component, OF_PROMOTE)).toBe(told);
    expect(asInInclude(told, component, OF_PROMOTE)).toBe(told);
  });

  it.each([ALONE, {}])('stays as it is where a person includes the component itself', (env) => {
    expect(asInInclude(written, 'deploy-model', env)).toBe(written);
  });

  it('names only inputs that promote has', () => {
    const inputs = readTemplate('promote').inputs.map(({ name }) => name);
    for (const { name } of templates)
      for (const [input] of asInInclude('max_wait_time', name, OF_PROMOTE).matchAll(/\w+_max_wait_time/g))
        expect(inputs).toContain(input);
  });

  it.each([
    [{ max_wait_time: '5' }, 'deploy_max_wait_time: received "5"; must be a whole number from 60 to 86400.'],
    [{ max_wait_time: '600' }, 'Stopped waiting for resale-price-dev after 10 min (deploy_max_wait_time).'],
  ])('of a job of promote that was given %j says: %s', async (inputs, told) => {
    const place = { emulator: await emulated(), root: projectFolder() };
    approved.set(place);
    place.emulator.scenario('endpoint is stuck');
    expect((await startJob(deployModel, { ...place, inputs, env: OF_PROMOTE })).log).toContain(told);
  });
});
