import { posix } from 'node:path';
import type { Env } from '../ground/env.ts';
import { inItsOwnWords } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { type Answer, askGitLab } from './api.ts';
import type { Job } from './job.ts';
import { jobTokenFor } from './job-token.ts';
import { howToCorrect, type NamedFile, readProjectFile, refusedProjectFile } from './project-file.ts';

interface FileReader {
  readonly job: Job;
  readonly env: Env;
  /** The folder of the project. */
  readonly root: string;
  log(line: string): void;
}

/**
 * The text of a file as the job's commit has it, read by GitLab's API with the host, project and commit of the accepted id_token
 * (https://docs.gitlab.com/api/repository_files/#retrieve-a-raw-file-from-a-repository): over the work tree, artifacts of earlier
 * jobs are unpacked. Without an id_token, as on one's own machine, nobody knows the commit: then the work tree counts, and the log
 * says so. Throws a Failure when there is no such file, or nobody knows.
 */
export async function fileOfCommit(named: NamedFile, reader: FileReader): Promise<string> {
  const { job, env, root, log } = reader;
  if (!job.verified) {
    log(`${named.file} is the one of the work tree: without an id_token, nobody knows the commit.`);
    return readProjectFile({ root, ...named }).toString('utf8');
  }
  const permit = jobTokenFor(job, env);
  if ('why' in permit) throw notAllowed(named, job, permit.why);
  const address = `${job.server}/api/v4/projects/${job.projectId}/repository/files/${pathIn(named)}/raw?ref=${job.commit}`;
  const answer = await asked(named, job, () => askGitLab(address, permit.token, env));
  return textIn(answer, named, job);
}

/** The path as the API takes it. One that leads out of the project is refused. */
function pathIn(named: NamedFile): string {
  const path = posix.normalize(named.file);
  if (posix.isAbsolute(path) || path.split('/')[0] === '..')
    throw refusedProjectFile(named, 'it is outside the project');
  return encodeURIComponent(path);
}

async function asked(named: NamedFile, job: Job, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw noAnswer(named, job, inItsOwnWords(error));
  }
}

/** What an answer says: the file, that there is none, that this job may not know, or nothing that can be relied upon. */
function textIn({ status, type, text }: Answer, named: NamedFile, job: Job): string {
  if (status === 200 && !/html/i.test(type)) return text;
  if (status === 404 && /404 File Not Found/i.test(text)) throw noSuchFile(named, job);
  if (status === 401 || status === 403 || status === 404)
    throw notAllowed(named, job, `GitLab answered with HTTP ${status}`);
  throw noAnswer(named, job, status === 200 ? 'the answer is a page in HTML' : `GitLab answered with HTTP ${status}`);
}

function noSuchFile(named: NamedFile, { commit }: Job): Failure {
  const { input, file } = named;
  const what = `${input}: received "${file}"; the commit ${commit.slice(0, 12)} does not have this file.`;
  return new Failure('SMC-1009', what, howToCorrect(named));
}

function noAnswer({ input, file }: NamedFile, { commit, server }: Job, why: string): Failure {
  return new Failure(
    'SMC-1010',
    `${input}: ${file} of the commit ${commit.slice(0, 12)} could not be read from ${server}: ${why}.`,
    'run this job again. If it fails again, check that the runner reaches GitLab, through its proxy if it has one.',
  );
}

function notAllowed({ input, file }: NamedFile, { commit, server }: Job, why: string): Failure {
  return new Failure(
    'SMC-1011',
    `${input}: this job may not read ${file} of the commit ${commit.slice(0, 12)} from ${server}: ${why}.`,
    'remove any CI/CD variable named CI_JOB_TOKEN. The job token must be a JWT and may read the repository: see the settings of the project under CI/CD, Job token permissions.',
  );
}
