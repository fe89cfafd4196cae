import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { register } from '../../emulator/scene.ts';
import { groupPolicy } from '../../setup/policies/policies.ts';
import type { Team } from '../../setup/policies/team.ts';
import approveModel from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { resalePrice, rolesOf } from '../catalog/policies.ts';
import { programs } from '../catalog/programs.ts';
import { emulated, type FinishedJob, projectFolder, startJob } from '../components/job.ts';

const OWNER = '444455556666';
const GROUP = `arn:aws:sagemaker:ap-southeast-1:${OWNER}:model-package-group/ResalePriceModelGroup`;
const team: Team = { ...resalePrice, registryAccount: OWNER };

/** An account whose groups are another account's, which shares one by the generated policy, or not. */
async function otherRegistry(shared = true) {
  const emulator = await emulated();
  emulator.registry.habits.owner = OWNER;
  if (shared) emulator.registry.habits.resourcePolicy = groupPolicy(team, programs, true);
  for (const role of rolesOf(team, programs)) emulator.roles.set(role.arn, role);
  emulator.registry.addGroup('ResalePriceModelGroup', emulator.administrator);
  return { emulator, version: register(emulator, { group: GROUP }) };
}

type Registry = Awaited<ReturnType<typeof otherRegistry>>;

/** The jobs of an environment, each with the role of its duty and no more; the last one is red, if any is. */
async function promote({ emulator }: Registry, environment: string, group = GROUP): Promise<FinishedJob[]> {
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"floor_area_sqm": 92}');
  const options = (duty: string, inputs: Readonly<Record<string, string>> = {}) => ({
    ...{ emulator, root, environment, pipeline: environment === 'dev' ? '101' : '102' },
    inputs: { ...inputs, role_arn: `arn:aws:iam::${team.account}:role/resale-price-${duty}-${environment}` },
  });
  const jobs = [await startJob(checkModel, options('check', { model_package_group_name: group, source: 'registry' }))];
  if (jobs[0]?.exit === 0) jobs.push(await startJob(approveModel, options('approve')));
  if (jobs[1]?.exit === 0) jobs.push(await startJob(deployModel, options('deploy')));
  if (jobs[2]?.exit === 0) jobs.push(await startJob(validateEndpoint, options('validate')));
  return jobs;
}

const endsOf = (jobs: readonly FinishedJob[]) => jobs.map(({ exit }) => exit);
const logOf = (jobs: readonly FinishedJob[]) => jobs.map(({ log }) => log).join('\n');

describe('a group of another account', () => {
  it('is promoted from, by its ARN, with the generated policies of both accounts', async () => {
    const registry = await otherRegistry();
    for (const environment of ['dev', 'uat']) {
      const jobs = await promote(registry, environment);
      expect(endsOf(jobs), logOf(jobs)).toEqual([0, 0, 0, 0]);
    }
    expect(registry.version).toContain(`:${OWNER}:model-package/`);
    expect(Object.keys(registry.emulator.package(registry.version)?.metadata ?? {}).sort()).toEqual(
      ['dev', 'uat'].flatMap((each) => [`approved.${each}`, `validated.${each}`, `validated.${each}.asked`]).sort(),
    );
  });

  it('is not found by its name alone', async () => {
    const registry = await otherRegistry();
    const [check] = await promote(registry, 'dev', 'ResalePriceModelGroup');
    expect(check?.exit).not.toBe(0);
    expect(check?.log).toContain('ResalePriceModelGroup');
  });

  it('is closed where its resource policy allows nothing: a denied call is never taken for an empty group', async () => {
    const registry = await otherRegistry(false);
    const [check] = await promote(registry, 'dev');
    expect(check).toMatchObject({ exit: 77 });
    expect(check?.log).toContain('no resource-based policy allows the sagemaker:ListModelPackages action');
  });
});
