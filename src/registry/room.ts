import { type EntryKind, entryKey, type Metadata } from './entries.ts';

/** How many entries CustomerMetadataProperties holds at most, the team's own included. */
export const MAX_METADATA = 50;

/** A rejection counts, too: it must never fail because the approval took the last place. */
const KINDS: readonly EntryKind[] = ['approved', 'validated', 'withdrawn'];

/** Why a version has no room for our entries of an environment, as a clause about "it"; `undefined` when it has. */
export function lackOfRoom(metadata: Metadata, environment: string): string | undefined {
  const missing = KINDS.map((kind) => entryKey(kind, environment)).filter((key) => !(key in metadata));
  const taken = Object.keys(metadata).length;
  if (taken + missing.length <= MAX_METADATA) return undefined;
  return `it has ${taken} metadata entries, and SageMaker allows ${MAX_METADATA}: ${missing.join(', ')} would not fit`;
}

/** What to do about a version whose metadata is full. */
export function makeRoom(arn: string): string {
  return `remove some of your team's entries (aws sagemaker update-model-package --model-package-arn ${arn} --customer-metadata-properties-to-remove ...), then run this job again.`;
}
