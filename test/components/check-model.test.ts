import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import checkModel from '../../src/components/check-model.ts';
import { emulated, type JobOptions, projectFolder, startJob } from './job.ts';

const GROUP = 'ResalePriceModelGroup';

const inputs = {
  model_package_group_name: GROUP,
  source: 'run',
  promotion_path: 'dev, uat, main',
  require_proof: 'true',
  model_package_arn: '',
  endpoint_name: '',
  max_candidates: '20',
  on_missing: 'fail',
};

async function check(options: Omit<JobOptions, 'root'> & { root?: string }) {
  return startJob(checkModel, { root: projectFolder(), ...options, inputs: { ...inputs, ...options.inputs } });
}

function trained(root: string, record: object): string {
  const folder = join(root, 'sagemaker', 'deploy-pipeline', 'deploy-pipeline');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'record.json'),
    JSON.stringify({ environment: 'dev', pipeline: '101', execution: 'arn:x', ...record }),
  );
  return root;
}

describe('in the first environment', () => {
  it('offers what this pipeline registered', async () => {
    const emulator = await emulated();
    const arn = emulator.register({ group: GROUP, status: 'PendingManualApproval' });
    const root = trained(projectFolder(), {
      outcome: 'registered',
      packages: [{ group: GROUP, package: arn, version: 1 }],
    });
    const job = await check({ emulator, root });
    console.log(job.log, job.calls, job.record, job.outputs, job.links);
    expect(job.exit).toBe(0);
  });
});
