import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { judgeDifference } from '../../src/quality/comparison.ts';
import type { Answers } from '../../src/statistics/answers.ts';
import { INSTANCES_DIFFER, latencyRatio } from '../../src/statistics/latency.ts';
import { matchedBounds, mcNemarP } from '../../src/statistics/matched.ts';
import { METRIC_NAMES, metricNamed, QUALITY_METRICS } from '../../src/statistics/metrics.ts';
import {
  matchedDifference,
  pairedDifferences,
  powerWithin,
  smallestFound,
  swapChances,
} from '../../src/statistics/paired.ts';
import { randomAfter } from '../../src/statistics/random.ts';
import { drawnRows, shareOf } from './runs.ts';

const RUNS = 1500;

const numbers = z.array(z.number());
const bounds = { lower: z.number(), upper: z.number() };
/** What SciPy and statsmodels say: test/statistics/paired.py. */
const fixtures = z
  .object({
    matched: z.array(z.object({ won: z.number(), lost: z.number(), n: z.number(), p: z.number(), ...bounds })),
    swaps: z.array(
      z.object({
        metric: z.enum(METRIC_NAMES),
        labels: numbers,
        champion: numbers,
        challenger: numbers,
        p: z.number(),
      }),
    ),
    trimmed: z.array(z.object({ champion: numbers, challenger: numbers, mean: z.number(), error: z.number() })),
    differences: z.array(
      z.object({
        metric: z.enum(METRIC_NAMES),
        labels: numbers,
        champion: numbers,
        challenger: numbers,
        better: z.number(),
        ...bounds,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('paired.json', import.meta.url), 'utf8')));

type Said = readonly number[];

function pairsOf(task: Answers['task'], labels: Said, champion: Said, challenger: Said) {
  const of = (said: Said): Answers => ({
    task,
    labels: Float64Array.from(labels),
    predictions: Float64Array.from(said, (value) => (task === 'regression' ? value : Number(value >= 0.5))),
    scores: task === 'binary' ? Float64Array.from(said) : undefined,
    classes: 2,
  });
  return { champion: of(champion), challenger: of(challenger) };
}

describe('two models on the same rows', () => {
  it.each(fixtures.matched)(
    'have the p and the bounds of statsmodels and SciPy: $won won and $lost lost of $n',
    ({ won, lost, n, p, lower, upper }) => {
      expect(mcNemarP({ won, lost })).toBeCloseTo(p, 9);
      const found = matchedBounds({ won, lost, n });
      expect(found.lower).toBeCloseTo(lower, 6);
      expect(found.upper).toBeCloseTo(upper, 6);
    },
  );

  it.each(fixtures.differences)(
    'have the bounds of SciPy’s paired BCa, within what 2,000 resamples can tell: $metric',
    ({ metric, labels, champion, challenger, better, lower, upper }) => {
      const task = metric === 'roc_auc' ? 'binary' : 'regression';
      const [found] = pairedDifferences([metricNamed(metric)], pairsOf(task, labels, champion, challenger), 1);
      expect(found?.better).toBeCloseTo(better, 9);
      expect(Math.abs((found?.lower ?? 0) - lower)).toBeLessThan((upper - lower) / 15);
      expect(Math.abs((found?.upper ?? 0) - upper)).toBeLessThan((upper - lower) / 10);
    },
  );

  it.each(fixtures.swaps)(
    'are as likely as SciPy’s permutation test says, within what 2,000 exchanges can tell: $metric',
    ({ metric, labels, champion, challenger, p }) => {
      const pairs = pairsOf('regression', labels, champion, challenger);
      const [found = Number.NaN] = swapChances([metricNamed(metric)], pairs, 1);
      expect(Math.abs(found - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 2000) + 0.001);
    },
  );

  it.each(fixtures.trimmed)(
    'take as much longer as SciPy’s trimmed mean of the logarithms says: $mean, with an error that counts the instances',
    ({ mean, error, ...took }) => {
      const one = latencyRatio([took]);
      expect(one.log).toBeCloseTo(mean, 12);
      expect(one.error).toBeCloseTo(Math.hypot(error, INSTANCES_DIFFER * Math.SQRT2), 12);
      // A second pair of instances on which both take as long: these differ, and that is more than is taken.
      const other = latencyRatio([took, { champion: took.champion, challenger: took.champion }]);
      expect(other.log).toBeCloseTo(mean / 2, 12);
      expect(other.differ).toBeCloseTo(Math.max(INSTANCES_DIFFER, Math.abs(mean) / 2), 12);
      expect(other.error).toBeCloseTo(Math.hypot(error / 2, other.differ), 12);
    },
  );

  it('take nobody knows how long where an instance answered fewer than 30 requests', () => {
    const took = (requests: number) => ({ champion: Array(requests).fill(20), challenger: Array(requests).fill(20) });
    expect(latencyRatio([took(30), took(30)])).toMatchObject({ log: 0, p: 1, n: 60, instances: 2 });
    expect(latencyRatio([took(30), took(29)]).bounds).toEqual({ lower: Number.NaN, upper: Number.NaN });
  });

  it('that answer every row alike are not worse, and where all pairs differ by the same nothing is told', () => {
    const labels = Array.from({ length: 50 }, (_, row) => row);
    const off = (by: number) => labels.map((label) => label + by);
    const of = (champion: number, challenger: number) =>
      pairedDifferences([QUALITY_METRICS.mae], pairsOf('regression', labels, off(champion), off(challenger)), 1)[0];
    expect(of(1, 1)).toMatchObject({ better: 0, lower: 0, upper: 0, p: 1 });
    expect(of(2, 1)).toMatchObject({ better: 1, lower: Number.NaN, p: Number.NaN });
  });

  it.each([
    ['better', { better: 0.02, lower: 0.004, p: 0.03 }],
    ['not worse', { better: -0.002, lower: -0.009, p: 0.4 }],
    ['not worse', { better: -0.006, lower: -0.009, p: 0.001 }],
    ['worse', { better: -0.02, lower: -0.03, p: 0.01 }],
    ['inconclusive', { better: -0.009, lower: -0.014, p: 0.01 }],
    ['inconclusive', { better: 0.01, lower: -0.02, p: 0.3 }],
    ['inconclusive', { better: Number.NaN, lower: Number.NaN, p: Number.NaN }],
  ])('are found to be %s by the bound and the margin of 0.01: %o', (finding, seen) => {
    expect(judgeDifference({ ...seen, n: 1000 }, 0.01).finding).toBe(finding);
  });

  it('have a power beforehand and a smallest difference afterwards that come true', () => {
    const random = randomAfter(3);
    // As good, and only one of both right in 10 % of 1,000 rows: within a margin of 2.5 %.
    const within = shareOf(RUNS, () => {
      const { won, lost } = drawnRows(random, 0.05, 0.05);
      return judgeDifference(matchedDifference({ won, lost, n: 1000 }, 0), 0.025).finding !== 'inconclusive';
    });
    expect(Math.abs(within - powerWithin(0.025, 0.1, 1000))).toBeLessThan(0.05);
    const least = smallestFound(Math.sqrt(0.1 / 1000));
    const found = shareOf(RUNS, () => mcNemarP(drawnRows(random, 0.05 + least / 2, 0.05 - least / 2)) <= 0.05);
    expect(Math.abs(found - 0.8)).toBeLessThan(0.05);
  });

  it('that are the same are rarely told apart: the long form has 10,000 runs', () => {
    const random = randomAfter(1);
    const wrong = shareOf(RUNS, () => mcNemarP(drawnRows(random, 0.03, 0.03)) <= 0.05);
    expect(wrong).toBeLessThan(0.065);
  });
});
