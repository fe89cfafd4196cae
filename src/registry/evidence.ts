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
  SHORT_HASH,
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
  /** What the SHA-256 of its data or plan begins with; any, where nothing is said. */
  readonly data?: string;
}

const kindWanted = z.enum(WANTED);

/**
 * The evidence that is asked for: `quality, bake`, of the environment right before; `quality.uat` of uat, by all after it; and
 * `quality.uat=3f2a91c07d5e` on the data whose SHA-256 begins so. A bake has no data.
 */
export const evidenceWanted = z.pipe(
  z.string(),
  z.transform((text, context): readonly WantedEvidence[] =>
    (text.trim() === '' ? [] : text.split(',')).map((entry) => {
      const [, word, , of, , data] = /^([a-z]+)(\.([\w./-]+))?(=([0-9a-f]{12,64}))?$/.exec(entry.trim()) ?? [];
      const kind = kindWanted.safeParse(word);
      if (!kind.success || (kind.data === 'bake' && data !== undefined))
        return mistake(
          context,
          `must be a list of ${WANTED.join(', ')}, or empty; = and the SHA-256 of its data may follow all but bake`,
        );
      return { kind: kind.data, ...(of !== undefined && { of }), ...(data !== undefined && { data }) };
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
  { isFirst = false, data }: { readonly isFirst?: boolean; readonly data?: string | undefined } = {},
): string | undefined {
  const key = entryKey(kind, environment);
  const found = readEvidence(version, kind, environment);
  if (found.is === 'absent') return `it has no ${kind} evidence of ${environment} (${key})`;
  if (found.is === 'unreadable') return `its ${kind} evidence of ${environment} ${found.why}: "${found.raw}"`;
  const { verdict, content, open, data: shownOn } = found.value;
  if (!hasContent(version, content))
    return `its ${kind} evidence of ${environment} is of other content than it has now`;
  if (data !== undefined && data.slice(0, SHORT_HASH) !== shownOn.slice(0, data.length))
    return `its ${kind} evidence of ${environment} rests on other data (SHA-256 ${shownOn.slice(0, 12)}...) than is asked for (${data.slice(0, 12)}...)`;
  if (verdict === 'first' && !isFirst)
    return `its ${kind} evidence of ${environment} says that it was the first, but another version is validated at the end of the path by now`;
  if (verdict !== 'good' && verdict !== 'first') return `its ${kind} evidence of ${environment} is ${verdict}`;
  return open === undefined
    ? undefined
    : `its ${kind} evidence of ${environment} has an open safety input (open=${open})`;
}
