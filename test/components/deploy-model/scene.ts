import { expect } from 'vitest';
import type { Emulator } from '../../../emulator/emulator.ts';
import { GROUP } from '../../../emulator/scene.ts';
import deployModel from '../../../src/components/deploy-model.ts';
import { type Owner, ownerTags } from '../../../src/endpoints/owner.ts';
import { aboutVersion, contentIn, enter, leaveRecord, verdictValue } from '../handover.ts';
import { emulated, type JobOptions, projectFolder, startJob } from '../job.ts';

export const NAME = 'resale-price-dev';

/** Whose the endpoint of dev is: the project of the jobs' tokens, their environment and group. */
export const OWNER: Owner = {
  project: '42',
  environment: 'dev',
  group: `arn:aws:sagemaker:ap-southeast-1:111122223333:model-package-group/${GROUP}`,
};

/** The tags that say so. */
export const OWN_TAGS = Object.fromEntries(ownerTags(OWNER).map(({ Key, Value }) => [Key ?? '', Value ?? '']));

export interface Approved {
  readonly emulator: Emulator;
  readonly root: string;
  readonly arn: string;
}

/** A version that the approver of dev approved in this pipeline, and the record of it. */
export function approved(emulator: Emulator, options: Partial<Recording> = {}): Approved {
  const arn = options.of ?? emulator.register({ status: 'Approved' });
  return { emulator, arn, root: record(emulator, arn, options) };
}

/** The same, and the endpoint serves the version before it. */
export async function approvedOverAnother() {
  const emulator = await emulated();
  const version = emulator.register({ status: 'Approved' });
  const before = emulator.deployed({ endpoint: NAME, package: version, tags: OWN_TAGS });
  return { ...approved(emulator), before };
}

interface Recording {
  readonly root: string;
  readonly pipeline: string;
  readonly by: 'approve-model' | 'check-model';
  readonly job: string;
  readonly group: string;
  readonly entered: boolean;
  /** The version, where it is registered already. */
  readonly of: string;
}

/** What the step before left about a version; and, unless it was not entered, the approval in the registry. */
export function record(emulator: Emulator, arn: string, options: Partial<Recording> = {}): string {
  const { root = projectFolder(), pipeline = '101', by = 'approve-model', entered = true, job } = options;
  const who = { pipeline, at: '2026-11-22T08:00Z' };
  if (entered) enter(emulator, arn, { 'approved.dev': verdictValue(contentIn(emulator, arn), who) });
  const about = aboutVersion(emulator, arn);
  const outcome = by === 'approve-model' ? 'approved' : 'candidate';
  return leaveRecord(root, by, { pipeline, outcome, ...about, group: options.group ?? about.group }, job);
}

export const deploy = (options: JobOptions) =>
  startJob(deployModel, { ...options, inputs: { name_prefix: '', ...options.inputs } });

export const liveConfig = (emulator: Emulator) => emulator.endpoint(NAME)?.config.name;
export const tagsOf = (emulator: Emulator) => emulator.tags.of(emulator.endpoints.arn(NAME));
export const noWrite = expect.not.arrayContaining([expect.stringMatching(/^(Create|Update|Delete|AddTags)/)]);
