import * as z from 'zod/mini';
import type { Env } from '../ground/env.ts';
import { getJson } from './api.ts';
import { approvalEnvironment, type Job } from './job.ts';
import { jobTokenFor } from './job-token.ts';

const id = () => z.int().check(z.positive());
const listed = () =>
  z.array(z.object({ deployable: z.nullish(z.object({ id: id(), pipeline: z.object({ id: id() }) })) }));

/** As many deployments as are looked at: that of a pipeline which waits is among the newest. */
const NEWEST = 50;

/**
 * The page of the job of this pipeline that a person starts to approve: GitLab has its deployment since the pipeline was made
 * (https://docs.gitlab.com/api/deployments/). `undefined` where GitLab does not tell it; asked once, because only a link waits for it.
 */
export async function approvalJobPage(job: Job, env: Env): Promise<string | undefined> {
  const permit = jobTokenFor(job, env);
  if ('why' in permit || job.gitlabEnvironment === undefined) return undefined;
  const environment = approvalEnvironment(job.gitlabEnvironment);
  const query = new URLSearchParams({ environment, order_by: 'id', sort: 'desc', per_page: `${NEWEST}` });
  const address = `${job.server}/api/v4/projects/${job.projectId}/deployments?${query}`;
  const told = await getJson(address, permit.token, env).catch(() => undefined);
  const all = listed().safeParse(told).data ?? [];
  const own = all.find(({ deployable }) => deployable != null && String(deployable.pipeline.id) === job.pipeline);
  return own?.deployable ? `${job.projectUrl}/-/jobs/${own.deployable.id}` : undefined;
}
