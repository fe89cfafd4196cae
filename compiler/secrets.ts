import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What every job of every test has as a variable that GitLab would mask. */
export const MASKED = { MASKED_PASSWORD: 'correct-horse-battery-staple' };

interface Seen {
  /** Logs, and whatever else a person may read. */
  readonly texts?: readonly string[];
  /** Folders that a later job or a person can reach: reports, artifacts, the work tree, temporary files. */
  readonly folders?: readonly string[];
}

/**
 * After every job of every test: neither a token that it had, whole or in part, nor credentials, nor a masked variable may be
 * seen anywhere. `known` are the tokens and credentials that were given out; the emulator keeps them.
 */
export function refuseSecrets({ texts = [], folders = [] }: Seen, known: Iterable<string>): void {
  const seen = [...texts.map((text) => ({ where: 'a log', text })), ...folders.flatMap(filesBelow)];
  for (const secret of [...known].flatMap(partsOf).concat(Object.values(MASKED))) {
    const found = seen.find(({ text }) => text.includes(secret));
    if (found) throw new Error(`A job showed a secret in ${found.where}: ${secret.slice(0, 12)}...`);
  }
}

/** A token's header is the same for all and tells nothing; its claims and signature are secrets each. */
function partsOf(secret: string): string[] {
  const [whole, ...segments] = secret.split('.');
  return (segments.length > 0 ? segments : [whole ?? '']).filter((part) => part.length > 8);
}

function filesBelow(folder: string): { where: string; text: string }[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => read(join(parentPath, name)));
}

/** As bytes, so that a compressed or binary file is no different from a text. */
function read(path: string): { where: string; text: string } {
  return { where: path, text: readFileSync(path, 'latin1') };
}
