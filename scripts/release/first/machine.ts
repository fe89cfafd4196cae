import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import type { Ended, World } from './finding.ts';

/** The machine on which this runs. */
export function thisMachine(folder: string): World {
  return { run, sleep: setTimeout, env: process.env, folder };
}

/** A program that does not end in a minute has not answered. */
function run(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 60_000 }, (error, out, text) => {
      const late = error?.killed ? 'no answer in a minute' : '';
      resolve({ exit: exitOf(error?.code ?? (error === null ? 0 : 1)), out, error: text || late });
    });
  });
}

function exitOf(code: string | number): number | undefined {
  if (code === 'ENOENT') return undefined;
  return typeof code === 'number' ? code : 1;
}
