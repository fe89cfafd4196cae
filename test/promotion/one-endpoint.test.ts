import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import approveModel from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { emulated, projectFolder, startJob } from '../components/job.ts';

const endpoint_name = 'resale-price';

/** The exit codes of a branch's jobs, up to the first that is red, and its log; every environment uses the one endpoint. */
async function promote(emulator: Emulator, environment: string, pipeline: string, takeOver = false) {
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"floor_area_sqm": 92}');
  const options = { emulator, root, environment, pipeline };
  const take_over_endpoint = String(takeOver);
  const jobs = [
    () => startJob(checkModel, { ...options, inputs: { endpoint_name, take_over_endpoint, source: 'registry' } }),
    () => startJob(approveModel, options),
    () => startJob(deployModel, { ...options, inputs: { endpoint_name, take_over_endpoint } }),
    () => startJob(validateEndpoint, { ...options, inputs: { endpoint_name } }),
  ];
  const exits: number[] = [];
  const logs: string[] = [];
  for (const start of jobs) {
    const job = await start();
    exits.push(job.exit);
    logs.push(job.log);
    if (job.exit !== 0) break;
  }
  return { exits, log: logs.at(-1) ?? '', shown: logs[0] };
}

it('one endpoint_name for every environment lets none replace what another serves', async () => {
  const emulator = await emulated();
  emulator.register();
  const done = [0, 0, 0, 0];
  expect((await promote(emulator, 'dev', '101')).exits).toEqual(done);

  const uat = await promote(emulator, 'uat', '102');
  expect(uat.exits).toEqual([1]);
  expect(uat.log).toContain('belongs to another deployment, as its tags say (project 42, environment dev, ');
  const taken = await promote(emulator, 'uat', '103', true);
  expect(taken.exits).toEqual(done);
  expect(taken.shown, 'the approver sees whose it is').toContain(
    'deploy-model would take resale-price over: it belongs to project 42, environment dev, group ',
  );

  emulator.register();
  const dev = await promote(emulator, 'dev', '104');
  expect(dev.exits, 'dev does not get it back').toEqual([1]);
  expect(dev.log).toContain('environment uat, ');

  const main = await promote(emulator, 'main', '105', true);
  expect(main.exits, 'main rejects what took the endpoint over').toEqual([80]);
  expect(main.log).toContain('it passed uat with an open safety input (open=take_over)');
});
