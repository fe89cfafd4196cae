import type * as z from 'zod/mini';
import { environmentName } from '../../src/registry/entry-keys.ts';
import { covers } from '../gitlab/scope.ts';
import { account, awsName, gitlabAddress, groupPath, modelName, projectPath, ref, region } from '../setup-file.ts';
import type { InGitLab } from './in-gitlab.ts';

/** What is asked, in this order. Each is an option of the command line, too. */
export const OPTIONS = [
  'gitlab',
  'project',
  'environments',
  'branches',
  'accounts',
  'region',
  'approvers',
  'model',
  'group',
] as const;

export type Option = (typeof OPTIONS)[number];

/** Option -> what was answered. */
export type Answers = Readonly<Record<Option, string>>;

/** What is known before a question is asked. */
export type Known = Readonly<Partial<Answers>>;

interface Question {
  readonly asks: string;
  /** What is wrong with each part of an answer. */
  readonly each: z.ZodMiniType<string>;
  /** Whether it has a part for each environment: a list, with commas. */
  readonly list?: true;
  /** What most answer; absent where nobody can know. */
  usual?(known: Known, found: InGitLab | undefined): string | undefined;
}

export const QUESTIONS: Readonly<Record<Option, Question>> = {
  gitlab: {
    asks: 'Address of GitLab',
    each: gitlabAddress,
    usual: () => 'https://sgts.gitlab-dedicated.com',
  },
  project: { asks: 'Path of the project in GitLab, like wog/mlops/resale-price', each: projectPath },
  environments: {
    asks: 'Environments in promotion order, like test,prod',
    each: environmentName,
    list: true,
    usual: (_, found) => {
      const there = found?.environments ?? [];
      return there.length >= 2 ? there.join(',') : 'dev,uat,main';
    },
  },
  branches: {
    asks: 'The branch that serves each of them, in the same order',
    each: ref,
    list: true,
    usual: ({ environments = '' }, found) => branchesFor(partsOfAnswer('environments', environments), found).join(','),
  },
  accounts: {
    asks: 'AWS account of each of them, in the same order; or one for all',
    each: account,
    list: true,
    usual: ({ environments = '' }, found) => accountsFor(partsOfAnswer('environments', environments), found),
  },
  region: { asks: 'AWS region, like ap-southeast-1', each: region, usual: (_, found) => found?.region },
  approvers: {
    asks: 'Group of GitLab whose members approve, like wog/mlops/approvers',
    each: groupPath,
    usual: (_, found) => found?.approvers,
  },
  model: {
    asks: 'Name of the model: its pipeline, endpoints and roles begin with it',
    each: modelName,
    usual: ({ project = '' }) => project.slice(project.lastIndexOf('/') + 1).toLowerCase(),
  },
  group: { asks: 'Name of its model package group', each: awsName, usual: ({ model }) => model },
};

/** The branch of each environment: that of its name, and the default branch for the last one where it would serve none. */
function branchesFor(environments: readonly string[], found: InGitLab | undefined): readonly string[] {
  const branch = found?.defaultBranch;
  return branch === undefined || environments.includes(branch) ? environments : [...environments.slice(0, -1), branch];
}

/** The account that variables name for each environment, or for all of them; `undefined` where one has none. */
function accountsFor(environments: readonly string[], found: InGitLab | undefined): string | undefined {
  const scopes = [...(found?.accounts ?? [])];
  const accounts = environments.flatMap((name) => {
    const wild = scopes.find(([scope]) => scope !== '*' && covers(scope, name))?.[1];
    return found?.accounts.get(name) ?? wild ?? found?.accounts.get('*') ?? [];
  });
  if (accounts.length < environments.length) return undefined;
  return new Set(accounts).size === 1 ? accounts[0] : accounts.join(',');
}

/** The parts of an answer. */
export function partsOfAnswer(option: Option, answer: string): string[] {
  return QUESTIONS[option].list ? answer.trim().split(/\s*,\s*|\s+/) : [answer.trim()];
}

/** What is wrong with an answer; `undefined` where nothing is. */
export function problemWith(option: Option, answer: string, { environments = '' }: Known): string | undefined {
  const parts = partsOfAnswer(option, answer);
  for (const part of parts) {
    const { error } = QUESTIONS[option].each.safeParse(part);
    if (error) return `${part || 'Nothing'}: ${error.issues[0]?.message}`;
  }
  const wanted = partsOfAnswer('environments', environments).length;
  if (option === 'branches' && parts.length !== wanted)
    return `there are ${wanted} environments: name a branch for each`;
  if (option === 'accounts' && parts.length !== 1 && parts.length !== wanted)
    return `there are ${wanted} environments: name an account for each, or one for all`;
  return undefined;
}
