import { expect, it } from 'vitest';
import { compareIn, kept, scene, TIMED } from '../components/compared.ts';
import { rowsOf } from '../components/labelled.ts';
import { normalsAfter } from './trials.ts';

/** Whole runs over HTTP. */
const RUNS = 300;

/** If 5.4 % of all runs are false, more than 29 of 300 are in fewer than one of a thousand tries. */
const MOST = 29;

/** Rows of which a model knows y but for what its numbers add. */
const ROWS = rowsOf(60, () => 0);

it('tells a version and one that is as good and as fast apart in few runs, on instances that differ by 5 % and stall', async () => {
  const plan = TIMED.replace(/margins: .*/, 'margins: { rmse: 0.000000001 }\n  batch: 1');
  const here = await scene({ files: { 'quality.yml': plan, 'rows.csv': ROWS } });
  const { runtime } = here.emulator;
  const found: Record<string, number> = {};
  for (let run = 1; run <= RUNS; run++) {
    runtime.machines.habits = { seed: run, differ: 0.05, waver: 0.1, stalls: { share: 0.005, milliseconds: 1000 } };
    for (const [index, version] of [here.before, here.arn].entries()) {
      const normal = normalsAfter(2 * run + index);
      runtime.behaviours.set(version, { predict: (line) => 10 * Number(line) + normal(), latency: 200 });
    }
    const job = String(run);
    const { log } = await compareIn(here, { job, inputs: { max_instances: '4' } });
    expect(log).toContain('Both answered 60 of 60 rows');
    const { metrics, latency } = JSON.parse(kept(here.root, 'report.json', job));
    for (const said of [`rmse ${metrics[0].finding}`, `latency ${latency.finding}`])
      found[said] = (found[said] ?? 0) + 1;
  }
  console.log(`${RUNS} whole runs:`, found);
  const apart = (what: string) => (found[`${what} better`] ?? 0) + (found[`${what} worse`] ?? 0);
  expect(apart('rmse')).toBeLessThanOrEqual(MOST);
  expect(apart('latency')).toBeLessThanOrEqual(MOST);
});
