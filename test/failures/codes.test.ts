import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES, FAILURE_CODES, type FailureCode } from '../../src/ground/failure-codes.ts';
import { AREAS, RETIRED_CODES } from './codes.ts';

const root = new URL('../../', import.meta.url);
const TABLE = 'src/ground/failure-codes.ts';

/** What is thrown or printed in jobs: the programs, and the scripts of the templates. */
const sources = ['src', 'templates'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((file) => /\.(ts|yml)$/.test(file) && file !== TABLE)
    .map((file) => ({ file, text: readFileSync(new URL(file, root), 'utf8') })),
);
const codes = Object.keys(FAILURE_CODES) as FailureCode[];
const given = sources.flatMap(({ file, text }) => [...text.matchAll(/SMC-\d+/g)].map(([code]) => ({ file, code })));

describe('the codes of the messages', () => {
  it('stand for one message each: no two places in the programs and templates have the same', () => {
    const twice = Object.entries(Object.groupBy(given, ({ code }) => code)).filter(([, each = []]) => each.length > 1);
    expect(twice).toEqual([]);
  });

  it('are all in the table, which has none that no message shows', () => {
    expect(given.map(({ code }) => code).sort()).toEqual([...codes].sort());
  });

  it('are never given again: each number up to the last one of its area is in use or retired, and none is both', () => {
    const numbers = Object.entries(AREAS).flatMap(([area, { last }]) =>
      Array.from({ length: last }, (_, index) => `SMC-${area}${String(index + 1).padStart(2, '0')}`),
    );
    expect([...codes, ...RETIRED_CODES].sort()).toEqual(numbers.sort());
  });

  it('are in each line that starts with ERROR, in every component', () => {
    const lines = sources.flatMap(({ text }) => [...text.matchAll(/\bERROR .{1,60}/g)].map(([line]) => line));
    expect(lines.length).toBeGreaterThan(4);
    const coded = /^ERROR (SMC-\d{4}: |\$\{failure\.coded\}|\$1: \$3")/;
    expect(lines.filter((line) => !coded.test(line))).toEqual([]);
  });

  it('have the exit code that the table says, also in the script of a template', () => {
    const calls = sources.flatMap(({ text }) => [...text.matchAll(/sagemaker_fail (SMC-\d{4}) (\d+) /g)]);
    expect(calls.length).toBeGreaterThan(2);
    for (const [, code, exit] of calls) expect(EXIT_CODES[FAILURE_CODES[code as FailureCode]]).toBe(Number(exit));
  });
});
