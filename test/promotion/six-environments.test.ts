import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import approveModel from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import type { Component } from '../../src/program/component.ts';
import { keysOfEnvironment } from '../../src/registry/entry-keys.ts';
import { resalePrice, rolesOf } from '../catalog/policies.ts';
import { programs } from '../catalog/programs.ts';
import { emulated, projectFolder, startJob } from '../components/job.ts';
import { rolesByScope } from './stage.ts';

const STEPS: readonly Component[] = [checkModel, approveModel, deployModel, validateEndpoint];

const ENVIRONMENTS = ['dev', 'test', 'sit', 'uat', 'staging', 'main'] as const;

it('a version goes through six environments, each with the roles of its own', async () => {
  const emulator = await emulated();
  const team = { ...resalePrice, environments: ENVIRONMENTS };
  for (const role of rolesOf(team, programs)) emulator.roles.set(role.arn, role);
  const roles = rolesByScope(team);
  const arn = emulator.register();

  for (const [at, environment] of ENVIRONMENTS.entries()) {
    const root = projectFolder();
    writeFileSync(join(root, 'payload.json'), '{"floor_area_sqm": 92}');
    for (const component of STEPS) {
      const scope = component === approveModel ? `${environment}/approval` : environment;
      const inputs = {
        role_arn: roles[scope],
        endpoint_name: `resale-price-${environment}`,
        name_prefix: '',
        ...(component === checkModel && { source: 'registry', promotion_path: ENVIRONMENTS.join(', ') }),
        ...(component === approveModel && { comment: `Fit for ${environment}.` }),
      };
      const job = await startJob(component, { emulator, root, environment, pipeline: String(101 + at), inputs });
      expect(job.exit, job.log).toBe(0);
    }
  }

  const { metadata = {} } = emulator.package(arn) ?? {};
  const ours = ENVIRONMENTS.flatMap(keysOfEnvironment).filter((key) => key in metadata);
  expect(ours).toEqual(
    ENVIRONMENTS.flatMap((each) => [
      `approved.${each}`,
      `approved.${each}.comment`,
      `validated.${each}`,
      `validated.${each}.asked`,
    ]),
  );
  for (const each of ENVIRONMENTS) expect(emulator.endpoint(`resale-price-${each}`)?.status).toBe('InService');
});
