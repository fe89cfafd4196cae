import { createReadStream } from 'node:fs';
import { type NamedFile, projectFile, readProjectFile } from '../gitlab/project-file.ts';
import { Failure } from '../ground/failure.ts';
import type { Context } from '../program/context.ts';
import type { DataSource } from './data.ts';
import type { QualityPlan } from './quality-plan.ts';
import type { Bytes, TableFormat } from './table-data.ts';

type Sources = Pick<Context, 'aws' | 'fileOfCommit' | 'job' | 'root'>;

/** What the data is: as the file says, or the end of its name. */
function formatOf({ format }: QualityPlan['data'], name: string): TableFormat {
  if (format !== undefined) return format;
  if (/\.parquet$/i.test(name)) return 'parquet';
  return /\.(jsonl|ndjson|jsonlines)$/i.test(name) ? 'jsonl' : 'csv';
}

/** Where a plan's data lies: in the commit, in an artifact of an earlier job, or in S3. */
export async function sourceOf({ data }: QualityPlan, qualityFile: string, sources: Sources): Promise<DataSource> {
  const { file, artifact, s3 } = data;
  if (file !== undefined) return commitSource(data, { input: qualityFile, file }, sources);
  if (artifact !== undefined) {
    const path = projectFile({ root: sources.root, input: qualityFile, file: artifact, otherwise: OF_A_JOB });
    return { name: artifact, format: formatOf(data, artifact), open: async () => createReadStream(path) };
  }
  return objectSource(data, s3 ?? '', sources);
}

/**
 * The data of a commit as a job that fetches the project has it, for a look long before anything is asked; `undefined` where the
 * data comes from elsewhere. Throws a Failure when it is missing.
 */
export function sourceInFolder({ data }: QualityPlan, qualityFile: string, root: string): DataSource | undefined {
  const { file } = data;
  if (file === undefined) return undefined;
  const content = readProjectFile({ root, input: qualityFile, file });
  return { name: file, format: formatOf(data, file), open: async () => once(content) };
}

const OF_A_JOB = 'pass it to this job as an artifact';

/** The whole file is in memory: GitLab's API gives no part of one. */
async function commitSource(
  data: QualityPlan['data'],
  named: NamedFile,
  { fileOfCommit, job }: Sources,
): Promise<DataSource> {
  const content = await fileOfCommit(named);
  const name = job.verified ? `${named.file} of the commit ${job.commit.slice(0, 12)}` : named.file;
  return { name, format: formatOf(data, named.file), open: async () => once(content) };
}

async function* once(content: Uint8Array): Bytes {
  yield content;
}

function objectSource(data: QualityPlan['data'], address: string, { aws }: Sources): DataSource {
  return { name: address, format: formatOf(data, address), open: () => openData(aws, address) };
}

async function openData(aws: Sources['aws'], address: string): Promise<Bytes> {
  const opened = await aws.openObject(address);
  if (opened.is === 'open') return opened.bytes;
  throw new Failure(
    'SMC-5107',
    `The data at ${address} cannot be read: ${opened.why}.`,
    'correct s3 in the quality file, or allow s3:GetObject on it to the role of this job (docs/permissions.md). Then run this job again.',
  );
}
