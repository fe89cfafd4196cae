import * as z from 'zod/mini';
import type { Job } from '../gitlab/job.ts';
import { CONTENT_HASH } from './content-hash.ts';
import { BUILT, companionKey, type EvidenceKind, entryKey, environmentName, MAX_VALUE } from './entry-keys.ts';
import { shorterOthers } from './others.ts';

/*
 * Registry entries: what we write in a version's metadata. What built it; and for each environment who approved it,
 * what validated it and who withdrew it. All of them together are the version's audit trail. One key per fact, so that
 * IAM can give each duty its own key and no other.
 */

const filled = z.string().check(z.minLength(1));
const digits = z.string().check(z.regex(/^\d+$/));
const content = z.string().check(z.regex(CONTENT_HASH));
const at = z.iso.datetime({ precision: -1 });
/** Safety inputs that were open when the entry was written. Later environments refuse such an entry. */
const open = z.optional(filled);

/** What a bake can show: that the version is good, that its container answers a payload, nothing; or that there was none. */
export const BAKES = ['good', 'payload', 'nothing', 'none'] as const;

// Each is made when a job first reads such an entry: few jobs read all kinds.
const buildSchema = z.lazy(() =>
  z.strictObject({
    /** The number of the account that started the training job; entries without a token, and of earlier releases, have none. */
    user_id: z.optional(digits),
    pipeline: digits,
    job: digits,
    commit: filled,
    at,
    execution: filled,
  }),
);
const signature = {
  by: filled,
  /** The number of their account in GitLab; entries without a token, and of earlier releases, have none. */
  user_id: z.optional(digits),
  pipeline: digits,
  job: digits,
  commit: filled,
  at,
  content,
};
const approvalSchema = z.lazy(() =>
  z
    .strictObject({
      ...signature,
      /** The job of the rollback whose withdrawal this approval overrules. */
      over: z.optional(digits),
      /** The first digits of the SHA-256 of the policy that permitted it; absent where the include names none. */
      policy: z.optional(z.string().check(z.regex(/^[0-9a-f]{12}$/))),
      /** How many people stand for it, where a policy asks for a number; and those who did not start the job, as `others.ts` has them. */
      people: z.optional(digits),
      with: z.optional(filled),
      /** Since when the first of them has stood for it, where that is before it was written. */
      since: z.optional(at),
      open,
    })
    .check(z.refine(({ at: written, since = written }) => since <= written)),
);
const withdrawalSchema = z.lazy(() =>
  z.strictObject({
    ...signature,
    /** The version to which a rollback returned; a rejection has none. */
    to: z.optional(digits),
  }),
);
const validationSchema = z.lazy(() =>
  z.strictObject({
    pipeline: digits,
    job: digits,
    at,
    content,
    endpoint: filled,
    config: filled,
    /** What the bake of its deployment showed; absent where the endpoint file gives no strategy. */
    bake: z.optional(z.enum(BAKES)),
    open,
  }),
);
/** Hexadecimal digits of a SHA-256 hash that an entry has room for. */
export const SHORT_HASH = 32;
const hash = () => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${SHORT_HASH}}$`)));

/**
 * What a look at a live endpoint can show: that the version is good or bad, or that it was too little to tell. In a comparison,
 * `first` is a version that has no other to be compared with: nothing is validated at the end of the promotion path.
 */
const VERDICTS = ['good', 'bad', 'inconclusive', 'first'] as const;

const evidenceSchema = z.lazy(() =>
  z.strictObject({
    verdict: z.enum(VERDICTS),
    /** How many rows or requests it rests on. */
    n: z.string().check(z.regex(/^\d{1,12}$/)),
    /** The first digits of the SHA-256 of the data or plan, and of the job's report.json. */
    data: hash(),
    report: hash(),
    pipeline: digits,
    job: digits,
    at,
    content,
    open,
  }),
);

export type BuildEntry = z.output<typeof buildSchema>;
export type ApprovalEntry = z.output<typeof approvalSchema>;
export type WithdrawalEntry = z.output<typeof withdrawalSchema>;
export type ValidationEntry = z.output<typeof validationSchema>;
/** What a job showed of this content on the live endpoint of an environment. */
export type EvidenceEntry = z.output<typeof evidenceSchema>;
type Entry = BuildEntry | ApprovalEntry | WithdrawalEntry | ValidationEntry | EvidenceEntry;

/**
 * An entry as it was found: absent, read, or unreadable, which is never accepted; `why` is a clause about it, "has an
 * unknown format".
 */
export type ReadEntry<Value> =
  | { is: 'absent' }
  | { is: 'read'; value: Value }
  | { is: 'unreadable'; raw: string; why: string };

export type Metadata = Readonly<Record<string, string>>;

/** What entries are read from. */
export interface EntryHolder {
  readonly metadata: Metadata;
  /** When the version was created, by AWS's clock. */
  readonly createdAt: Date;
  /** When it was described, by this machine's clock. */
  readonly describedAt: Date;
}

export const readBuild = (version: EntryHolder) => read(buildSchema, version, BUILT);
export const readApproval = (version: EntryHolder, environment: string) =>
  read(approvalSchema, version, entryKey('approved', environment));
/** The approval that the one of this environment replaced. */
export const readApprovalBefore = (version: EntryHolder, environment: string) =>
  read(approvalSchema, version, companionKey('approved', 'before', environment));
export const readWithdrawal = (version: EntryHolder, environment: string) =>
  read(withdrawalSchema, version, entryKey('withdrawn', environment));
export const readValidation = (version: EntryHolder, environment: string) =>
  read(validationSchema, version, entryKey('validated', environment));
export const readEvidence = (version: EntryHolder, kind: EvidenceKind, environment: string) =>
  read(evidenceSchema, version, entryKey(kind, environment));

function read<Value extends { at: string }>(
  schema: z.ZodMiniType<Value>,
  { metadata, createdAt, describedAt }: EntryHolder,
  key: string,
): ReadEntry<Value> {
  const raw = metadata[key];
  if (raw === undefined) return { is: 'absent' };
  const parsed = schema.safeParse(wordsOf(raw));
  if (!parsed.success) return { is: 'unreadable', raw, why: 'has an unknown format' };
  const { at: written } = parsed.data;
  if (written < timestamp(createdAt)) return { is: 'unreadable', raw, why: 'is older than the version' };
  const latest = timestamp(new Date(describedAt.getTime() + FUTURE));
  // Either of two clocks may be wrong: of the runner that wrote it, or of this one.
  const here = `the clock of this runner says ${timestamp(describedAt)}`;
  if (written > latest) return { is: 'unreadable', raw, why: `is dated in the future (${here})` };
  return { is: 'read', value: parsed.data };
}

/** The words of a value, `name=word`, by their names; `undefined` where one comes twice. */
export function wordsOf(raw: string): Metadata | undefined {
  const words = raw.split(' ').map((word) => word.split(/=(.*)/s));
  if (new Set(words.map(([name]) => name)).size !== words.length) return undefined;
  // A word without "=" says nothing, which is not the same as a word that is absent.
  return Object.fromEntries(words.map(([name = '', value = '']) => [name, value]));
}

/** Milliseconds by which the clocks of two runners may differ. */
const FUTURE = 10 * 60_000;

/** Of signs, SageMaker allows only `_ . : / = + - @` and the space. */
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * `by=jane pipeline=1 ...`: the words in the order of the schema, absent ones left out. What has no room loses the logins of others,
 * then the end of that of who signed, or of the list of open safety inputs, and only then the accounts of others.
 */
export function entryValue(value: Entry): string {
  const whole = render(value);
  const fitting = shorterForms(value)
    .map(render)
    .find(({ length }) => length <= MAX_VALUE);
  if (fitting === undefined || !ALLOWED.test(whole))
    throw new Error(`SageMaker would refuse this metadata value: ${whole}`);
  return fitting;
}

/** The entry, and what can be written in its place, the longest first. */
function shorterForms(value: Entry): Entry[] {
  const others = 'with' in value && value.with !== undefined ? shorterOthers(value.with) : [];
  const shorter = others.map((each) => ({ ...value, with: each }));
  const [whole, uncounted] = [[value, ...shorter.slice(0, -1)], shorter.slice(-1)];
  return [...whole, cut(whole.at(-1) ?? value), ...uncounted, ...uncounted.map(cut)];
}

/** Cuts a login, or else the list of open safety inputs, to what has room. No GitLab login contains "+", so it shows the cut. */
function cut(value: Entry): Entry {
  const excess = render(value).length - MAX_VALUE;
  const shorter = (word: string) => `${word.slice(0, Math.max(1, word.length - excess - 1))}+`;
  if ('by' in value) return { ...value, by: shorter(value.by) };
  return 'open' in value && value.open !== undefined ? { ...value, open: shorter(value.open) } : value;
}

function render(value: Entry): string {
  return Object.entries(value)
    .filter(([, word]) => word !== undefined)
    .map(([name, word]) => `${name}=${word}`)
    .join(' ');
}

/** How an entry names take_over_endpoint, which is open when it is true. */
export const TAKE_OVER = 'take_over';

/** The safety inputs that were open, as an entry carries them; nothing when none was. */
export function openSafetyInputs(open: readonly string[]): { open?: string } {
  return open.length === 0 ? {} : { open: [...new Set(open)].join('+') };
}

/** Minutes are precise enough for a person, and leave room for two names of 63 characters: `2026-11-22T08:00Z`. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 16)}Z`;
}

/**
 * The time of an entry that is written now. This machine's clock may be wrong, or set: it is never before the version, nor outside the
 * life of the job's token, which GitLab's clock began and AWS's accepted.
 */
export function entryTime(
  now: Date,
  { createdAt }: Pick<EntryHolder, 'createdAt'>,
  { tokenLife: { from, to } = { from: now, to: now } }: Pick<Job, 'tokenLife'>,
): string {
  const told = now < from ? from : now > to ? to : now;
  return timestamp(told < createdAt ? createdAt : told);
}

/** The environments in promotion order. */
export const promotionPath = z.pipe(
  z.pipe(
    z.string(),
    z.transform((value) => value.split(',').map((name) => name.trim())),
  ),
  z.array(environmentName).check(
    z.refine((names) => new Set(names.map((name) => name.toLowerCase())).size === names.length, {
      error: 'must not name an environment twice, or two that differ only in case (IAM ignores case)',
    }),
  ),
);
