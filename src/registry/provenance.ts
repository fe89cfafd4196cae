import { type BuildEntry, entryValue, readBuild } from './entries.ts';
import { BUILT, isEntryKey } from './entry-keys.ts';
import { displayName, type ModelPackage, type RegistryReader } from './packages.ts';
import { writeEntry } from './write-entry.ts';

/** What to do about the entry `built` of a version that an execution registered. */
export type BuildDecision = { do: 'nothing' } | { do: 'write' } | { do: 'refuse'; why: string; next: string };

export interface BuildQuestion {
  /** This GitLab pipeline. */
  readonly pipeline: string;
  /** The commit of this GitLab pipeline. */
  readonly commit: string;
  /** The ID of the execution. */
  readonly execution: string;
  /** Whether this job started the execution itself: then nobody can have approved what it registered. */
  readonly firstLook: boolean;
}

/**
 * A version must come without entries: whoever writes them at its registration could claim approvals and validations
 * that never were. Only the Deny in the role of the SageMaker Pipeline keeps a training from it; this tells the rest.
 */
export function decideBuild(built: ModelPackage, question: BuildQuestion): BuildDecision {
  const recorded = isRecorded(built, question);
  if (recorded && !question.firstLook) return { do: 'nothing' };
  // Another job of this pipeline may have been quicker to record it.
  const arrived = Object.entries(built.metadata).filter(([key]) => isEntryKey(key) && !(recorded && key === BUILT));
  if (arrived.length === 0) return { do: recorded ? 'nothing' : 'write' };
  const each = arrived.map(([key, value]) => `  ${key}: ${value}`).join('\n');
  return {
    do: 'refuse',
    why: `${displayName(built)} has registry entries that its training wrote, not these components:\n${each}`,
    next: 'remove them from the training and give the role of the SageMaker Pipeline the policy that denies them (docs/permissions.md, "The role of the SageMaker Pipeline"). Then push: a new training registers a new version.',
  };
}

function isRecorded(built: ModelPackage, question: BuildQuestion): boolean {
  const entry = readBuild(built);
  return (
    entry.is === 'read' &&
    (['pipeline', 'commit', 'execution'] as const).every((word) => entry.value[word] === question[word])
  );
}

/**
 * Makes the refusal of a version last: its entry `built` can no longer be read, and so no job takes the version, whatever
 * other entries came with it.
 */
export async function recordRefusal(
  registry: RegistryReader,
  refused: ModelPackage,
  { pipeline, job, at }: Pick<BuildEntry, 'pipeline' | 'job' | 'at'>,
): Promise<void> {
  const value = `refused=came-with-entries pipeline=${pipeline} job=${job} at=${at}`;
  await writeEntry(registry, refused, { key: BUILT, value });
}

/** Writes the entry `built`. */
export async function recordBuild(registry: RegistryReader, built: ModelPackage, entry: BuildEntry): Promise<void> {
  await writeEntry(registry, built, { key: BUILT, value: entryValue(entry) });
}
