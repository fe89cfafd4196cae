import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { en } from 'zod/locales';
import type * as z from 'zod/mini';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { fileTrouble } from './file-trouble.ts';
import type { Job } from './job.ts';
import { reportFolder } from './report.ts';

/** A kind of record: which component writes it, and what it says. */
export interface RecordKind<Schema extends z.ZodMiniType<Recorded>> {
  readonly component: string;
  schema(): Schema;
}

/** What every record says, whatever else it says. */
export interface Recorded {
  readonly environment: string;
  /** The AWS region in which its job worked. */
  readonly region: string;
  readonly pipeline: string;
  /** The job that wrote it, by its ID and by its name. */
  readonly job: string;
  readonly job_name: string;
}

interface FoundRecords<Record> {
  /** Those of this pipeline, for the job's own environment and region: the newest of each job. */
  readonly own: readonly Record[];
  /** The other pipelines whose records lie there too. */
  readonly foreign: readonly string[];
}

/** Whose records a job reads. */
export interface RecordReader extends Pick<Job, 'pipeline' | 'environment'> {
  readonly region: string;
}

/**
 * The records that a component's jobs left. Those of other pipelines are not read: a runner may keep files of them.
 * Throws a Failure of kind "invalid input" when one of this pipeline cannot be read.
 */
export function readRecords<Schema extends z.ZodMiniType<Recorded>>(
  root: string,
  kind: RecordKind<Schema>,
  reader: RecordReader,
): FoundRecords<z.output<Schema>> {
  const files = pathsOf(root, kind.component).map((path) => ({ path, content: read(root, path) }));
  const foreign = files.flatMap(({ content }) => foreignPipeline(content, reader));
  const own = files
    .filter(({ content }) => foreignPipeline(content, reader).length === 0)
    .map(({ path, content }) => parse(path, content, kind.schema()))
    .filter(({ environment, region }) => environment === reader.environment && region === reader.region);
  return { own: newestOfEach(own), foreign: [...new Set(foreign)] };
}

/** The pipeline that a file says it is of, if that is another one: a file that says nothing must be of this one. */
function foreignPipeline(content: unknown, { pipeline: ours }: RecordReader): string[] {
  if (typeof content !== 'object' || content === null || !('pipeline' in content)) return [];
  return typeof content.pipeline === 'string' && content.pipeline !== ours ? [content.pipeline] : [];
}

/** GitLab numbers jobs in the order in which it creates them: of a job that was run again, the last record counts. */
function newestOfEach<Record extends Recorded>(records: readonly Record[]): Record[] {
  const oldestFirst = [...records].sort((a, b) => Number(a.job) - Number(b.job));
  return [...new Map(oldestFirst.map((record) => [record.job_name, record])).values()];
}

/** The record files in the folders of a component's jobs. A job that was killed early may have left none. */
function pathsOf(root: string, component: string): string[] {
  const folder = reportFolder(component, '');
  const jobs = unlessMissing(folder, () => readdirSync(join(root, folder))) ?? [];
  const paths = jobs.map((job) => join(folder, job, 'record.json'));
  return paths.filter((path) => unlessMissing(path, () => lstatSync(join(root, path))) !== undefined);
}

/** Bytes. A record has a few thousand. */
const MAX_RECORD = 1_048_576;

/** The JSON in a record file; `undefined` when it is none. */
function read(root: string, path: string): unknown {
  const bytes = bytesOf(root, path, MAX_RECORD);
  if (bytes === undefined) throw unreadable(path, 'it is a link');
  return json(bytes.toString('utf8'));
}

/** A file that a job left beside its record. */
interface JobFile {
  readonly component: string;
  /** Its ID, as a record has it. */
  readonly job: string;
  readonly name: string;
  readonly mostBytes: number;
}

/** Reads a file that a job left beside its record; `undefined` when there is none. Throws a Failure for one that cannot be read. */
export function readJobFile(root: string, { component, job, name, mostBytes }: JobFile): Buffer | undefined {
  return bytesOf(root, join(reportFolder(component, job), name), mostBytes);
}

/** What is in a file. Only one of a usual size counts, and no link to one; `undefined` when nothing is there. */
function bytesOf(root: string, path: string, most: number): Buffer | undefined {
  return unlessMissing(path, () => {
    const real = realpathSync(join(root, path));
    const about = lstatSync(real);
    if (real !== join(realpathSync(root), path)) throw unreadable(path, 'it is a link');
    if (!about.isFile()) throw unreadable(path, 'it is not a file');
    if (about.size > most) throw unreadable(path, `it has ${about.size} bytes, more than ${most}`);
    return readFileSync(real);
  });
}

/** What reading a path gives; `undefined` when nothing is there. Throws a Failure for any other error. */
function unlessMissing<Value>(path: string, act: () => Value): Value | undefined {
  try {
    return act();
  } catch (error) {
    if (partsOf(error).code === 'ENOENT') return undefined;
    throw error instanceof Failure ? error : unreadable(path, fileTrouble(error), error);
  }
}

function unreadable(path: string, why: string, cause?: unknown): Failure {
  return new Failure(
    'SMC-1303',
    `${path} cannot be read: ${why}.`,
    'write nothing else below sagemaker/, and make it readable for the user of the image. Then start a new pipeline.',
    cause,
  );
}

function parse<Schema extends z.ZodMiniType<Recorded>>(
  path: string,
  content: unknown,
  schema: Schema,
): z.output<Schema> {
  const parsed = schema.safeParse(content, {
    // zod/mini has no words of its own.
    error: (issue) => (issue.input === undefined ? 'is missing' : en().localeError(issue)),
  });
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path: member, message }) =>
    member.length > 0 ? `${member.join('.')} ${lowerFirst(message)}` : 'it is not a JSON record',
  );
  throw new Failure(
    'SMC-1304',
    `${path} is not a record that this version can read (${wrong.slice(0, 3).join('; ')}).`,
    'use one version for all components of the pipeline, and write nothing else below sagemaker/. Then start a new pipeline.',
  );
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
