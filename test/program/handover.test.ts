import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Job } from '../../src/gitlab/job.ts';
import { readHandover, trainingRecord } from '../../src/program/handover.ts';
import { projectFolder } from '../components/job.ts';
import { arnOf } from '../registry/package.ts';

const JOB: Job = {
  environment: 'dev',
  pipeline: '101',
  id: '7',
  name: 'check-model',
  commit: 'f'.repeat(40),
  ref: 'dev',
  user: 'jane',
  project: 'wog/mlops/resale-price',
  projectId: '42',
  projectUrl: 'https://gitlab.example.com/wog/mlops/resale-price',
  url: 'https://gitlab.example.com/wog/mlops/resale-price/-/jobs/7',
  verified: true,
  manual: false,
  environmentProtected: undefined,
  refProtected: undefined,
};

const PLACE = { region: 'ap-southeast-1', account: '111122223333' };
const GROUP = 'ResalePriceModelGroup';
const ran = { environment: 'dev', pipeline: '101', execution: 'e' };
const registered = { ...ran, outcome: 'registered', packages: [{ group: GROUP, package: arnOf(1), version: 1 }] };
const nothing = { ...ran, outcome: 'nothing', why: 'condition GoodEnough was false' };

/** What check-model reads of the trainings of its pipeline. */
function read(records: readonly object[], value: string | undefined) {
  const root = projectFolder();
  for (const [index, record] of records.entries()) {
    const folder = join(root, 'sagemaker/deploy-pipeline', `train-${index}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'record.json'), JSON.stringify(record));
  }
  return readHandover({ root, job: JOB, aws: PLACE }, trainingRecord, { input: 'model_package_group_name', value });
}

it.each([
  ['before', [nothing, registered]],
  ['after', [registered, nothing]],
])('a training that registered nothing, %s one that did, stands in nobody’s way', (_, records) => {
  expect(read(records, GROUP)).toMatchObject({ outcome: 'registered' });
});

it('two trainings that registered nothing cannot be told apart', () => {
  expect(() => read([nothing, nothing], GROUP)).toThrow('2 deploy-pipeline jobs');
});

it('a training of another group is not taken, even when it is the only one', () => {
  expect(() => read([registered], 'Churn')).toThrow(GROUP);
});
