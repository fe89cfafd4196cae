import { readFileSync, realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';

interface ProjectFile {
  /** The folder of the project. */
  readonly root: string;
  /** The input that names the file. */
  readonly input: string;
  /** The path in the project, as the input gives it. */
  readonly file: string;
  /** How else the file can get there: the end of the sentence "commit the file, or ...". */
  readonly otherwise: string;
  /** The most bytes that SageMaker accepts. */
  readonly maxBytes?: number;
}

/**
 * Whether a path is outside the project: a variable could name any file of the machine, such as the process's own
 * variables.
 */
function isOutside(root: string, path: string): boolean {
  return relative(root, path).split(sep)[0] === '..';
}

/**
 * Reads a file of the project that an input names. Throws a Failure of kind "invalid input" when it is missing, outside
 * the project or too large.
 */
export function readProjectFile({
  root,
  input,
  file,
  otherwise,
  maxBytes = Number.POSITIVE_INFINITY,
}: ProjectFile): Buffer {
  const refuse = (why: string, cause?: unknown) =>
    new Failure(
      'invalid input',
      `${input}: received "${file}"; ${why}.`,
      `commit the file, correct ${input}, or ${otherwise}.`,
      cause,
    );
  const outside = 'it is outside the project';
  const path = resolve(root, file);
  if (isOutside(root, path)) throw refuse(outside);
  const real = attempt(() => realpathSync(path), refuse);
  // A link in the project may lead anywhere.
  if (isOutside(realpathSync(root), real)) throw refuse(outside);
  const content = attempt(() => readFileSync(real), refuse);
  if (content.byteLength <= maxBytes) return content;
  throw refuse(`it has ${content.byteLength} bytes, and SageMaker accepts at most ${maxBytes}`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the file does not exist in the project',
  EISDIR: 'it is a folder',
};

function attempt<Value>(act: () => Value, refuse: (why: string, cause: unknown) => Failure): Value {
  try {
    return act();
  } catch (error) {
    const { code, message } = partsOf(error);
    throw refuse(REASONS[code] ?? `it cannot be read (${code || message})`, error);
  }
}
