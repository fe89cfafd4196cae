import { describe, expect, it } from 'vitest';
import { scenarios } from '../../emulator/scenarios.ts';
import { EXIT_CODES } from '../../src/ground/failure-codes.ts';
import { programNamed } from '../catalog/programs.ts';
import { emulated, projectFolder, startJob } from '../components/job.ts';
import { jobOf, judge, set } from './judging.ts';
import { ROWS } from './rows.ts';
import { SITUATIONS } from './situations.ts';

const named = ROWS.map((row) => ({ ...row, name: `${row.component}, when ${row.when}` }));

describe('what a person sees, what AWS was asked, and what is left', () => {
  it.each(named)('$name', async (row) => {
    const place = { emulator: await emulated(), root: projectFolder() };
    await set(row, place);
    const { clock } = place.emulator;
    const began = clock.now().getTime();
    const job = await startJob(programNamed(row.component), jobOf(row, place));
    judge(row, job, place);
    const [least, most] = row.took ?? [0, Number.POSITIVE_INFINITY];
    const seconds = (clock.now().getTime() - began) / 1000;
    expect(seconds, job.log).toBeGreaterThanOrEqual(least);
    expect(seconds, job.log).toBeLessThanOrEqual(most);
  });
});

describe('the list', () => {
  it('lacks no situation that is known, and knows every one that it shows', () => {
    const shown = new Set(ROWS.flatMap(({ shows }) => shows));
    expect([...shown].sort((a, b) => a - b)).toEqual(Object.keys(SITUATIONS).map(Number));
    expect(shown.size).toBe(37);
  });

  it('plays every named scene of the emulator', () => {
    const played = ROWS.flatMap(({ stage, act, scenes = [] }) => {
      const called = `${stage.set} ${act}`.matchAll(/scenario\(['"]([^'"]+)/g);
      return [...scenes, ...[...called].map(([, scene]) => scene)];
    });
    expect(Object.keys(scenarios).filter((scene) => !played.includes(scene))).toEqual([]);
  });

  it('says nothing twice', () => {
    const names = named.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it('holds every exit code', () => {
    const codes = new Set(ROWS.map(({ exit }) => exit));
    expect([...codes].sort((a, b) => a - b)).toEqual([0, ...Object.values(EXIT_CODES)].sort((a, b) => a - b));
  });
});
