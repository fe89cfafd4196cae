import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { surveyData } from '../../src/quality/data.ts';
import type { Task } from '../../src/statistics/answers.ts';
import { planFor } from './known.ts';

/** Rows of an id, a feature, a part and a label. */
function csv(rows: number, row: (number: number) => readonly unknown[]): string {
  const lines = Array.from({ length: rows }, (_, index) => [`r${index + 1}`, ...row(index + 1)].join(','));
  return ['id,x,part,y', ...lines].join('\n');
}

const PLAIN = { slices: [] };

/** What the first look at data says, where it comes in pieces of so many bytes. */
async function looked(data: string, { task = 'regression' as Task, plan = PLAIN as object, piece = 1e6 } = {}) {
  async function* open() {
    const bytes = Buffer.from(data);
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  }
  const source = { name: 'rows.csv', format: 'csv', open: async () => open() } as const;
  return surveyData({ source, plan: planFor(task, plan) }).then(
    ({ rows }) => `${rows} rows`,
    (error: Error) => error.message.replace('rows.csv cannot be evaluated:\n', ''),
  );
}

describe('data is refused before anything is asked', () => {
  const plain = csv(40, (row) => [row, 'a', row]);
  const zero = csv(40, (row) => [row, 'a', row === 7 ? 0 : row]);
  const division =
    '  row 7: the label "0" is 0, and mape divides by it: judge mae in its place, or leave such rows out.';

  it.each([
    ['of all rows', { metrics: { mape: { max: 0.1 } }, slices: [] }],
    ['of slices', { slices: [{ column: 'part', metrics: { mape: { max: 0.1 } } }] }],
    ['of a comparison', { slices: [], comparison: { primary: 'mape', margins: { mape: 0.1 } } }],
  ])('where a label is 0 and the mape %s is judged, by its row', async (_, plan) => {
    expect(await looked(zero, { plan })).toBe(division);
    expect(await looked(zero)).toBe('40 rows');
  });

  it('where every row has the same label, unless no constant answer has to be beaten', async () => {
    const same = csv(40, (row) => [row, 'a', 12]);
    expect(await looked(same)).toBe('  every row has the label 12, so that r2 has no value.');
    expect(await looked(same, { plan: { slices: [], beats: 'nothing' } })).toBe('40 rows');
  });

  it('where slices or groups would be one for almost every row', async () => {
    const parted = (values: number) => csv(600, (row) => [row, row % values, row]);
    const slices = [{ column: 'part', metrics: { mae: { max: 1 } } }];
    expect(await looked(parted(501), { plan: { slices } })).toBe(
      '  its column part has more than 500 values, too many for slices or groups.',
    );
    expect(await looked(parted(500), { plan: { slices } })).toBe('600 rows');
    const groups = [{ column: 'part', selection_rate: { max_difference: 0.1 } }];
    const binary = csv(600, (row) => [row, row, row % 2 === 0 ? 'yes' : 'no']);
    expect(await looked(binary, { task: 'binary', plan: { slices: [], groups } })).toContain(
      'its column part has more',
    );
  });

  it('where a column is missing, also if there is no row, and whatever the header holds', async () => {
    expect(await looked('<html>')).toBe('  it has no column id, y, x; it has <html>.');
    expect(await looked('id,x,y\n')).toBe('  it has 0 rows, and fewer than 30 show nothing.');
    expect((await looked('no header'.repeat(100_000))).length).toBeLessThan(700);
  });

  it.each([50, 333, 1e6])('where a quote is wrong, by its row, in pieces of %d bytes', async (piece) => {
    const wrong = plain.replace(/^r31,31/m, 'r31,"3"1');
    expect(await looked(wrong, { piece })).toBe('  row 31: Trailing quote on quoted field is malformed.');
  });
});
