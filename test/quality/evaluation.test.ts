import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/quality/evaluation.ts';
import { judgeLimit } from '../../src/quality/verdict.ts';
import { checkLines } from '../../src/quality/words.ts';
import type { Estimate } from '../../src/statistics/interval.ts';
import { answersFor, partsFor, planFor } from './known.ts';

const found = (value: number, lower: number, upper: number, n = 100): Estimate => ({
  value,
  lower,
  upper,
  n,
  method: 'bootstrap',
});

describe('a limit', () => {
  it.each([
    ['that even the worse bound keeps', found(0.9, 0.85, 0.94), 'min', 0.85, { verdict: 'good' }],
    ['that even the better bound breaks', found(0.8, 0.75, 0.84), 'min', 0.85, { verdict: 'bad' }],
    ['inside the interval', found(0.9, 0.8, 0.95), 'min', 0.85, { verdict: 'inconclusive', more: 300 }],
    [
      'that the value breaks, and not surely',
      found(0.8, 0.7, 0.9),
      'min',
      0.85,
      { verdict: 'inconclusive', more: 301 },
    ],
    ['at the most', found(10, 9, 12), 'max', 12, { verdict: 'good' }],
    ['at the most, broken', found(14, 12.1, 16), 'max', 12, { verdict: 'bad' }],
    ['that is the value', found(0.9, 0.8, 0.95), 'min', 0.9, { verdict: 'inconclusive' }],
    ['of what has no bounds', found(0.9, Number.NaN, Number.NaN), 'min', 0.5, { verdict: 'inconclusive' }],
    ['of what has no value', found(Number.NaN, Number.NaN, Number.NaN), 'max', 0.5, { verdict: 'inconclusive' }],
    ['that must be passed, and is met', found(0.5, 0.5, 0.5), 'above', 0.5, { verdict: 'bad' }],
  ] as const)('%s: %j', (_, estimate, is, value, judged) => {
    expect(judgeLimit(estimate, { is, value })).toEqual(judged);
  });
});

describe('an evaluation', () => {
  it('is bad where one slice is, by more than chance explains', () => {
    const rows = 600;
    const answers = answersFor('regression', rows);
    const worse = answers.predictions.map((said, row) => (row % 3 === 1 ? said + 15_000 : said));
    const plan = planFor('regression', {
      metrics: { rmse: { max: 30_000 } },
      slices: [{ column: 'part', metrics: { mae: { max: 11_000 } } }],
    });
    const judged = evaluate(plan, { answers: { ...answers, predictions: worse }, parts: partsFor(rows) }, 1);
    expect(judged.verdict).toBe('bad');
    expect(judged.slices.map(({ value, verdict }) => [value, verdict])).toEqual([
      ['north', 'undecided'],
      ['south', 'bad'],
      ['west', 'good'],
    ]);
  });

  it('tells of each slice what was found, its own bound, how it came about, and whether it decides', () => {
    const answers = answersFor('binary', 600);
    const plan = planFor('binary', {
      metrics: { accuracy: { min: 0.1 } },
      groups: [],
      slices: [{ column: 'part', metrics: { recall: { min: 0.8 }, roc_auc: { min: 0.99 } } }],
    });
    const lines = checkLines(evaluate(plan, { answers, parts: partsFor(600) }, 1)).slice(-6);
    expect(lines[0]).toMatch(
      /^(good|undecided) +recall is at least 0\.8 where part is north: 0\.\d+ \(95 %: at least 0\.\d+; Clopper-Pearson of \d\d rows; p \d\.\d{4} by Holm\)$/,
    );
    expect(lines[1]).toMatch(
      /^(bad|undecided) +roc_auc .* north: 0\.\d+ \(95 %: at (most|least) 0\.\d+; normal of 200 rows; p .* by Holm\)$/,
    );
    const easy = { ...plan, slices: [{ column: 'part', min_rows: 30, metrics: { recall: { min: 0.01 } } }] };
    const judged = evaluate(easy, { answers, parts: partsFor(600) }, 1);
    expect(judged.slices.map(({ verdict }) => verdict)).toEqual(['good', 'good', 'good']);
  });

  it('says how many rows of all would decide, where a metric rests on a part of them', () => {
    const labels = Float64Array.from({ length: 1000 }, (_, row) => (row % 10 === 0 ? 1 : 0));
    // Of the 100 positive rows, 88 are found.
    const predictions = labels.map((label, row) => (label === 1 && row % 80 !== 0 ? 1 : 0));
    const plan = planFor('binary', { metrics: { recall: { min: 0.85 } }, slices: [], groups: [], beats: 'nothing' });
    const [check] = evaluate(
      plan,
      { answers: { task: 'binary', labels, predictions, classes: 2 }, parts: new Map() },
      1,
    ).metrics;
    expect(check).toMatchObject({ verdict: 'inconclusive', estimate: { n: 100 } });
    const { value, lower } = check?.estimate ?? { value: 0, lower: 0 };
    const times = ((value - lower) / (value - 0.85)) ** 2;
    expect(check?.more).toBe(Math.ceil(1000 * times) - 1000);
  });

  it('raises a false alarm over twenty slices that keep their limit in few cases', () => {
    const values = Array.from({ length: 20 }, (_, index) => `s${index}`);
    const plan = planFor('binary', {
      metrics: { accuracy: { min: 0.1 } },
      beats: 'nothing',
      groups: [],
      slices: [{ column: 'part', metrics: { accuracy: { min: 0.9 } } }],
    });
    const alarms = Array.from({ length: 60 }, (_, seed) => {
      const answers = answersFor('binary', 1200, seed + 1);
      // Nine of ten answers are right, in every slice.
      const predictions = answers.labels.map((label, row) =>
        (row * 7919 + seed * 104_729) % 1000 < 100 ? 1 - label : label,
      );
      return evaluate(plan, { answers: { ...answers, predictions }, parts: partsFor(1200, values) }, 1).verdict;
    }).filter((verdict) => verdict === 'bad').length;
    expect(alarms).toBeLessThanOrEqual(6);
  });

  it('shows a slice of few rows, and one of a single class, without judging it', () => {
    const answers = answersFor('binary', 320);
    const parts = new Map([
      [
        'part',
        Array.from({ length: 320 }, (_, row) => (row < 20 ? 'few' : answers.labels[row] === 1 ? 'ones' : 'zeros')),
      ],
    ]);
    const plan = planFor('binary', { groups: [], slices: [{ column: 'part', metrics: { roc_auc: { min: 0.5 } } }] });
    const unjudged = evaluate(plan, { answers, parts }, 1);
    const none = ', and no other slice by part is judged';
    expect(checkLines(unjudged).slice(-3)).toEqual([
      expect.stringMatching(
        / part is few: .*, not judged: 20 rows, fewer than 30, and no other slice by part is judged$/,
      ),
      `inconclusive roc_auc is at least 0.5 where part is ones: unknown, not judged: its rows give no roc_auc${none}`,
      `inconclusive roc_auc is at least 0.5 where part is zeros: unknown, not judged: its rows give no roc_auc${none}`,
    ]);
    expect(unjudged.verdict).toBe('inconclusive');
    const mixed = new Map([['part', parts.get('part')?.map((value) => (value === 'few' ? value : 'many')) ?? []]]);
    const judged = evaluate(plan, { answers, parts: mixed }, 1);
    expect(judged.slices.map(({ value, verdict }) => [value, verdict])).toEqual([
      ['few', 'not judged'],
      ['many', 'good'],
    ]);
    expect(checkLines(judged).at(-2)).toMatch(/^not judged {3}roc_auc .*, not judged: 20 rows, fewer than 30$/);
    expect(judged.verdict).toBe('good');
  });

  it('is bad where two groups differ by more than is allowed, and open where their rows are too few', () => {
    const rows = 400;
    const answers = answersFor('binary', rows);
    const unfair = answers.predictions.map((said, row) => (row % 2 === 0 ? 1 : said));
    const plan = (limit: number) =>
      planFor('binary', {
        metrics: { accuracy: { min: 0.1 } },
        slices: [],
        groups: [{ column: 'part', selection_rate: { max_difference: limit } }],
      });
    const seen = { answers: { ...answers, predictions: unfair }, parts: partsFor(rows, ['a', 'b']) };
    expect(evaluate(plan(0.1), seen, 1).groups[0]).toMatchObject({ verdict: 'bad' });
    expect(evaluate(plan(0.9), seen, 1).groups[0]).toMatchObject({ verdict: 'good' });
    const one = evaluate(plan(0.1), { ...seen, parts: partsFor(rows, ['a']) }, 1).groups[0];
    expect(one).toMatchObject({ verdict: 'inconclusive', why: 'fewer than two groups have 30 rows that count' });
  });

  it.each(['regression', 'binary', 'multiclass'] as const)('of %s is bad where every answer is the same', (task) => {
    const answers = answersFor(task, 300);
    const same = (values?: Float64Array) => values?.map(() => values[0] ?? 0);
    const constant = { ...answers, predictions: answers.predictions.map(() => 1), scores: same(answers.scores) };
    const plan = planFor(task, { slices: [], groups: [] });
    const judged = evaluate(plan, { answers: constant, parts: new Map() }, 1);
    expect(judged.metrics.at(-1)).toMatchObject({ limit: { is: 'above' }, verdict: 'bad' });
    expect(checkLines(judged).at(-1)).toMatch(/^bad +better than a constant answer .*: every answer is the same$/);
  });

  it('makes up no number where a resample has no class, or a row is off by more than numbers can say', () => {
    const labels = Float64Array.from({ length: 200 }, (_, row) => (row < 2 ? 1 : 0));
    const rare = { task: 'binary', labels, predictions: labels, scores: labels, classes: 2 } as const;
    const plan = planFor('binary', { metrics: { roc_auc: { min: 0.5 } }, slices: [], groups: [], beats: 'nothing' });
    expect(checkLines(evaluate(plan, { answers: rare, parts: new Map() }, 1))).toEqual([
      'inconclusive roc_auc is at least 0.5: 1; 200 rows do not show how far it may be off',
    ]);
    const far = answersFor('regression', 200);
    far.labels[3] = 1e308;
    const rmse = planFor('regression', { slices: [], beats: 'nothing' });
    expect(checkLines(evaluate(rmse, { answers: far, parts: new Map() }, 1))).toEqual([
      'inconclusive rmse is at most 20000: the rows give no rmse',
    ]);
  });

  it('is bad where a constant answer does as well', () => {
    const answers = answersFor('regression', 300);
    const mean = answers.labels.reduce((sum, label) => sum + label, 0) / 300;
    const plan = planFor('regression', { metrics: { rmse: { max: 1e9 } }, slices: [] });
    const noise = answers.labels.map((_, row) => mean + (((row * 7919) % 1000) - 500) * 200);
    const judged = evaluate(plan, { answers: { ...answers, predictions: noise }, parts: new Map() }, 1);
    expect(judged.metrics.at(-1)).toMatchObject({ metric: 'r2', limit: { is: 'above', value: 0 }, verdict: 'bad' });
    expect(evaluate({ ...plan, beats: 'nothing' }, { answers, parts: new Map() }, 1).metrics).toHaveLength(1);
  });
});
