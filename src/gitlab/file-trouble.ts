import { partsOf } from '../ground/error-parts.ts';

/** What the system's codes mean, as the end of a sentence. */
const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: "the job's user may not do this",
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a folder',
  ELOOP: 'a link leads back to itself',
  ENOENT: 'it does not exist',
  ENOSPC: 'no space is left on the disk',
  ENOTDIR: 'a file is where a folder must be',
  EPERM: "the job's user may not do this",
  EROFS: 'the disk is read-only',
};

/** Why the system refused something about a file, in words and with its code. */
export function fileTrouble(error: unknown): string {
  const { code, message } = partsOf(error);
  const meaning = MEANINGS[code];
  return meaning === undefined ? code || message : `${meaning} (${code})`;
}
