import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { BUILT, type Built, readBuilt, writeMark } from './entries.ts';
import { called, type ModelPackage, markPackage } from './packages.ts';

/** Writes who built a package, once: what is there already stays. Returns what there is to tell, if anything. */
export async function markBuilt(
  sagemaker: SageMakerClient,
  built: ModelPackage,
  mark: Built,
): Promise<string | undefined> {
  if (isBy(mark, built)) return undefined;
  if (readBuilt(built.metadata).is !== 'absent')
    return `${called(built)} says already that something else built it, and that stays: ${built.metadata[BUILT]}`;
  await markPackage(sagemaker, built, { key: BUILT, value: writeMark(mark) });
  return `Recorded on ${called(built)} that this pipeline built it.`;
}

function isBy({ execution }: Built, { metadata }: ModelPackage): boolean {
  const found = readBuilt(metadata);
  return found.is === 'read' && found.value.execution === execution;
}
