import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jobsOf } from '../../compiler/lint.ts';
import { compileComponent, NEEDED } from './compiled.ts';
import { programs } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'commands-'));

/** Commands of the programs' names that end as they are told. */
beforeAll(() => {
  for (const { name } of programs) {
    writeFileSync(join(folder, name), '#!/bin/sh\nexit "$ENDS_WITH"\n');
    chmodSync(join(folder, name), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** How GitLab's runner hands a job's script to the shell: until 19.0, and since 19.1. */
const FORMS: readonly (readonly [string, (script: string) => string])[] = [
  ['until 19.0', (script) => `set -eo pipefail\nset +o noclobber\n: | eval ${quoted(script)}\nexit 0\n`],
  ['since 19.1', (script) => `set -eo pipefail\nset +o noclobber\neval ${quoted(script)}\nexit 0\n`],
];

const SHELLS = [['bash'], ['dash'], ['busybox', 'sh']].filter(
  ([program = '']) => spawnSync(program, ['-c', 'true'].slice(program === 'busybox' ? 2 : 0)).error === undefined,
);

const CASES = SHELLS.flatMap((shell) =>
  FORMS.map(([form, wrap]) => ({ shell, form, wrap, title: `${shell.join(' ')}, in the form of a runner ${form}` })),
);

function scriptOf(name: string): string {
  const [job] = jobsOf(compileComponent(name, NEEDED[name] ?? {})).values();
  return z
    .looseObject({ script: z.array(z.string()) })
    .parse(job)
    .script.join('\n');
}

describe.each(programs.map(({ name }) => name))('the script of %s', (name) => {
  it.each(CASES)('ends with its exit code in $title', ({ shell: [program = '', ...args], wrap }) => {
    // dash has no pipefail: there, the runner asks for errexit only.
    const script = wrap(scriptOf(name)).replace('set -eo pipefail', program === 'dash' ? 'set -e' : '$&');
    const exits = [0, 1, 64, 75, 80].map((code) => {
      const env = { PATH: [folder, process.env.PATH].join(delimiter), ENDS_WITH: String(code) };
      return spawnSync(program, args, { input: script, env }).status;
    });
    expect(exits).toEqual([0, 1, 64, 75, 80]);
  });
});
