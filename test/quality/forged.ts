/** A value of Thrift's compact protocol: its type, and its bytes. */
export interface Thrift {
  readonly type: number;
  readonly bytes: Buffer;
}

/** A number in groups of seven bits; of one that is negative, as of 32 bits. */
export function varint(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number < 0 ? number + 2 ** 32 : number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

const zigzag = (number: number) => varint(number < 0 ? -2 * number - 1 : 2 * number);

export const i32 = (number: number): Thrift => ({ type: 5, bytes: zigzag(number) });
const i64 = (number: number): Thrift => ({ type: 6, bytes: zigzag(number) });
const text = (value: string): Thrift => ({ type: 8, bytes: Buffer.concat([varint(value.length), Buffer.from(value)]) });

/** A list; `says` is how many it says that it has. */
export function list(type: number, items: readonly Thrift[], says = items.length): Thrift {
  return {
    type: 9,
    bytes: Buffer.concat([Buffer.from([0xf0 | type]), varint(says), ...items.map(({ bytes }) => bytes)]),
  };
}

/** A struct: number of a field -> its value, in their order. */
function struct(fields: Readonly<Record<number, Thrift>>): Thrift {
  let before = 0;
  const parts = Object.entries(fields).flatMap(([key, { type, bytes }]) => {
    const delta = Number(key) - before;
    before = Number(key);
    return [Buffer.from([(delta << 4) | type]), bytes];
  });
  return { type: 12, bytes: Buffer.concat([...parts, Buffer.from([0])]) };
}

/** Numbers of types, encodings and compressions: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
const TYPES = { INT32: 1, INT64: 2, BYTE_ARRAY: 6 } as const;
const ENCODINGS = { PLAIN: 0, DELTA_BINARY_PACKED: 5, DELTA_BYTE_ARRAY: 7, RLE_DICTIONARY: 8 } as const;
const CODECS = { UNCOMPRESSED: 0, SNAPPY: 1, GZIP: 2 } as const;

export interface ForgedPage {
  readonly content: Buffer;
  /** How many cells it says that it has. */
  readonly cells: number;
  readonly encoding?: keyof typeof ENCODINGS;
  readonly isDictionary?: boolean;
  /** How long it says that it is without its compression. */
  readonly size?: number;
}

/** A page with its header. */
export function pageOf({
  content,
  cells,
  encoding = 'PLAIN',
  isDictionary = false,
  size = content.length,
}: ForgedPage) {
  const about = struct({ 1: i32(cells), 2: i32(ENCODINGS[encoding]), ...(!isDictionary && { 3: i32(3), 4: i32(3) }) });
  const header = { 1: i32(isDictionary ? 2 : 0), 2: i32(size), 3: i32(content.length), [isDictionary ? 7 : 5]: about };
  return Buffer.concat([struct(header).bytes, content]);
}

interface Forged {
  readonly type: keyof typeof TYPES;
  readonly rows: number;
  readonly pages: readonly Buffer[];
  readonly isOptional?: boolean;
  readonly codec?: keyof typeof CODECS;
  /** How long the pages say that they are, as they are in the file. */
  readonly says?: number;
  /** What the footer has besides. */
  readonly more?: Readonly<Record<number, Thrift>>;
}

/** A Parquet file of one column and one row group, whatever it says of itself. */
export function forgedFile({
  type,
  rows,
  pages,
  isOptional = false,
  codec = 'UNCOMPRESSED',
  ...other
}: Forged): Buffer {
  const column = Buffer.concat(pages);
  const { says = column.length, more = {} } = other;
  const about = struct({
    1: i32(TYPES[type]),
    2: list(5, [i32(0)]),
    3: list(8, [text('x')]),
    4: i32(CODECS[codec]),
    5: i64(rows),
    6: i64(100),
    7: i64(says),
    9: i64(4),
  });
  const element = { 1: i32(TYPES[type]), 3: i32(isOptional ? 1 : 0), 4: text('x') };
  const asText = type === 'BYTE_ARRAY' ? { 6: i32(0) } : {};
  const schema = list(12, [struct({ 4: text('schema'), 5: i32(1) }), struct({ ...element, ...asText })]);
  const group = struct({ 1: list(12, [struct({ 2: i64(4), 3: about })]), 2: i64(100), 3: i64(rows) });
  const footer = struct({ 1: i32(2), 2: schema, 3: i64(rows), 4: list(12, [group]), ...more }).bytes;
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([Buffer.from('PAR1'), column, footer, length, Buffer.from('PAR1')]);
}
