import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { BUILT, type BuildEntry, entryValue, readBuild } from './entries.ts';
import { displayName, type ModelPackage } from './packages.ts';
import { writeEntry } from './write-entry.ts';

/** Writes who built a package, once: what is there already stays. Returns what there is to tell, if anything. */
export async function recordBuild(
  sagemaker: SageMakerClient,
  built: ModelPackage,
  entry: BuildEntry,
): Promise<string | undefined> {
  if (isBy(entry, built)) return undefined;
  if (readBuild(built.metadata).is !== 'absent')
    return `${displayName(built)} already has the entry of another build, which is not changed: ${built.metadata[BUILT]}`;
  await writeEntry(sagemaker, built, { key: BUILT, value: entryValue(entry) });
  return `Recorded that this pipeline built ${displayName(built)}.`;
}

function isBy({ execution }: BuildEntry, { metadata }: ModelPackage): boolean {
  const found = readBuild(metadata);
  return found.is === 'read' && found.value.execution === execution;
}
