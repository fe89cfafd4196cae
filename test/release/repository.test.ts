import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git } from '../../compiler/catalog.ts';
import { readRepository } from '../../scripts/release/repository.ts';

let root: string;
let work: string;

/** A clone of a project with two releases, the second tagged with a message; nothing in it can render pages. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'repository-'));
  work = join(root, 'work');
  git(root, 'init', '--quiet', '--bare', '--initial-branch=main', 'server.git');
  git(root, 'clone', '--quiet', 'server.git', 'work');
  const files = {
    'package.json': '{"version": "1.1.0"}',
    'package-lock.json': '{"version": "1.0.0"}',
    'CHANGELOG.md': '## 1.1.0\n',
    'catalog.yml': 'components:\n  - { name: promote, since: 1.0.0 }\n',
    '.gitlab/tools.yml': 'variables: { CRANE_IMAGE: crane:1 }\n',
  };
  mkdirSync(join(work, '.gitlab'));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(work, path), text);
  git(work, 'add', '--all');
  git(work, 'commit', '--quiet', '--message=First');
  git(work, 'tag', '1.0.0');
  git(work, 'commit', '--quiet', '--allow-empty', '--message=Second');
  git(work, 'tag', '--annotate', '--message=Release 1.1.0', '1.1.0');
  git(work, 'push', '--quiet', 'origin', 'HEAD:main', '--tags');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('what is known of the repository before a release', () => {
  it('is what its files say', () => {
    expect(readRepository(work)).toMatchObject({
      versions: ['1.1.0', '1.0.0'],
      since: { promote: '1.0.0' },
      tools: { CRANE_IMAGE: 'crane:1' },
      publicKey: false,
      pagesCurrent: false,
    });
  });

  it('is what the server has, each tag with the commit that it is for', () => {
    const [first, second] = [git(work, 'rev-parse', 'HEAD~'), git(work, 'rev-parse', 'HEAD')];
    git(work, 'tag', '--delete', '1.1.0');
    expect(readRepository(work)).toMatchObject({
      commit: second,
      main: second,
      tags: { '1.0.0': first, '1.1.0': second },
      server: 'answered',
      changed: [],
    });
  });

  it('is also what is not committed, and that the server did not answer', () => {
    writeFileSync(join(work, 'note.txt'), '');
    git(work, 'remote', 'set-url', 'origin', join(root, 'nowhere.git'));
    const repository = readRepository(work);
    expect(repository).toMatchObject({ changed: ['note.txt'], main: undefined });
    expect(repository.server).toMatch(/nowhere\.git/);
  });
});
