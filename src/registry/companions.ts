import * as z from 'zod/mini';
import {
  type EntryHolder,
  type Metadata,
  type ReadEntry,
  readApproval,
  readValidation,
  readWithdrawal,
  wordsOf,
} from './entries.ts';
import { companionKey, type EntryKind, entryKey, MAX_VALUE } from './entry-keys.ts';
import { MAX_METADATA } from './room.ts';

/** An approval or a rejection. */
type VerdictKind = Extract<EntryKind, 'approved' | 'withdrawn'>;

export interface Verdict {
  readonly kind: VerdictKind;
  readonly environment: string;
  /** The job that gives it. */
  readonly job: string;
  /** What the person wrote about it, as typed. */
  readonly comment: string;
}

/**
 * What stands beside a verdict that is written now: its comment, and the approval that it replaces. A comment of an
 * earlier verdict is never left beside a later one. Keys are few: of several rejections, the first keeps its reason, and a
 * rejection never fails for want of room for its reason, which the log and the record keep.
 */
export function besideVerdict(metadata: Metadata, { kind, environment, job, comment }: Verdict): Metadata {
  const key = companionKey(kind, 'comment', environment);
  const replaced = kind === 'approved' ? metadata[entryKey(kind, environment)] : undefined;
  const words =
    kind === 'withdrawn' && (hasReason(metadata, key) || !fits(metadata, [entryKey(kind, environment), key]))
      ? ''
      : comment;
  return {
    ...((words.trim() !== '' || key in metadata) && { [key]: commentValue(job, words) }),
    ...(replaced !== undefined && { [companionKey('approved', 'before', environment)]: replaced }),
  };
}

function fits(metadata: Metadata, keys: readonly string[]): boolean {
  return new Set([...Object.keys(metadata), ...keys]).size <= MAX_METADATA;
}

/** Whether a rejection for another environment has left its reason. One without its rejection is nobody's. */
function hasReason(metadata: Metadata, own: string): boolean {
  return Object.keys(metadata).some((key) => {
    const [, rejection] = /^(withdrawn\..+)\.comment$/.exec(key) ?? [];
    return key !== own && rejection !== undefined && rejection in metadata;
  });
}

/** The words of a comment as the registry keeps them: signs that SageMaker refuses become spaces. */
export function commentWords(comment: string): string {
  return comment
    .replaceAll(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, ' ')
    .replaceAll(/\p{Z}+/gu, ' ')
    .trim();
}

/** `job=7 RMSE fell by 3`: names the job of its entry; `+` shows a cut. */
function commentValue(job: string, comment: string): string {
  const value = `job=${job} ${commentWords(comment)}`.trim();
  if (value.length <= MAX_VALUE) return value;
  return `${value.slice(0, MAX_VALUE - 1).replace(/[\uD800-\uDBFF]$/, '')}+`;
}

/** What was written about a verdict; `undefined` where there is nothing, or nothing of the job that gave the verdict. */
export function readComment(version: EntryHolder, kind: VerdictKind, environment: string): string | undefined {
  const verdict = kind === 'approved' ? readApproval(version, environment) : readWithdrawal(version, environment);
  const raw = version.metadata[companionKey(kind, 'comment', environment)] ?? '';
  const [, job, words] = /^job=(\d+) (.+)$/su.exec(raw) ?? [];
  return verdict.is === 'read' && verdict.value.job === job ? words : undefined;
}

/** How many requests a validation sends at most. */
export const MAX_REQUESTS = 1000;

/** How the model was asked before its version was recorded as validated, and how fast it answered. */
export interface Asked {
  /** The SHA-256 of the payload. */
  readonly payload: string;
  readonly requests: number;
  readonly median_ms: number;
  readonly slowest_ms: number;
}

/** What stands beside a validation: `job=9 payload=1a2b... requests=20 median_ms=41 slowest_ms=95`. */
export function besideValidation(environment: string, job: string, asked: Asked): Metadata {
  const { payload, requests, median_ms, slowest_ms } = asked;
  const words = Object.entries({ job, payload, requests, median_ms, slowest_ms });
  const value = words.map(([name, word]) => `${name}=${word}`).join(' ');
  return { [companionKey('validated', 'asked', environment)]: value };
}

const number = () => z.pipe(z.string().check(z.regex(/^\d{1,15}$/)), z.transform(Number));
const askedSchema = z.lazy(() =>
  z
    .strictObject({
      job: z.string(),
      payload: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
      requests: number().check(z.minimum(1), z.maximum(MAX_REQUESTS)),
      median_ms: number(),
      slowest_ms: number(),
    })
    .check(z.refine(({ median_ms, slowest_ms }) => median_ms <= slowest_ms)),
);

/** What was asked before a validation: unreadable where no validation can have written it, or not the one beside it. */
export function readAsked(version: EntryHolder, environment: string): ReadEntry<Asked> {
  const raw = version.metadata[companionKey('validated', 'asked', environment)];
  if (raw === undefined) return { is: 'absent' };
  const validation = readValidation(version, environment);
  const asked = askedSchema.safeParse(wordsOf(raw));
  if (!asked.success) return { is: 'unreadable', raw, why: 'has an unknown format' };
  const { job, ...value } = asked.data;
  if (validation.is === 'read' && validation.value.job === job) return { is: 'read', value };
  return { is: 'unreadable', raw, why: 'is not of the job that validated' };
}
