import type { RowGroup, SchemaElement, SchemaTree } from 'hyparquet';
import { thousands } from '../ground/thousands.ts';
import { TableProblem } from './table-data.ts';

/** Refuses columns whose cells are neither numbers, texts nor truth values: nobody knows what a model would get of them. */
export function refuseUnreadable(columns: readonly SchemaTree[]): void {
  const problems = columns.flatMap((column) => {
    const why = whyUnreadable(column);
    return why === undefined ? [] : [`its column ${column.element.name} ${why}`];
  });
  if (problems.length > 0) throw new TableProblem(problems.join('; '));
}

function whyUnreadable({ element, children }: SchemaTree): string | undefined {
  if (children.length > 0 || element.repetition_type === 'REPEATED')
    return 'is nested: write a column for each value, or name the columns that are sent in features';
  return PLAIN.has(kindOf(element)) ? undefined : AS_WHAT[kindOf(element)];
}

type CellKind = 'text' | 'number' | 'truth value' | 'decimal' | 'time' | 'binary' | 'other';

const PLAIN: ReadonlySet<CellKind> = new Set(['text', 'number', 'truth value']);

const AS_WHAT: Readonly<Record<CellKind, string | undefined>> = {
  text: undefined,
  number: undefined,
  'truth value': undefined,
  decimal: 'is a decimal, which is no number of JSON: write it as float64, or as a text',
  time: 'is a date or time: write it as the number or text that the model takes',
  binary: 'is binary: write it as a text',
  other: 'is of a type that is not read: write it as a number or text',
};

/** What a column holds. What is not known is none of what is read (https://github.com/apache/parquet-format/blob/master/LogicalTypes.md). */
function kindOf({ type, converted_type: converted, logical_type: logical }: SchemaElement): CellKind {
  const meaning = logical?.type ?? converted;
  if (meaning === undefined) return type === undefined ? 'other' : PHYSICAL[type];
  if (meaning === 'DECIMAL') return 'decimal';
  if (/^(DATE|TIME|TIMESTAMP)/.test(meaning)) return 'time';
  if (['STRING', 'UTF8', 'ENUM', 'UUID'].includes(meaning)) return 'text';
  return /^(INTEGER|U?INT_\d+|FLOAT16)$/.test(meaning) ? 'number' : 'other';
}

/** Without a meaning, 96 bits are a time of Impala, and bytes may be anything. */
const PHYSICAL: Readonly<Record<NonNullable<SchemaElement['type']>, CellKind>> = {
  BOOLEAN: 'truth value',
  INT32: 'number',
  INT64: 'number',
  INT96: 'time',
  FLOAT: 'number',
  DOUBLE: 'number',
  BYTE_ARRAY: 'binary',
  FIXED_LEN_BYTE_ARRAY: 'binary',
};

/** The most of a row group that may be in memory at once, in bytes. */
export const LARGEST_GROUP = 64 * 2 ** 20;

/** A number in memory, or the place of a text. */
const BYTES_OF_CELL = 8;

/** Refuses a row group that would take too much memory: it is read as a whole. `number` is its place, from 1. */
export function refuseLargeGroup(group: RowGroup, number: number, needed: readonly string[]): void {
  const rows = Number(group.num_rows);
  const bytes = sum(
    columnsOf(group, needed).map((each) =>
      Math.max(Number(each.total_uncompressed_size), Number(each.total_compressed_size), rows * BYTES_OF_CELL),
    ),
  );
  refuseLargeCells({ rows, bytes, number });
}

/** Refuses a row group whose cells take so many bytes. */
export function refuseLargeCells({ rows, bytes, number }: { rows: number; bytes: number; number: number }): void {
  if (bytes <= LARGEST_GROUP) return;
  const fitting = Math.floor((rows * LARGEST_GROUP) / bytes / 1000) * 1000;
  throw new TableProblem(
    `its row group ${number} has ${thousands(rows)} rows, which take ${megabytes(bytes)} MB (at most ${megabytes(LARGEST_GROUP)}): write it with row_group_size=${Math.max(1000, fitting)}, an option of pandas.DataFrame.to_parquet and pyarrow.parquet.write_table`,
  );
}

export function refuseLargePage(bytes: number): void {
  if (bytes > LARGEST_GROUP) throw new TableProblem(`a page of it says that it has ${bytes} bytes: it is damaged`);
}

/** What pandas, pyarrow, polars and Spark write, unless somebody asks for another. */
const COMPRESSIONS: readonly string[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'BROTLI'];

export function refuseUnknownCompression(group: RowGroup, needed: readonly string[]): void {
  const other = columnsOf(group, needed).find(({ codec }) => !COMPRESSIONS.includes(codec));
  if (other)
    throw new TableProblem(
      `its column ${other.path_in_schema.join('.')} is compressed by ${other.codec}, which is not read: write it with compression='snappy', 'zstd' or 'gzip'`,
    );
}

/** What the file says of the columns of a row group. */
export function columnsOf({ columns }: RowGroup, needed: readonly string[]) {
  return columns.flatMap(({ meta_data: about }) =>
    about && needed.includes(about.path_in_schema[0] ?? '') ? [about] : [],
  );
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const megabytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
