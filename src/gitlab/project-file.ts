import { readFileSync, realpathSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { fileTrouble } from './file-trouble.ts';

/** A file of the project that an input names. */
export interface NamedFile {
  readonly input: string;
  /** The path in the project, as the input gives it. */
  readonly file: string;
  /** What else a person can do, if there is something: the end of the sentence "commit the file, or ...". */
  readonly otherwise?: string;
  /** The most bytes that SageMaker, or a job, accepts. */
  readonly maxBytes?: number;
}

interface ProjectFile extends NamedFile {
  /** The folder of the project. */
  readonly root: string;
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
export function readProjectFile({ root, ...named }: ProjectFile): Buffer {
  const real = projectFile({ root, ...named });
  const refuse = (why: string, cause?: unknown) => refusedProjectFile(named, why, cause);
  refuseTooLarge(attempt(() => statSync(real), refuse).size, named);
  return attempt(() => readFileSync(real), refuse);
}

/**
 * Where a file of the project really lies that an input names. Throws a Failure of kind "invalid input" when it is
 * missing, no file, or outside the project.
 */
export function projectFile({ root, ...named }: Omit<ProjectFile, 'maxBytes'>): string {
  const refuse = (why: string, cause?: unknown) => refusedProjectFile(named, why, cause);
  const outside = 'it is outside the project';
  const path = resolve(root, named.file);
  if (isOutside(root, path)) throw refuse(outside);
  const real = attempt(() => realpathSync(path), refuse);
  // A link in the project may lead anywhere.
  if (isOutside(realpathSync(root), real)) throw refuse(outside);
  const about = attempt(() => statSync(real), refuse);
  if (!about.isFile()) throw refuse(about.isDirectory() ? 'it is a folder' : 'it is not a file');
  return real;
}

/** Node reads no file of 2 GiB, and a buffer of that size is not for a job. */
function refuseTooLarge(bytes: number, named: NamedFile): void {
  const most = mostBytesOf(named);
  if (bytes > most) throw refusedProjectFile(named, `it has ${bytes} bytes, and at most ${most} are accepted`);
}

/** The most bytes that are read of a file. */
export function mostBytesOf({ maxBytes = LARGEST }: NamedFile): number {
  return Math.min(maxBytes, LARGEST);
}

/** The Failure about a file of the project; `why` ends a sentence. */
export function refusedProjectFile(named: NamedFile, why: string, cause?: unknown): Failure {
  const { input, file } = named;
  return new Failure('SMC-1002', `${input}: received "${file}"; ${why}.`, howToCorrect(named), cause);
}

/** What to do about a file of the project that is missing or wrong. */
export function howToCorrect({ input, otherwise }: NamedFile): string {
  return otherwise === undefined
    ? `commit the file, or correct ${input}.`
    : `commit the file, correct ${input}, or ${otherwise}.`;
}

/** The most bytes of a file that describes something: a person writes it. */
export const LONGEST_DESCRIPTION = 1_048_576;

/** Bytes: more than SageMaker takes of any file. */
const LARGEST = 100 * 1_048_576;

function attempt<Value>(act: () => Value, refuse: (why: string, cause: unknown) => Failure): Value {
  try {
    return act();
  } catch (error) {
    throw refuse(
      partsOf(error).code === 'ENOENT' ? 'the file does not exist in the project' : fileTrouble(error),
      error,
    );
  }
}
