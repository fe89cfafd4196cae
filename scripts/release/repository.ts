import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Repository } from './readiness.ts';

const versioned = z.object({ version: z.string() });
const catalogSchema = z.object({ components: z.array(z.object({ name: z.string(), since: z.string() })) });
const toolsSchema = z.object({ variables: z.record(z.string(), z.string()) });

/** Looks at the repository in a folder, and at its server. */
export function readRepository(folder: string): Repository {
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  const catalog = catalogSchema.parse(parse(read('catalog.yml')));
  return {
    versions: ['package.json', 'package-lock.json'].map((path) => versioned.parse(JSON.parse(read(path))).version),
    changelog: read('CHANGELOG.md'),
    since: Object.fromEntries(catalog.components.map(({ name, since }) => [name, since])),
    tools: toolsSchema.parse(parse(read('.gitlab/tools.yml'))).variables,
    publicKey: existsSync(join(folder, 'cosign.pub')),
    ...gitFacts(folder),
    pagesCurrent: pagesCurrent(folder),
  };
}

function gitFacts(folder: string): Pick<Repository, 'changed' | 'commit' | 'main' | 'branches' | 'tags' | 'server'> {
  const lines = (...args: readonly string[]) => run(folder, 'git', args).split('\n').filter(Boolean);
  const answer = spawnSync('git', ['ls-remote', '--symref', 'origin'], { cwd: folder, encoding: 'utf8' });
  const server = answer.stdout.split('\n').flatMap((line) => {
    const [commit = '', name = ''] = line.split('\t');
    return commit === '' || commit.startsWith('ref:') ? [] : [{ commit, name }];
  });
  const here = lines('tag', '--list', '--format=%(refname) %(objectname) %(*objectname)').map((line) => {
    const [name = '', own = '', target = ''] = line.split(' ');
    return { name, commit: target || own };
  });
  // An annotated tag comes twice: its own object, then, with ^{}, the commit that it is for.
  const tags = [...here, ...server]
    .filter(({ name }) => name.startsWith('refs/tags/'))
    .map(({ name, commit }) => [name.replace('refs/tags/', '').replace('^{}', ''), commit] as const);
  const heads = server.filter(({ name }) => name.startsWith('refs/heads/'));
  return {
    changed: lines('status', '--porcelain').map((line) => line.slice(3)),
    commit: run(folder, 'git', ['rev-parse', 'HEAD']).trim(),
    main: server.find(({ name }) => name === 'HEAD')?.commit,
    branches: Object.fromEntries(heads.map(({ name, commit }) => [name.replace('refs/heads/', ''), commit])),
    tags: Object.fromEntries(tags),
    server: answer.status === 0 ? 'answered' : answer.stderr.trim(),
  };
}

/** What of them a version must not have stale: the inputs, and the addresses of catalog.yml. */
const PAGES = ['test/catalog.test.ts', 'test/catalog/addresses.test.ts', 'test/catalog/release-page.test.ts'];

/** The tests that would render them differently, asked not to. */
function pagesCurrent(folder: string): boolean {
  const env = { ...process.env, CI: 'true' };
  return spawnSync('npx', ['--no-install', 'vitest', 'run', ...PAGES], { cwd: folder, env }).status === 0;
}

function run(folder: string, program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr.trim()}`);
  return stdout;
}
