import { brotliDecompressSync, crc32, gunzipSync, type ZlibOptions, zstdDecompressSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type ColumnMetaData,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  type PageHeader,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type RowGroup,
  snappyUncompress,
} from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { partsOf } from '../ground/error-parts.ts';
import {
  columnsOf,
  refuseLargeGroup,
  refuseLargePage,
  refuseUnknownCompression,
  refuseUnreadable,
} from './parquet-columns.ts';
import { type Spooled, spooled } from './spool.ts';
import { type Bytes, CHUNK, type RowChunk, TableProblem } from './table-data.ts';

/**
 * The rows of a Parquet file, one row group in memory at a time. A column that is not needed is not read: its cells are undefined.
 * Throws a TableProblem where the file is cut or damaged, or holds what is neither a number, a text nor a truth value.
 */
export async function* readParquet(bytes: Bytes, needed: readonly string[] | undefined): AsyncGenerator<RowChunk> {
  const file = await spooled(bytes);
  try {
    const table = await tableIn(file, needed);
    const { columns } = table;
    yield { columns, rows: [] };
    refuseUnreadable(table.schema.filter(({ element }) => table.needed.includes(element.name)));
    let rowStart = 0;
    for (const [index, group] of table.metadata.row_groups.entries()) {
      refuseLargeGroup(group, index + 1, table.needed);
      refuseUnknownCompression(group, table.needed);
      const cells = await cellsOf(table, { group, rowStart });
      rowStart += Number(group.num_rows);
      yield* rowsOf({ columns, cells, rows: Number(group.num_rows) });
    }
  } finally {
    await file.close();
  }
}

interface Table {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly schema: ReturnType<typeof parquetSchema>['children'];
  readonly columns: readonly string[];
  readonly needed: readonly string[];
}

/** The four bytes with which each file ends: https://parquet.apache.org/docs/file-format/ */
const [MAGIC, ENCRYPTED] = ['PAR1', 'PARE'];

async function tableIn(spool: Spooled, wanted: readonly string[] | undefined): Promise<Table> {
  const end = spool.size < 12 ? '' : Buffer.from(await spool.read(spool.size - 4, spool.size)).toString('latin1');
  if (end === ENCRYPTED) throw new TableProblem('it is encrypted, and nobody gave its key');
  if (end !== MAGIC) throw new TableProblem('it does not end as a Parquet file does: it is cut, or none');
  const file: AsyncBuffer = {
    byteLength: spool.size,
    slice: async (from, to = spool.size) => (await spool.read(from, Math.min(to, spool.size))).buffer,
  };
  return damaged('its footer', async () => {
    const metadata = await parquetMetadataAsync(file, { geoparquet: false });
    const schema = parquetSchema(metadata).children;
    const columns = schema.map(({ element }) => element.name);
    const needed = columns.filter((name) => wanted?.includes(name) ?? true);
    return { file, metadata, schema, columns, needed };
  });
}

interface GroupPlace {
  readonly group: RowGroup;
  readonly rowStart: number;
}

/** The cells of each column of a row group. */
async function cellsOf(
  { file, metadata, needed }: Table,
  { group, rowStart }: GroupPlace,
): Promise<ReadonlyMap<string, DecodedArray[]>> {
  await damaged(`its rows from ${rowStart + 1} on`, async () => {
    for (const about of columnsOf(group, needed)) await checkPages(file, about, Number(group.num_rows));
  });
  const cells = new Map<string, DecodedArray[]>(needed.map((name) => [name, []]));
  await damaged(`its rows from ${rowStart + 1} on`, () =>
    parquetRead({
      file,
      metadata,
      columns: [...needed],
      rowStart,
      rowEnd: rowStart + Number(group.num_rows),
      compressors: COMPRESSORS,
      parsers: { stringFromBytes: textOf },
      utf8: false,
      geoparquet: false,
      onChunk: ({ columnName, columnData }) => cells.get(columnName)?.push(columnData),
    }),
  );
  // By the names of the schema: a column whose cells have another name in the group has none.
  for (const [name, pages] of cells) {
    const [about] = columnsOf(group, [name]);
    const problem = whyDamaged(pages, Number(group.num_rows), about?.statistics?.null_count);
    if (problem !== undefined)
      throw new TableProblem(`its column ${name} ${problem} from row ${rowStart + 1} on: it is cut or damaged`);
  }
  return cells;
}

/** Looks at the pages of a column before their cells are read: that they have as many as the rows, and are what their checksums say. */
async function checkPages(file: AsyncBuffer, about: ColumnMetaData, rows: number): Promise<void> {
  const begin = Number(about.dictionary_page_offset || about.data_page_offset);
  const view = new DataView(await file.slice(begin, begin + Number(about.total_compressed_size)));
  const reader = { view, offset: 0 };
  let cells = 0;
  while (reader.offset < view.byteLength) {
    const header = parquetHeader(reader);
    refuseOddHeader(header);
    const { compressed_page_size: size, crc, data_page_header: one, data_page_header_v2: two } = header;
    const page = new Uint8Array(view.buffer, reader.offset, size);
    if (crc !== undefined && (crc32(page) | 0) !== crc) throw new Error('a page is not what its checksum says');
    const count = (one ?? two)?.num_values ?? 0;
    if (count < 0) throw new Error('a page has no number of cells');
    cells += count;
    reader.offset += size;
  }
  if (cells !== rows) throw new Error(`column ${about.path_in_schema[0]} has ${cells} cells of ${rows}`);
}

/** Throws where a page does not say how long it is, or what is in it: what reads its cells would look for the end of them forever. */
function refuseOddHeader({ data_page_header: one, data_page_header_v2: two, ...header }: PageHeader): void {
  const lengths = two ? [two.definition_levels_byte_length, two.repetition_levels_byte_length] : [];
  const sizes = [header.compressed_page_size, header.uncompressed_page_size];
  const counts = two
    ? [two.num_values, two.num_nulls, two.num_rows]
    : [(one ?? header.dictionary_page_header)?.num_values];
  const levels = lengths.reduce((total, each) => total + each, 0);
  if (![...lengths, ...sizes, ...counts].every(isCount) || sizes.some((size) => size < levels))
    throw new Error('a page does not say how long it is');
}

/** What a header does not name is missing, whatever its type says. */
const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 0;

/** Where bytes are lost, cells are undefined, too few or too many: nothing takes their place. */
function whyDamaged(pages: readonly DecodedArray[], rows: number, nulls: bigint | undefined): string | undefined {
  let [count, empty] = [0, 0];
  for (const page of pages) {
    for (const cell of page) {
      if (cell === undefined) return 'has cells that cannot be read';
      if (cell === null) empty++;
    }
    count += page.length;
  }
  if (count !== rows) return `has ${count} cells of ${rows}`;
  return nulls === undefined || empty === Number(nulls) ? undefined : `has ${empty} empty cells of ${nulls}`;
}

/** Runs what reads the file. Whatever is wrong with that is damage, unless the disk of the runner is in trouble. */
async function damaged<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TableProblem || (error instanceof Error && 'syscall' in error)) throw error;
    throw new TableProblem(`${what} cannot be read (${partsOf(error).message}): it is cut or damaged`);
  }
}

/** A text as it is, or none: no sign takes the place of bytes that are not UTF-8. */
function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && UTF8.decode(bytes);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A page never becomes larger than its header says, nor than a row group may be. */
function limited(decompress: (page: Uint8Array, limit: Required<Pick<ZlibOptions, 'maxOutputLength'>>) => Uint8Array) {
  return (page: Uint8Array, size: number): Uint8Array => {
    refuseLargePage(size);
    return decompress(page, { maxOutputLength: Math.max(1, size) });
  };
}

/** What pandas, pyarrow, polars and Spark write; LZ4 and LZO are refused by name. Those of Node have checksums, or limits, of their own. */
const COMPRESSORS: Compressors = {
  SNAPPY: (page, size) => {
    refuseLargePage(size);
    const text = new Uint8Array(size);
    snappyUncompress(page, text);
    return text;
  },
  GZIP: limited(gunzipSync),
  ZSTD: limited(zstdDecompressSync),
  BROTLI: limited(brotliDecompressSync),
};

interface GroupCells {
  readonly columns: readonly string[];
  readonly cells: ReadonlyMap<string, readonly DecodedArray[]>;
  readonly rows: number;
}

/** The rows of a row group, some at a time. */
function* rowsOf({ columns, cells, rows }: GroupCells): Generator<RowChunk> {
  const readers = columns.map((name) => cellsIn(cells.get(name)));
  for (let from = 0; from < rows; from += CHUNK) {
    const length = Math.min(CHUNK, rows - from);
    yield { columns, rows: Array.from({ length }, () => readers.map((next) => next())) };
  }
}

/** A reader of the cells of a column, one after the other; of one that is not needed, each is undefined. */
function cellsIn(pages: readonly DecodedArray[] = []): () => unknown {
  let [page, at] = [0, 0];
  return () => {
    while (at >= (pages[page]?.length ?? Number.POSITIVE_INFINITY)) [page, at] = [page + 1, 0];
    return exactly(pages[page]?.[at++]);
  };
}

/** A whole number that a number can hold is one; a larger one stays what it is. */
function exactly(cell: unknown): unknown {
  return typeof cell === 'bigint' && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
}
