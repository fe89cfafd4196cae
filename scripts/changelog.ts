import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitsIn, releasedVersions } from './commits/log.ts';
import { type Commit, changelogWordsOf, kindOf, nameOf } from './commits/message.ts';
import { BrokenMarkers, render, withChanges, withoutReverted } from './commits/unreleased.ts';

/** `npm run changelog`: what the commits since the last version say to users, into CHANGELOG.md. */
function main(folder: string): number {
  const released = releasedVersions(folder);
  const [last] = released;
  const commits = withoutReverted(commitsIn(folder, last === undefined ? 'HEAD' : `${last}..HEAD`));
  for (const skipped of commits.flatMap(unknownWords)) console.log(`SKIPPED ${skipped}; write its line by hand.`);

  const path = join(folder, 'CHANGELOG.md');
  const before = readFileSync(path, 'utf8');
  try {
    const after = withChanges(before, render(commits), released);
    if (after !== before) writeFileSync(path, after);
    console.log(
      `CHANGELOG.md ${after === before ? 'has' : 'now has'} what changed since ${last ?? 'the first commit'}.`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof BrokenMarkers)) throw error;
    console.log(`ERROR ${error.message}\nNext: correct CHANGELOG.md, then npm run changelog again.`);
    return 1;
  }
}

/** What npm run check:commits refuses, but a commit that is merged keeps. */
function unknownWords(commit: Commit): string[] {
  const unknown = changelogWordsOf(commit).filter((word) => kindOf(word) === undefined);
  return unknown.map((word) => `${nameOf(commit)}: "Changelog: ${word}" is not known`);
}

process.exitCode = main(process.cwd());
