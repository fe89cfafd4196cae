import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../scripts/build.ts';

/** The variable with the folder of a whole run of tests, which test/run-folder.ts makes and removes. */
export const RUN_FOLDER = 'TEST_RUN_FOLDER';

let folder: string | undefined;
let built: Promise<unknown> | undefined;

/** Where the bundled programs of this process are, once they are built. */
export function programsFolder(): string {
  folder ??= makeFolder();
  return join(folder, 'programs');
}

/** Builds the programs when a process first asks, for all that it tests with them. Returns the folder that they are in. */
export async function builtPrograms(): Promise<string> {
  const programs = programsFolder();
  built ??= build(programs);
  await built;
  return programs;
}

function makeFolder(): string {
  const made = mkdtempSync(join(process.env[RUN_FOLDER] ?? tmpdir(), 'built-'));
  // Workers of vitest end without this event: the folder of their run goes with it.
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}
