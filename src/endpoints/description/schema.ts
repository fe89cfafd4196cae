import * as z from 'zod/mini';
import { nearest } from '../../ground/nearest.ts';

/** A mapping of these keys and no other. One that is not known is named, with the known one that was probably meant. */
export function mapping<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey(key, Object.keys(shape))).join('\n')
        : 'must be a mapping, with a key and a value in each line',
  });
}

/** Why a key is refused: one line. */
function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `is not known${meant === undefined ? `: known are ${known.join(', ')}` : `: did you mean ${meant}?`}`;
}

/** A whole number within a range. */
export function whole(least: number, most: number) {
  const meaning = `must be a whole number from ${least} to ${most}`;
  return z.int(meaning).check(z.minimum(least, meaning), z.maximum(most, meaning));
}
