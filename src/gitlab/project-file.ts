import { readFile } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { partsOf } from '../aws/trouble.ts';
import { Failure } from '../failure.ts';

interface Wanted {
  /** The folder of the project. */
  readonly root: string;
  /** The input that names the file. */
  readonly input: string;
  /** The path in the project, as the input gives it. */
  readonly file: string;
  /** The most bytes it may have, and whose limit that is. */
  readonly most: { readonly bytes: number; readonly of: string };
}

/** Whether a path leads out of the project: a variable could name any file of the machine, the process's own variables among them. */
export function isOutside(root: string, file: string): boolean {
  return relative(root, resolve(root, file)).split(sep)[0] === '..';
}

/** Reads a file of the project that an input names; one that is not there or too large is a wrong input. */
export async function readProjectFile({ root, input, file, most }: Wanted): Promise<Uint8Array> {
  const refuse = (why: string, cause?: unknown) =>
    new Failure(
      'invalid input',
      `${input}: received "${file}"; ${why}.`,
      `commit the file, or let this job receive it as an artifact; or correct ${input}.`,
      cause,
    );
  if (isOutside(root, file)) throw refuse('it lies outside the project');
  const content = await readFile(resolve(root, file)).catch((error: unknown) => {
    const { code, message } = partsOf(error);
    const why = code === 'ENOENT' ? 'the project has no such file here' : `it cannot be read (${code || message})`;
    throw refuse(why, error);
  });
  if (content.byteLength <= most.bytes) return content;
  throw refuse(`its ${content.byteLength} bytes are more than ${most.of} takes (${most.bytes})`);
}
