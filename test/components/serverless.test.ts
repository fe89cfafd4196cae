import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import checkModel from '../../src/components/check-model.ts';
import planDeployment from '../../src/components/plan-deployment.ts';
import rollbackEndpoint from '../../src/components/rollback-endpoint.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { projectByFile } from './by-file.ts';
import { NAME, noWrite } from './deploy-model/scene.ts';
import { BY_FILE } from './gitlab-file.ts';
import { contentIn, enter, verdictValue } from './handover.ts';

const file = (more = '') => `serverless_config: { memory_size_in_mb: 2048, max_concurrency: 20${more} }\n`;

const scene = () => projectByFile(file());

const served = (emulator: Emulator) => emulator.endpoint(NAME)?.config.request.ProductionVariants[0]?.ServerlessConfig;

describe('a serverless endpoint', () => {
  it('is deployed, validated and updated, and goes back to the version before', async () => {
    const { emulator, deploy, run } = await scene();
    for (const text of [file(), file(', provisioned_concurrency: 2')]) {
      const job = await deploy(text);
      expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
      const validation = await run(validateEndpoint);
      expect(validation, validation.log).toMatchObject({ exit: 0, record: { outcome: 'validated' } });
    }
    expect(served(emulator)).toMatchObject({ ProvisionedConcurrency: 2 });
    const back = await run(rollbackEndpoint);
    expect(back, back.log).toMatchObject({ exit: 0, record: { outcome: 'rolled back' } });
    expect(served(emulator)).toEqual({ MemorySizeInMB: 2048, MaxConcurrency: 20 });
    expect(back.log).toContain('version 1');
  });

  it('is shown to the approver with what changes, and in the plan of a merge', async () => {
    const { emulator, deploy, run } = await scene();
    await deploy();
    await run(validateEndpoint);
    const arn = emulator.register({ status: 'Approved' });
    enter(emulator, arn, { 'approved.dev': verdictValue(contentIn(emulator, arn)) });
    const wanted = file(', provisioned_concurrency: 5').replace('2048', '4096');
    const check = await run(checkModel, wanted, { ...BY_FILE, endpoint_name: NAME, model_package_arn: arn });
    expect(check.log).toContain(
      'serverless, memory_size_in_mb 4096, max_concurrency 20, provisioned_concurrency 5 (now serverless, memory_size_in_mb 2048, max_concurrency 20)',
    );
    expect(check.log).toContain(
      'served otherwise: memory_size_in_mb 2048 -> 4096; provisioned_concurrency not set -> 5',
    );
    const plan = await run(planDeployment, wanted, { ...BY_FILE, name_prefix: '' });
    expect(plan.log).toContain(
      '  fleet    no instances: up to 20 requests at the same time, 5 of them always ready, and at a cost\n',
    );
    expect(plan.log).not.toMatch(/\d+ x |unknown/);
  });

  it('keeps what somebody else made of its concurrency: an update that would undo it is refused', async () => {
    const { emulator, deploy } = await scene();
    await deploy(file(', provisioned_concurrency: 1'));
    const change = { VariantName: 'AllTraffic', ServerlessUpdateConfig: { ProvisionedConcurrency: 7 } };
    emulator.do('UpdateEndpointWeightsAndCapacities', { EndpointName: NAME, DesiredWeightsAndCapacities: [change] });
    emulator.endpoints.settle(NAME);
    const refused = await deploy(file(', provisioned_concurrency: 1'));
    expect(refused).toMatchObject({ exit: 1, calls: noWrite });
    expect(refused.log).toContain('SMC-4008');
    expect(refused.log).toContain('"ProvisionedConcurrency":7');
    expect(await deploy(file(', provisioned_concurrency: 7'))).toMatchObject({ exit: 0 });
  });

  it.each([
    ['instances', file(), 'instance_type: ml.m5.large\n', 'a serverless endpoint, and is to be a real-time endpoint'],
    ['none', 'instance_type: ml.m5.large\n', file(), 'a real-time endpoint on instances, and is to be a serverless'],
  ])('is not changed to another kind, where the file now says %s', async (_, before, after, why) => {
    const { deploy } = await scene();
    expect(await deploy(before)).toMatchObject({ exit: 0 });
    const job = await deploy(after);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain(why);
  });

  it('has a payload of at most 4 MB', async () => {
    const { root, deploy, run } = await scene();
    await deploy();
    writeFileSync(join(root, 'payload.json'), JSON.stringify({ instances: ['x'.repeat(4_194_304)] }));
    const job = await run(validateEndpoint);
    expect(job).toMatchObject({ exit: 64, record: { outcome: 'not validated' } });
    expect(job.log).toContain('SMC-5008');
  });
});
