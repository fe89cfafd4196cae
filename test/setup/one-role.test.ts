import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { register } from '../../emulator/scene.ts';
import { accountPlan } from '../../setup/aws/account.ts';
import { templateOf } from '../../setup/aws/template.ts';
import approveModel from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { resalePrice } from '../catalog/policies.ts';
import { programsOfRoles } from '../catalog/programs.ts';
import { emulated, projectFolder, startJob } from '../components/job.ts';
import { planOf, rolesOfTemplate } from './plans.ts';

const { account, group } = resalePrice;

/** An account whose roles are those of a template with one role for each environment, and which has a version. */
async function accountWithOneRole() {
  const emulator = await emulated();
  const template = templateOf(accountPlan(planOf(resalePrice, 'one'), account, programsOfRoles));
  for (const role of rolesOfTemplate(template, account)) emulator.roles.set(role.arn, role);
  emulator.registry.addGroup(group, emulator.administrator);
  return { emulator, version: register(emulator, { group }) };
}

it('one role for each environment promotes a version: it needs no right that its plain policy does not give', async () => {
  const { emulator, version } = await accountWithOneRole();
  for (const environment of ['dev', 'uat']) {
    const root = projectFolder();
    writeFileSync(join(root, 'payload.json'), '{"floor_area_sqm": 92}');
    const role_arn = `arn:aws:iam::${account}:role/resale-price-${environment}`;
    const options = { emulator, root, environment, pipeline: environment === 'dev' ? '101' : '102' };
    const first = { model_package_group_name: group, source: 'registry', role_arn };
    const jobs = [
      await startJob(checkModel, { ...options, inputs: first }),
      await startJob(approveModel, { ...options, inputs: { role_arn } }),
      await startJob(deployModel, { ...options, inputs: { role_arn } }),
      await startJob(validateEndpoint, { ...options, inputs: { role_arn } }),
    ];
    expect(
      jobs.map(({ exit }) => exit),
      jobs.map(({ log }) => log).join('\n'),
    ).toEqual([0, 0, 0, 0]);
  }
  expect(emulator.package(version)?.metadata?.['validated.uat']).toBeDefined();
  expect(emulator.calls.filter(({ answer }) => /Denied/.test(answer))).toEqual([]);
});

it('one role of an environment is still none for the jobs of another branch', async () => {
  const { emulator } = await accountWithOneRole();
  const inputs = { model_package_group_name: group, role_arn: `arn:aws:iam::${account}:role/resale-price-uat` };
  const root = projectFolder();
  const job = await startJob(checkModel, { emulator, root, environment: 'dev', pipeline: '101', inputs });
  expect(job.exit).not.toBe(0);
  expect(job.log).toContain('sts:AssumeRoleWithWebIdentity');
});
