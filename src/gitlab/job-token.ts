import * as z from 'zod/mini';
import type { Env } from '../ground/env.ts';
import { payloadOf } from './claims.ts';
import type { Job } from './job.ts';

/** The job token, for the GitLab that may have it; or why nobody may. */
export type JobToken = { readonly token: string } | { readonly why: string };

/**
 * The token with which a job asks GitLab's API. Only the GitLab that the token itself names gets it: a forged id_token, with a
 * role in another account, may name any host as its issuer.
 */
export function jobTokenFor(job: Job, { CI_JOB_TOKEN: token }: Env): JobToken {
  if (!job.verified) return { why: 'no id_token tells which GitLab this is' };
  if (!token) return { why: 'this job has no CI_JOB_TOKEN' };
  return isOfHost(token, job) ? { token } : { why: `CI_JOB_TOKEN does not say that it is of ${job.server}` };
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
