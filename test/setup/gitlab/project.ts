import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type GitLab, startGitLab } from '../../../emulator/gitlab.ts';
import { gitlab as command } from '../../../setup/gitlab/command.ts';
import { WordsMistake } from '../../../setup/options.ts';

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

/** Two environments only: what is tried again and again takes less time. */
export const FEW = `environments:
  dev: { account: "111122223333", region: ap-southeast-1 }
  main: { account: "111122223333", region: ap-southeast-1, approvers: wog/mlops/approvers }
${MODELS}`;

/** The group of the approvers, and who is in it. */
export const APPROVERS = {
  id: 42,
  full_path: 'wog/mlops/approvers',
  people: [
    { username: 'nurul.aisyah', state: 'active' },
    { username: 'rajesh.kumar', state: 'active' },
  ],
};

/** A GitLab in which nobody has set anything, and how a maintainer runs the command. */
export async function project(asks = `${ENVIRONMENTS}${MODELS}`, address?: string) {
  const gitlab = await startGitLab();
  const stated = address ?? gitlab.url;
  const folder = mkdtempSync(join(tmpdir(), 'setup-'));
  onTestFinished(async () => {
    await gitlab.close();
    rmSync(folder, { recursive: true });
  });
  gitlab.administration.people.give(TOKEN, { scopes: ['api'], level: 40 });
  gitlab.administration.settings.groups.push(APPROVERS);
  const file = join(folder, 'setup.yml');
  writeFileSync(file, `gitlab: ${stated}\nproject: wog/mlops/resale-price\n${asks}`);
  const slept: number[] = [];
  const run = async (
    action: string,
    env: Record<string, string | undefined> = { GITLAB_TOKEN: TOKEN },
    { names = true, whileItWaits = () => {} }: { names?: boolean; whileItWaits?: () => void } = {},
  ) => {
    const lines: string[] = [];
    const sleep = async (milliseconds: number) => {
      slept.push(milliseconds);
      whileItWaits();
    };
    const outside = { env, sleep, print: (line: string) => void lines.push(line) };
    const code = await command(
      [...action.split(' '), '--file', file, ...(names ? ['--gitlab', stated] : [])],
      outside,
    ).catch((error: unknown) => {
      if (!(error instanceof WordsMistake)) throw error;
      lines.push(error.message);
      return 64;
    });
    const text = lines.join('\n');
    expect(text).not.toContain(env.GITLAB_TOKEN ?? TOKEN);
    return { code, text };
  };
  return { gitlab, administration: gitlab.administration, run, slept, folder };
}

/** Everything that somebody may have set. */
export function settingsOf({ administration: all }: Pick<GitLab, 'administration'>): unknown {
  const { settings, refs, environments, protectedEnvironments, variables, resourceGroups } = all;
  return structuredClone({
    project: settings.shown(),
    branches: [...refs.branches],
    protectedBranches: refs.protectedBranches.map(({ id: _, ...rule }) => withoutIds(rule)),
    protectedTags: refs.protectedTags.map(withoutIds),
    environments: environments.all.map(({ name, tier }) => ({ name, tier })),
    protectedEnvironments: protectedEnvironments.all.map(withoutIds),
    variables: variables.all,
    resourceGroups: resourceGroups.all,
  });
}

/** Numbers that GitLab gives out say nothing. */
function withoutIds(value: object): unknown {
  return JSON.parse(JSON.stringify(value), (key, each) => (key === 'id' ? undefined : each));
}
