import * as z from 'zod/mini';
import { mistake } from '../gitlab/inputs.ts';
import type { Job } from '../gitlab/job.ts';
import {
  type EvidenceEntry,
  entryTime,
  entryValue,
  openSafetyInputs,
  type ReadEntry,
  readEvidence,
} from './entries.ts';
import { type EvidenceKind, entryKey, keysOfPromotion } from './entry-keys.ts';
import { describePackage, hasContent, type ModelPackage, type RegistryReader } from './packages.ts';
import { writeEntry } from './write-entry.ts';

/** What a later environment may ask for: evidence that a job writes, or a bake, which a validation says. */
const WANTED = ['quality', 'load', 'comparison', 'bake'] as const;

/** A kind of evidence that is asked for. */
export interface WantedEvidence {
  readonly kind: (typeof WANTED)[number];
  /** The environment whose evidence it is; the one right before, where nothing is said. */
  readonly of?: string;
}

const kindWanted = z.enum(WANTED);

/** The evidence that is asked for: `quality, bake`, of the environment right before; `quality.uat` of uat, by all after it. */
export const evidenceWanted = z.pipe(
  z.string(),
  z.transform((text, context): readonly WantedEvidence[] =>
    (text.trim() === '' ? [] : text.split(',')).map((entry) => {
      const [, word, , of] = /^([a-z]+)(\.([\w./-]+))?$/.exec(entry.trim()) ?? [];
      const kind = kindWanted.safeParse(word);
      if (!kind.success) return mistake(context, `must be a list of ${WANTED.join(', ')}, or empty`);
      return { kind: kind.data, ...(of !== undefined && { of }) };
    }),
  ),
);

/** What a job showed of the version that it asked. */
export interface EvidenceFinding extends Pick<EvidenceEntry, 'verdict' | 'data' | 'report' | 'content'> {
  readonly kind: EvidenceKind;
  readonly environment: string;
  /** How many rows or requests it rests on. */
  readonly n: number;
  /** The safety inputs that were open. */
  readonly open: readonly string[];
}

/**
 * Writes what a job showed as a registry entry of its own (AWS: UpdateModelPackage, DescribeModelPackage), and returns the version as
 * it is then. A later run replaces the entry, whatever it shows; one that shows the same in the same pipeline writes nothing. An
 * entry is never written where it would take the room that an approval or a rejection needs: then this throws a Failure of kind
 * "refused".
 */
export async function writeEvidence(
  registry: RegistryReader,
  version: ModelPackage,
  { kind, environment, n, open, ...shown }: EvidenceFinding,
  { pipeline, id: job, tokenLife }: Pick<Job, 'pipeline' | 'id' | 'tokenLife'>,
): Promise<ModelPackage> {
  const { verdict, data, report, content } = shown;
  const at = entryTime(registry.clock.now(), version, { tokenLife });
  const entry: EvidenceEntry = {
    verdict,
    n: String(n),
    data,
    report,
    pipeline,
    job,
    at,
    content,
    ...openSafetyInputs(open),
  };
  const key = entryKey(kind, environment);
  // The version was looked at beside other things: this look is later than all of them.
  if (saysTheSame(readEvidence(version, kind, environment), entry)) return describePackage(registry, version.arn);
  return writeEntry(registry, version, { key, value: entryValue(entry), leaves: keysOfPromotion(environment) });
}

/** Whether an entry of this pipeline says it already: the job was run again. */
function saysTheSame(found: ReadEntry<EvidenceEntry>, wanted: EvidenceEntry): boolean {
  const words = ['verdict', 'n', 'data', 'report', 'pipeline', 'content', 'open'] as const;
  return found.is === 'read' && words.every((word) => found.value[word] === wanted[word]);
}

/**
 * Why the evidence of a kind in an environment does not speak for a version as it is now, as a clause about "it"; `undefined` when
 * it does. Only a good verdict does, with every safety input closed; and that it is the first, while no other version could be
 * compared with it.
 */
export function lackOfEvidence(
  version: ModelPackage,
  kind: EvidenceKind,
  environment: string,
  { isFirst = false } = {},
): string | undefined {
  const key = entryKey(kind, environment);
  const found = readEvidence(version, kind, environment);
  if (found.is === 'absent') return `it has no ${kind} evidence of ${environment} (${key})`;
  if (found.is === 'unreadable') return `its ${kind} evidence of ${environment} ${found.why}: "${found.raw}"`;
  const { verdict, content, open } = found.value;
  if (!hasContent(version, content))
    return `its ${kind} evidence of ${environment} is of other content than it has now`;
  if (verdict === 'first' && !isFirst)
    return `its ${kind} evidence of ${environment} says that it was the first, but another version is validated at the end of the path by now`;
  if (verdict !== 'good' && verdict !== 'first') return `its ${kind} evidence of ${environment} is ${verdict}`;
  return open === undefined
    ? undefined
    : `its ${kind} evidence of ${environment} has an open safety input (open=${open})`;
}
