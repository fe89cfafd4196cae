import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isMapping } from '../../compiler/document.ts';
import { PipelineError } from '../../compiler/problem.ts';
import { answers, compileText, mapping } from './answers.ts';

const refused = z.string();
const scalars = answers(
  'scalars',
  z.union([
    z.strictObject({ written: z.string(), becomes: z.unknown() }),
    z.strictObject({ written: z.string(), refused }),
  ]),
);
const documents = answers(
  'documents',
  z.union([z.strictObject({ text: z.string(), becomes: mapping }), z.strictObject({ text: z.string(), refused })]),
);

/** What this compiler refuses by name although GitLab reads it. */
const unsupported = {
  "JavaScript's numbers cannot tell it from another": ['1.0', '1.', '1.0e+3', '12345678901234567890'],
  'nobody means it in a pipeline': [
    ...['.inf', '-.inf', '+.inf', '.NaN', '.nan', ':sym', ':"quoted sym"', '! 5', '! yes', '!foo 5', '!!null x'],
    ...['!!int "5"', '!!float 1', '!!bool yes', '!!binary aGVsbG8=', '!!omap [a: 1]', '!!set {a, b}'],
    '!ruby/object:Object {}',
  ],
};
const isSupported = (written: string) => !Object.values(unsupported).some((list) => list.includes(written));
/** GitLab's parser of YAML has its own words, and places, for what is no YAML. */
const isParsersOwn = (problem: string) => problem.startsWith('(<unknown>)');

function valueBehindKey(written: string): unknown {
  const { job } = compileText(`job:\n  script: x\n  V: ${written}\n`);
  return isMapping(job) ? (job.V ?? null) : undefined;
}

describe('what is written behind a key', () => {
  const supported = scalars.filter(({ written }) => isSupported(written));

  it.each(supported.filter((each) => 'becomes' in each))('$written is $becomes', ({ written, becomes }) => {
    expect(valueBehindKey(written)).toEqual(becomes);
  });

  it.each(supported.filter((each) => 'refused' in each))('$written is refused', ({ written, refused: problem }) => {
    expect(() => valueBehindKey(written)).toThrow(isParsersOwn(problem) ? PipelineError : new PipelineError(problem));
  });

  it.each(Object.entries(unsupported).flatMap(([why, list]) => list.map((written) => [written, why])))(
    '%s is refused by name: %s',
    (written) => {
      expect(() => valueBehindKey(written)).toThrow(/is not supported here/);
    },
  );
});

/** Whole files of the same kind, and the reason. */
const unsupportedIn: readonly [RegExp, string][] = [
  [/default: (?:1\.0|12345678901234567890|\.inf)|\[1\.0/, "JavaScript's numbers cannot tell it from another"],
  [/^(?:\[a, b\]|\{a: b\}|true|yes|~|1\.5): |, yes: /, 'its key is no text'],
  [/V: 2\n {2}<<: /, 'our parser of YAML merges in another order'],
  [/default: :sym/, 'it names a symbol'],
  [/^a: .*\na: |script: x\n {2}script: z/, 'a key that is written twice is a mistake'],
];
const reasonAgainst = (text: string) => unsupportedIn.find(([pattern]) => pattern.test(text))?.[1];

describe('a file', () => {
  const supported = documents.filter(({ text }) => reasonAgainst(text) === undefined);

  it.each(supported.filter((each) => 'becomes' in each))('$text is read as GitLab reads it', ({ text, becomes }) => {
    expect(compileText(text)).toEqual(becomes);
  });

  it.each(supported.filter((each) => 'refused' in each))('$text is refused', ({ text, refused: problem }) => {
    expect(() => compileText(text)).toThrow(isParsersOwn(problem) ? PipelineError : new PipelineError(problem));
  });

  it.each(documents.flatMap(({ text }) => (reasonAgainst(text) === undefined ? [] : [[text, reasonAgainst(text)]])))(
    '%s is refused by name: %s',
    (text) => {
      expect(() => compileText(String(text))).toThrow(/is not supported here|Map keys must be unique/);
    },
  );
});
