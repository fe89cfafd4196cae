import { readFileSync } from 'node:fs';
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
  /** How the file may come to be there: the end of "commit the file, or ...". */
  readonly otherwise: string;
  /** The most bytes that SageMaker takes of it. */
  readonly most?: number;
}

/** Whether a path leads out of the project: a variable could name any file of the machine, the process's own variables among them. */
function isOutside(root: string, file: string): boolean {
  return relative(root, resolve(root, file)).split(sep)[0] === '..';
}

/** Reads a file of the project that an input names; one that is not there or too large is a wrong input. */
export function readProjectFile({ root, input, file, otherwise, most = Number.POSITIVE_INFINITY }: Wanted): Buffer {
  const refuse = (why: string, cause?: unknown) =>
    new Failure(
      'invalid input',
      `${input}: received "${file}"; ${why}.`,
      `commit the file, correct ${input}, or ${otherwise}.`,
      cause,
    );
  if (isOutside(root, file)) throw refuse('it lies outside the project');
  const content = read(resolve(root, file), refuse);
  if (content.byteLength <= most) return content;
  throw refuse(`its ${content.byteLength} bytes are more than SageMaker takes (${most})`);
}

function read(path: string, refuse: (why: string, cause: unknown) => Failure): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code, message } = partsOf(error);
    const known: Record<string, string> = { ENOENT: 'the project has no such file here', EISDIR: 'it is a folder' };
    throw refuse(known[code] ?? `it cannot be read (${code || message})`, error);
  }
}
