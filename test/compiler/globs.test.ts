import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { matchesGlob } from '../../compiler/glob.ts';
import { answers } from './answers.ts';

const globs = answers('globs', z.strictObject({ glob: z.string(), matches: z.array(z.string()) }));
/** Every path of the question is matched by some glob. */
const paths = [...new Set(globs.flatMap(({ matches }) => matches))];

describe('a glob matches what it matches in GitLab', () => {
  it.each(globs)('$glob', ({ glob, matches }) => {
    expect(paths.filter((path) => matchesGlob(path, glob))).toEqual(paths.filter((path) => matches.includes(path)));
  });
});
