import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import approveModel from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { readValidation } from '../../src/registry/entries.ts';
import { resalePrice, rolesOf } from '../catalog/policies.ts';
import { programs } from '../catalog/programs.ts';
import { entriesOf } from '../components/handover.ts';
import { emulated, type FinishedJob, projectFolder, startJob } from '../components/job.ts';

/** A project as docs/migrate.md finds it: endpoints that a hand-written pipeline made, versions that it approved, and no records. */
async function handMade(live: Readonly<Record<string, number>>, versions: number): Promise<Emulator> {
  const emulator = await emulated();
  for (const role of rolesOf(resalePrice, programs)) emulator.roles.set(role.arn, role);
  for (let version = 1; version <= versions; version++) emulator.register({ status: 'Approved' });
  for (const [environment, version] of Object.entries(live))
    emulator.deployed({
      endpoint: `resale-price-${environment}`,
      package: arnOf(version),
      name: `ResalePrice-${environment}-20260914-1011-v${version}`,
    });
  return emulator;
}

const arnOf = (version: number) =>
  `arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ResalePriceModelGroup/${version}`;

interface Migration {
  readonly environment: string;
  readonly pipeline: string;
  /** Inputs of check-model and deploy-model that docs/migrate.md names. */
  readonly check?: Readonly<Record<string, string>>;
  readonly deploy?: Readonly<Record<string, string>>;
}

type Step = 'check' | 'approve' | 'deploy' | 'validate';

/** One branch's pipeline, each job with the role of its duty and no more; ends with the first job that is red. */
async function promote(emulator: Emulator, migration: Migration): Promise<Partial<Record<Step, FinishedJob>>> {
  const { environment, pipeline } = migration;
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"floor_area_sqm": 92}');
  const options = (duty: Step, job: string, inputs: Readonly<Record<string, string>> = {}) => ({
    emulator,
    root,
    environment,
    pipeline,
    job,
    inputs: { role_arn: `arn:aws:iam::111122223333:role/resale-price-${duty}-${environment}`, ...inputs },
  });
  const done: Partial<Record<Step, FinishedJob>> = {};
  done.check = await startJob(checkModel, options('check', '1', migration.check));
  if (done.check.exit !== 0) return done;
  done.approve = await startJob(approveModel, options('approve', '2'));
  if (done.approve.exit !== 0) return done;
  done.deploy = await startJob(deployModel, options('deploy', '3', migration.deploy));
  if (done.deploy.exit !== 0) return done;
  done.validate = await startJob(validateEndpoint, options('validate', '4'));
  return done;
}

const exits = (done: Partial<Record<Step, FinishedJob>>) => Object.values(done).map(({ exit }) => exit);
const validationOf = (emulator: Emulator, version: number, environment: string) =>
  readValidation(entriesOf(emulator, arnOf(version)), environment);

describe('endpoints that a hand-written pipeline made', () => {
  it('get their first validation from the version that dev serves, through dev, uat and main, with no training', async () => {
    const emulator = await handMade({ dev: 7, uat: 6, main: 5 }, 7);
    const dev = await promote(emulator, {
      environment: 'dev',
      pipeline: '201',
      check: { model_package_arn: arnOf(7) },
    });
    const uat = await promote(emulator, { environment: 'uat', pipeline: '202' });
    const main = await promote(emulator, { environment: 'main', pipeline: '203' });

    expect([dev, uat, main].map(exits)).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    for (const environment of ['dev', 'uat', 'main']) {
      expect(validationOf(emulator, 7, environment)).toMatchObject({ is: 'read' });
      expect(emulator.endpoint(`resale-price-${environment}`)?.status).toBe('InService');
    }
    expect(emulator.calls.filter(({ operation }) => /^(Delete|Create)Endpoint$|Pipeline/.test(operation))).toEqual([]);
  });

  it('are told from a new one before anybody approves: check-model says when there is no endpoint of the name', async () => {
    const check = { model_package_arn: arnOf(7), endpoint_name: 'resale-price-dev' };
    const liveFor = async (live: Readonly<Record<string, number>>) => {
      const { check: job } = await promote(await handMade(live, 7), { environment: 'dev', pipeline: '201', check });
      return /live +(.*)/.exec(job?.log ?? '')?.[1];
    };
    expect(await liveFor({ 'of-dev': 7 })).toBe(
      'nothing: the endpoint resale-price-dev does not exist yet: deploy-model would create it',
    );
    expect(await liveFor({ dev: 6 })).toBe('ResalePriceModelGroup version 6 on resale-price-dev (InService)');
  });

  it('are updated to a config of the new naming once, although they serve that version already', async () => {
    const emulator = await handMade({ dev: 7 }, 7);
    const check = { model_package_arn: arnOf(7) };
    const first = await promote(emulator, { environment: 'dev', pipeline: '201', check });
    expect(first.check?.log).toContain('ResalePriceModelGroup version 7 on resale-price-dev (InService)');
    expect(first.deploy?.calls).toContain('UpdateEndpoint');
    expect(first.deploy?.outputs.PREVIOUS_ENDPOINT_CONFIG_NAME).toBe('ResalePrice-dev-20260914-1011-v7');

    const second = await promote(emulator, { environment: 'dev', pipeline: '202', check });
    expect(second.check).toMatchObject({ exit: 80 });
    expect(second.check?.log).toContain('is already approved, validated and live in dev');
  });

  it('are not validated by being there: uat takes nothing before dev has validated it', async () => {
    const emulator = await handMade({ dev: 7, uat: 6, main: 5 }, 7);
    const uat = await promote(emulator, { environment: 'uat', pipeline: '202' });
    expect(exits(uat)).toEqual([80]);
    expect(uat.check?.log).toContain('version 7, because it is not validated in dev');
  });

  it('are not replaced with an older version unless somebody says so', async () => {
    const emulator = await handMade({ dev: 7 }, 7);
    const check = { model_package_arn: arnOf(5) };
    const refused = await promote(emulator, { environment: 'dev', pipeline: '201', check });
    expect(exits(refused)).toEqual([1]);
    expect(refused.check?.log).toContain('serves version 7, and version 5 is older');
    const allowed = { allow_downgrade: 'true' };
    const wanted = { environment: 'dev', pipeline: '202', check: { ...check, ...allowed }, deploy: allowed };
    expect(exits(await promote(emulator, wanted))).toEqual([0, 0, 0, 0]);
  });

  it('can be validated where they are, with the safety input on record', async () => {
    const emulator = await handMade({ dev: 7, uat: 6, main: 5 }, 7);
    const check = { model_package_arn: arnOf(5), require_validation: 'false' };
    const main = await promote(emulator, { environment: 'main', pipeline: '203', check });
    expect(exits(main)).toEqual([0, 0, 0, 0]);
    expect(validationOf(emulator, 5, 'main')).toMatchObject({ is: 'read', value: { open: 'validation' } });
  });

  it('need the version by name: the registry lists nothing that is Approved already for the first environment', async () => {
    const emulator = await handMade({ dev: 7 }, 7);
    const dev = await promote(emulator, { environment: 'dev', pipeline: '201', check: { source: 'registry' } });
    expect(exits(dev)).toEqual([80]);
    expect(dev.check?.log).toContain('version 7, because it is already Approved');
  });

  it('may serve a model from outside the registry, which a version then replaces', async () => {
    const emulator = await handMade({}, 1);
    emulator.do('CreateModel', {
      ModelName: 'resale-price-notebook',
      PrimaryContainer: { Image: '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price:1' },
      ExecutionRoleArn: 'arn:aws:iam::111122223333:role/resale-price-execution',
    });
    const variant = { VariantName: 'AllTraffic', ModelName: 'resale-price-notebook', InstanceType: 'ml.m5.large' };
    const ProductionVariants = [{ ...variant, InitialInstanceCount: 1 }];
    emulator.do('CreateEndpointConfig', { EndpointConfigName: 'resale-price-notebook', ProductionVariants });
    emulator.do('CreateEndpoint', { EndpointName: 'resale-price-dev', EndpointConfigName: 'resale-price-notebook' });
    emulator.endpoints.settle('resale-price-dev');
    const dev = await promote(emulator, {
      environment: 'dev',
      pipeline: '201',
      check: { model_package_arn: arnOf(1) },
    });
    expect(exits(dev)).toEqual([0, 0, 0, 0]);
  });
});
