import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TableProblem } from '../../src/quality/table-data.ts';
import { readTable } from '../../src/quality/tables.ts';
import { type ForgedPage, forgedFile, i32, list, pageOf, type Thrift, varint } from './forged.ts';

async function rowsIn(content: Uint8Array): Promise<unknown[]> {
  const bytes = (async function* () {
    yield content;
  })();
  const cells: unknown[] = [];
  for await (const { rows } of readTable(bytes, { format: 'parquet', needed: undefined }))
    for (const [cell] of rows) cells.push(cell);
  return cells;
}

const HUGE = 2 ** 30;
const NUMBERS = Buffer.from(Int32Array.from([7, 8, 9]).buffer);

/** A file of numbers with these pages. */
const numbers = (pages: readonly ForgedPage[], more: Partial<Parameters<typeof forgedFile>[0]> = {}) =>
  forgedFile({ type: 'INT32', rows: 3, pages: pages.map(pageOf), ...more });

const ofDictionary = (runs: Buffer, width = 2) =>
  numbers([
    { content: NUMBERS, cells: 3, isDictionary: true },
    { content: Buffer.concat([Buffer.from([width]), runs]), cells: 3, encoding: 'RLE_DICTIONARY' },
  ]);

/** Whether the cells of a page are empty, by these runs. */
function withEmpty(runs: Buffer, cells = 3, values = NUMBERS): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(runs.length);
  return numbers([{ content: Buffer.concat([length, runs, values]), cells }], { isOptional: true });
}

/** Blocks of whole numbers, which are told by their differences. */
const blocks = (size: number, parts: number, ...bytes: readonly number[]) =>
  Buffer.concat([varint(size), varint(parts), varint(3), Buffer.from([14, ...bytes])]);

const texts = (page: Omit<ForgedPage, 'cells'>, rows: number, more: Partial<Parameters<typeof forgedFile>[0]> = {}) =>
  forgedFile({ type: 'BYTE_ARRAY', rows, pages: [pageOf({ ...page, cells: rows })], ...more });

/** Numbers from one on, each so much larger than the one before it: in one block, whose differences have no bits. */
const rising = (count: number, from: number, by: number) =>
  Buffer.concat([...[65_536, 1, count, 2 * from, 2 * by].map(varint), Buffer.from([0])]);

/** Texts of which each begins as the one before it, and is so much longer. */
const growing = (count: number, by: number) =>
  Buffer.concat([rising(count, 0, by), rising(count, by, 0), Buffer.alloc(count * by)]);

const nested = (deep: number): Thrift =>
  deep === 0 ? i32(1) : list(deep === 1 ? 5 : 9, [nested(deep - 1)], 33_554_431);
/** Structs in structs. */
const deeper = (deep: number): Thrift => ({
  type: 12,
  bytes: Buffer.concat([Buffer.alloc(deep, 0x1c), Buffer.alloc(deep + 1)]),
});

describe('a forged Parquet file', () => {
  it('is one that would be read, were it not forged', async () => {
    expect(await rowsIn(numbers([{ content: NUMBERS, cells: 3 }]))).toEqual([7, 8, 9]);
    expect(await rowsIn(ofDictionary(Buffer.from([2, 1, 4, 2])))).toEqual([8, 9, 9]);
    expect(await rowsIn(ofDictionary(Buffer.from([3, 0b100100, 0])))).toEqual([7, 8, 9]);
    expect(await rowsIn(withEmpty(Buffer.from([3, 0b101]), 3, NUMBERS.subarray(0, 8)))).toEqual([7, null, 8]);
    const delta = { content: blocks(128, 4, 2, 0, 0, 0, 0), cells: 3, encoding: 'DELTA_BINARY_PACKED' } as const;
    expect(await rowsIn(numbers([delta]))).toEqual([7, 8, 9]);
    const growth = { content: growing(4, 2), encoding: 'DELTA_BYTE_ARRAY' } as const;
    expect(await rowsIn(texts(growth, 4))).toEqual([2, 4, 6, 8].map((length) => '\0'.repeat(length)));
  });

  it.each<[says: string, file: Buffer, why: string]>([
    [
      'a run of a dictionary that never ends',
      ofDictionary(Buffer.concat([varint(2 * HUGE - 2), Buffer.from([1])])),
      'a run of 1073741823 cells',
    ],
    ['a packed run of fewer than no cells', ofDictionary(varint(-1)), 'a run of'],
    ['numbers of 255 bits', ofDictionary(Buffer.from([2, 1]), 255), 'a page has numbers of 255 bits'],
    [
      'a run of empty cells that never ends',
      withEmpty(Buffer.concat([varint(2 * HUGE - 2), Buffer.from([0])])),
      'a run of 1073741823 cells',
    ],
    ['more cells than rows', numbers([{ content: NUMBERS, cells: HUGE }]), 'column x has 1073741824 cells of 3'],
    [
      'a dictionary of millions in twelve bytes',
      numbers([{ content: NUMBERS, cells: 30_000_000, isDictionary: true }]),
      'a dictionary has 30000000 values in 12 bytes',
    ],
    [
      'blocks of no parts',
      numbers([{ content: blocks(128, -1, 0), cells: 3, encoding: 'DELTA_BINARY_PACKED' }]),
      'blocks of 128 cells in -1 parts',
    ],
    [
      'blocks of fewer than no cells',
      numbers([{ content: blocks(-32, 1, 0, 8), cells: 3, encoding: 'DELTA_BINARY_PACKED' }]),
      'blocks of -32 cells in 1 parts',
    ],
    [
      'a text that is longer than its page',
      numbers([{ content: Buffer.from([12, 0xfc, 0xfa, 0xff, 0xff, 0xff, 0]), cells: 3, size: 12 }], {
        codec: 'SNAPPY',
      }),
      'a text that is longer than the page',
    ],
    [
      'more within its compression than it says',
      numbers([{ content: gzipSync(Buffer.alloc(2 ** 20)), cells: 3, size: 12 }], { codec: 'GZIP' }),
      'cut or damaged',
    ],
    [
      'a size of gigabytes',
      numbers([{ content: gzipSync(NUMBERS), cells: 3, size: 2 ** 31 - 1 }], { codec: 'GZIP' }),
      'a page of it says that it has 2147483647 bytes',
    ],
    [
      'pages of terabytes',
      numbers([{ content: NUMBERS, cells: 3 }], { says: 2 ** 40 }),
      'row group 1 has 3 rows, which take 1048576 MB (at most 64)',
    ],
    [
      'bytes behind its end',
      numbers([{ content: NUMBERS, cells: 3 }], { says: 2 ** 25 }),
      'a page does not say how long it is',
    ],
    [
      'fewer than no rows',
      numbers([{ content: NUMBERS, cells: 3 }], { rows: -3 }),
      'a row group has fewer than 0 rows',
    ],
    [
      'a list of lists that have no room',
      numbers([{ content: NUMBERS, cells: 3 }], { more: { 5: nested(9) } }),
      'its header says that it has 33554431 elements',
    ],
    [
      'a footer that is nested forever',
      numbers([{ content: NUMBERS, cells: 3 }], { more: { 5: deeper(100_000) } }),
      'its header is nested too deep',
    ],
    [
      'texts that begin as none before them',
      texts({ content: Buffer.concat([rising(1, HUGE, 0), rising(1, 0, 0)]), encoding: 'DELTA_BYTE_ARRAY' }, 1),
      'cut or damaged',
    ],
  ])('is refused in bounded memory and time where it has %s', async (_, file, why) => {
    const refused = await rowsIn(file).catch((error: Error) => error);
    expect(refused).toBeInstanceOf(TableProblem);
    expect(String(refused)).toContain(why);
    expect(String(refused)).toMatch(/its (row group 1|footer|rows)|a page of it/);
  });

  it('is refused by its row group where it is small, and its texts are not', async () => {
    const growth = gzipSync(growing(16_000, 1));
    const file = texts({ content: growth, encoding: 'DELTA_BYTE_ARRAY', size: growing(16_000, 1).length }, 16_000, {
      codec: 'GZIP',
    });
    expect(file.length).toBeLessThan(1_000);
    await expect(rowsIn(file)).rejects.toThrow('its row group 1 has 16,000 rows, which take 123 MB (at most 64)');
    const empty = Buffer.alloc(4 * 2_000_000);
    const many = texts({ content: gzipSync(empty), size: empty.length }, 2_000_000, { codec: 'GZIP' });
    await expect(rowsIn(many)).rejects.toThrow('a page has 2,000,000 texts (at most 1,048,576)');
  });

  it('has taken no more memory than a row group may, whatever it says', () => {
    expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(400);
  });
});
