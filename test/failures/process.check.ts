import { describe, it, onTestFinished } from 'vitest';
import { machineClock } from '../../emulator/clock.ts';
import { startEmulator } from '../../emulator/emulator.ts';
import { programNamed } from '../catalog/programs.ts';
import { projectFolder } from '../components/job.ts';
import { buildForTests, runProgram } from '../components/process.ts';
import { jobOf, judge, set } from './judging.ts';
import { ROWS } from './rows.ts';

/** Every row runs in process; as a process each that does not wait for minutes, because time is real there. */
const rows = ROWS.filter(({ long }) => !long).map((row) => ({ ...row, name: `${row.component}, when ${row.when}` }));

describe('what a person sees and what AWS was asked, by a process of the bundle', () => {
  const bundle = buildForTests();

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
