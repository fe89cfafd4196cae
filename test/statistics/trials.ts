import { type Finding, judgeDifference, judgeLatency } from '../../src/quality/comparison.ts';
import type { Answers } from '../../src/statistics/answers.ts';
import { latencyRatio, type PairedLatencies } from '../../src/statistics/latency.ts';
import { type MetricName, metricNamed } from '../../src/statistics/metrics.ts';
import { matchedDifference, SIGNIFICANCE, swapChances } from '../../src/statistics/paired.ts';
import { randomAfter } from '../../src/statistics/random.ts';
import { drawnRows } from './runs.ts';

/** A comparison of two models of which the truth is known: what it says in a run, and how often it may. */
interface Trial {
  /** What is counted. */
  readonly what: string;
  /** The largest share of runs, or the smallest; without either it is only told. */
  readonly most?: number;
  readonly least?: number;
  isSo(seed: number): boolean;
}

/** False verdicts of a model and itself: 5 %, and what 10,000 runs may be off by. */
const MOST_WRONG = 0.054;
const LEAST_FOUND = 0.7;

/** A margin that decides nothing: then each verdict is one of a difference. */
const SMALL = 1e-9;

const isVerdict = (finding: Finding) => finding === 'better' || finding === 'worse';

function ofAccuracy(wins: number, losses: number, seed: number): Finding {
  return judgeDifference(matchedDifference(drawnRows(randomAfter(seed), wins, losses), 0), SMALL).finding;
}

/** G. E. P. Box and M. E. Muller, Annals of Mathematical Statistics 29, 1958. */
export function normalsAfter(seed: number): () => number {
  const random = randomAfter(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const ROWS = 100;

/** Two models that are as good, with errors of heavy tails, and a part that both share; whether they are told apart. */
function areToldApart(metric: MetricName, seed: number): boolean {
  const normal = normalsAfter(seed);
  const isBinary = metric === 'roc_auc';
  const [labels, one, other] = [new Float64Array(ROWS), new Float64Array(ROWS), new Float64Array(ROWS)];
  for (const row of labels.keys()) {
    labels[row] = isBinary ? Number(normal() > 0.5) : 0;
    const shared = normal() * Math.exp(0.5 * normal()) + (labels[row] ?? 0);
    one[row] = shared + 0.5 * normal();
    other[row] = shared + 0.5 * normal();
  }
  const of = (said: Float64Array): Answers => {
    if (!isBinary) return { task: 'regression', labels, predictions: said, classes: 0 };
    return { task: 'binary', labels, predictions: said.map((score) => Number(score > 0)), scores: said, classes: 2 };
  };
  const [p = Number.NaN] = swapChances([metricNamed(metric)], { champion: of(one), challenger: of(other) }, seed);
  return p <= SIGNIFICANCE;
}

/** 80 requests on two endpoints, of which each model has an instance; requests waver by 10 %, and one in 200 is held up for a second. */
function latencyFinding(longer: number, { margin = 0.1, differ = 0.05 }, seed: number): Finding {
  const [normal, random] = [normalsAfter(seed), randomAfter(seed + 1e9)];
  const took = (factor: number): number[] => {
    const instance = Math.exp(differ * normal());
    const stall = () => (random() < 0.005 ? 1000 : 0);
    return Array.from({ length: 40 }, () => 50 * factor * instance * Math.exp(0.1 * normal()) + stall());
  };
  const endpoints = [1, 2].map((): PairedLatencies => ({ champion: took(1), challenger: took(1 + longer) }));
  return judgeLatency(latencyRatio(endpoints), margin).finding;
}

export const TRIALS = {
  'accuracy-60': {
    what: 'accuracy of a model and itself, 60 of 1,000 rows answered in two ways: better or worse',
    most: MOST_WRONG,
    isSo: (seed) => isVerdict(ofAccuracy(0.03, 0.03, seed)),
  },
  'accuracy-10': {
    what: 'accuracy of a model and itself, 10 of 1,000 rows answered in two ways: better or worse',
    most: MOST_WRONG,
    isSo: (seed) => isVerdict(ofAccuracy(0.005, 0.005, seed)),
  },
  rmse: {
    what: 'RMSE as good, 100 rows: better or worse',
    most: MOST_WRONG,
    isSo: (seed) => areToldApart('rmse', seed),
  },
  mae: { what: 'MAE as good, 100 rows: better or worse', most: MOST_WRONG, isSo: (seed) => areToldApart('mae', seed) },
  'roc-auc': {
    what: 'area under the ROC curve as good, 100 rows: better or worse',
    most: MOST_WRONG,
    isSo: (seed) => areToldApart('roc_auc', seed),
  },
  'accuracy-won': {
    what: '40 won and 20 lost rows of 1,000: better',
    least: LEAST_FOUND,
    isSo: (seed) => ofAccuracy(0.04, 0.02, seed) === 'better',
  },
  latency: {
    what: 'latency as long, instances differ by 5 %: better or worse',
    most: MOST_WRONG,
    isSo: (seed) => isVerdict(latencyFinding(0, {}, seed)),
  },
  'latency-worse': {
    what: 'latency as long, instances differ by 5 %: worse, by the margin of 10 %',
    most: MOST_WRONG,
    isSo: (seed) => latencyFinding(0, {}, seed) === 'worse',
  },
  'latency-at-margin': {
    what: 'latency 10 % longer, instances differ by 5 %: better, or not worse by the margin of 10 %',
    most: MOST_WRONG,
    isSo: (seed) => ['better', 'not worse'].includes(latencyFinding(0.1, {}, seed)),
  },
  'latency-longer': {
    what: 'latency 20 % longer, instances differ by 5 %: worse, by the margin of 10 %',
    least: LEAST_FOUND,
    isSo: (seed) => latencyFinding(0.2, {}, seed) === 'worse',
  },
  'latency-within': {
    what: 'latency as long, instances differ by 5 %: not worse, by the margin of 20 %',
    least: 0.9,
    isSo: (seed) => ['better', 'not worse'].includes(latencyFinding(0, { margin: 0.2 }, seed)),
  },
  'latency-unlike': {
    what: 'latency as long, instances differ by 10 %, twice what is taken: worse, by the margin of 10 %',
    isSo: (seed) => latencyFinding(0, { differ: 0.1 }, seed) === 'worse',
  },
} as const satisfies Readonly<Record<string, Trial>>;

export function trialNamed(name: string): Trial {
  const found = Object.entries<Trial>(TRIALS).find(([each]) => each === name);
  if (!found) throw new Error(`There is no trial ${name}.`);
  return found[1];
}
