import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jobsOf } from '../../compiler/lint.ts';
import { compileComponent, NEEDED } from './compiled.ts';
import { programs } from './programs.ts';
import { RUNNER_SHELLS } from './runner-shells.ts';

const folder = mkdtempSync(join(tmpdir(), 'commands-'));

/** Commands of the programs' names that end as they are told. */
beforeAll(() => {
  for (const { name } of programs) {
    writeFileSync(join(folder, name), '#!/bin/sh\nexit "$ENDS_WITH"\n');
    chmodSync(join(folder, name), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function scriptOf(name: string): string {
  const [job] = jobsOf(compileComponent(name, NEEDED[name] ?? {})).values();
  return z
    .looseObject({ script: z.array(z.string()) })
    .parse(job)
    .script.join('\n');
}

describe.each(programs.map(({ name }) => name))('the script of %s', (name) => {
  it.each(RUNNER_SHELLS)('ends with its exit code in $title', ({ program, args, inputFor }) => {
    const exits = [0, 1, 64, 75, 80].map((code) => {
      const env = { PATH: [folder, process.env.PATH].join(delimiter), ENDS_WITH: String(code) };
      return spawnSync(program, args, { input: inputFor(scriptOf(name)), env }).status;
    });
    expect(exits).toEqual([0, 1, 64, 75, 80]);
  });

  it.each(RUNNER_SHELLS)('ends with 127 where a runner ignores its image, in $title', ({ program, args, inputFor }) => {
    const { status, stderr } = spawnSync(program, args, { input: inputFor(scriptOf(name)), encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 127, stderr: expect.stringMatching(`${name}.*not found`) });
  });
});
