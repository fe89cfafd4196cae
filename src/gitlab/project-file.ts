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
  const { size } = attempt(named, () => statSync(real));
  // Node reads no file of 2 GiB, and a buffer of that size is not for a job.
  if (size > mostBytesOf(named))
    throw tooLargeFile(named, `${size} bytes, and at most ${mostBytesOf(named)} are accepted`);
  return attempt(named, () => readFileSync(real));
}

/**
 * Where a file of the project really lies that an input names. Throws a Failure of kind "invalid input" when it is
 * missing, no file, or outside the project.
 */
export function projectFile({ root, ...named }: Omit<ProjectFile, 'maxBytes'>): string {
  const path = resolve(root, named.file);
  if (isOutside(root, path)) throw fileOutside(named);
  const real = attempt(named, () => realpathSync(path));
  // A link in the project may lead anywhere.
  if (isOutside(realpathSync(root), real)) throw fileOutside(named);
  const about = attempt(named, () => statSync(real));
  if (!about.isFile())
    throw refused(named, { why: about.isDirectory() ? 'it is a folder' : 'it is not a file', next: nameAFile(named) });
  return real;
}

/** The most bytes that are read of a file. */
export function mostBytesOf({ maxBytes = LARGEST }: NamedFile): number {
  return Math.min(maxBytes, LARGEST);
}

/** The Failure about a path that leads out of the project. */
export function fileOutside(named: NamedFile): Failure {
  return refused(named, { why: 'it is outside the project', next: nameAFile(named) });
}

/** The Failure about a file with too many bytes; `bytes` says how many, and how many may be. */
export function tooLargeFile(named: NamedFile, bytes: string): Failure {
  return refused(named, { why: `it has ${bytes}`, next: `make the file smaller, or correct ${named.input}.` });
}

/** What to do about a file of the project that is missing. */
export function howToCorrect({ input, otherwise }: NamedFile): string {
  return otherwise === undefined
    ? `commit the file, or correct ${input}.`
    : `commit the file, correct ${input}, or ${otherwise}.`;
}

const nameAFile = ({ input }: NamedFile) => `correct ${input}: it must be the path of a file in the project.`;

interface Refusal {
  /** The end of a sentence. */
  readonly why: string;
  readonly next: string;
  readonly cause?: unknown;
}

function refused({ input, file }: NamedFile, { why, next, cause }: Refusal): Failure {
  return new Failure('SMC-1002', `${input}: received "${file}"; ${why}.`, next, cause);
}

/** The most bytes of a file that describes something: a person writes it. */
export const LONGEST_DESCRIPTION = 1_048_576;

/** Bytes: more than SageMaker takes of any file. */
const LARGEST = 100 * 1_048_576;

function attempt<Value>(named: NamedFile, act: () => Value): Value {
  try {
    return act();
  } catch (cause) {
    if (partsOf(cause).code === 'ENOENT')
      throw refused(named, { why: 'the file does not exist in the project', next: howToCorrect(named), cause });
    throw refused(named, { why: fileTrouble(cause), next: `correct the file, or ${named.input}.`, cause });
  }
}
