import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { Job } from '../../compiler/pipeline.ts';
import { type GitLab, startGitLab } from '../../emulator/gitlab.ts';
import type { Template } from '../../setup/aws/template.ts';
import { startStage } from '../promotion/stage.ts';
import { APPROVERS } from './gitlab/project.ts';
import { rolesOfTemplate } from './plans.ts';

const HOST = 'sgts.gitlab-dedicated.com';
const ACCOUNT = '111122223333';

/** What a new user answers, and nothing else. */
const ANSWERS = [
  ...['--project', 'wog/mlops/resale-price', '--accounts', ACCOUNT, '--region', 'ap-southeast-1'],
  ...['--approvers', 'wog/mlops/approvers', '--group', 'ResalePriceModelGroup'],
];

const repository = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, repository), 'utf8');

/** A GitLab with an empty project, its clone and a group of approvers, and the commands of the page as processes beside it. */
async function newProject() {
  const gitlab = await startGitLab('42', HOST);
  const folder = mkdtempSync(join(tmpdir(), 'first-pipeline-'));
  onTestFinished(async () => {
    await gitlab.close();
    rmSync(folder, { recursive: true });
  });
  execFileSync('git', ['-C', folder, 'init', '--quiet']);
  execFileSync('git', ['-C', folder, 'remote', 'add', 'origin', `git@${HOST}:wog/mlops/resale-price.git`]);
  const token = 'glpat-maintainer-of-resale-price';
  gitlab.administration.people.give(token, { scopes: ['api'], level: 40 });
  gitlab.administration.settings.groups.push(APPROVERS);
  const preload = new URL('compiler/bin/gitlab.js', repository);
  preload.search = new URLSearchParams({ host: HOST, at: gitlab.url }).toString();
  const setup = async (...words: readonly string[]) => {
    const program = new URL('setup/setup.ts', repository).pathname;
    const { stdout } = await promisify(execFile)(
      new URL('node_modules/.bin/tsx', repository).pathname,
      [program, ...words, '--file', join(folder, 'setup.yml')],
      { env: { PATH: process.env.PATH, GITLAB_TOKEN: token, NODE_OPTIONS: `--import=${preload.href}` } },
    );
    return stdout;
  };
  return { gitlab, setup };
}

/** The commands of docs/setup.md, in order, each without its beginning and where its answer goes. */
function commandsOfPage(): string[][] {
  const found = read('docs/setup.md').matchAll(/^npm run -s setup -- (.*?)(?: > stack\.yml)?$/gm);
  return [...found].map(([, words = '']) => words.split(' '));
}

/** The include of the README, and the two files beside it. */
function filesOfReadme(): Record<string, string> {
  const [, include = ''] = /## A first pipeline[\s\S]*?```yaml\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  const example = (path: string) => read(`examples/resale-price/${path}`);
  return {
    '.gitlab-ci.yml': include,
    'pipeline.json': example('pipeline.json'),
    'payload.json': example('payload.json'),
  };
}

/** The variables of a project, as its jobs get them: key -> value, or scope -> value. */
function variablesOf({ administration }: GitLab) {
  const byKey = Map.groupBy(administration.variables.all, ({ key }) => key);
  return Object.fromEntries(
    [...byKey].map(([key, all]) => {
      const scopes = Object.fromEntries(all.map((each) => [each.environment_scope, each.value ?? '']));
      return [key, scopes['*'] ?? scopes];
    }),
  );
}

function mustBeGreen(jobs: readonly Job[]): void {
  for (const { name, exit, log } of jobs) if (exit !== 0) throw new Error(`${name} ended with ${exit}:\n${log}`);
}

it('a new project: one file and two commands lead to a green first pipeline', async () => {
  const start = performance.now();
  const took = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
  const { gitlab, setup } = await newProject();
  const [init = [], aws = [], plan = [], apply = [], check = [], ...more] = commandsOfPage();
  expect(more, 'this test follows the page command by command').toEqual([]);
  await setup(...init, ...ANSWERS);
  const template: Template = parse(await setup(...aws));
  console.log(`After ${took()}: the template for CloudFormation is there.`);
  expect(await setup(...plan)).toContain('Next: npm run -s setup -- gitlab apply');
  await setup(...apply);
  expect(await setup(...check)).toContain('All of these settings are as setup.yml asks for.');
  console.log(`After ${took()}: GitLab is set up and checked.`);

  const { administration } = gitlab;
  const isProtected = (name: string) => administration.refs.protectedBranches.some((rule) => rule.name === name);
  const stage = await startStage({
    files: filesOfReadme(),
    teams: [],
    hurry: true,
    variables: variablesOf(gitlab),
    unprotectedRefs: [...administration.refs.branches].filter((name) => !isProtected(name)),
    protectedEnvironments: administration.protectedEnvironments.all.map(({ name }) => name),
  });
  onTestFinished(() => stage.close());
  for (const role of rolesOfTemplate(template, ACCOUNT)) stage.emulator.roles.set(role.arn, role);
  stage.emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: 'ResalePriceModelGroup' });

  const approver = { dev: 'lim.wei.jie', uat: 'nurul.aisyah', main: 'rajesh.kumar' };
  for (const branch of ['dev', 'uat', 'main'] as const) {
    const pipeline = stage.project.push(
      branch,
      branch === 'dev' ? { 'payload.json': `${filesOfReadme()['payload.json']}\n` } : {},
    );
    mustBeGreen(await pipeline.run());
    mustBeGreen(await pipeline.press('approve-model', approver[branch]));
    console.log(`After ${took()}: the pipeline of ${branch} is green.`);
  }
  const served = stage.emulator.do('DescribeEndpoint', { EndpointName: 'resale-price-main' });
  expect(served).toMatchObject({ EndpointStatus: 'InService' });
});
