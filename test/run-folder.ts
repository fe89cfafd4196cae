import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUN_FOLDER } from './built.ts';

/** What vitest calls before a run, and what it calls after it: the folder of what the files of a worker share. */
export default function makeRunFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'run-'));
  process.env[RUN_FOLDER] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
