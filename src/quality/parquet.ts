import {
  type AsyncBuffer,
  type DecodedArray,
  type FileMetaData,
  parquetMetadata,
  parquetRead,
  parquetSchema,
  type RowGroup,
} from 'hyparquet';
import { partsOf } from '../ground/error-parts.ts';
import {
  columnsOf,
  LARGEST_GROUP,
  refuseLargeCells,
  refuseLargeGroup,
  refuseUnknownCompression,
  refuseUnreadable,
} from './parquet-columns.ts';
import { COMPRESSORS } from './parquet-compression.ts';
import { checkPages } from './parquet-pages.ts';
import { type Spooled, spooled } from './spool.ts';
import { type Bytes, CHUNK, type RowChunk, TableProblem } from './table-data.ts';
import { refuseForgedStruct } from './thrift.ts';

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
    for (const [index, group] of table.metadata.row_groups.entries()) {
      refuseLargeGroup(group, index + 1, table.needed);
      refuseUnknownCompression(group, table.needed);
      const cells = await cellsOf(table, { group, number: index + 1 });
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
    const metadata = await metadataIn(spool);
    const schema = parquetSchema(metadata).children;
    const columns = schema.map(({ element }) => element.name);
    const needed = columns.filter((name) => wanted?.includes(name) ?? true);
    return { file, metadata, schema, columns, needed };
  });
}

/** More than the footer of any data that is evaluated has, in bytes, and more columns: all of it is in memory at once. */
const LARGEST_FOOTER = 2 ** 23;
const MOST_COLUMNS = 5_000;

/** The length of the footer and the four bytes behind it. */
const BEHIND_FOOTER = 8;

async function metadataIn(spool: Spooled): Promise<FileMetaData> {
  const end = spool.size - BEHIND_FOOTER;
  const length = new DataView((await spool.read(end, spool.size)).buffer).getUint32(0, true);
  if (length > LARGEST_FOOTER) throw new Error(`it says that it has ${length} bytes`);
  const footer = await spool.read(end - length, spool.size);
  refuseForgedStruct({ view: new DataView(footer.buffer), offset: 0 });
  const metadata = parquetMetadata(footer, { geoparquet: false });
  if (metadata.schema.length > MOST_COLUMNS) throw new Error(`it has more than ${MOST_COLUMNS} columns`);
  if (metadata.row_groups.some(({ num_rows: rows }) => rows < 0)) throw new Error('a row group has fewer than 0 rows');
  return metadata;
}

interface GroupPlace {
  readonly group: RowGroup;
  /** Its place, from 1. */
  readonly number: number;
}

/** The cells of each column of a row group. */
async function cellsOf(table: Table, { group, number }: GroupPlace): Promise<ReadonlyMap<string, DecodedArray[]>> {
  const { file, metadata, needed } = table;
  const rows = Number(group.num_rows);
  const bytes = await damaged(`its row group ${number}`, () => sizeOf(table, group));
  refuseLargeCells({ rows, bytes, number });
  const cells = new Map<string, DecodedArray[]>(needed.map((name) => [name, []]));
  await damaged(`its row group ${number}`, () =>
    parquetRead({
      file,
      metadata: { ...metadata, row_groups: [group] },
      columns: [...needed],
      rowStart: 0,
      rowEnd: rows,
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
    const problem = whyDamaged(pages, rows, about?.statistics?.null_count);
    if (problem !== undefined)
      throw new TableProblem(`its column ${name} ${problem} in row group ${number}: it is cut or damaged`);
  }
  return cells;
}

/** Bytes that the cells of a row group take. Throws where its pages are not what they say. */
async function sizeOf({ file, schema, needed }: Table, group: RowGroup): Promise<number> {
  const rows = Number(group.num_rows);
  let size = 0;
  for (const about of columnsOf(group, needed)) {
    const begin = Number(about.dictionary_page_offset || about.data_page_offset);
    const bytes = await file.slice(begin, begin + Number(about.total_compressed_size));
    const element = schema.find(({ element: { name } }) => name === about.path_in_schema[0])?.element;
    if (element && size <= LARGEST_GROUP) size += checkPages({ about, element, bytes, rows });
  }
  return size;
}

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
