import type { Clock } from '../ground/clock.ts';
import type { Env } from '../ground/env.ts';
import { inItsOwnWords } from '../ground/error-parts.ts';
import { type Answer, askGitLab } from './api.ts';
import type { Job } from './job.ts';
import { type JobToken, jobTokenFor } from './job-token.ts';

/** Who asks GitLab's API, and by which clock it waits. */
export interface GitLabReader {
  readonly job: Job;
  readonly env: Env;
  readonly clock: Clock;
}

/** What GitLab said, or why nobody knows: for now (`later`), because this job may not know (`never`), or because it made no sense. */
export type Told<Value> =
  | { readonly is: 'told'; readonly value: Value }
  | { readonly is: 'not told'; readonly because: 'later' | 'never' | 'nonsense'; readonly why: string };

const untold = (because: 'later' | 'never' | 'nonsense', why: string) => ({ is: 'not told', because, why }) as const;

/** Milliseconds before each further attempt. */
const PAUSES = [1000, 2000, 4000, 8000, 16_000, 20_000, 20_000];

/**
 * Asks for what is below the project's own path, and asks again while the trouble may pass. Whoever runs the job again loses what
 * GitLab keeps with it.
 */
export async function askPatiently(below: string, reader: GitLabReader): Promise<Told<unknown>> {
  const permit = jobTokenFor(reader.job, reader.env);
  if ('why' in permit) return untold('never', permit.why);
  for (const pause of PAUSES) {
    const told = await askOnce(below, permit, reader);
    if (told.is === 'told' || told.because !== 'later') return told;
    await reader.clock.sleep(pause * (0.75 + reader.clock.random() / 2));
  }
  return askOnce(below, permit, reader);
}

async function askOnce(
  below: string,
  { token }: Extract<JobToken, { token: string }>,
  { job, env }: GitLabReader,
): Promise<Told<unknown>> {
  try {
    return meaningOf(await askGitLab(`${job.server}/api/v4/projects/${job.projectId}${below}`, token, { env }));
  } catch (error) {
    return untold('later', inItsOwnWords(error));
  }
}

function meaningOf({ status, content }: Answer): Told<unknown> {
  const answered = `GitLab answered with HTTP ${status}`;
  if (status === 401 || status === 403 || status === 404) return untold('never', answered);
  if (status !== 200) return untold('later', answered);
  try {
    return { is: 'told', value: JSON.parse(content.toString('utf8')) };
  } catch {
    return untold('later', 'GitLab answered with something that is no JSON');
  }
}
