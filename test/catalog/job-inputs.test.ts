import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withJobInputs } from '../../compiler/job-inputs.ts';
import { jobsOf } from '../../compiler/lint.ts';
import { PipelineError } from '../../compiler/problem.ts';
import { JOB_INPUT_TEXT } from '../../src/gitlab/inputs.ts';
import { compileComponent } from './compiled.ts';
import { HOSTILE } from './hostile.ts';
import { RUNNER_SHELLS } from './runner-shells.ts';

/** The words that each program is called with, and which of them people type: these come last. */
const WORDS: Readonly<Record<string, { readonly all: number; readonly typed: readonly string[] }>> = {
  'approve-model': { all: 7, typed: ['comment', 'emergency'] },
  'reject-model': { all: 4, typed: ['comment'] },
};
const NAMES = Object.keys(WORDS);
const typedFor = (name: string) => WORDS[name]?.typed ?? [];
const JOBS = new Map(NAMES.flatMap((name) => [...jobsOf(compileComponent(name))]));

/** The script of a job for which a person types this wherever they can. */
const script = (name: string, text: string) => {
  const job = JOBS.get(name) ?? {};
  const inputs = Object.fromEntries(typedFor(name).map((input) => [input, text]));
  return z.object({ script: z.tuple([z.string()]) }).parse(withJobInputs(name, job, inputs)).script[0];
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'typed-'));
  const program = '#!/bin/sh\nfor word in "$@"; do printf \'%s\\0\' "$word"; done > words\n';
  for (const name of NAMES) writeFileSync(join(folder, name), program, { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const passing = HOSTILE.filter((comment) => JOB_INPUT_TEXT.test(comment));

it('of what people may type, at least fifty texts are hostile', () => {
  expect(new Set(passing).size).toBeGreaterThanOrEqual(50);
});

describe.each(RUNNER_SHELLS.map((shell) => [shell.title, shell] as const))('%s', (_, { program, args, inputFor }) => {
  it.each(NAMES)('runs nothing of what is typed for %s, and passes it on as it is', (name) => {
    for (const comment of passing) {
      const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder };
      const run = spawnSync(program, args, {
        cwd: folder,
        env,
        input: inputFor(script(name, comment)),
        encoding: 'utf8',
      });
      expect.soft({ comment, status: run.status, errors: run.stderr }).toEqual({ comment, status: 0, errors: '' });
      const words = existsSync(join(folder, 'words')) ? readFileSync(join(folder, 'words'), 'utf8').split('\0') : [];
      const typed = typedFor(name).map((input) => `--${input}=${comment}`);
      expect.soft(words.slice(-1 - typed.length, -1)).toEqual(typed);
      expect.soft(words, comment).toHaveLength(WORDS[name]?.all ?? 0);
      expect.soft(readdirSync(folder).sort(), comment).toEqual([...NAMES, 'words']);
    }
  });
});

it.each(HOSTILE.filter((comment) => !passing.includes(comment)))('GitLab does not start a job with %j', (comment) => {
  for (const name of NAMES) {
    expect(() => script(name, comment)).toThrow(PipelineError);
    expect(() => script(name, comment)).toThrow('provided value does not match required RegEx pattern');
  }
});

it('GitLab does not start a job with an input that it does not declare', () => {
  expect(() => withJobInputs('approve-model', JOBS.get('approve-model') ?? {}, { require_protected: 'false' })).toThrow(
    'unknown input arguments',
  );
});
