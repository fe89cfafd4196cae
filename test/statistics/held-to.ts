import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { shareOf } from './runs.ts';
import { TRIALS, trialNamed } from './trials.ts';

/*
 * How often compare-models errs: `npm run test:comparisons [-- --runs N]`. Comparisons of a model with one that is as good, by each
 * method, and of some that differ; each trial in a process of its own, as many at once as there are cores.
 */

const SEED = 20_261_126;

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10000' }, trial: { type: 'string' } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  console.error('ERROR --runs must be a whole number from 1 on.\nNext: npm run test:comparisons');
  process.exit(64);
}
if (values.trial === undefined) await tryAll();
else console.log(shareIn(values.trial));

/** The share of the runs of one trial in which it is so. */
function shareIn(name: string): number {
  const { isSo } = trialNamed(name);
  let seed = SEED;
  return shareOf(runs, () => isSo(seed++));
}

async function tryAll(): Promise<void> {
  const names = Object.keys(TRIALS);
  const work = async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) tell(name, Number(await inProcess(name)));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

function inProcess(name: string): Promise<string> {
  const words = [fileURLToPath(import.meta.url), '--runs', String(runs), '--trial', name];
  const child = spawn('tsx', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve(code === 0 ? said : 'nothing')));
}

/** A share that is no number holds nothing. */
function tell(name: string, share: number): void {
  const { what, most, least } = trialNamed(name);
  const limits = [
    ...(most === undefined ? [] : [{ words: `at most ${percent(most)}`, holds: share <= most }]),
    ...(least === undefined ? [] : [{ words: `at least ${percent(least)}`, holds: share >= least }]),
  ];
  if (Number.isNaN(share) || limits.some(({ holds }) => !holds)) process.exitCode = 1;
  const asked = limits.map(({ words, holds }) => ` (${words}${holds ? '' : ': WRONG'})`).join('');
  console.log(`${percent(share)} of ${runs} runs${asked}: ${what}`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
