import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PipelineError } from '../../compiler/problem.ts';
import { answers, compileText, mapping } from './answers.ts';

const text = z.string();
const merges = answers(
  'merges',
  z.union([z.strictObject({ text, becomes: mapping }), z.strictObject({ text, refused: z.string() })]),
);

/** Ruby says where in its memory a reference lies that is no name of a job; here it is told as it is written. */
const withoutAddress = (problem: string) => problem.replace(/#<.*>/, '!reference [".b", "V"]');
/** To YAML `.1` and `.10` are one number, and one key: here, a key written twice is refused. */
const isKeyTwice = (each: { text: string }) => each.text.includes('.1: {extends: .2}');
const supported = merges.filter((each) => !isKeyTwice(each));

describe('extends and !reference', () => {
  it.each(supported.filter((each) => 'becomes' in each))('make of $text what they make in GitLab', (each) => {
    expect(compileText(each.text)).toEqual(each.becomes);
  });

  it.each(supported.filter((each) => 'refused' in each))('are refused: $refused', (each) => {
    expect(() => compileText(each.text)).toThrow(new PipelineError(withoutAddress(each.refused)));
  });

  it('refuse a key that is written twice, as a number', () => {
    for (const each of merges.filter(isKeyTwice)) expect(() => compileText(each.text)).toThrow(PipelineError);
  });

  it.each([
    [12, true],
    [13, false],
  ])('go through %i jobs: %s', (jobs, accepted) => {
    const chain = Array.from({ length: jobs - 1 }, (_, at) => `.j${at}: { extends: .j${at + 1} }\n`).join('');
    const compile = () => compileText(`${chain}.j${jobs - 1}: { script: x }\n`);
    if (accepted) expect(compile()).toHaveProperty('.j0', { script: 'x' });
    else expect(compile).toThrow(/nesting too deep in `extends`$/);
  });
});
