import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { en } from 'zod/locales';
import type * as z from 'zod/mini';
import { Failure } from '../ground/failure.ts';
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
  readonly pipeline: string;
}

/**
 * The record files of a component's jobs in this pipeline, for the job's own environment. Throws a Failure when one is
 * of another pipeline or cannot be read.
 */
export function readRecords<Schema extends z.ZodMiniType<Recorded>>(
  root: string,
  kind: RecordKind<Schema>,
  job: Job,
): z.output<Schema>[] {
  const records = paths(root, kind.component).map((path) => parse(root, path, kind.schema()));
  const foreign = records.find(({ pipeline }) => pipeline !== job.pipeline);
  if (foreign) {
    throw new Failure(
      'refused',
      `The ${kind.component} record is from pipeline ${foreign.pipeline}, but this is pipeline ${job.pipeline}.`,
      `pass the artifacts of this pipeline's ${kind.component} job to this job.`,
    );
  }
  return records.filter(({ environment }) => environment === job.environment);
}

function paths(root: string, component: string): string[] {
  const folder = reportFolder(component, '');
  if (!existsSync(join(root, folder))) return [];
  const jobs = readdirSync(join(root, folder));
  return jobs.map((job) => join(folder, job, 'record.json')).filter((path) => existsSync(join(root, path)));
}

function parse<Schema extends z.ZodMiniType<Recorded>>(root: string, path: string, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(json(readFileSync(join(root, path), 'utf8')), {
    // zod/mini has no words of its own.
    error: (issue) => (issue.input === undefined ? 'is missing' : en().localeError(issue)),
  });
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path: member, message }) =>
    member.length > 0 ? `${member.join('.')} ${lowerFirst(message)}` : 'it is not a JSON record',
  );
  throw new Failure(
    'invalid input',
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
