import type { DataReader } from 'hyparquet';
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { readVarInt, readZigZagBigInt } from 'hyparquet/src/thrift.js';

/** Runs of small numbers, in so many bits each: https://parquet.apache.org/docs/file-format/data-pages/encodings/ */
interface Runs {
  readonly width: number;
  /** How many numbers they have to be. */
  readonly count: number;
}

/** As wide as a number of a dictionary can be. */
const WIDEST = 32;

/**
 * Throws where runs have more numbers than they have to: hyparquet writes as many into memory as a run says. Returns how many of
 * them are 1, where they are a bit each.
 */
export function refuseForgedRuns(reader: DataReader, { width, count }: Runs): number {
  if (width > WIDEST) throw new Error(`a page has numbers of ${width} bits`);
  let [seen, ones] = [0, 0];
  while (seen < count) {
    const header = readVarInt(reader);
    const isPacked = (header & 1) === 1;
    const length = (header >>> 1) * (isPacked ? 8 : 1);
    // The last eight that are packed may be filled up.
    const most = isPacked ? Math.ceil((count - seen) / 8) * 8 : count - seen;
    if (header < 0 || length > most)
      throw new Error(`a page has a run of ${length} cells, of which ${count - seen} are left`);
    // As hyparquet goes on, which reads a byte even of none.
    const bytes = isPacked ? Math.max(1, (length / 8) * width) : Math.ceil(width / 8);
    if (width === 1) ones += onesOf(reader, { isPacked, length: Math.min(length, count - seen) });
    reader.offset += bytes;
    seen += length;
  }
  return ones;
}

/** How many numbers of a run are 1, of a bit each. What is behind the page, its reader tells. */
function onesOf({ view, offset }: DataReader, { isPacked, length }: { isPacked: boolean; length: number }): number {
  const byte = (at: number) => (at < view.byteLength ? view.getUint8(at) : 0);
  if (!isPacked) return byte(offset) === 1 ? length : 0;
  let ones = 0;
  for (let index = 0; index < length; index++) ones += (byte(offset + (index >> 3)) >> (index & 7)) & 1;
  return ones;
}

/** Throws where numbers that are told by their differences are in blocks of no size: hyparquet would read the same block forever. */
export function refuseForgedBlocks({ view, offset }: DataReader): void {
  const reader = { view, offset };
  const [size, parts, count] = [readVarInt(reader), readVarInt(reader), readVarInt(reader)];
  readZigZagBigInt(reader);
  const isSized = size > 0 && size % 128 === 0 && parts > 0 && (size / parts) % 32 === 0;
  if (!isSized || size > LARGEST_BLOCK || count < 0)
    throw new Error(`a page has blocks of ${size} cells in ${parts} parts`);
}

/** More than anybody writes: pyarrow and Spark write 128. */
const LARGEST_BLOCK = 65_536;

/** How long all texts of a page become that are told by their differences. Throws where one is longer than those before it allow. */
export function lengthOfTexts(reader: DataReader, count: number): number {
  const [shared, own] = [numbersOf(reader, count), numbersOf(reader, count)];
  let [total, before] = [0, 0];
  for (const [index, prefix] of shared.entries()) {
    const suffix = own[index] ?? 0;
    if (prefix < 0 || suffix < 0 || prefix > before) throw new Error('a page has a text that begins as none before it');
    before = prefix + suffix;
    total += before;
  }
  return total;
}

function numbersOf(reader: DataReader, count: number): Int32Array {
  refuseForgedBlocks(reader);
  const numbers = new Int32Array(count);
  deltaBinaryUnpack(reader, count, numbers);
  return numbers;
}
