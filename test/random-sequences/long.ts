import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { liveThrough } from './random-sequences.ts';

/** Any number of random histories, on all cores: `npm run test:long -- --runs 10000`; what fails is replayed by `--seed` and `--path`. */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    path: { type: 'string' },
    /** How many processes. */
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});
const { path } = values;
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const [runs, most] = [Number(values.runs), Number(values.workers)];
if (![runs, most].every((number) => Number.isInteger(number) && number >= 1) || !Number.isInteger(seed)) {
  console.error(
    'ERROR --runs and --workers must be numbers from 1 on, and --seed a whole number.\nNext: npm run test:long -- --runs 2000',
  );
  process.exit(64);
}

/** Histories that one process lives through: each leaves something behind in its memory. */
const SHARE = 1000;
const shares = path === undefined ? Math.ceil(runs / SHARE) : 1;
const began = performance.now();
const failures = shares === 1 ? await liveAlone() : await share();
for (const failure of failures) console.error(`ERROR ${failure}\n`);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(`${path === undefined ? runs : 1} histories, ${failures.length} failures (seed ${seed}, ${seconds} s)`);
if (failures.length > 0) {
  console.log('Next: npm run test:long -- --seed SEED --path PATH, as the failure above names them, plays it again.');
  process.exitCode = 1;
}

/** The failure, in fast-check's words: the first ends the histories of its seed. */
async function liveAlone(): Promise<string[]> {
  try {
    await liveThrough({ runs, seed, path });
    return [];
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? `${error.cause.message}\n` : '';
    return [`${why}${error instanceof Error ? error.message : String(error)}`];
  }
}

/** By processes of their own, each with a seed of its own, as many at once as there are workers. */
async function share(): Promise<string[]> {
  const seeds = Array.from({ length: shares }, (_, index) => seed + index);
  const said: string[] = [];
  const work = async () => {
    for (let own = seeds.shift(); own !== undefined; own = seeds.shift()) said.push(await start(own));
  };
  await Promise.all(Array.from({ length: most }, work));
  return said.filter((failure) => failure !== '');
}

/** What one process said of its failure; empty where it ended well. */
function start(own: number): Promise<string> {
  const share = ['--runs', String(Math.ceil(runs / shares)), '--seed', String(own)];
  // A tenth of the time goes to collecting what every history leaves behind, unless there is room for it.
  const room = '--max-semi-space-size=64';
  const child = spawn('tsx', [room, fileURLToPath(import.meta.url), ...share], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve) =>
    child.once('close', (code) =>
      resolve(code === 0 ? '' : said.replace(/^ERROR /, '').trim() || `it ended with ${code}`),
    ),
  );
}
