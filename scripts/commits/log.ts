import { spawnSync } from 'node:child_process';
import type { Commit } from './message.ts';

/** git's answer; what it says against the question is the error's message. */
function git(folder: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(stderr.trim());
  return stdout;
}

/** The commits of a range, oldest first. */
export function commitsIn(folder: string, range: string, ...options: readonly string[]): Commit[] {
  const log = git(folder, 'log', '-z', '--reverse', '--format=%H%n%B', ...options, '--end-of-options', range, '--');
  return log
    .split('\0')
    .filter(Boolean)
    .map((entry) => {
      const [id = '', ...lines] = entry.split('\n');
      return { id, message: lines.join('\n').trimEnd() };
    });
}

/** The versions that were released; candidates for one are not. */
export function releasedVersions(folder: string): string[] {
  return git(folder, 'tag', '--list', '--sort=-version:refname', '--merged', 'HEAD')
    .split('\n')
    .filter((tag) => /^\d+\.\d+\.\d+$/.test(tag));
}
