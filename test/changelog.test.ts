import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Commit } from '../scripts/commits/message.ts';
import { render, withChanges, withoutReverted } from '../scripts/commits/unreleased.ts';
import { changesIn } from '../scripts/release/notes.ts';
import { type History, makeHistory } from './commit-history.ts';

let made = 0;
const commit = (...lines: readonly string[]): Commit => ({
  id: `${++made}`.padStart(8, '0').repeat(5),
  message: lines.join('\n'),
});
const added = commit('Add rollback', '', 'Teams asked for it.', '', 'Changelog: added');
const fixed = commit('Read <environment> once', '', 'Changelog: fixed');
const quiet = commit('Rename a test');

describe('the lines for users', () => {
  it('are the subjects, below a heading for each kind of change', () => {
    const second = commit('Add alarms', '', 'Changelog: added');
    expect(render([fixed, added, quiet, second])).toBe(
      '### Added\n\n- Add rollback\n- Add alarms\n\n### Fixed\n\n- Read \\<environment> once',
    );
  });

  it('leave out what was reverted before anybody had it, but not what came back', () => {
    const revert = (target: Commit) =>
      commit(
        `Revert "${target.message.split('\n')[0]}"`,
        '',
        `This reverts commit ${target.id}.`,
        '',
        'Changelog: fixed',
      );
    const back = revert(added);
    expect(withoutReverted([added, quiet, back])).toEqual([quiet]);
    expect(withoutReverted([added, back, revert(back)])).toEqual([added]);
    expect(withoutReverted([back])).toEqual([back]);
  });
});

describe('the changelog', () => {
  const lines = render([added]);
  const block = `<!-- commits -->\n${lines}\n<!-- /commits -->`;
  const old = '## 1.0.0\n\n- The first.\n';

  it('gets them below what somebody wrote for the next version, and keeps everything else', () => {
    const written = `# Changelog\n\nWhat changed.\n\n## Unreleased\n\nRead this first.\n\n${old}`;
    const after = `# Changelog\n\nWhat changed.\n\n## Unreleased\n\nRead this first.\n\n${block}\n\n${old}`;
    expect(withChanges(written, lines, ['1.0.0'])).toBe(after);
    expect(withChanges(after, lines, ['1.0.0'])).toBe(after);
    expect(withChanges(after, '', ['1.0.0'])).toBe(written);
  });

  it('keeps what somebody wrote below them', () => {
    const after = withChanges(`## Unreleased\n\n${block}\n\nThanks to all.\n`, render([fixed]), []);
    expect(after).toMatch(/### Fixed[\s\S]*<!-- \/commits -->\n\nThanks to all\.\n$/);
    expect(after).not.toContain('### Added');
  });

  it('gets a heading for the next version after a release, once there is something to say', () => {
    expect(withChanges(`# Changelog\n\n${old}`, lines, ['1.0.0'])).toBe(
      `# Changelog\n\n## Unreleased\n\n${block}\n\n${old}`,
    );
    expect(withChanges(`# Changelog\n\n${old}`, '', ['1.0.0'])).toBe(`# Changelog\n\n${old}`);
  });

  it('gets them below the number of the next version once that has one, where its release looks for them', () => {
    const after = withChanges(`# Changelog\n\n## 1.1.0\n\n${old}`, lines, ['1.0.0']);
    expect(changesIn(after, '1.1.0')).toContain('- Add rollback');
    expect(changesIn(after, '1.0.0')).toBe('- The first.');
    expect(changesIn(withChanges(after, '', ['1.0.0']), '1.1.0')).toBe('');
  });

  it.each(['<!-- commits -->', '<!-- /commits -->', `${block}\n${block}`])(
    'is refused with the markers %j',
    (markers) => {
      expect(() => withChanges(`## Unreleased\n\n${markers}\n`, lines, [])).toThrow(/do not stand once each/);
    },
  );
});

describe('npm run changelog', () => {
  let history: History;
  const changelog = () => readFileSync(join(history.folder, 'CHANGELOG.md'), 'utf8');

  beforeAll(() => {
    history = makeHistory();
    writeFileSync(join(history.folder, 'CHANGELOG.md'), '# Changelog\n\n## 1.0.0\n\n- The first.\n');
    history.git('add', '--all');
    history.commit('Begin\n\nChangelog: added');
    history.git('tag', '1.0.0');
    history.commit('Add rollback\n\nWhy.\n\nChangelog: added');
    history.git('tag', '1.1.0-rc.1');
    history.commit('Read the record once\n\nChangelog: fixed');
    history.commit('Sort\n\nChangelog: sorted');
  });
  afterAll(() => history.remove());

  it('writes what changed since the last version, and the second time nothing', () => {
    const { said } = history.run('changelog');
    expect(said).toMatch(
      /^SKIPPED \w{8} "Sort": "Changelog: sorted" is not known; .*\n.*now has .* since 1\.0\.0\.\n$/,
    );
    const after = changelog();
    expect(after).toMatch(
      /## Unreleased\n[\s\S]*- Add rollback\n[\s\S]*- Read the record once\n[\s\S]*## 1\.0\.0\n\n- The/,
    );
    expect(after).not.toContain('Begin');
    expect(history.run('changelog')).toMatchObject({ exit: 0, said: expect.stringContaining('CHANGELOG.md has what') });
    expect(changelog()).toBe(after);
  });

  it('writes nothing where the markers are broken, and says what to correct', () => {
    const broken = changelog().replace('<!-- /commits -->', '');
    writeFileSync(join(history.folder, 'CHANGELOG.md'), broken);
    const { exit, said } = history.run('changelog');
    expect(exit).toBe(1);
    expect(said).toMatch(/ERROR <!-- commits --> and .*\nNext: correct CHANGELOG\.md/);
    expect(changelog()).toBe(broken);
  });
});
