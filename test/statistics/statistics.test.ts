import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Answers, Task } from '../../src/statistics/answers.ts';
import { atLeastHits, atMostHits } from '../../src/statistics/binomial.ts';
import { holm } from '../../src/statistics/holm.ts';
import { estimate } from '../../src/statistics/interval.ts';
import { METRIC_NAMES, metricNamed, QUALITY_METRICS, statisticOf } from '../../src/statistics/metrics.ts';
import { normalBelow, normalQuantile } from '../../src/statistics/normal.ts';
import { differenceBounds, lowerShare, upperShare } from '../../src/statistics/proportion.ts';
import { randomAfter } from '../../src/statistics/random.ts';
import { rocCurve } from '../../src/statistics/ranking.ts';
import { jackknifeBounds, once } from '../../src/statistics/resampling.ts';

const numbers = z.array(z.number());
const answered = z.object({
  labels: numbers,
  predictions: numbers,
  scores: numbers.optional(),
  weights: numbers,
  expected: z.array(z.object({ metric: z.enum(METRIC_NAMES), plain: z.number(), weighted: z.number() })),
});
const pair = z.tuple([z.number(), z.number()]);
const bounds = { lower: z.number(), upper: z.number() };
/** What scikit-learn, SciPy and statsmodels say: test/statistics/fixtures.py. */
const fixtures = z
  .object({
    regression: answered,
    binary: answered,
    multiclass: answered,
    shares: z.array(
      z.object({
        hits: z.number(),
        trials: z.number(),
        share: z.number(),
        atMost: z.number(),
        atLeast: z.number(),
        ...bounds,
      }),
    ),
    differences: z.array(z.object({ one: pair, other: pair, ...bounds })),
    normal: z.object({ below: z.array(pair), quantiles: z.array(pair), t: z.number() }),
    bca: z.object({ labels: numbers, predictions: numbers, ...bounds }),
    holm: z.array(z.object({ values: numbers, adjusted: numbers })),
  })
  .parse(JSON.parse(readFileSync(new URL('fixtures.json', import.meta.url), 'utf8')));

function answersIn(
  task: Task,
  { labels, predictions, scores }: Omit<z.infer<typeof answered>, 'weights' | 'expected'>,
) {
  const classes = { regression: 0, binary: 2, multiclass: 4 }[task];
  const of = (values: readonly number[]) => Float64Array.from(values);
  return { task, labels: of(labels), predictions: of(predictions), scores: scores && of(scores), classes };
}

describe.each(['regression', 'binary', 'multiclass'] as const)('a metric of %s', (task) => {
  const fixture = fixtures[task];
  const answers = answersIn(task, fixture);

  it.each(fixture.expected)('has the value of scikit-learn: $metric', ({ metric, plain, weighted }) => {
    const statistic = statisticOf(metricNamed(metric), answers);
    expect(statisticOf(metricNamed(metric), answers)(once(answers.labels.length))).toBeCloseTo(plain, 9);
    expect(statistic(Float64Array.from(fixture.weights)) / weighted).toBeCloseTo(1, 10);
  });

  it('is one that scikit-learn was asked about', () => {
    const names = METRIC_NAMES.filter((name) => metricNamed(name).tasks.includes(task));
    expect(fixture.expected.map(({ metric }) => metric).sort()).toEqual(names.sort());
  });

  it('has the value that a constant answer gets, where the table names one', () => {
    for (const name of METRIC_NAMES.filter((each) => metricNamed(each).tasks.includes(task))) {
      const { constant } = metricNamed(name);
      if (!constant) continue;
      const mean = answers.labels.reduce((sum, label) => sum + label, 0) / answers.labels.length;
      const said = task === 'regression' ? mean : 0;
      const always: Answers = {
        ...answers,
        predictions: answers.labels.map(() => said),
        scores: answers.labels.map(() => said),
      };
      expect(statisticOf(metricNamed(name), always)(once(always.labels.length))).toBeCloseTo(constant(answers), 12);
    }
  });
});

describe('the bounds of a share', () => {
  it.each(fixtures.shares)('are those of SciPy: $hits of $trials, at $share', (each) => {
    const { hits, trials, share, lower, upper, atMost, atLeast } = each;
    expect(lowerShare(hits, trials)).toBeCloseTo(lower, 9);
    expect(upperShare(hits, trials)).toBeCloseTo(upper, 9);
    expect(atMostHits(hits, trials, share)).toBeCloseTo(atMost, 9);
    expect(atLeastHits(hits, trials, share)).toBeCloseTo(atLeast, 9);
  });

  it.each(fixtures.differences)('that differs from another are those of statsmodels: $one, $other', (each) => {
    const [[hits, trials], [others, among]] = [each.one, each.other];
    const found = differenceBounds({ hits, trials }, { hits: others, trials: among });
    expect(found.lower).toBeCloseTo(each.lower, 9);
    expect(found.upper).toBeCloseTo(each.upper, 9);
  });
});

describe('the normal distribution', () => {
  it.each(fixtures.normal.below)('below %f is that of SciPy, to the last digits also in its tails', (value, share) => {
    expect(normalBelow(value) / share).toBeCloseTo(1, 10);
  });

  it.each(fixtures.normal.quantiles)('at %f has the quantile of SciPy', (share, value) => {
    expect(normalQuantile(share)).toBeCloseTo(value, 8);
  });
});

it('p-values are adjusted as statsmodels does by Holm', () => {
  for (const { values, adjusted } of fixtures.holm)
    for (const [index, value] of holm(values).entries()) expect(value).toBeCloseTo(adjusted[index] ?? -1, 12);
});

it('the ROC curve goes from nothing to everything, over the area that is told of it, in two numbers for each score', () => {
  const random = randomAfter(3);
  const labels = Float64Array.from({ length: 2_000 }, () => (random() < 0.3 ? 1 : 0));
  // Of a hundredth each, so that many rows have the same.
  const scores = labels.map((label) => Math.round(100 * (0.3 * label + 0.7 * random())) / 100);
  const answers: Answers = { task: 'binary', labels, scores, predictions: labels, classes: 2 };
  const { falsePositives: x, truePositives: y } = rocCurve(answers);
  expect([x[0], y[0], x.at(-1), y.at(-1)]).toEqual([0, 0, 1, 1]);
  expect(x.length).toBe(new Set(scores).size + 1);
  const area = x.reduce(
    (sum, at, point) => sum + ((at - (x[point - 1] ?? 0)) * ((y[point] ?? 0) + (y[point - 1] ?? 0))) / 2,
    0,
  );
  expect(area).toBeCloseTo(statisticOf(metricNamed('roc_auc'), answers)(once(labels.length)), 12);
});

describe('an estimate', () => {
  const weightless = (labels: readonly number[], predictions: readonly number[]) =>
    answersIn('regression', { labels: [...labels], predictions: [...predictions] });

  it('of fewer than 20,000 rows has the bounds of SciPy’s BCa, within what 2,000 resamples can tell', () => {
    const { labels, predictions, lower, upper } = fixtures.bca;
    const [found] = estimate([QUALITY_METRICS.rmse], weightless(labels, predictions), 1);
    expect(found?.method).toBe('bootstrap');
    expect(Math.abs((found?.lower ?? 0) - lower)).toBeLessThan((upper - lower) / 20);
    expect(Math.abs((found?.upper ?? 0) - upper)).toBeLessThan((upper - lower) / 10);
  });

  it('of many rows is as wide as the formula of the mean says', () => {
    const random = randomAfter(7);
    const labels = Array.from({ length: 20_000 }, () => random());
    const [found] = estimate(
      [QUALITY_METRICS.mae],
      weightless(
        labels,
        labels.map(() => 0),
      ),
      1,
    );
    const half = (1.645 * Math.sqrt(1 / 12)) / Math.sqrt(20_000);
    expect(found?.method).toBe('jackknife');
    // The standard error of a hundred blocks is itself known to about 7 %.
    expect(((found?.upper ?? 0) - (found?.lower ?? 0)) / (2 * half)).toBeCloseTo(1, 0.5);
  });

  it('takes the quantile of Student’s t from SciPy', () => {
    const { upper } = jackknifeBounds(
      0,
      Float64Array.from({ length: 2 }, (_, index) => index * 2 * Math.SQRT2),
    );
    expect(upper / Math.SQRT2 / Math.SQRT2).toBeCloseTo(fixtures.normal.t / Math.SQRT2, 12);
  });

  it('is the same again after the same seed, and another after another', () => {
    const { labels, predictions } = fixtures.bca;
    const of = (seed: number) => estimate([QUALITY_METRICS.rmse], weightless(labels, predictions), seed);
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
  });

  it.each([
    ['of 29 rows', Array.from({ length: 29 }, (_, row) => row)],
    ['of rows that are all off by the same', Array.from({ length: 50 }, () => 1)],
  ])('%s has a value and no bounds: nothing tells how far it could be off', (_, errors) => {
    const [found] = estimate(
      [QUALITY_METRICS.rmse],
      weightless(
        errors,
        errors.map(() => 0),
      ),
      1,
    );
    expect(found?.value).toBeGreaterThan(0);
    expect([found?.lower, found?.upper]).toEqual([Number.NaN, Number.NaN]);
  });

  it('that many resamples do not have counts them against the version, on either side', () => {
    // One row of the positive class: a third of the resamples have none, and no area under the curve.
    const labels = Float64Array.from({ length: 40 }, (_, row) => (row === 0 ? 1 : 0));
    const scores = labels.map((label, row) => (label === 1 ? 0.8 : row / 40));
    const [found] = estimate(
      [QUALITY_METRICS.roc_auc],
      { task: 'binary', labels, scores, predictions: labels, classes: 2 },
      1,
    );
    expect(found?.value).toBeGreaterThan(0.7);
    expect([found?.lower, found?.upper]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it('holds in about 95 % of the cases on either side, also where errors are skewed', () => {
    const random = randomAfter(11);
    const normal = () => normalQuantile(random());
    const truth = Math.exp(0.5 * 0.5);
    let [tooLow, tooHigh] = [0, 0];
    const runs = 120;
    for (let run = 0; run < runs; run++) {
      const errors = Array.from({ length: 150 }, () => Math.exp(0.5 * normal()));
      const [found] = estimate(
        [QUALITY_METRICS.rmse],
        weightless(
          errors,
          errors.map(() => 0),
        ),
        run,
      );
      if ((found?.upper ?? 0) < truth) tooLow++;
      if ((found?.lower ?? 0) > truth) tooHigh++;
    }
    expect(tooLow / runs).toBeLessThan(0.13);
    expect(tooHigh / runs).toBeLessThan(0.1);
  });
});
