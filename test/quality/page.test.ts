import { describe, expect, it } from 'vitest';
import { ticksIn } from '../../src/pages/plots.ts';
import { comparisonPageFor, pageFor, pageOfClasses } from './known.ts';

describe('the page of an evaluation', () => {
  it.each([
    ['regression', ['Predicted against actual', 'Slices: mae by part']],
    ['binary', ['ROC curve', 'Confusion matrix', 'Groups: selection_rate by part']],
    ['multiclass', ['Confusion matrix']],
  ] as const)(
    'of %s has its plots, each with its numbers as a table, and needs no script and no request',
    (task, headings) => {
      const page = pageFor(task, 300);
      for (const heading of headings) expect(page).toContain(`<h2>${heading}`);
      expect(page.match(/<table[ >]/g)?.length).toBe(page.match(/<h2>/g)?.length);
      expect(page).not.toMatch(/<script|https?:|style=|src=|NaN|Infinity|undefined/);
    },
  );

  it('is as small for very many rows and slices as its readers need', () => {
    const values = Array.from({ length: 400 }, (_, index) => `town ${index}`);
    const page = pageFor('regression', 25_000, values);
    expect(Buffer.byteLength(page)).toBeLessThan(300_000);
    expect(page).toMatch(/and \d+ more, which this page has no room for/);
    expect(page).toContain('; the first 30 of 400 in the plot</caption>');
  });

  it('has the bounds of each slice beside its value, as the plot has', () => {
    const page = pageFor('regression', 300);
    expect(page).toContain('<th scope="col">at least</th><th scope="col">at most</th>');
    expect(page).toMatch(/<th scope="row">north<\/th><td>100<\/td>(<td>[\d.]+<\/td>){3}<td>\d\.\d{4}<\/td>/);
  });

  it('says that it shows some of very many classes, in a table that can be moved to the side', () => {
    const page = pageOfClasses(25);
    expect(page).toContain('<caption>Rows by their label, columns by the answer; the first 20 of 25 classes</caption>');
    expect(page).toContain('<div class="wide" tabindex="0" role="region"');
    expect(pageOfClasses(4)).not.toContain('<div class="wide"');
    expect(pageOfClasses(4)).not.toContain('the first');
  });

  it('shows a name that somebody wrote into the data as text, never as HTML', () => {
    expect(pageFor('regression', 300, ['<b onload="x">', '&'])).toContain('&lt;b onload=&quot;x&quot;&gt;');
  });
});

it('the page of a comparison has its plots, each with its numbers as a table, with the margin and no difference in sight', () => {
  const page = comparisonPageFor(300);
  for (const heading of ['Findings', 'Difference of rmse', 'Difference of mape', 'Errors row by row'])
    expect(page).toContain(`<h2>${heading}`);
  expect(page.match(/<table[ >]/g)?.length).toBe(page.match(/<h2>/g)?.length);
  expect(page).not.toMatch(/<script|https?:|style=|src=|NaN|Infinity|undefined/);
  const [difference = ''] = /<svg[^>]*Difference of rmse.*?<\/svg>/s.exec(page) ?? [];
  expect(difference).toContain('>0</text>');
  const [, limit = ''] = /class="limit" x1="([\d.]+)"/.exec(difference) ?? [];
  expect(Number(limit)).toBeLessThan(600);
});

describe('the numbers on an axis', () => {
  it.each([
    [
      [0, 1],
      [0, 0.2, 0.4, 0.6, 0.8, 1],
    ],
    [
      [-3, 12],
      [0, 5, 10],
    ],
    [
      [310_000, 790_000],
      [400_000, 500_000, 600_000, 700_000],
    ],
    [
      [0.0412, 0.0466],
      [0.042, 0.044, 0.046],
    ],
  ] as const)('of %j are round', (range, ticks) => {
    expect(ticksIn([...range])).toEqual(ticks);
  });
});
