import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** Any number of random histories, on all cores: `npm run test:long -- --runs 10000`; what fails is replayed by `--seed` and `--path`. */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string' }, path: { type: 'string' } },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  console.error(
    'ERROR --runs must be a number from 1 on, and --seed a whole number.\nNext: npm run test:long -- --runs 2000',
  );
  process.exit(64);
}

const workers = values.path === undefined ? Math.min(availableParallelism(), Math.ceil(runs / 100)) : 1;
const began = performance.now();
const ended = await Promise.all(Array.from({ length: workers }, (_, index) => start(seed + index)));
console.log(`${runs} histories in ${((performance.now() - began) / 1000).toFixed(1)} s, from seed ${seed} on.`);
if (ended.some((code) => code !== 0)) {
  console.log(
    'Next: npm run test:long -- --seed SEED --path PATH, with the seed and path of the failure above, plays it again.',
  );
  process.exitCode = 1;
}

function start(own: number): Promise<number | null> {
  const env = {
    ...process.env,
    HISTORIES_SEED: String(own),
    HISTORIES_RUNS: String(Math.ceil(runs / workers)),
    ...(values.path !== undefined && { HISTORIES_PATH: values.path }),
  };
  const child = spawn('vitest', ['run', 'test/histories/histories.test.ts'], { env, stdio: 'inherit' });
  return new Promise((resolve) => child.once('close', resolve));
}
