import { UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { Failure } from '../ground/failure.ts';
import type { Metadata } from './entries.ts';
import { describePackage, displayName, type ModelPackage, type RegistryReader } from './packages.ts';
import { MAX_METADATA, makeRoom } from './room.ts';

interface EntryWrite {
  readonly key: string;
  readonly value: string;
  /** What is written beside it: the keys of its companions, and their values. */
  readonly beside?: Metadata;
  /** Keys that must still find room when it is written. */
  readonly leaves?: readonly string[];
  /**
   * Only the first environment's approval or rejection writes these: writing the status again later could undo a
   * rejection.
   */
  readonly status?: { readonly approval: 'Approved' | 'Rejected'; readonly description: string };
}

/**
 * Writes one registry entry with what stands beside it, and nothing else, then reads the version back (AWS: UpdateModelPackage,
 * DescribeModelPackage). AWS does not document whether it merges or replaces metadata: when another key was lost, or
 * ours is not there, this throws a Failure of kind "refused" with the metadata from before.
 */
export async function writeEntry(
  registry: RegistryReader,
  before: ModelPackage,
  { key, value, beside = {}, leaves = [], status }: EntryWrite,
): Promise<ModelPackage> {
  const written = { [key]: value, ...beside };
  const added = [...Object.keys(written), ...leaves].filter((each) => !(each in before.metadata));
  if (Object.keys(before.metadata).length + added.length > MAX_METADATA) throw noRoom(before, added);
  await registry.sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: before.arn,
      CustomerMetadataProperties: written,
      ...(status && { ModelApprovalStatus: status.approval, ApprovalDescription: status.description }),
    }),
  );
  const after = await describePackage(registry, before.arn);
  const lost = Object.keys(before.metadata).filter((other) => !(other in written) && !(other in after.metadata));
  if (lost.length > 0) throw removedOthers(before, key, lost);
  const found = after.metadata[key] ?? '';
  if (withoutJob(found) !== withoutJob(value)) throw overwritten(before, key, found);
  // Of two jobs of one pipeline, the one whose entry stands has written what is beside it.
  const other = found === value && Object.keys(beside).find((each) => after.metadata[each] !== beside[each]);
  if (other) throw overwritten(before, other, after.metadata[other] ?? '');
  return after;
}

function noRoom(before: ModelPackage, added: readonly string[]): Failure {
  const taken = Object.keys(before.metadata).length;
  return new Failure(
    'SMC-3201',
    `${displayName(before)} has ${taken} metadata entries, and SageMaker allows ${MAX_METADATA}: ${added.join(', ')} would not fit. Nothing was written.`,
    makeRoom(before.arn),
  );
}

function removedOthers(before: ModelPackage, key: string, lost: readonly string[]): Failure {
  const kept = Object.entries(before.metadata).map(([name, was]) => `  ${name}: ${was}`);
  return new Failure(
    'SMC-3202',
    `Writing "${key}" to ${displayName(before)} removed ${lost.map((name) => `"${name}"`).join(', ')} from its metadata. Before the write it had:\n${kept.join('\n')}`,
    `restore the lost entries (aws sagemaker update-model-package --model-package-arn ${before.arn} --customer-metadata-properties ...), then run this job again.`,
  );
}

function overwritten(before: ModelPackage, key: string, found: string): Failure {
  return new Failure(
    'SMC-3203',
    `This job wrote "${key}" of ${displayName(before)}, but now it is "${found}". Somebody else wrote it at the same time.`,
    'find out who changed it in CloudTrail (UpdateModelPackage), then run this job again.',
  );
}

/** An entry without job and time: of two jobs of one pipeline that write at the same time, either may win. */
function withoutJob(entry: string): string {
  return entry.replaceAll(/ (job|at)=\S+/g, '');
}
