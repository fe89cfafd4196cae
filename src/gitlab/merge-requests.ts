import * as z from 'zod/mini';
import type { Env } from '../ground/env.ts';
import { inItsOwnWords } from '../ground/error-parts.ts';
import { getJson } from './api.ts';
import { payloadOf } from './claims.ts';
import type { Job } from './job.ts';

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
 * (https://docs.gitlab.com/api/commits/#list-merge-requests-associated-with-a-commit). Only the GitLab that the token
 * itself names gets it: a forged id_token, with a role in another account, may name any host as its issuer. It never throws:
 * whoever reads the page can open the commit.
 */
export async function mergeRequestsOf(commit: string, job: Job, env: Env): Promise<MergeRequests> {
  const sha = encodeURIComponent(commit);
  const notRead = (why: string) => ({ is: 'not read', why, url: `${job.projectUrl}/-/commit/${sha}` }) as const;
  const token = env.CI_JOB_TOKEN;
  if (!job.verified) return notRead('no id_token tells which GitLab this is');
  if (!token) return notRead('this job has no CI_JOB_TOKEN');
  if (!isOfHost(token, job)) return notRead(`CI_JOB_TOKEN does not say that it is of ${job.server}`);
  try {
    const path = `/projects/${job.projectId}/repository/commits/${sha}/merge_requests`;
    const found = answered().safeParse(await getJson(`${job.server}/api/v4${path}`, token, env));
    if (!found.success) return notRead('GitLab gave no list of merge requests');
    const own = found.data.filter((each) => each.state === 'merged' && String(each.project_id) === job.projectId);
    return { is: 'read', all: own.map(({ iid, title }) => merged(iid, title, job)) };
  } catch (error) {
    return notRead(inItsOwnWords(error));
  }
}

const jobTokenPayload = z.object({ iss: z.string() });

/**
 * Whether a job token is a JWT of the GitLab of the id_token, as its payload says: `iss` is the name of the host. A token of the
 * older form names nobody, and is sent nowhere.
 */
function isOfHost(token: string, { server }: Job): boolean {
  const payload = jobTokenPayload.safeParse(payloadOf(token));
  return payload.success && URL.canParse(server) && payload.data.iss === new URL(server).hostname;
}

function merged(number: number, title: string, { projectUrl }: Job): MergeRequest {
  return { number, title, url: `${projectUrl}/-/merge_requests/${number}` };
}
