import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, notSeen, ok, toDo, type World } from './finding.ts';

/** Whether the public key is there to check signatures with, and the private one is not. */
export async function lookAtKey({ run, folder }: World): Promise<Finding[]> {
  return [publicKey(folder), await privateKeys({ run, folder })];
}

function publicKey(folder: string): Finding {
  const path = join(folder, 'cosign.pub');
  if (!existsSync(path))
    return toDo(
      'cosign.pub',
      'There is no cosign.pub.',
      'make the key by the commands below, and commit its public half.',
    );
  const text = readFileSync(path, 'utf8');
  if (/PRIVATE KEY/.test(text))
    return toDo(
      'cosign.pub',
      'cosign.pub holds a private key.',
      'make a new key: who reads the repository has this one.',
    );
  return /^-----BEGIN PUBLIC KEY-----\n[\w+/=\n]+-----END PUBLIC KEY-----\s*$/.test(text)
    ? ok('cosign.pub', 'cosign.pub is a public key.')
    : toDo(
        'cosign.pub',
        'cosign.pub is no public key (PEM).',
        'write it again: cosign public-key --key KEY > cosign.pub.',
      );
}

async function privateKeys({ run, folder }: Pick<World, 'run' | 'folder'>): Promise<Finding> {
  const about = 'private key';
  const { exit, out } = await run('git', [
    '-C',
    folder,
    'grep',
    '--files-with-matches',
    '-e',
    '^-----BEGIN .*PRIVATE KEY-----',
  ]);
  if (exit === 1) return ok(about, 'No committed file holds a private key.');
  if (exit !== 0) return notSeen(about, 'git could not be asked which files hold a private key.', 'look by hand.');
  return toDo(
    about,
    `A private key is committed: ${out.trim().split('\n').join(', ')}.`,
    'make a new one: this one is known.',
  );
}
