import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { BUILT, type BuildEntry, entryValue, readBuild } from './entries.ts';
import { displayName, type ModelPackage } from './packages.ts';
import { writeEntry } from './write-entry.ts';

/** Writes the entry `built`, unless there is one. Returns a line for the log, if there is something to tell. */
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
