import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileTrouble } from '../gitlab/file-trouble.ts';
import { Failure } from '../ground/failure.ts';
import type { Bytes } from './table-data.ts';

/** Bytes that can be read at any place. */
export interface Spooled {
  readonly size: number;
  /** Throws where there are fewer bytes. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/**
 * Writes bytes to a file on the disk of the runner, so that they are not in memory. The file has no name: whatever ends this job, it is gone with it.
 */
export async function spooled(bytes: Bytes): Promise<Spooled> {
  const file = await onDisk(namelessFile);
  try {
    let size = 0;
    for await (const piece of bytes) {
      await onDisk(() => file.writeFile(piece));
      size += piece.byteLength;
    }
    return { size, read: (start, end) => readAt({ file, size }, start, end), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function onDisk<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new Failure(
      'SMC-5115',
      `The runner cannot hold the Parquet file on its disk, in ${tmpdir()}: ${fileTrouble(error)}. Nothing was asked.`,
      'free space on the runner, or let TMPDIR name a folder with room. Then run this job again.',
      error,
    );
  }
}

async function namelessFile(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'labelled-'));
  try {
    return await open(join(folder, 'data'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface SpooledFile {
  readonly file: FileHandle;
  readonly size: number;
}

async function readAt({ file, size }: SpooledFile, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  // Before there is room for them: a file may say that it has any number of bytes.
  if (start < 0 || end > size) throw new RangeError(`it has no bytes ${start} to ${end}`);
  const wanted = new Uint8Array(Math.max(0, end - start));
  const { bytesRead } = await file.read(wanted, 0, wanted.length, start);
  if (bytesRead < wanted.length) throw new RangeError(`it has no bytes ${start} to ${end}`);
  return wanted;
}
