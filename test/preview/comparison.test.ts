import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { comparisonOf } from '../../src/preview/comparison.ts';
import { version } from './known.ts';

const job = { projectUrl: 'https://gitlab.example.com/wog/mlops/resale-price', commit: 'c'.repeat(40), ref: 'uat' };

describe('the comparison that an approver opens', () => {
  const built = (commit: string, number: number) =>
    version({ built: `pipeline=1 job=1 commit=${commit} at=2026-11-22T08:00Z execution=e` }, { version: number });

  it.each([
    [
      'is with what is live',
      built('b'.repeat(40), 2),
      built('a'.repeat(40), 1),
      `/-/compare/${'a'.repeat(40)}...${'b'.repeat(40)}?straight=true`,
    ],
    ['is the commit itself where nothing is live', built('b'.repeat(40), 2), undefined, `/-/commit/${'b'.repeat(40)}`],
    [
      'is the commit itself where the same is live',
      built('b'.repeat(40), 2),
      built('b'.repeat(40), 1),
      `/-/commit/${'b'.repeat(40)}`,
    ],
    [
      'is the commit that the training named',
      version({}, { commit: 'd'.repeat(40) }),
      undefined,
      `/-/commit/${'d'.repeat(40)}`,
    ],
  ])('%s', (_, candidate, live, path) => {
    expect(comparisonOf(candidate, live, job)?.url).toBe(`${job.projectUrl}${path}`);
  });

  it.each(['main', '..', '\uD800', 'a'.repeat(6), `${'a'.repeat(40)}/../../..`, ''])(
    'is none where the training named something else as its commit: %j',
    (commit) => {
      expect(comparisonOf(version({}, { commit }), undefined, job)).toBeUndefined();
      const live = version({}, { version: 1, commit });
      expect(comparisonOf(built('b'.repeat(40), 2), live, job)?.url).toContain(`/-/commit/${'b'.repeat(40)}`);
    },
  );

  it('is none where nobody knows the commit', () => {
    expect(comparisonOf(version({}), undefined, job)).toBeUndefined();
  });

  it('says what the pipeline has beside it, where the version was built from another commit than the pipeline’s', () => {
    expect(comparisonOf(built('b'.repeat(40), 2), undefined, job)).toMatchObject({
      words: 'bbbbbbbbbbbb',
      elsewhere: {
        words: 'runs on cccccccccccc of uat; the version was built from bbbbbbbbbbbb',
        url: `${job.projectUrl}/-/compare/${'b'.repeat(40)}...${job.commit}?straight=true`,
      },
    });
    expect(comparisonOf(built(job.commit, 2), undefined, job)?.elsewhere).toBeUndefined();
  });

  it.each<[how: string, merge: readonly string[][]]>([
    ['a merge commit', [['merge', '--no-ff', '-m', 'merge', 'dev']]],
    [
      'a squash',
      [
        ['merge', '--squash', '-X', 'theirs', 'dev'],
        ['commit', '-m', 'squashed'],
      ],
    ],
    ['a fast-forward', [['merge', '--ff-only', 'dev']]],
  ])('shows what changed between two trainings that came to uat by %s', (_, merge) => {
    const root = mkdtempSync(join(tmpdir(), 'history-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const git = (...words: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=jane', '-c', 'user.email=jane@example.com', ...words], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    /** Trains on dev from a changed file, and merges into uat: the commit of the version. */
    const train = (text: string) => {
      git('switch', 'dev');
      writeFileSync(join(root, 'train.py'), text);
      git('add', '.');
      git('commit', '-m', text);
      const commit = git('rev-parse', 'HEAD');
      git('switch', 'uat');
      for (const words of merge) git(...words);
      return commit;
    };
    git('init', '-b', 'dev');
    git('commit', '--allow-empty', '-m', 'begin');
    git('branch', 'uat');
    const [live, next] = [train('depth = 3'), train('depth = 9')];

    const url = comparisonOf(built(next, 2), built(live, 1), job)?.url ?? '';
    const [, from = '', to = ''] = /compare\/(\w+)\.\.\.(\w+)\?/.exec(url) ?? [];
    expect(git('diff', from, to)).toContain('-depth = 3');
    expect(git('diff', from, to)).toContain('+depth = 9');
  });
});
