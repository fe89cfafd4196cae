import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { changesIn } from '../../scripts/release/notes.ts';
import { problemsOf, type Repository } from '../../scripts/release/readiness.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const OTHER = 'f'.repeat(40);
const digest = `@sha256:${'a'.repeat(64)}`;

/** Everything holds for 1.1.0. */
const ready: Repository = {
  versions: ['1.1.0', '1.1.0'],
  changelog: '# Changelog\n\n## 1.1.0\n\n- A new component.\n\n## 1.0.0\n\n- The first.\n',
  since: { promote: '1.0.0', rollback: '1.1.0' },
  tools: { CRANE_IMAGE: `registry.test/tools/crane:v1${digest}` },
  publicKey: true,
  changed: [],
  commit: COMMIT,
  main: COMMIT,
  branches: { main: COMMIT },
  tags: { '1.0.0': OTHER },
  pagesCurrent: true,
  server: 'answered',
};

it('words that npm run release does not know are refused in a sentence', () => {
  const words = [new URL('../../scripts/release.ts', import.meta.url).pathname, '1.4.0', '--dryrun'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toMatchObject({
    ...{ status: 64, stderr: '' },
    stdout: expect.stringMatching(/^ERROR Unknown option '--dryrun'\.\nNext: npm run release -- 1\.4\.0 --dry-run; /),
  });
});

describe('a version', () => {
  it('may be tagged when everything holds', () => {
    expect(problemsOf(ready, { version: '1.1.0', tagged: false })).toEqual([]);
  });

  it('may be released when its tag is where it was put', () => {
    const tagged = { ...ready, tags: { ...ready.tags, '1.1.0': COMMIT }, main: OTHER };
    expect(problemsOf(tagged, { version: '1.1.0', tagged: true })).toEqual([]);
  });

  it('of an older minor version may be tagged on the branch of its patches, and on no other', () => {
    const patched = { ...ready, main: OTHER, branches: { main: OTHER, 'release/1.1': COMMIT } };
    expect(problemsOf(patched, { version: '1.1.0', tagged: false })).toEqual([]);
    const elsewhere = {
      ...patched,
      branches: { main: OTHER, 'release/1.10': COMMIT, 'release/1': COMMIT, fix: COMMIT },
    };
    expect(problemsOf(elsewhere, { version: '1.1.0', tagged: false })).toMatchObject([
      { what: expect.stringContaining('nor that of release/1.1.') },
    ]);
  });

  it.each<[string, Partial<Repository>, RegExp]>([
    ['the work tree is not clean', { changed: ['README.md'] }, /not clean: README.md/],
    ['package.json says otherwise', { versions: ['1.0.0', '1.0.0'] }, /say 1\.0\.0\./],
    ['package-lock.json says otherwise', { versions: ['1.1.0', '1.0.0'] }, /say 1\.0\.0\./],
    ['the changelog has no heading for it', { changelog: '## Unreleased\n\n- New.\n' }, /says nothing of 1\.1\.0/],
    ['its heading has no text', { changelog: '## 1.1.0\n\n## 1.0.0\n\n- The first.\n' }, /says nothing of 1\.1\.0/],
    ['a component is promised for another', { since: { rollback: '1.2.0' } }, /rollback since 1\.2\.0/],
    ['the generated pages are old', { pagesCurrent: false }, /pages are not current/],
    ['its tag is taken', { tags: { '1.0.0': OTHER, '1.1.0': OTHER } }, /there already, at f{40}/],
    ['its commit is not the default branch', { main: OTHER, branches: {} }, /neither the default branch's/],
    ['the server does not answer', { server: 'Permission denied', main: undefined }, /Permission denied/],
    [
      'a tool has no digest',
      { tools: { CRANE_IMAGE: 'crane:v1', NODE_IMAGE: `node:24${digest}` } },
      /: CRANE_IMAGE\.$/,
    ],
    ['there is no public key', { publicKey: false }, /no cosign\.pub/],
  ])('is refused when %s, with what to do', (_, change, what) => {
    const problems = problemsOf({ ...ready, ...change }, { version: '1.1.0', tagged: false });
    expect(problems.map((problem) => problem.what)).toContainEqual(expect.stringMatching(what));
    for (const { next } of problems) expect(next).toMatch(/^[a-z].*\.$/);
  });

  it('is refused for all reasons at once', () => {
    const broken = { ...ready, changed: ['x'], versions: ['0.1.0'], pagesCurrent: false, publicKey: false };
    expect(problemsOf(broken, { version: '1.1.0', tagged: false })).toHaveLength(4);
  });

  it('is refused in its own pipeline when the tag was moved', () => {
    const moved = { ...ready, tags: { ...ready.tags, '1.1.0': OTHER } };
    const [problem] = problemsOf(moved, { version: '1.1.0', tagged: true });
    expect(problem?.what).toBe(`The tag 1.1.0 is at ${OTHER}, and this is ${COMMIT}.`);
  });

  it.each(['v1.1.0', '1.1', 'latest', '1.1.0 '])('is not called %j', (version) => {
    expect(problemsOf(ready, { version, tagged: false })).toMatchObject([{ what: `"${version}" is no version.` }]);
  });

  it('needs no number yet on a merge request', () => {
    const unreleased = {
      ...ready,
      versions: ['1.0.0'],
      changelog: '## Unreleased\n',
      changed: ['x'],
      publicKey: false,
    };
    expect(problemsOf(unreleased, { version: 'unreleased', tagged: false })).toEqual([]);
  });
});

describe('the changelog', () => {
  it('gives a version its own part', () => {
    expect(changesIn(ready.changelog, '1.1.0')).toBe('- A new component.');
    expect(changesIn(ready.changelog, '1.0')).toBeUndefined();
    expect(changesIn('## 1.0.0 (2026-11-22)\n\n- The first.\n', '1.0.0')).toBe('- The first.');
  });
});
