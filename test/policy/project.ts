import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from '../../emulator/emulator.ts';
import approveModel from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import { emulated, type FinishedJob, type JobOptions, projectFolder, startJob } from '../components/job.ts';
import { goThroughDev } from '../failures/stage.ts';

/** A project whose version 1 was validated in dev, and whose policy holds for uat. */
export interface PolicyProject {
  readonly emulator: Emulator;
  readonly root: string;
  readonly arn: string;
  /** Another policy, from now on. */
  commit(policy: string): void;
  check(options?: Partial<JobOptions>): Promise<FinishedJob>;
  /** Approves as jane, who types nothing unless it is said. */
  approve(comment?: string, options?: Partial<JobOptions>): Promise<FinishedJob>;
  deploy(options?: Partial<JobOptions>): Promise<FinishedJob>;
}

/** The project with this policy. */
export async function projectWith(policy: string): Promise<PolicyProject> {
  const emulator = await emulated();
  const root = projectFolder();
  const arn = emulator.register({ status: 'Approved' });
  goThroughDev(emulator, arn);
  const commit = (text: string) => writeFileSync(join(root, 'policy.yml'), text);
  commit(policy);
  const usual = { emulator, root, environment: 'uat' };
  const inputs = { policy_file: 'policy.yml' };
  return {
    emulator,
    root,
    arn,
    commit,
    check: (options = {}) =>
      startJob(checkModel, { ...usual, job: '1', ...options, inputs: { ...inputs, ...options.inputs } }),
    approve: (comment = '', options = {}) =>
      startJob(approveModel, { ...usual, job: '2', ...options, inputs: { ...inputs, comment, ...options.inputs } }),
    deploy: (options = {}) =>
      startJob(deployModel, { ...usual, job: '3', ...options, inputs: { ...inputs, ...options.inputs } }),
  };
}
