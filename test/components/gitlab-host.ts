import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { answerAt } from '../../compiler/bin/gitlab.js';
import { type CommitFiles, startGitLab } from '../../emulator/gitlab.ts';

/** The host of the GitLab whose jobs the tests run. */
export const HOST = 'sgts.gitlab-dedicated.com';

/** That GitLab, on this machine: one for the tests of a file. */
export const gitlab = await startGitLab('42', HOST);

const preload = new URL('../../compiler/bin/gitlab.js', import.meta.url);
preload.search = new URLSearchParams({ host: HOST, at: gitlab.url }).toString();

/** What a process loads first, so that this GitLab answers what it asks of the host. */
export const PRELOAD = preload.href;

answerAt(HOST, gitlab.url);

/** A commit that has what lies in a folder when it is asked for: no artifact is in another's place. */
export function filesIn(root: string): CommitFiles {
  return {
    get(path) {
      const file = join(root, path);
      return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
    },
  };
}
