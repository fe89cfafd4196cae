import type { Finding } from '../../src/quality/comparison.ts';
import { judgeDifference } from '../../src/quality/comparison.ts';
import type { Answers } from '../../src/statistics/answers.ts';
import { QUALITY_METRICS } from '../../src/statistics/metrics.ts';
import { normalQuantile } from '../../src/statistics/normal.ts';
import { matchedDifference, SIGNIFICANCE, swapChances } from '../../src/statistics/paired.ts';
import { randomAfter } from '../../src/statistics/random.ts';
import { drawnRows, shareOf } from './runs.ts';

/*
 * How often compare-models errs: `npm run test:comparisons`, some minutes. Ten thousand comparisons of a model with itself, by
 * each method of the primary metric; and of one that wins 40 rows and loses 20 of 1,000.
 */

const RUNS = 10_000;
const SEED = 20_261_126;
const MOST_WRONG = 0.054;
const LEAST_FOUND = 0.7;

const random = randomAfter(SEED);
const normal = () => normalQuantile(random());

/** A margin that decides nothing: then each verdict is one of a difference. */
const SMALL = 1e-9;

function ofAccuracy(wins: number, losses: number): Finding {
  return judgeDifference(matchedDifference(drawnRows(random, wins, losses), 0), SMALL).finding;
}

/** Whether 200 rows tell two models apart whose errors have heavy tails, and a part that both share. */
function ofErrors(metric: 'rmse' | 'mae', seed: number): boolean {
  const [labels, champion, challenger] = [1, 2, 3].map(() => new Float64Array(200));
  if (!labels || !champion || !challenger) throw new Error('There are three.');
  for (const row of labels.keys()) {
    const shared = normal() * Math.exp(0.5 * normal());
    champion[row] = shared + 0.5 * normal();
    challenger[row] = shared + 0.5 * normal();
  }
  const of = (predictions: Float64Array): Answers => ({ task: 'regression', labels, predictions, classes: 0 });
  const pairs = { champion: of(champion), challenger: of(challenger) };
  const [p = Number.NaN] = swapChances([QUALITY_METRICS[metric]], pairs, seed);
  return p <= SIGNIFICANCE;
}

const isVerdict = (finding: Finding) => finding === 'better' || finding === 'worse';

let seed = 0;
const wrong = {
  'accuracy, 60 rows answered in two ways': () => isVerdict(ofAccuracy(0.03, 0.03)),
  'accuracy, 10 rows answered in two ways': () => isVerdict(ofAccuracy(0.005, 0.005)),
  'rmse of 200 rows': () => ofErrors('rmse', seed++),
  'mae of 200 rows': () => ofErrors('mae', seed++),
};

let failed = false;
for (const [what, isWrong] of Object.entries(wrong)) {
  const share = shareOf(RUNS, isWrong);
  failed ||= share > MOST_WRONG;
  console.log(`${what}: ${(100 * share).toFixed(2)} % false verdicts of ${RUNS} (at most ${100 * MOST_WRONG} %)`);
}
const found = shareOf(RUNS, () => ofAccuracy(0.04, 0.02) === 'better');
failed ||= found < LEAST_FOUND;
console.log(
  `40 won and 20 lost rows of 1,000: found in ${(100 * found).toFixed(2)} % (at least ${100 * LEAST_FOUND} %)`,
);
process.exitCode = failed ? 1 : 0;
