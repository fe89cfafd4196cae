import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { accountPlan } from '../../setup/aws/account.ts';
import { beyondCloudFormation, beyondIam } from '../../setup/aws/limits.ts';
import { templateOf } from '../../setup/aws/template.ts';
import { readSetup } from '../../setup/setup-plan.ts';
import { programsOfRoles } from '../catalog/programs.ts';

const root = new URL('../../', import.meta.url).pathname;
const FILE = 'examples/tags/setup.yml';
const ACCOUNT = '111122223333';

/** What `npm run setup -- aws` runs. */
function aws(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['setup/setup.ts', 'aws', ...words], {
    ...{ cwd: root, encoding: 'utf8' },
    env: { PATH: process.env.PATH, ...env },
  });
  return { status, stdout, stderr };
}

it('the command prints the template alone, and beside it what to do', async () => {
  const { status, stdout, stderr } = aws(['--account', ACCOUNT, '--file', FILE]);
  expect(status, stderr).toBe(0);
  expect(parse(stdout)).toEqual(templateOf(accountPlan(await readSetup(`${root}${FILE}`), ACCOUNT, programsOfRoles)));
  expect(stderr).toContain(
    'aws cloudformation deploy --region ap-southeast-1 --stack-name sagemaker-components-wog-mlops-resale-price',
  );
});

it('the command ends with what is next: whose account it is, the deployment, and the commands for the rest', () => {
  const { stderr } = aws(['--account', ACCOUNT, '--file', 'examples/resale-price/setup.yml']);
  const [, next = ''] = stderr.split('\nNext: ');
  expect(next).toMatch(
    / This must say 111122223333\.\n {2}aws sts get-caller-identity .*\n[\s\S]*aws cloudformation deploy /,
  );
  expect(next.trimEnd().split('\n').at(-1)).toBe(
    '  npm run -s setup -- gitlab plan --file examples/resale-price/setup.yml',
  );
});

it('each command says how it is used, and counts a path from the folder in which the person stands', () => {
  const help = aws(['--help']);
  expect(help).toMatchObject({ status: 0, stderr: '' });
  expect(help.stdout).toContain('  npm run -s setup -- aws --account 111122223333 > stack.yml\n');
  const asNpm = { npm_lifecycle_event: 'setup', npm_config_loglevel: 'silent', INIT_CWD: `${root}examples/tags` };
  expect(aws(['--account', ACCOUNT], asNpm)).toMatchObject({ status: 0 });
  expect(aws(['--account', ACCOUNT, '--file', 'other.yml'], asNpm).stderr).toBe(
    `ERROR other.yml: there is no such file in ${root}examples/tags. Next: say where it is with --file; npm run -s setup -- init writes one.\n`,
  );
});

it('the command refuses an account that setup.yml does not name, with those that it names, and prints no template', () => {
  expect(aws(['--account', '444455556666', '--file', FILE])).toEqual({
    ...{ status: 64, stdout: '' },
    stderr: 'ERROR --account is none of setup.yml, which names 111122223333: each has a stack of its own.\n',
  });
});

it('the command refuses a file into which npm wrote the name of the script', () => {
  const { status, stdout, stderr } = aws(['--account', ACCOUNT, '--file', FILE], { npm_lifecycle_event: 'setup' });
  expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
  expect(stderr).toBe(
    'ERROR npm wrote lines of its own into the template. Next: npm run -s setup -- aws, with the -s.\n',
  );
});

it.each(globSync('examples/*/setup*.yml', { cwd: root }))('AWS would take what %s asks for', async (file) => {
  const plan = accountPlan(await readSetup(`${root}${file}`), ACCOUNT, programsOfRoles);
  expect([...beyondIam(plan), ...beyondCloudFormation(plan)]).toEqual([]);
});
