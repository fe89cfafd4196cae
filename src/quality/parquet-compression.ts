import { brotliDecompressSync, gunzipSync, type ZlibOptions, zstdDecompressSync } from 'node:zlib';
import { type Compressors, snappyUncompress } from 'hyparquet';
import { refuseLargePage } from './parquet-columns.ts';

/** A page never becomes larger than its header says, nor than a row group may be. */
function limited(decompress: (page: Uint8Array, limit: Required<Pick<ZlibOptions, 'maxOutputLength'>>) => Uint8Array) {
  return (page: Uint8Array, size: number): Uint8Array => {
    refuseLargePage(size);
    return decompress(page, { maxOutputLength: Math.max(1, size) });
  };
}

/** What pandas, pyarrow, polars and Spark write; LZ4 and LZO are refused by name. Those of Node have checksums, or limits, of their own. */
export const COMPRESSORS: Compressors = {
  SNAPPY: (page, size) => {
    refuseLargePage(size);
    refuseForgedSnappy(page);
    const text = new Uint8Array(size);
    snappyUncompress(page, text);
    return text;
  },
  GZIP: limited(gunzipSync),
  ZSTD: limited(zstdDecompressSync),
  BROTLI: limited(brotliDecompressSync),
};

/**
 * Throws where a literal is longer than what is left of a page. hyparquet takes the length of such a one for a negative number, and
 * then reads the same bytes forever (https://github.com/google/snappy/blob/main/format_description.txt).
 */
function refuseForgedSnappy(page: Uint8Array): void {
  const byte = (place: number) => page[place] ?? 0;
  let at = 0;
  while (byte(at) >= 0x80) at++;
  at++;
  while (at < page.length) {
    const tag = byte(at++);
    const kind = tag & 3;
    if (kind !== 0) {
      // A copy has one, two or four more bytes.
      at += kind === 3 ? 4 : kind;
      continue;
    }
    const more = Math.max(0, (tag >> 2) - 59);
    let length = (tag >> 2) + 1;
    if (more > 0)
      length = 1 + [0, 1, 2, 3].slice(0, more).reduce((sum, each) => sum + byte(at + each) * 256 ** each, 0);
    at += more + length;
    if (at > page.length) throw new Error('a page has a text that is longer than the page');
  }
}
