import * as z from 'zod/mini';
import type { Env } from '../ground/env.ts';
import { inItsOwnWords } from '../ground/error-parts.ts';
import { getJson } from './api.ts';
import type { Job } from './job.ts';
import { jobTokenFor } from './job-token.ts';

/** A merge request through which a commit came. */
interface MergeRequest {
  readonly number: number;
  readonly title: string;
  readonly url: string;
}

/** The merged merge requests of a commit, or why nobody could read them; `url` is then where a person finds them. */
export type MergeRequests =
  | { readonly is: 'read'; readonly all: readonly MergeRequest[] }
  | { readonly is: 'not read'; readonly why: string; readonly url: string };

const answered = () => z.array(z.object({ iid: z.int(), title: z.string(), state: z.string(), project_id: z.int() }));

/**
 * Asks GitLab by the job's own token for the merge requests of a commit
 * (https://docs.gitlab.com/api/commits/#list-merge-requests-associated-with-a-commit). It never throws: whoever reads the page
 * can open the commit.
 */
export async function mergeRequestsOf(commit: string, job: Job, env: Env): Promise<MergeRequests> {
  const sha = encodeURIComponent(commit);
  const notRead = (why: string) => ({ is: 'not read', why, url: `${job.projectUrl}/-/commit/${sha}` }) as const;
  const permit = jobTokenFor(job, env);
  if ('why' in permit) return notRead(permit.why);
  try {
    const path = `/projects/${job.projectId}/repository/commits/${sha}/merge_requests`;
    const found = answered().safeParse(await getJson(`${job.server}/api/v4${path}`, permit.token, env));
    if (!found.success) return notRead('GitLab gave no list of merge requests');
    const own = found.data.filter((each) => each.state === 'merged' && String(each.project_id) === job.projectId);
    return { is: 'read', all: own.map(({ iid, title }) => merged(iid, title, job)) };
  } catch (error) {
    return notRead(inItsOwnWords(error));
  }
}

function merged(number: number, title: string, { projectUrl }: Job): MergeRequest {
  return { number, title, url: `${projectUrl}/-/merge_requests/${number}` };
}
