import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { withJobInputs } from '../../compiler/job-inputs.ts';
import { jobsOf } from '../../compiler/lint.ts';
import { PipelineError } from '../../compiler/problem.ts';
import { compileComponent } from './compiled.ts';
import { HOSTILE } from './hostile.ts';
import { RUNNER_SHELLS } from './runner-shells.ts';

/** Safety inputs that are texts of nearly any signs, by their component: what stands before the text, where one must. */
const TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'validate-endpoint': { content_type: 'text/csv;', accept: 'text/csv;', custom_attributes: '', expect: '' },
  'deploy-pipeline': { parameters: '' },
  'check-model': { model_environment: '' },
};

const REFUSED = Symbol('refused');

/** The script of a component's job with a text in one of its inputs. */
function scriptWith(component: string, input: string, text: string): string | typeof REFUSED {
  try {
    const [job] = jobsOf(compileComponent(component, { [input]: text })).values();
    return z.object({ script: z.tuple([z.string()]) }).parse(withJobInputs(component, job ?? {})).script[0];
  } catch (error) {
    if (error instanceof PipelineError) return REFUSED;
    throw error;
  }
}

const cases = Object.entries(TEXTS).flatMap(([component, inputs]) =>
  Object.entries(inputs).map(([input, before]) => {
    const texts = HOSTILE.map((text) => `${before}${text}`);
    const scripts = texts.map((text) => ({ text, script: scriptWith(component, input, text) }));
    return { component, input, scripts };
  }),
);

it.each(cases)(
  'GitLab makes no pipeline with a sign that would end the quotes, or that it would replace, in $input of $component',
  ({ scripts }) => {
    const ends = scripts.filter(({ text }) => /'|\\[\\&`\dk]/.test(text));
    expect(ends.length).toBeGreaterThan(5);
    expect(ends.filter(({ script }) => script !== REFUSED)).toEqual([]);
  },
);

it.each(cases)('$input of $component takes most texts that are hostile only to a shell', ({ scripts }) => {
  expect(scripts.filter(({ script }) => script !== REFUSED).length).toBeGreaterThan(30);
});

describe.each(RUNNER_SHELLS)('$title', ({ program, args, inputFor }) => {
  it.each(cases)('runs nothing of $input of $component, and passes it on as it is', ({ component, input, scripts }) => {
    const folder = mkdtempSync(join(tmpdir(), 'texts-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const writes = `#!/bin/sh\nfor word in "$@"; do printf '%s\\0' "$word"; done >> words\nprintf 'end\\0' >> words\n`;
    writeFileSync(join(folder, component), writes, { mode: 0o755 });
    const taken = scripts.filter(({ script }) => script !== REFUSED);
    const run = spawnSync(program, args, {
      cwd: folder,
      env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder },
      input: inputFor(taken.map(({ script }) => String(script)).join('\n')),
      encoding: 'utf8',
    });
    expect({ status: run.status, errors: run.stderr }).toEqual({ status: 0, errors: '' });
    expect(readdirSync(folder).sort()).toEqual([component, 'words'].sort());
    const words = readFileSync(join(folder, 'words'), 'utf8').split('\0');
    const option = `--${input.replaceAll('_', '-')}=`;
    expect(words.filter((word) => word.startsWith(option))).toEqual(taken.map(({ text }) => `${option}${text}`));
    expect(words.filter((word) => word === 'end')).toHaveLength(taken.length);
  });
});
