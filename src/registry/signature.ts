import type { Job } from '../gitlab/job.ts';
import { type ApprovalEntry, entryTime } from './entries.ts';
import type { ModelPackage } from './packages.ts';

/** Who signed, as a person reads it: `jane (user ID 7)`, because a login can pass to somebody else. */
export function signatoryOf({ by, user_id: id }: Pick<ApprovalEntry, 'by' | 'user_id'>): string {
  return id === undefined ? by : `${by} (user ID ${id})`;
}

/** The words of an approval or withdrawal that is written now: who, by which job, and for which content. */
export function signature(
  version: ModelPackage,
  job: Job,
  now: Date,
): Pick<ApprovalEntry, 'by' | 'user_id' | 'pipeline' | 'job' | 'commit' | 'at' | 'content'> {
  return {
    by: job.user,
    user_id: job.userId,
    pipeline: job.pipeline,
    job: job.id,
    commit: job.commit,
    at: entryTime(now, version, job),
    content: version.content,
  };
}
