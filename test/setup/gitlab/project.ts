import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type GitLab, startGitLab } from '../../../emulator/gitlab.ts';
import { gitlab as command } from '../../../setup/gitlab/command.ts';

/** The project of the example, as its setup.yml has it. */
export const ENVIRONMENTS = `environments:
  dev: { account: "111122223333", region: ap-southeast-1 }
  uat: { account: "111122223333", region: ap-southeast-1, approvers: wog/mlops/approvers }
  main: { account: "111122223333", region: ap-southeast-1, approvers: wog/mlops/approvers, approvals: 2 }
`;
export const MODELS = `models:
  resale-price: { group: ResalePriceModelGroup }
`;

/** Looks like a token of GitLab, and must never be printed. */
export const TOKEN = 'glpat-maintainer-of-resale-price';

/** A GitLab in which nobody has set anything, and how a maintainer runs the command. */
export async function project(rest = `${ENVIRONMENTS}${MODELS}`, more = '') {
  const gitlab = await startGitLab();
  const folder = mkdtempSync(join(tmpdir(), 'setup-'));
  onTestFinished(async () => {
    await gitlab.close();
    rmSync(folder, { recursive: true });
  });
  gitlab.administration.people.give(TOKEN, { username: 'amy', scopes: ['api'], level: 40 });
  const file = join(folder, 'setup.yml');
  const write = (text: string) =>
    writeFileSync(file, `gitlab: ${gitlab.url}\nproject: wog/mlops/resale-price\n${text}${more}`);
  write(rest);
  const slept: number[] = [];
  const run = async (action: string, env: Record<string, string | undefined> = { GITLAB_TOKEN: TOKEN }) => {
    const lines: string[] = [];
    const sleep = async (milliseconds: number) => void slept.push(milliseconds);
    const code = await command([action, '--file', file], { env, sleep, print: (line) => lines.push(line) });
    return { code, text: lines.join('\n') };
  };
  return { gitlab, administration: gitlab.administration, run, slept, write };
}

export type Project = Awaited<ReturnType<typeof project>> & { readonly gitlab: GitLab };
