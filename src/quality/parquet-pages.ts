import { crc32 } from 'node:zlib';
import type { ColumnMetaData, DataReader, PageHeader, SchemaElement } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { thousands } from '../ground/thousands.ts';
import { LARGEST_GROUP } from './parquet-columns.ts';
import { COMPRESSORS } from './parquet-compression.ts';
import { lengthOfTexts, refuseForgedBlocks, refuseForgedRuns } from './parquet-runs.ts';
import { refuseForgedStruct } from './thrift.ts';

/** A column of a row group, as the file describes it. */
export interface ColumnPages {
  readonly about: ColumnMetaData;
  readonly element: SchemaElement;
  /** All its pages, as they are in the file. */
  readonly bytes: ArrayBuffer;
  /** How many rows the row group has. */
  readonly rows: number;
}

/**
 * Looks at the pages of a column before their cells are read: that they have as many as the rows, are what their checksums say, and
 * say no more than they have. Throws where they are otherwise. Returns the bytes that they take, or more than a row group may.
 */
export function checkPages({ about, element, bytes, rows }: ColumnPages): number {
  const view = new DataView(bytes);
  const reader = { view, offset: 0 };
  let [cells, size] = [0, 0];
  while (reader.offset < view.byteLength) {
    refuseForgedStruct(reader);
    const header = parquetHeader(reader);
    refuseOddHeader(header);
    const page = new Uint8Array(bytes, reader.offset, header.compressed_page_size);
    if (header.crc !== undefined && (crc32(page) | 0) !== header.crc)
      throw new Error('a page is not what its checksum says');
    cells += (header.data_page_header ?? header.data_page_header_v2)?.num_values ?? 0;
    if (cells > rows) throw new Error(`column ${element.name} has ${cells} cells of ${rows}`);
    size += sizeOf({ page, header, about, element });
    if (size > LARGEST_GROUP) return size;
    reader.offset += header.compressed_page_size;
  }
  if (cells !== rows) throw new Error(`column ${element.name} has ${cells} cells of ${rows}`);
  return size;
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

interface Page {
  readonly page: Uint8Array;
  readonly header: PageHeader;
  readonly about: ColumnMetaData;
  readonly element: SchemaElement;
}

/** Bytes that a page takes when its cells are read. Throws where a part of it says more than the page has. */
function sizeOf(page: Page): number {
  const { type } = page.header;
  if (type === 'DICTIONARY_PAGE') return sizeOfDictionary(page);
  if (type === 'DATA_PAGE') return sizeOfCells(page);
  if (type === 'DATA_PAGE_V2') return sizeOfCellsV2(page);
  throw new Error(`a page is of the type ${type ?? 'of nothing'}`);
}

function sizeOfDictionary({ page, header, about }: Page): number {
  const values = inside(page, header.uncompressed_page_size, about);
  const count = header.dictionary_page_header?.num_values ?? 0;
  refuseManyTexts(count, about);
  if (count > values.byteLength) throw new Error(`a dictionary has ${count} values in ${values.byteLength} bytes`);
  return values.byteLength;
}

function sizeOfCells({ page, header, about, element }: Page): number {
  const { num_values: cells = 0, encoding } = header.data_page_header ?? {};
  const values = inside(page, header.uncompressed_page_size, about);
  const reader = readerOf(values);
  let count = cells;
  if (element.repetition_type !== 'REQUIRED') {
    const end = 4 + reader.view.getUint32(0, true);
    reader.offset = 4;
    count = refuseForgedRuns(reader, { width: 1, count: cells });
    reader.offset = end;
  }
  return values.byteLength + addedBy(reader, { count, encoding, about, isFirst: true });
}

function sizeOfCellsV2({ page, header, about, element }: Page): number {
  const two = header.data_page_header_v2;
  if (!two) throw new Error('a page does not say what is in it');
  const { num_values: cells, num_nulls: empty, encoding, is_compressed: isCompressed } = two;
  const levels = two.definition_levels_byte_length + two.repetition_levels_byte_length;
  if (element.repetition_type !== 'REQUIRED') {
    const reader = { ...readerOf(page), offset: two.repetition_levels_byte_length };
    refuseForgedRuns(reader, { width: 1, count: cells });
  }
  const [rest, size] = [page.subarray(levels), header.uncompressed_page_size - levels];
  const values = isCompressed === false || size === 0 ? rest : inside(rest, size, about);
  return values.byteLength + addedBy(readerOf(values), { count: cells - empty, encoding, about, isFirst: false });
}

interface PageValues {
  /** How many there are: cells that are not empty. */
  readonly count: number;
  readonly encoding: string | undefined;
  readonly about: ColumnMetaData;
  /** Whether they are in a page of the first version: there, of numbers without a bit no runs are read. */
  readonly isFirst: boolean;
}

/** Bytes that values take besides those of their page. Throws where they say more than there can be. */
function addedBy(reader: DataReader, { count, encoding, about, isFirst }: PageValues): number {
  switch (encoding) {
    case 'PLAIN':
    case 'BYTE_STREAM_SPLIT':
    case 'DELTA_LENGTH_BYTE_ARRAY':
      refuseManyTexts(count, about);
      if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') refuseForgedBlocks(reader);
      return 0;
    case 'DELTA_BINARY_PACKED':
      refuseForgedBlocks(reader);
      return 0;
    case 'DELTA_BYTE_ARRAY':
      refuseManyTexts(count, about);
      return lengthOfTexts(reader, count);
    case 'RLE':
      if (about.type !== 'BOOLEAN') break;
      reader.offset += 4;
      refuseForgedRuns(reader, { width: 1, count });
      return 0;
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      refuseForgedNumbers(reader, { count, about, isFirst });
      return 0;
  }
  throw new Error(`a page has its cells in the encoding ${encoding ?? 'of nothing'}, which is not read`);
}

/** The numbers of values in the dictionary. */
function refuseForgedNumbers(reader: DataReader, { count, about, isFirst }: Omit<PageValues, 'encoding'>): void {
  if (about.type === 'BOOLEAN') throw new Error('a page has truth values in a dictionary');
  const width = reader.view.getUint8(reader.offset++);
  if (width > 0 || !isFirst) refuseForgedRuns(reader, { width, count });
}

/** As many texts as a page or a dictionary may have: each is an object in memory, however short. Those of pyarrow have 1 MB. */
const MOST_TEXTS = 2 ** 20;

function refuseManyTexts(count: number, { type }: ColumnMetaData): void {
  if (type.endsWith('BYTE_ARRAY') && count > MOST_TEXTS)
    throw new Error(`a page has ${thousands(count)} texts (at most ${thousands(MOST_TEXTS)})`);
}

/** What is in a page, without its compression. */
function inside(page: Uint8Array, size: number, { codec }: ColumnMetaData): Uint8Array {
  if (codec === 'UNCOMPRESSED') return page;
  const decompress = COMPRESSORS[codec];
  if (!decompress) throw new Error(`a page is compressed by ${codec}, which is not read`);
  return decompress(page, size);
}

function readerOf({ buffer, byteOffset, byteLength }: Uint8Array): DataReader {
  return { view: new DataView(buffer, byteOffset, byteLength), offset: 0 };
}
