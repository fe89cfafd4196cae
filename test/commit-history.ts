import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tsx = import.meta.resolve('tsx');

/** A repository of its own, with the commits that a test gives it. */
export interface History {
  readonly folder: string;
  git(...args: readonly string[]): string;
  commit(message: string): void;
  /** Runs one of our scripts there, as npm would. */
  run(script: string, ...args: readonly string[]): { exit: number | null; said: string };
  remove(): void;
}

export function makeHistory(): History {
  const folder = mkdtempSync(join(tmpdir(), 'commits-'));
  const identity = ['-c', 'user.name=Tan Mei Ling', '-c', 'user.email=tan.mei.ling@example.gov.sg'];
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: readonly string[]) =>
    execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8', env }).trim();
  git('init', '--quiet', '--template=', '--initial-branch=main');
  return {
    folder,
    git,
    commit: (message) => void git('commit', '--quiet', '--allow-empty', `--message=${message}`),
    run(script, ...args) {
      const program = fileURLToPath(new URL(`../scripts/${script}.ts`, import.meta.url));
      const words = ['--import', tsx, program, ...args];
      const { status, stdout } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
      return { exit: status, said: stdout };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
