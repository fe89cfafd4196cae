import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { init, type Terminal } from '../../setup/init/command.ts';
import { readBy } from '../../setup/init/terminal.ts';
import { readSetup } from '../../setup/setup-plan.ts';
import { project, TOKEN } from './gitlab/project.ts';

const GIVEN = [
  '--project=wog/mlops/churn',
  '--accounts=111122223333',
  '--region=ap-southeast-1',
  '--approvers=wog/mlops/approvers',
  '--group=no',
];

/** Runs the command in a folder of its own, with a person who answers so. */
async function run(words: readonly string[], answers?: readonly string[], more: Pick<Terminal, 'read'> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'init-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'setup.yml');
  const [asked, printed]: [string[], string[]] = [[], []];
  const left = [...(answers ?? [])];
  const ask = async (question: string) => {
    asked.push(question);
    return left.shift() ?? '';
  };
  const terminal = { ...more, ...(answers && { ask }), print: (line: string) => void printed.push(line) };
  return { file, asked, printed, run: () => init([...words, `--file=${file}`], terminal) };
}

it('init writes a setup.yml that the other commands read, from options alone', async () => {
  const { file, printed, run: go } = await run(GIVEN);
  expect(await go()).toBe(0);
  const { environments, models, ...plan } = await readSetup(file);
  expect(plan).toMatchObject({ project: 'wog/mlops/churn', roles: 'two', sagemaker_roles: 'existing' });
  expect(environments.map(({ name, ref, approvers }) => [name, ref.name, approvers])).toEqual([
    ['dev', 'dev', undefined],
    ['uat', 'uat', 'wog/mlops/approvers'],
    ['main', 'main', 'wog/mlops/approvers'],
  ]);
  expect(models).toMatchObject([{ name: 'churn', group: 'no', endpoint: 'churn' }]);
  expect(printed).toEqual([
    `${file} is written. Next: read it, then run these; docs/setup.md says what they do:`,
    `  npm run -s setup -- aws --account 111122223333 --file ${file} > stack.yml`,
    `  npm run -s setup -- gitlab plan --file ${file} --gitlab https://sgts.gitlab-dedicated.com`,
  ]);
  expect(readFileSync(file, 'utf8')).toMatch(/^# What the project needs of AWS and GitLab/);
});

it('init names no GitLab to the next command, where the file is in a clone of it', async () => {
  const { file, printed, run: go } = await run(GIVEN);
  const git = (...words: string[]) => execFileSync('git', ['-C', dirname(file), ...words]);
  git('init', '--quiet');
  git('remote', 'add', 'origin', 'git@sgts.gitlab-dedicated.com:wog/mlops/churn.git');
  await go();
  expect(printed.at(-1)).toBe(`  npm run -s setup -- gitlab plan --file ${file}`);
});

it('init asks what is not given, says what is usual, and asks again until an answer is one', async () => {
  const {
    file,
    asked,
    printed,
    run: go,
  } = await run(
    ['--region=ap-southeast-1'],
    [
      '',
      'wog/mlops/churn',
      'test,prod',
      'develop',
      'develop,release*',
      '1,2',
      '111122223333, 444455556666',
      'approvers',
    ],
  );
  expect(await go()).toBe(0);
  expect(asked.map((question) => question.replace(/,? like [^ :]*/, ''))).toEqual([
    'Address of GitLab [https://sgts.gitlab-dedicated.com]: ',
    'Path of the project in GitLab: ',
    'Environments in promotion order [dev,uat,main]: ',
    'The branch that serves each of them, in the same order [test,prod]: ',
    'The branch that serves each of them, in the same order [test,prod]: ',
    'AWS account of each of them, in the same order; or one for all: ',
    'AWS account of each of them, in the same order; or one for all: ',
    'Group of GitLab whose members approve: ',
    'Name of the model: its pipeline, endpoints and roles begin with it [churn]: ',
    'Name of its model package group [churn]: ',
  ]);
  expect(printed).toEqual(expect.arrayContaining(['  there are 2 environments: name a branch for each.']));
  expect(printed).toEqual(expect.arrayContaining(['  1: must be an account ID: 12 digits, between quotes.']));
  const { environments } = await readSetup(file);
  expect(environments.map(({ ref, account }) => [ref.name, account])).toEqual([
    ['develop', '111122223333'],
    ['release*', '444455556666'],
  ]);
});

it('init names what is missing where nobody can be asked, and writes nothing', async () => {
  const { file, run: go } = await run(GIVEN.slice(0, 3));
  await expect(go()).rejects.toThrow('Nobody can be asked here, because this is no terminal. Give --approvers.');
  expect(() => readFileSync(file)).toThrow('ENOENT');
});

it('init names each option that is wrong, and one that nobody knows', async () => {
  const wrong = ['--accounts=1', '--environments=dev,dev/approval'];
  await expect((await run([...GIVEN, ...wrong])).run()).rejects.toThrow(
    /--environments dev\/approval: .*\n--accounts 1: /s,
  );
  await expect((await run(['--stage=x'])).run()).rejects.toThrow("Unknown option '--stage'");
});

it('init takes spaces for commas, and an address as a browser shows it', async () => {
  const answers = ['https://gitlab.example.com/', 'test  prod', 'develop, main', '111122223333 444455556666 ', '', ''];
  const words = GIVEN.filter((each) => !each.startsWith('--accounts'));
  const { file, printed, run: go } = await run(words, answers);
  expect(await go()).toBe(0);
  const { gitlab, environments } = await readSetup(file);
  expect(gitlab).toBe('https://gitlab.example.com');
  expect(environments.map(({ name, ref, account }) => [name, ref.name, account])).toEqual([
    ['test', 'develop', '111122223333'],
    ['prod', 'main', '444455556666'],
  ]);
  expect(printed).toContain(`  npm run -s setup -- aws --account 444455556666 --file ${file} > stack-444455556666.yml`);
});

it('init never overwrites a file, and says so before it asks anything', async () => {
  const { file, asked, run: go } = await run([], []);
  writeFileSync(file, 'mine');
  await expect(go()).rejects.toThrow(/it is there already, and is left as it is\. Next: edit it/);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect(asked).toEqual([]);
});

it('init says before it asks anything that the folder of the file is not there', async () => {
  const { file, asked, run: go } = await run([], []);
  rmSync(dirname(file), { recursive: true });
  await expect(go()).rejects.toThrow(`there is no folder ${dirname(file)}. Next: create it, or correct --file`);
  expect(asked).toEqual([]);
});

describe('a project that is in GitLab already', () => {
  const of = (url: string) => ({ read: (_: string, project: string) => readBy(TOKEN, { gitlab: url, project }) });

  it('is read where a token is given: its environments and default branch are proposed', async () => {
    const { gitlab, administration } = await project();
    for (const name of ['production', 'test', 'review/a-branch']) administration.environments.add(name);
    const words = [...GIVEN, `--gitlab=${gitlab.url}`, '--project=wog/mlops/resale-price'];
    const { file, printed, run: go } = await run(words, undefined, of(gitlab.url));
    expect(await go()).toBe(0);
    expect(printed[0]).toBe('In GitLab: test, production; default branch main.');
    const { environments, project_id } = await readSetup(file);
    expect(project_id).toBe(42);
    expect(environments.map(({ name, ref }) => [name, ref.name])).toEqual([
      ['test', 'test'],
      ['production', 'main'],
    ]);
  });

  it('that has the settings of these components is read as it is: all but the names of the model is proposed', async () => {
    const {
      gitlab,
      run: setup,
      administration,
    } = await project(`environments:
  test: { account: "111122223333", region: eu-west-1 }
  main: { account: "444455556666", region: eu-west-1, approvers: wog/mlops/approvers }
models:
  churn: { group: Churn }
`);
    await setup('apply');
    const words = [`--gitlab=${gitlab.url}`, '--project=wog/mlops/resale-price', '--group=Churn'];
    const { file, run: go } = await run(words, undefined, of(gitlab.url));
    expect(await go()).toBe(0);
    const { environments } = await readSetup(file);
    expect(environments).toMatchObject([
      { name: 'test', account: '111122223333', region: 'eu-west-1' },
      { name: 'main', account: '444455556666', approvers: 'wog/mlops/approvers' },
    ]);
    administration.people.give(TOKEN, { scopes: ['read_api'], level: 30 });
    const asDeveloper = await run(words, undefined, of(gitlab.url));
    await expect(asDeveloper.run()).rejects.toThrow('Give --accounts, --region');
  });

  it('is read for its ID, too, where every answer is given', async () => {
    const { gitlab } = await project();
    const more = [`--gitlab=${gitlab.url}`, '--project=wog/mlops/resale-price', '--environments=a,b', '--branches=a,b'];
    const { file, run: go } = await run([...GIVEN, ...more, '--model=churn'], undefined, of(gitlab.url));
    expect(await go()).toBe(0);
    expect((await readSetup(file)).project_id).toBe(42);
  });

  it('is not read where nobody named its GitLab: the token is for no address that only is usual', async () => {
    const { gitlab } = await project();
    expect(await (await run(GIVEN, undefined, of(gitlab.url))).run()).toBe(0);
    expect(gitlab.asked).toEqual([]);
  });

  it('that its token does not see is told, and the usual is proposed', async () => {
    const { gitlab } = await project();
    const { file, printed, run: go } = await run([...GIVEN, `--gitlab=${gitlab.url}`], undefined, of(gitlab.url));
    expect(await go()).toBe(0);
    expect(printed[0]).toBe('GitLab could not be read, so nothing of it is proposed: HTTP 404: 404 Project Not Found.');
    expect((await readSetup(file)).environments.map(({ name }) => name)).toEqual(['dev', 'uat', 'main']);
  });
});
