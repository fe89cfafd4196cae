import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalog } from './compile.ts';
import { PipelineError } from './problem.ts';

const repository = fileURLToPath(new URL('../', import.meta.url));

/** Runs git without the configuration of whoever runs the tests. */
export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Tan Mei Ling',
      GIT_AUTHOR_EMAIL: 'tan.mei.ling@example.gov.sg',
      GIT_COMMITTER_NAME: 'Tan Mei Ling',
      GIT_COMMITTER_EMAIL: 'tan.mei.ling@example.gov.sg',
    },
  }).trim();
}

/** A project whose released versions may be included. */
export interface PublishedCatalog {
  readonly version: string;
  resolve(componentAddress: string): Catalog;
}

/** Publishes the templates of this work tree, as they are now, into a bare repository with one tag, as a release does. */
export function publishCatalog(folder: string, version: string): PublishedCatalog {
  const [work, bare] = [join(folder, 'catalog'), join(folder, 'catalog.git')];
  mkdirSync(work, { recursive: true });
  for (const part of ['templates', 'README.md', 'catalog.yml', 'LICENSE']) {
    if (existsSync(join(repository, part))) cpSync(join(repository, part), join(work, part), { recursive: true });
  }
  git(work, 'init', '--quiet', '--template=', '--initial-branch=main');
  git(work, 'add', '--all');
  git(work, 'commit', '--quiet', `--message=Release ${version}`);
  git(work, 'tag', version);
  git(folder, 'clone', '--quiet', '--bare', work, bare);
  const released = release(bare, version);
  return {
    version,
    resolve(address) {
      const reference = address.slice(address.lastIndexOf('@') + 1);
      if (!covers(reference, version)) throw new PipelineError(`Component '${address}' - content not found`);
      return { ...released, reference };
    },
  };
}

/** A tag's files: a release never changes, so each is read once. */
function release(bare: string, version: string): Omit<Catalog, 'reference'> {
  const files = new Set(git(bare, 'ls-tree', '-r', '--name-only', version).split('\n'));
  const contents = new Map<string, string>();
  return {
    version,
    sha: git(bare, 'rev-parse', `${version}^{commit}`),
    files: [...files],
    read(path) {
      const content = contents.get(path) ?? (files.has(path) ? git(bare, 'show', `${version}:${path}`) : undefined);
      if (content !== undefined) contents.set(path, content);
      return content;
    },
  };
}

/** `1.4.0` is itself; `1`, `1.4` and `~latest` cover it while it is the newest release. */
function covers(reference: string, version: string): boolean {
  return reference === '~latest' || reference === version || version.startsWith(`${reference}.`);
}
