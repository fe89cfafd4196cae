/** Bytes of the data, piece by piece. */
export type Bytes = AsyncIterable<Uint8Array>;

/** What data may be. */
export const TABLE_FORMATS = ['csv', 'jsonl', 'parquet'] as const;

export type TableFormat = (typeof TABLE_FORMATS)[number];

/** What is read of data. */
export interface TableReading {
  readonly format: TableFormat;
  /** The columns that are needed, where not all are: the cells of the others may be missing. */
  readonly needed: readonly string[] | undefined;
}

/** Rows as they lie in the data, and the names of their cells. */
export interface RowChunk {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Rows that are handed on at once. */
export const CHUNK = 1000;

/** Data that is not what its format says: a clause about "it". */
export class TableProblem extends Error {}
