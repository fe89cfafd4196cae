import { describe, expect, it } from 'vitest';
import { surveyData } from '../../src/quality/data.ts';
import { TableProblem } from '../../src/quality/table-data.ts';
import { readTable } from '../../src/quality/tables.ts';
import { randomAfter } from '../../src/statistics/random.ts';
import { parquetOf, rowsOf } from '../components/labelled.ts';
import { planFor } from './known.ts';

async function* once(content: Uint8Array) {
  yield content;
}

/** All rows of a file, and how many there were in each chunk. */
async function tableOf(content: Uint8Array, needed?: readonly string[]) {
  const rows: (readonly unknown[])[] = [];
  let columns: readonly string[] = [];
  for await (const chunk of readTable(once(content), { format: 'parquet', needed })) {
    columns = chunk.columns;
    rows.push(...chunk.rows);
  }
  return { columns, rows };
}

const COLUMNS = ['id', 'x', 'part', 'y'];
const LABELLED = rowsOf(200)
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').map((cell, at) => (at === 1 || at === 3 ? Number(cell) : cell)));

/** What a first look at a file says, with the columns that a plan names, or all of them. */
async function lookedAt(name: string, more: object = {}): Promise<string> {
  const plan = planFor('regression', { features: undefined, slices: [], ...more });
  const source = { name: `${name}.parquet`, format: 'parquet', open: async () => once(parquetOf(name)) } as const;
  const looked = await surveyData({ source, plan }).catch((error: Error) => error.message);
  return typeof looked === 'string' ? looked : `${looked.rows} rows`;
}

const AS_JSON = { request: { content_type: 'application/json' } };

describe('a Parquet file', () => {
  it.each(['snappy', 'pandas', 'zstd', 'gzip', 'brotli', 'none', 'delta'])(
    'has the rows that were written into it (%s)',
    async (name) => {
      expect(await tableOf(parquetOf(name))).toEqual({ columns: COLUMNS, rows: LABELLED });
    },
  );

  it('gives each kind of cell as it was written, with empty cells, and whole numbers beyond 2^53 exactly', async () => {
    const { rows } = await tableOf(parquetOf('kinds'));
    expect(rows).toEqual([
      [9007199254740993n, -1, 0, 2 ** 53 - 1, 0.5, 0.25, 0.1, true, 'café', 'b'],
      [2, null, 2 ** 32 - 1, null, -2, null, null, null, null, 'a'],
      [3, 127, null, -(2 ** 53) + 1, 65504, 1e10, -1e300, false, '', 'b'],
    ]);
  });

  it('is read only where a column is needed, so that the others may be of any type', async () => {
    const needed = ['id', 'x', 'y'];
    const { columns, rows } = await tableOf(parquetOf('nested'), needed);
    expect(columns).toContain('tags');
    expect(rows[1]).toEqual(['r2', 1, undefined, 16, undefined]);
  });

  it.each([
    ['nested', 'its column tags is nested: write a column for each value'],
    ['struct', 'its column place is nested'],
    ['decimal', 'its column cost is a decimal, which is no number of JSON: write it as float64, or as a text'],
    ['date', 'its column sold is a date or time: write it as the number or text that the model takes'],
    ['time', 'its column seen is a date or time'],
    ['binary', 'its column photo is binary: write it as a text'],
    ['lz4', "its column id is compressed by LZ4_RAW, which is not read: write it with compression='snappy'"],
    [
      'large group',
      'its row group 1 has 5,000,000 rows, which take 77 MB (at most 64): write it with row_group_size=4194000',
    ],
    ['no rows', 'it has 0 rows, and fewer than 30 show nothing'],
    ['nan', 'row 3: its area is NaN, which no request can say: leave the cell empty'],
    ['infinite', 'row 2: its area is Infinity, which no request can say'],
    ['no label', 'row 2: it has no y, the label'],
    ['large label', 'row 2: the label "9007199254740993" is beyond 2^53, where numbers are no longer exact'],
  ])('is refused by its name and place where nobody knows what a model would get of it (%s)', async (name, why) => {
    expect(await lookedAt(name)).toContain(`${name}.parquet cannot be evaluated:\n  ${why}`);
  });

  it('may have empty cells, and whole numbers that JSON cannot say where they are sent as texts', async () => {
    expect(await lookedAt('empty cells', AS_JSON)).toBe('40 rows');
    expect(await lookedAt('large')).toBe('40 rows');
    expect(await lookedAt('large', AS_JSON)).toContain(
      'row 1: its customer 9007199254740993 is beyond 2^53, where JSON would say another number: name the column in request.text.',
    );
    const asText = { request: { ...AS_JSON.request, text: ['customer'] } };
    expect(await lookedAt('large', asText)).toBe('40 rows');
  });

  it('that is cut anywhere is refused as what it is', async () => {
    const whole = parquetOf('snappy');
    for (const length of [0, 3, 11, 12, 500, 4000, whole.length - 9, whole.length - 1])
      await expect(tableOf(whole.subarray(0, length))).rejects.toThrow('it does not end as a Parquet file does');
    const inTheMiddle = Buffer.concat([whole.subarray(0, 400), whole.subarray(900)]);
    await expect(tableOf(inTheMiddle)).rejects.toThrow(/cut or damaged$/);
  });

  it('is refused where a page does not say how long it is, which would be looked for forever', async () => {
    const damaged = parquetOf('zstd');
    // The encoding of the first page takes more bytes, and all that follows is of another field.
    damaged[22] = 178;
    await expect(tableOf(damaged)).rejects.toThrow('(a page does not say how long it is): it is cut or damaged');
  });

  it('is refused where the cells of a column have another name than the column', async () => {
    const damaged = parquetOf('snappy');
    damaged.write('pary', damaged.lastIndexOf('part'));
    await expect(tableOf(damaged)).rejects.toThrow('its column part has 0 cells of 8 in row group 4');
  });

  it('with checksums, in which any byte is another, is refused or has the same rows', async () => {
    const random = randomAfter(7);
    for (let round = 0; round < 300; round++) {
      const damaged = parquetOf('checked');
      // The length of the first page, and what is behind it, up to the end of the footer.
      const at = 4 + Math.floor(random() * (damaged.length - 4));
      damaged[at] = (damaged[at] ?? 0) ^ (1 + Math.floor(random() * 255));
      const read = await tableOf(damaged).catch((error: Error) => error);
      if (!('columns' in read)) expect(read, `byte ${at}`).toBeInstanceOf(TableProblem);
      // A column that is named otherwise is missing, which is refused by its name.
      else if (COLUMNS.every((name) => read.columns.includes(name))) expect(read.rows, `byte ${at}`).toEqual(LABELLED);
    }
  });
});
