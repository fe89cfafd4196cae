import type { Metadata } from './entries.ts';
import { keysOfPromotion } from './entry-keys.ts';

/** How many entries CustomerMetadataProperties holds at most, the team's own included. */
export const MAX_METADATA = 50;

/**
 * Why a version has no room for our entries of an environment, as a clause about "it"; `undefined` when it has. A
 * rejection counts, too: it must never fail because the approval took the last place.
 */
export function lackOfRoom(metadata: Metadata, environment: string): string | undefined {
  const missing = keysOfPromotion(environment).filter((key) => !(key in metadata));
  const taken = Object.keys(metadata).length;
  if (taken + missing.length <= MAX_METADATA) return undefined;
  return `it has ${taken} metadata entries, and SageMaker allows ${MAX_METADATA}: ${missing.join(', ')} would not fit`;
}

/** What to do about a version whose metadata is full. */
export function makeRoom(arn: string): string {
  return `remove some of your team's entries (aws sagemaker update-model-package --model-package-arn ${arn} --customer-metadata-properties-to-remove ...), then run this job again.`;
}
