import { parseArgs } from 'node:util';
import { commitsIn } from './commits/log.ts';
import type { Commit } from './commits/message.ts';
import { problemsOf } from './commits/rules.ts';

/** `npm run check:commits [-- RANGE]`: the messages of the commits that are not in the default branch yet, or of a range. */
function main(folder: string): number {
  const { positionals } = parseArgs({ allowPositionals: true });
  const range = positionals[0] ?? 'origin/HEAD..HEAD';
  const commits = read(folder, range);
  if (!commits) return 64;
  const problems = commits.flatMap(problemsOf);
  for (const problem of problems) console.log(`ERROR ${problem}`);
  if (problems.length > 0) {
    console.log('Next: git rebase --interactive, "reword" those commits, and push again.');
    return 1;
  }
  console.log(`The messages in ${range} are as they should be (commits: ${commits.length}).`);
  return 0;
}

/** GitLab writes the messages of merges. An empty start of a range would be HEAD, and every commit be passed over. */
function read(folder: string, range: string): Commit[] | undefined {
  try {
    if (range.startsWith('..')) throw new Error('it begins nowhere.');
    return commitsIn(folder, range, '--no-merges');
  } catch (error) {
    console.log(`ERROR The range ${range} cannot be read: ${error instanceof Error ? error.message : error}`);
    console.log('Next: name one, as in npm run check:commits -- main..HEAD, or run git remote set-head origin --auto.');
    return undefined;
  }
}

process.exitCode = main(process.cwd());
