import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import type { PolicyDocument, Role } from '../../emulator/world.ts';
import { checkSetup, checkSetupApproval } from '../../src/compositions/check-setup.ts';
import { resalePrice, rolesOf } from '../catalog/policies.ts';
import { programsOfRoles } from '../catalog/programs.ts';
import { emulated, type JobOptions, projectFolder, startJob } from './job.ts';

const roles = rolesOf(resalePrice, programsOfRoles);
const roleNamed = (name: string) => `arn:aws:iam::${resalePrice.account}:role/resale-price-${name}`;

/** An account with the roles of the policies, and a group. */
async function account(): Promise<Emulator> {
  const emulator = await emulated();
  for (const role of roles) emulator.roles.set(role.arn, role);
  emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: resalePrice.group });
  return emulator;
}

const PROMOTED = { components: '', pipeline_name: 'resale-price' };

function press(emulator: Emulator, environment = 'dev', { inputs, ...options }: Partial<JobOptions> = {}) {
  return startJob(checkSetup, {
    emulator,
    root: projectFolder(),
    environment,
    inputs: { ...PROMOTED, role_arn: roleNamed(environment), ...inputs },
    ...options,
  });
}

describe('a setup as the policies command writes it', () => {
  it.each(['dev', 'uat', 'main'])('of %s has nothing that is wrong', async (environment) => {
    const emulator = await account();
    const job = await press(emulator, environment);
    expect(job.exit, job.log).toBe(0);
  });
});
