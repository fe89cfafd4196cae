import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import approveModel from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import type { Component } from '../../src/program/component.ts';
import { type FinishedJob, projectFolder, startJob } from '../components/job.ts';

const REGIONS = ['ap-southeast-1', 'eu-west-1', 'us-east-1'];
const STEPS: readonly Component[] = [checkModel, approveModel, deployModel, validateEndpoint];
const group = { model_package_group_name: 'ResalePriceModelGroup' };
const endpoint = { endpoint_name: 'resale-price-dev' };

async function startRegion(region: string): Promise<Emulator> {
  const emulator = await startEmulator({ region });
  onTestFinished(() => emulator.close());
  // The versions of the regions are not the same, so that one could not pass for another.
  for (let version = 0; version <= REGIONS.indexOf(region); version++) emulator.register();
  return emulator;
}

/** A job of a matrix over regions: its name has the region, and it finds the artifacts of every region's jobs. */
function startIn(emulator: Emulator, component: Component, root: string, inputs: object): Promise<FinishedJob> {
  for (const [name, value] of Object.entries(emulator.env)) vi.stubEnv(name, value);
  const [job, name] = [String(1 + REGIONS.indexOf(emulator.region)), `${component.name}: [${emulator.region}]`];
  return startJob(component, { emulator, root, job, name, inputs: { source: 'registry', ...inputs } });
}

it('three regions of one environment keep their versions apart where no job says which group or endpoint it means', async () => {
  const emulators = await Promise.all(REGIONS.map(startRegion));
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"floor_area_sqm": 92}');

  for (const component of STEPS) {
    const names = component === checkModel || component === deployModel;
    const told = names ? { ...group, ...endpoint } : { model_package_group_name: '', endpoint_name: '' };
    for (const emulator of emulators) {
      const job = await startIn(emulator, component, root, told);
      expect(job.exit, job.log).toBe(0);
      expect(job.record).toMatchObject({ region: emulator.region, version: 1 + REGIONS.indexOf(emulator.region) });
    }
  }

  for (const [at, emulator] of emulators.entries()) {
    const arn = `arn:aws:sagemaker:${emulator.region}:111122223333:model-package/ResalePriceModelGroup/${at + 1}`;
    expect(Object.keys(emulator.package(arn)?.metadata ?? {})).toEqual(
      expect.arrayContaining(['approved.dev', 'validated.dev']),
    );
    expect(emulator.endpoint('resale-price-dev')?.status).toBe('InService');
  }
});

it('a job of a region in which nothing was approved deploys nothing', async () => {
  const [first, second] = await Promise.all(REGIONS.slice(0, 2).map(startRegion));
  if (!first || !second) throw new Error('There are not two regions.');
  const root = projectFolder();
  for (const component of [checkModel, approveModel]) await startIn(first, component, root, { ...group, ...endpoint });

  const job = await startIn(second, deployModel, root, { ...group, ...endpoint });
  expect(job).toMatchObject({ exit: 64, calls: [] });
  expect(job.log).toContain("This job's artifacts have no approve-model record for this environment and region.");
});
