import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { live, type Tally } from './life.ts';
import { answerNearby } from './nearby.ts';
import { history } from './steps.ts';

const { HISTORIES_RUNS = '300', HISTORIES_SEED = '20261122', HISTORIES_PATH: path } = process.env;
const [runs, seed] = [Number(HISTORIES_RUNS), Number(HISTORIES_SEED)];

let restore = () => {};
beforeAll(() => {
  restore = answerNearby();
});
afterAll(() => restore());

/** What must come about often enough in so many histories for the property to mean something. */
const REACHED = [
  'validate-endpoint in dev: 0',
  'validate-endpoint in uat: 0',
  'validate-endpoint in main: 0',
  'approve-model in dev: 1',
  'check-model in uat: 80',
  'deploy-model in dev: 1',
  'deploy-model in dev: 124',
  'deploy-model in dev: died',
  'deploy-pipeline in dev: died',
  'reject-model in dev: 0',
  'validate-endpoint in dev: 1',
  'validate-endpoint in dev: died',
];

it('whatever happens in whatever order, only what was approved and proved goes live, and green means live', async () => {
  const tally: Tally = new Map();
  const property = fc.asyncProperty(history, (steps) => live(steps, tally));
  await fc.assert(property, { numRuns: runs, seed, ...(path !== undefined && { path }) });
  if (process.env.HISTORIES_TALLY)
    console.log(
      [...tally]
        .sort()
        .map(([what, times]) => `${times} ${what}`)
        .join('\n'),
    );
  if (runs >= 300 && path === undefined) expect([...tally.keys()]).toEqual(expect.arrayContaining(REACHED));
}, 3_600_000);
