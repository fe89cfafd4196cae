import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Emulator } from '../../emulator/emulator.ts';
import { GROUP } from '../../emulator/scene.ts';
import { contentOf } from '../../src/registry/content-hash.ts';
import {
  type ApprovalEntry,
  type BuildEntry,
  type EntryHolder,
  entryValue,
  type Metadata,
  timestamp,
  type ValidationEntry,
} from '../../src/registry/entries.ts';
import { COMMIT } from './job.ts';

/** The environments of the example, in promotion order. */
export const PROMOTION_PATH = ['dev', 'uat', 'main'];

/** Where a job leaves its record in the project's folder. */
export function recordPath(component: string, job = '1'): string {
  return `sagemaker/${component}/${job}/record.json`;
}

/** What a job of the pipeline 101 records, for dev when it does not say otherwise. Each job has a name of its own. */
export function recordText(component: string, record: object, job = '1'): string {
  const [region, job_name] = ['ap-southeast-1', job === '1' ? component : `${component}-${job}`];
  const stamp = { environment: 'dev', region, pipeline: '101', job, job_name };
  return JSON.stringify({ ...stamp, ...record });
}

/** Leaves the record of an earlier job. Returns the folder. */
export function leaveRecord(root: string, component: string, record: object, job = '1'): string {
  const path = join(root, recordPath(component, job));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, recordText(component, record, job));
  return root;
}

/** What the records of a pipeline say of a version, as it is now. */
export function aboutVersion(emulator: Emulator, arn: string) {
  const found = emulator.package(arn);
  return {
    group: found?.group?.name ?? GROUP,
    package: arn,
    version: Number(arn.slice(arn.lastIndexOf('/') + 1)),
    content: contentIn(emulator, arn),
    status: found?.approval,
    promotion_path: PROMOTION_PATH,
    open: [],
    metadata: { ...found?.metadata },
  };
}

/** What somebody may exchange for what a version runs. */
export const OTHER_SPECIFICATION = {
  Containers: [{ Image: '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/other:1' }],
  SupportedContentTypes: ['text/csv'],
  SupportedResponseMIMETypes: ['text/csv'],
};

/** The content hash of a version, as it is now. */
export function contentIn(emulator: Emulator, arn: string): string {
  return contentOf(emulator.do('DescribeModelPackage', { ModelPackageName: arn }));
}

/** What the programs read entries from. */
export function entriesOf(emulator: Emulator, arn: string): EntryHolder {
  const found = emulator.package(arn);
  const now = emulator.clock.now();
  return { metadata: { ...found?.metadata }, createdAt: found?.created ?? now, describedAt: now };
}

/** The time of an entry that is written now. */
export function timeIn({ clock }: Emulator): string {
  return timestamp(clock.now());
}

/** Writes into the registry as somebody with all rights would. */
export function enter(emulator: Emulator, arn: string, metadata: Metadata): void {
  emulator.do('UpdateModelPackage', { ModelPackageArn: arn, CustomerMetadataProperties: { ...metadata } });
}

/** The value of what built a version: the pipeline 90, when the words do not say otherwise. */
export function builtValue(words: Partial<BuildEntry> = {}): string {
  const execution = 'abcdefghijkl';
  return entryValue({ pipeline: '90', job: '3', commit: COMMIT, at: '2026-11-22T08:00Z', execution, ...words });
}

/** The value of an approval or a withdrawal: by jane in the pipeline 90, when the words do not say otherwise. */
export function verdictValue(content: string, words: Partial<ApprovalEntry> = {}): string {
  return entryValue({
    by: 'jane',
    pipeline: '90',
    job: '7',
    commit: COMMIT,
    at: '2026-11-22T08:00Z',
    content,
    ...words,
  });
}

/** The value of a validation: in dev by the pipeline 90, when the words do not say otherwise. */
export function validationValue(content: string, words: Partial<ValidationEntry> = {}): string {
  const deployed = { endpoint: 'resale-price-dev', config: 'resale-price-dev-v1' };
  return entryValue({ pipeline: '90', job: '9', at: '2026-11-22T08:05Z', content, ...deployed, ...words });
}
