import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compilePattern } from '../../compiler/pattern.ts';
import { answers } from './answers.ts';

const regexes = answers('regexes', z.strictObject({ regex: z.string(), matches: z.array(z.string()).nullable() }));
/** Every value of the question is matched by some regular expression. */
const values = [...new Set(regexes.flatMap(({ matches }) => matches ?? []))];
/** RE2 takes it for any byte; our port of RE2 does not know it. */
const unsupported = ['\\C'];
const supported = regexes.filter(({ regex }) => !unsupported.includes(regex));

describe('a regular expression of an input matches what it matches in GitLab', () => {
  it.each(supported.filter(({ matches }) => matches !== null))('$regex', ({ regex, matches }) => {
    const pattern = compilePattern(regex);
    expect(values.filter((value) => pattern?.isIn(value))).toEqual(values.filter((value) => matches?.includes(value)));
  });

  it.each(supported.filter(({ matches }) => matches === null))('$regex is none', ({ regex }) => {
    expect(compilePattern(regex)).toBeUndefined();
  });

  it.each(unsupported)('%s is refused by name, as this compiler does not know it', (regex) => {
    expect(() => compilePattern(regex)).toThrow('is not supported here');
  });
});
