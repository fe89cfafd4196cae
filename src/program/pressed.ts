import { Failure } from '../ground/failure.ts';
import type { Context } from './context.ts';

/** Refuses a job that GitLab started automatically: only a person approves, rejects or rolls back. */
export function refuseUnlessPressed({ job }: Pick<Context, 'job'>): void {
  if (job.manual) return;
  throw new Failure(
    'SMC-3101',
    `GitLab started the job ${job.name} automatically, but a person must start it. Nothing was read or written.`,
    'keep "when: manual" on this job: remove "when:" from its rules, then start a new pipeline.',
  );
}
