import { posix } from 'node:path';
import type { Env } from '../ground/env.ts';
import { inItsOwnWords } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { type Answer, askGitLab, LongAnswer } from './api.ts';
import type { Job } from './job.ts';
import { jobTokenFor } from './job-token.ts';
import {
  fileOutside,
  howToCorrect,
  mostBytesOf,
  type NamedFile,
  readProjectFile,
  tooLargeFile,
} from './project-file.ts';

interface FileReader {
  readonly job: Job;
  readonly env: Env;
  /** The folder of the project. */
  readonly root: string;
  log(line: string): void;
}

/**
 * A file as the job's commit has it, read by GitLab's API with the host, project and commit of the accepted id_token
 * (https://docs.gitlab.com/api/repository_files/#retrieve-a-raw-file-from-a-repository): over the work tree, artifacts
 * of earlier jobs are unpacked. Without an id_token, as on one's own machine, nobody knows the commit: then the work
 * tree counts, and the log says so. Throws a Failure when there is no such file, or nobody knows.
 */
export async function fileOfCommit(named: NamedFile, reader: FileReader): Promise<Buffer> {
  return (await fileInCommit(named, reader)) ?? refuseAsMissing(named, reader.job);
}

/**
 * As `fileOfCommit`, for a file that a job of the same pipeline may have written: where the commit has none, the work
 * tree counts, and the log says so. Where both have one, they must be the same: nobody could say which of them is
 * meant.
 */
export async function fileOfPipeline(named: NamedFile, reader: FileReader): Promise<Buffer> {
  const inFolder = readProjectFile({ root: reader.root, ...named });
  const inCommit = await fileInCommit(named, reader);
  if (inCommit !== undefined && !inCommit.equals(inFolder)) throw replacedByArtifact(named, reader.job);
  if (inCommit === undefined)
    reader.log(`${named.file} is not in the commit: it is what an earlier job of this pipeline wrote.`);
  return inFolder;
}

/** A commit of a project of the same GitLab. */
export interface OtherCommit {
  readonly projectId: string;
  readonly commit: string;
}

/**
 * A file as a commit of another project has it, read in the same way: the job token says from which project the job is,
 * and that project has to let it in. Throws a Failure when there is no such file, or nobody knows.
 */
export async function fileOfProject(
  named: NamedFile,
  other: OtherCommit,
  { job, env }: Pick<FileReader, 'job' | 'env'>,
): Promise<Buffer> {
  const there = { ...job, ...other };
  const file = { ...named, of: `the project ${other.projectId}` };
  return (await fileAt(file, there, env)) ?? refuseAsMissing(file, there);
}

/**
 * A file as a branch of the job's own project has it now; `undefined` where it has none. Throws a Failure when nobody
 * knows.
 */
export async function fileOfBranch(
  named: NamedFile,
  branch: string,
  { job, env }: Pick<FileReader, 'job' | 'env'>,
): Promise<Buffer | undefined> {
  return fileAt({ ...named, at: `the branch ${branch}` }, { ...job, commit: encodeURIComponent(branch) }, env);
}

/** The file of the commit, or of the work tree where nobody knows the commit; `undefined` where the commit has none. */
async function fileInCommit(named: NamedFile, { job, env, root, log }: FileReader): Promise<Buffer | undefined> {
  if (!job.verified) {
    log(`${named.file} is the one of the work tree: without an id_token, nobody knows the commit.`);
    const otherwise = env.GIT_STRATEGY === 'empty' ? FETCH : named.otherwise;
    return readProjectFile({ root, ...named, ...(otherwise !== undefined && { otherwise }) });
  }
  return fileAt(named, job, env);
}

/** What GitLab has at the path in the commit; `undefined` where it has nothing. */
async function fileAt(named: FileOf, job: Job, env: Env): Promise<Buffer | undefined> {
  const permit = jobTokenFor(job, env);
  if ('why' in permit) throw notAllowed(named, job, permit.why);
  const address = `${job.server}/api/v4/projects/${job.projectId}/repository/files/${pathIn(named)}/raw?ref=${job.commit}`;
  const answer = await asked(named, job, () => askGitLab(address, permit.token, { env, limits: limitsOf(named) }));
  return contentIn(answer, named, job);
}

const FETCH = 'set GIT_STRATEGY: fetch under variables: of this job, which does not fetch the project otherwise';

/** A file of some megabytes may come through a slow proxy. */
function limitsOf(named: NamedFile) {
  return { milliseconds: 60_000, bytes: mostBytesOf(named) };
}

/** A file, and of which project it is, where that is another than the job's; and of what, where that is no commit. */
interface FileOf extends NamedFile {
  readonly of?: string;
  readonly at?: string;
}

/** Of what a file is: `the commit 8b1a9953c461`. */
function placeOf({ at }: FileOf, { commit }: Job): string {
  return at ?? `the commit ${commit.slice(0, 12)}`;
}

/** The path as the API takes it. One that leads out of the project is refused. */
function pathIn(named: NamedFile): string {
  const path = posix.normalize(named.file);
  if (posix.isAbsolute(path) || path.split('/')[0] === '..') throw fileOutside(named);
  return encodeURIComponent(path);
}

async function asked(named: FileOf, job: Job, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof LongAnswer && error.status === 200)
      throw tooLargeFile(named, `more than ${mostBytesOf(named)} bytes, the most that are accepted`);
    throw noAnswer(named, job, inItsOwnWords(error));
  }
}

/**
 * What an answer says: the file, that there is none, that this job may not know, or nothing that can be relied upon.
 */
function contentIn({ status, type, content }: Answer, named: FileOf, job: Job): Buffer | undefined {
  if (status === 200 && !/html/i.test(type)) return acceptable(content, named);
  if (status === 404 && /404 File Not Found/i.test(content.toString('utf8'))) return undefined;
  if (status === 401 || status === 403 || status === 404)
    throw notAllowed(named, job, `GitLab answered with HTTP ${status}`);
  throw noAnswer(named, job, status === 200 ? 'the answer is a page in HTML' : `GitLab answered with HTTP ${status}`);
}

/** How a pointer begins, as the specification of https://git-lfs.com says. */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

function acceptable(content: Buffer, named: NamedFile): Buffer {
  if (content.length > 1024 || !content.toString('utf8').startsWith(LFS_POINTER)) return content;
  const { input, file } = named;
  throw new Failure(
    'SMC-1012',
    `${input}: received "${file}"; the commit has a pointer of Git LFS in its place, and not the file.`,
    'commit the file itself: take it out of Git LFS (git lfs untrack, then git add --renormalize), and push.',
  );
}

function refuseAsMissing(named: NamedFile, { commit }: Job): never {
  const { input, file } = named;
  const what = `${input}: received "${file}"; the commit ${commit.slice(0, 12)} does not have this file.`;
  throw new Failure('SMC-1009', what, howToCorrect(named));
}

function replacedByArtifact({ input, file }: NamedFile, { commit }: Job): Failure {
  return new Failure(
    'SMC-1013',
    `${input}: received "${file}"; the commit ${commit.slice(0, 12)} has this file, and this job found another one in its place, which an earlier job passed on as an artifact.`,
    `delete ${file} from the repository if an earlier job writes it. Otherwise let that job write another file.`,
  );
}

function noAnswer(named: FileOf, job: Job, why: string): Failure {
  const { input, file } = named;
  return new Failure(
    'SMC-1010',
    `${input}: ${file} of ${placeOf(named, job)} could not be read from ${job.server}: ${why}.`,
    'run this job again. If it fails again, check that the runner reaches GitLab, through its proxy if it has one.',
  );
}

function notAllowed(named: FileOf, job: Job, why: string): Failure {
  const { input, file, of = 'the project' } = named;
  return new Failure(
    'SMC-1011',
    `${input}: this job may not read ${file} of ${placeOf(named, job)} from ${job.server}: ${why}.`,
    `remove any CI/CD variable named CI_JOB_TOKEN. The job token must be a JWT and may read the repository: see the settings of ${of} under CI/CD, Job token permissions.`,
  );
}
