import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, onTestFinished } from 'vitest';
import { machineClock } from '../../emulator/clock.ts';
import { startEmulator } from '../../emulator/emulator.ts';
import { build } from '../../scripts/build.ts';
import { programNamed } from '../catalog/programs.ts';
import { projectFolder } from '../components/job.ts';
import { runProgram } from '../components/process.ts';
import { jobOf, judge, set } from './judging.ts';
import { ROWS } from './rows.ts';

/** Every row runs in process; as a process each that does not wait for minutes, because time is real there. */
const rows = ROWS.filter(({ long }) => !long).map((row) => ({ ...row, name: `${row.component}, when ${row.when}` }));

describe('what a person sees and what AWS was asked, by a process of the bundle', () => {
  let bundle: string;
  beforeAll(async () => {
    bundle = mkdtempSync(join(tmpdir(), 'programs-'));
    await build(bundle);
  });
  afterAll(() => rmSync(bundle, { recursive: true, force: true }));

  it.each(rows)('$name', async (row) => {
    const place = { emulator: await startEmulator({ clock: machineClock() }), root: projectFolder() };
    onTestFinished(() => place.emulator.close());
    // So many looks, however quick the machine is.
    const pace = { describes: 1, milliseconds: 60_000 };
    Object.assign(place.emulator.endpoints.pace, pace);
    Object.assign(place.emulator.executions.pace, pace);
    await set(row, place);
    judge(row, await runProgram(bundle, programNamed(row.component), jobOf(row, place)), place);
  });
});
