import type { DataReader } from 'hyparquet';
import { readVarInt } from 'hyparquet/src/thrift.js';

/** More than any header of Parquet has: hyparquet would make room for as many elements as a list says, before it reads one. */
const DEEPEST = 16;
const MOST_ELEMENTS = 1_000_000;

/** The types of the compact protocol: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
const STOP = 0;
const [TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12];

/**
 * Throws where the struct at an offset names more elements than it can have, or is nested deeper than those of Parquet. What is
 * otherwise wrong with it, its reader tells.
 */
export function refuseForgedStruct({ view, offset }: DataReader): void {
  new Walk({ view, offset }).struct(0);
}

class Walk {
  readonly #reader: DataReader;
  #elements = 0;

  constructor(reader: DataReader) {
    this.#reader = reader;
  }

  struct(depth: number): void {
    if (depth > DEEPEST) throw new Error('its header is nested too deep');
    for (;;) {
      const byte = this.#byte();
      const type = byte & 0x0f;
      if (type === STOP) return;
      if (byte >> 4 === 0) readVarInt(this.#reader);
      this.#element(type, depth);
    }
  }

  #byte(): number {
    return this.#reader.view.getUint8(this.#reader.offset++);
  }

  #element(type: number, depth: number): void {
    if (++this.#elements > MOST_ELEMENTS) throw new Error(`its header has more than ${MOST_ELEMENTS} elements`);
    if (type === TRUE || type === FALSE) return;
    if (type === BYTE) this.#reader.offset++;
    else if (type === I16 || type === I32 || type === I64) this.#number();
    else if (type === DOUBLE) this.#reader.offset += 8;
    else if (type === BINARY) this.#binary();
    else if (type === LIST) this.#list(depth);
    else if (type === STRUCT) this.struct(depth + 1);
    else throw new Error('its header has an element of no known type');
  }

  #number(): void {
    while (this.#byte() >= 0x80);
  }

  #binary(): void {
    const length = this.#count();
    this.#reader.offset += length;
  }

  #list(depth: number): void {
    if (depth > DEEPEST) throw new Error('its header is nested too deep');
    const byte = this.#byte();
    const length = byte >> 4 === 15 ? this.#count() : byte >> 4;
    const type = byte & 0x0f;
    for (let index = 0; index < length; index++)
      this.#element(type === TRUE || type === FALSE ? BYTE : type, depth + 1);
  }

  /** A length that is not more than the bytes that are left: each element takes one or more. */
  #count(): number {
    const count = readVarInt(this.#reader);
    if (count < 0 || count > this.#reader.view.byteLength - this.#reader.offset)
      throw new Error(`its header says that it has ${count >>> 0} elements, which is more than its bytes`);
    return count;
  }
}
