import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Commit, changelogWordsOf } from '../scripts/commits/message.ts';
import { problemsOf } from '../scripts/commits/rules.ts';
import { type History, makeHistory } from './commit-history.ts';

const commit = (...lines: readonly string[]): Commit => ({ id: '0123456789'.repeat(4), message: lines.join('\n') });

describe("a commit's message", () => {
  it.each([
    commit('Rename a test'),
    commit('x'.repeat(72), '', 'A body.'),
    commit('Add rollback', '', 'Teams asked for it.', '', 'Changelog: added'),
    commit('Read the record once', '', 'Changelog: fixed', 'Signed-off-by: Tan Mei Ling <tan@example.com>'),
    commit('Add rollback', '', 'Changelog: added', '(cherry picked from commit 0123456)'),
  ])('is accepted: $message', (good) => {
    expect(problemsOf(good)).toEqual([]);
  });

  it.each<[string, Commit, RegExp]>([
    ['a subject of 73 characters', commit('x'.repeat(73)), /has 73 characters; say it in 72/],
    ['a subject that ends in a full stop', commit('Add rollback.'), /full stop; leave it out/],
    ['a second line that is not blank', commit('Add rollback', 'and more'), /second line is not blank; put/],
    [
      'a word that GitLab has not',
      commit('Add', '', 'Changelog: new'),
      /"Changelog: new" is not known; write one of added,/,
    ],
    ['a word that is not in lower case', commit('Add', '', 'Changelog: Added'), /"Changelog: Added" is not known/],
    ['two changes', commit('Add', '', 'Changelog: added', 'Changelog: fixed'), /several .* divide it/],
    ['a trailer spelled otherwise', commit('Add', '', 'changelog: added'), /"changelog: added" is no trailer/],
    ['a trailer within the body', commit('Add', '', 'Changelog: added', '', 'More.'), /is no trailer; write/],
    ['a trailer below a sentence', commit('Add', '', 'So it is.', 'Changelog: added'), /is no trailer; write/],
  ])('is refused for %s, in one sentence that names the commit', (_, bad, problem) => {
    expect(problemsOf(bad)).toEqual([expect.stringMatching(problem)]);
    expect(problemsOf(bad)).toEqual([expect.stringMatching(/^01234567 ".*": .*\.$/)]);
  });

  it('is refused for all reasons at once', () => {
    expect(problemsOf(commit(`${'x'.repeat(80)}.`, 'y', '', 'Changelog: new'))).toHaveLength(4);
  });
});

describe('npm run check:commits', () => {
  let history: History;
  const check = (...args: readonly string[]) => history.run('check-commits', ...args);

  beforeAll(() => {
    history = makeHistory();
    history.commit('Begin.\n\nChangelog: added');
    history.commit('Add rollback\n\nWhy.\n\nChangelog: added');
    history.commit('Read the record once\n\nChangelog: fixed\nSigned-off-by: Tan Mei Ling <tan@example.com>');
    history.commit('Sort\n\nChangelog: sorted');
  });
  afterAll(() => history.remove());

  it('reads a range, and only that', () => {
    expect(check('HEAD~3..HEAD~')).toMatchObject({ exit: 0, said: expect.stringContaining('(commits: 2)') });
    const { exit, said } = check('HEAD');
    expect(exit).toBe(1);
    expect(said).toMatch(/^ERROR \w{8} "Begin\.": .*\nERROR \w{8} "Sort": .*\nNext: git rebase/);
  });

  it('reads what the default branch has not, when nothing else is said', () => {
    expect(check()).toMatchObject({ exit: 64, said: expect.stringContaining('Next: name one') });
    history.git('update-ref', 'refs/remotes/origin/HEAD', 'HEAD~');
    expect(check()).toMatchObject({ exit: 1, said: expect.stringMatching(/^ERROR \w{8} "Sort".*\nNext/) });
  });

  it('does not read what GitLab writes: merges', () => {
    history.git('checkout', '--quiet', '-b', 'feature', 'HEAD~');
    history.commit('Add alarms');
    history.git('merge', '--quiet', '--no-ff', `--message=${'Merge '.repeat(20)}.`, 'main');
    expect(check('main..feature')).toMatchObject({ exit: 0, said: expect.stringContaining('(commits: 1)') });
    history.git('checkout', '--quiet', 'main');
  });

  it.each(['..HEAD', 'nowhere..HEAD', '--all'])('refuses the range %s, which would pass everything over', (range) => {
    const { exit, said } = check('--', range);
    expect(exit).toBe(64);
    expect(said).toMatch(/^ERROR The range .* cannot be read: .*\nNext: /);
  });

  it('takes for a trailer what git does', () => {
    history.commit('Changelog: removed');
    const log = history.git('log', '--format=%H%x09%(trailers:key=Changelog,valueonly,separator=%x2C)%x09%B%x00');
    const entries = log.split('\0').filter((entry) => entry.trim());
    expect(entries.length).toBeGreaterThan(3);
    for (const entry of entries) {
      const [id = '', words, message = ''] = entry.trim().split('\t');
      expect(changelogWordsOf({ id, message: message.trimEnd() }).join()).toBe(words);
    }
  });
});
