import * as z from 'zod/mini';

/**
 * What was shown of a version on a live endpoint: that it answers well, that it bears the load, that it beats another.
 */
export const EVIDENCE = ['quality', 'load', 'comparison'] as const;

export type EvidenceKind = (typeof EVIDENCE)[number];

/** Registry entries that each environment has; `built` is the version's own. */
export type EntryKind = 'approved' | 'validated' | 'withdrawn' | EvidenceKind;

export const BUILT = 'built';

/** Characters that SageMaker allows in a value. */
export const MAX_VALUE = 256;

interface KeyRow {
  readonly kind: typeof BUILT | EntryKind;
  /** The end of the key of a companion: it is written by the request that writes its entry, and says more about it. */
  readonly companion?: string;
  readonly writers: readonly string[];
  /** The most characters of its value. */
  readonly longest: number;
}

/**
 * Every key that these components write in a version's metadata: `built` once, the others for each environment.
 * SageMaker allows 50 keys, the team's own included.
 */
export const ENTRY_KEYS = [
  { kind: BUILT, writers: ['deploy-pipeline'], longest: MAX_VALUE },
  { kind: 'approved', writers: ['approve-model'], longest: MAX_VALUE },
  { kind: 'approved', companion: 'comment', writers: ['approve-model'], longest: MAX_VALUE },
  { kind: 'approved', companion: 'before', writers: ['approve-model'], longest: MAX_VALUE },
  { kind: 'validated', writers: ['validate-endpoint'], longest: MAX_VALUE },
  { kind: 'validated', companion: 'asked', writers: ['validate-endpoint'], longest: 147 },
  { kind: 'withdrawn', writers: ['reject-model', 'rollback-endpoint'], longest: MAX_VALUE },
  { kind: 'withdrawn', companion: 'comment', writers: ['reject-model', 'rollback-endpoint'], longest: MAX_VALUE },
  { kind: 'quality', writers: ['evaluate-model'], longest: 239 },
  { kind: 'load', writers: ['load-test', 'load-test-workers'], longest: 239 },
  { kind: 'comparison', writers: ['compare-models'], longest: 239 },
] as const satisfies readonly KeyRow[];

type Row = (typeof ENTRY_KEYS)[number];

/** The companions of a kind of entry: `comment`, `before`. */
export type CompanionOf<Kind extends EntryKind> = Extract<Row, { kind: Kind; companion: string }>['companion'];

/**
 * The longest key of a companion, `withdrawn.<environment>.comment`, has 128 characters, the most of SageMaker's and
 * IAM's.
 */
const MAX_ENVIRONMENT = 110;

const COMPANIONS = [...new Set(ENTRY_KEYS.flatMap((row) => ('companion' in row ? [row.companion] : [])))];

/** An environment that entries can name: its keys fit, and none of them is the companion of another environment's. */
export const environmentName = z
  .string()
  .check(
    z.minLength(1, 'must name an environment, also between two commas'),
    z.maxLength(
      MAX_ENVIRONMENT,
      `must name environments of at most ${MAX_ENVIRONMENT} characters (SageMaker limits entry keys to 128)`,
    ),
    z.regex(/^[\w./-]*$/, 'must name environments of letters, digits and _ . / -'),
    z.regex(
      /^(?!.*\/(approval|rollback|comparison)$)/i,
      'must not name an environment that ends in /approval, /rollback or /comparison (in GitLab, the approvals, rollbacks and comparisons of another have that name)',
    ),
    z.regex(
      new RegExp(`^(?!.*\\.(${COMPANIONS.join('|')})$)`, 'i'),
      `must not name an environment that ends in ${COMPANIONS.map((end) => `.${end}`).join(' or ')} (entry keys do)`,
    ),
  );

/** IAM's condition key names end with the metadata key, which SageMaker limits to 128 characters. */
export function entryKey(kind: EntryKind, environment: string): string {
  return `${kind}.${environment}`;
}

/** The key of what stands beside an entry: `approved.uat.comment`. */
export function companionKey<Kind extends EntryKind>(
  kind: Kind,
  companion: CompanionOf<Kind>,
  environment: string,
): string {
  return `${entryKey(kind, environment)}.${companion}`;
}

/** The keys of one kind of entry in an environment, those of its companions after its own. */
export function keysOfKind(kind: typeof BUILT | EntryKind, environment: string): string[] {
  return ENTRY_KEYS.filter((row) => row.kind === kind).map((row) => keyIn(row, environment));
}

/** Every key of an environment; `built` is of none. */
export function keysOfEnvironment(environment: string): string[] {
  return ENTRY_KEYS.filter(({ kind }) => kind !== BUILT).map((row) => keyIn(row, environment));
}

/**
 * The keys that an environment needs to promote a version at all: evidence is written where there is room beside them.
 */
export function keysOfPromotion(environment: string): string[] {
  const evidence: readonly string[] = EVIDENCE.map((kind) => entryKey(kind, environment));
  return keysOfEnvironment(environment).filter((key) => !evidence.includes(key));
}

function keyIn({ kind, companion }: KeyRow, environment: string): string {
  if (kind === BUILT) return BUILT;
  const key = entryKey(kind, environment);
  return companion === undefined ? key : `${key}.${companion}`;
}

const KINDS = [...new Set(ENTRY_KEYS.map(({ kind }) => kind))].filter((kind) => kind !== BUILT);
const ENTRY = new RegExp(`^(${BUILT}$|(${KINDS.join('|')})\\.)`, 'i');

/** Whether only these components write this key, in whichever environment. */
export function isEntryKey(key: string): boolean {
  return ENTRY.test(key);
}
