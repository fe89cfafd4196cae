import { gunzipSync, gzipSync } from 'node:zlib';
import type { Samples } from '../generator.ts';
import type { Stage } from '../schedule.ts';

/** The file of a worker: of each stage, the latencies, how late each request was sent, and the statuses; little-endian. */
export const SAMPLES_FILE = 'samples.gz';

/** Bytes of a request in the file: two Float32 and a Uint16. */
const BYTES = 10;

/** What a worker's record says of a stage, and its file does not. */
export interface StageRecord {
  readonly sent: number;
  readonly sending: number;
  readonly firsts: readonly (readonly [status: number, why: string])[];
  readonly ended?: string | undefined;
}

/** The content of a worker's file. */
export function packSamples(stages: readonly Samples[]): Buffer {
  const parts = stages.flatMap(({ latencies, lateness, statuses }) => [latencies, lateness, statuses].map(bytesOf));
  return gzipSync(Buffer.concat(parts));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

export function stageRecordOf({ sent, sending, firsts, ended }: Samples): StageRecord {
  return { sent, sending, firsts: [...firsts], ...(ended !== undefined && { ended }) };
}

/** Reads a worker's file; `undefined` where it is not what its record says, or holds what nobody can have measured. */
export function unpackSamples(
  file: Uint8Array,
  stages: readonly Stage[],
  recorded: readonly StageRecord[],
): Samples[] | undefined {
  const expected = recorded.reduce((sum, { sent }) => sum + sent * BYTES, 0);
  const bytes = unzipped(file, expected);
  if (bytes?.byteLength !== expected) return undefined;
  // A copy of its own: a view into the pool of buffers may begin where no Float32 can.
  const { buffer } = Uint8Array.from(bytes);
  let at = 0;
  const take = (length: number) => {
    at += length;
    return buffer.slice(at - length, at);
  };
  const samples = recorded.flatMap(({ sent, sending, firsts, ended }, place): Samples[] => {
    const stage = stages[place];
    const [latencies, lateness] = [new Float32Array(take(4 * sent)), new Float32Array(take(4 * sent))];
    const measured = { latencies, lateness, statuses: new Uint16Array(take(2 * sent)), firsts: new Map(firsts) };
    return stage ? [{ stage, sent, sending, ...measured, ...(ended !== undefined && { ended }) }] : [];
  });
  return samples.every(isMeasured) ? samples : undefined;
}

/** What was compressed; `undefined` where that cannot be known, or is longer. */
function unzipped(file: Uint8Array, most: number): Buffer | undefined {
  try {
    return gunzipSync(file, { maxOutputLength: most + 1 });
  } catch {
    return undefined;
  }
}

/** NaN is no latency that any limit could be compared with, and nothing is answered before it was meant to be sent. */
function isMeasured({ latencies, lateness }: Samples): boolean {
  return [latencies, lateness].every((values) => values.every((each) => each >= 0));
}
