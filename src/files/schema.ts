import * as z from 'zod/mini';
import { nearest } from '../ground/nearest.ts';

const MAPPING = 'must be a mapping, with a key and a value in each line';

/**
 * A mapping of these keys and no other. One that is not known is named, with the known one that was probably meant; or with why there
 * is none of this name. What is no mapping is told what one looks like.
 */
export function mapping<Shape extends z.core.$ZodShape>(
  shape: Shape,
  refused: Readonly<Record<string, string>> = {},
  looks = MAPPING,
) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => refused[key] ?? unknownKey(key, Object.keys(shape))).join('\n')
        : looks,
  });
}

/** How the reason begins where no known key is like the one that is refused. */
export const KNOWN_ARE = 'is not known: known are ';

/** Why a key is refused: one line. */
function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant === undefined ? `${KNOWN_ARE}${known.join(', ')}` : `is not known: did you mean ${meant}?`;
}

/** A whole number within a range. */
export function whole(least: number, most: number) {
  const meaning = `must be a whole number from ${least} to ${most}`;
  return z.int(meaning).check(z.minimum(least, meaning), z.maximum(most, meaning));
}

/** A text of a pattern. A number is none: it stands between quotes. */
export function text(pattern: RegExp, meaning: string) {
  return z.string(meaning).check(z.regex(pattern, meaning));
}

/** One of these words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, `must be ${words.length === 1 ? 'the word ' : ''}${words.join(' or ')}`);
}

/** Yes or no. */
export const switched = z.boolean('must be true or false');

/** An address in S3, as SageMaker takes it. */
export const s3Address = text(
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.{0,440})?$/,
  'must be an address in S3, like s3://bucket/folder',
).check(z.describe('An address in S3, like s3://bucket/folder.'));

/** A KMS key, as SageMaker takes it. */
export const kmsKey = text(
  /^[a-zA-Z0-9:/_-]{1,2048}$/,
  'must be a KMS key: its ID, its ARN, or an alias, like alias/endpoints',
).check(z.describe('A KMS key: its ID, its ARN, or an alias, like alias/endpoints.'));

/** What a file may leave out. Null takes a common value away. */
export function option<Schema extends z.ZodMiniType>(description: string, schema: Schema) {
  return z.optional(z.nullable(schema)).check(z.describe(description));
}

/** A key that may be left out; null is no value of it. */
export function may<Schema extends z.ZodMiniType>(description: string, schema: Schema) {
  return z.optional(schema).check(z.describe(description));
}

/** A key that has a usual value. */
export function usually<Schema extends z.ZodMiniType>(
  description: string,
  schema: Schema,
  usual: z.core.util.NoUndefined<z.output<Schema>>,
) {
  return z._default(schema, usual).check(z.describe(description));
}
