import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { visibleText } from '../../src/ground/visible-text.ts';
import { GitLabClient } from '../gitlab/client.ts';
import { Refusal } from '../gitlab/refusal.ts';
import { WordsMistake } from '../options.ts';
import type { Terminal } from './command.ts';
import { type InGitLab, readInGitLab } from './in-gitlab.ts';

/** The terminal of this process; nobody can be asked where stdin is none. */
export function terminalOfProcess(): Terminal & { close(): void } {
  const print = (line: string) => console.log(visibleText(line));
  const token = process.env.GITLAB_TOKEN?.trim();
  const read = token ? (gitlab: string, project: string) => readBy(token, { gitlab, project }) : undefined;
  if (!stdin.isTTY) return { print, ...(read && { read }), close: () => undefined };
  const lines = createInterface({ input: stdin, output: stdout });
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  return {
    print,
    ...(read && { read }),
    close: () => lines.close(),
    async ask(question) {
      try {
        return await lines.question(visibleText(question), { signal: ended.signal });
      } catch (error) {
        throw new WordsMistake('The questions were not answered. Nothing was written.', { cause: error });
      }
    },
  };
}

/** What a project has in GitLab, or GitLab's words why that cannot be read. */
export async function readBy(
  token: string,
  { gitlab, project }: { readonly gitlab: string; readonly project: string },
): Promise<InGitLab | string> {
  const sleep = (milliseconds: number) => pause(milliseconds);
  try {
    return await readInGitLab(new GitLabClient({ gitlab, token, env: process.env, sleep }), project);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.message;
  }
}
