import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Template } from '../../setup/aws/template.ts';
import { ofType } from './plans.ts';
import { toolsOfSetup } from './tools.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const tools = toolsOfSetup();

const ONE = '111122223333';
const OTHER = '444455556666';
/** The account that moto has. */
const OF_MOTO = '123456789012';
const environment = (name: string, account: string) =>
  `  ${name}: { account: "${account}", region: ap-southeast-1, approvers: wog/mlops/approvers }`;
const fileOf = (accounts: Readonly<Record<string, string>>, more = '', model = '') => `
gitlab: https://sgts.gitlab-dedicated.com
project: wog/mlops/resale-price
${more}
environments:
${Object.entries(accounts)
  .map((each) => environment(...each))
  .join('\n')}
models:
  resale-price:
    group: ResalePriceModelGroup
${model}
`;
const three = { dev: ONE, uat: ONE, main: ONE };
const everything = `    reports: models/runs/
    labelled_data: data/labelled/
    predictions: data/predictions/
    images: serving
    model_data: models/runs/
    autoscaling: true
    vpc: true
    asynchronous: answers/async/
`;
const six = Object.fromEntries(
  ['development', 'integration', 'system', 'acceptance', 'pre', 'prod'].map((name) => [name, ONE]),
);

/** What is tried: setup.yml, and the account. */
const STACKS: Readonly<Record<string, { readonly file: string; readonly account: string }>> = {
  usual: { file: fileOf(three), account: ONE },
  'all-made': { file: fileOf(three, 'sagemaker_roles: create', everything), account: ONE },
  'one-role': { file: fileOf(three, 'roles: one'), account: ONE },
  'each-duty': { file: fileOf(three, 'roles: duty'), account: ONE },
  'group-for-another': { file: fileOf({ ...three, main: OTHER }), account: ONE },
  'changed-by-hand': { file: fileOf({ dev: OF_MOTO, main: OF_MOTO }), account: OF_MOTO },
  'in-another': { file: fileOf({ ...three, main: OTHER }), account: OTHER },
  'six-environments': { file: fileOf(six, 'sagemaker_roles: create', everything), account: ONE },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'setup-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `npm run -s setup -- aws` does with a setup.yml. */
function asked(name: string, ...more: readonly string[]) {
  const { file = '', account = '' } = STACKS[name] ?? {};
  const path = join(folder, `${name}.setup.yml`);
  writeFileSync(path, file);
  const words = ['--import', 'tsx', 'setup/setup.ts', 'aws', '--account', account, '--file', path, ...more];
  return spawnSync(process.execPath, words, { cwd: repository, encoding: 'utf8' });
}

function render(name: string) {
  const { stdout, stderr, status } = asked(name);
  expect(status, stderr).toBe(0);
  writeFileSync(join(folder, `${name}.yml`), stdout);
  return { text: stdout, steps: stderr, template: parse(stdout) as Template };
}

describe.skipIf(!tools)('the template of an account', () => {
  it('has no error and no warning by cfn-lint', () => {
    const files = Object.keys(STACKS).map((name) => {
      render(name);
      return join(folder, `${name}.yml`);
    });
    const { status, stdout, stderr } = spawnSync(join(tools ?? '', 'cfn-lint'), files, { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('would not be without warnings if it were wrong', () => {
    const { text } = render('usual');
    const wrong = join(folder, 'wrong.yml');
    writeFileSync(wrong, text.replace('ManagedPolicyName:', 'PolicyName:'));
    expect(spawnSync(join(tools ?? '', 'cfn-lint'), [wrong]).status).not.toBe(0);
  });
});

/** What IAM says of the roles and policies of an account. */
interface Details {
  readonly RoleDetailList: readonly { readonly RoleName: string; readonly AssumeRolePolicyDocument: unknown }[];
  readonly Policies: readonly {
    readonly Arn: string;
    readonly PolicyVersionList: readonly { readonly Document: unknown }[];
  }[];
}

describe.skipIf(!tools)('the command that is printed, against the CloudFormation of moto', () => {
  let server: ChildProcess;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    const port = await freePort();
    server = spawn(join(tools ?? '', 'moto_server'), ['-p', String(port)], { stdio: 'ignore' });
    env = {
      ...{
        PATH: `${tools}:${process.env.PATH}`,
        HOME: folder,
        AWS_DEFAULT_REGION: 'ap-southeast-1',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
      ...{ AWS_ENDPOINT_URL: `http://localhost:${port}`, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
    };
    await answers(`http://127.0.0.1:${port}`);
  });
  beforeEach(async () => {
    await fetch(`${env.AWS_ENDPOINT_URL}/moto-api/reset`, { method: 'POST' });
    run('aws s3 mb s3://templates');
  });
  afterAll(() => server?.kill());

  function run(command: string): string {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, env, encoding: 'utf8' });
    expect(status, `${command}\n${stdout}${stderr}`).toBe(0);
    return stdout;
  }

  /** Runs the printed deployment, with the line before it. */
  function deploy(name: string): string {
    const { steps } = render(name);
    const [command = ''] =
      /aws cloudformation describe-stacks.*\n.*aws cloudformation deploy.*\\\n.*/.exec(steps) ?? [];
    return run(command.replace('stack.yml', `${name}.yml`).replace('BUCKET', 'templates'));
  }

  /** Every role with its policies, after the printed deployment. */
  function deployed(name: string): Details {
    deploy(name);
    return JSON.parse(run('aws iam get-account-authorization-details --filter Role LocalManagedPolicy'));
  }

  // moto makes no OIDC provider and no group, and attaches no policy to a role: test/setup/aws.test.ts holds those.
  it.each(['all-made', 'one-role', 'each-duty', 'six-environments'])(
    'makes the roles and policies of the stack "%s", and no more',
    (name) => {
      const { RoleDetailList, Policies } = deployed(name);
      const { template } = render(name);
      const roles = ofType<{ RoleName: string; AssumeRolePolicyDocument: unknown }>(template, 'AWS::IAM::Role');
      const trust = Object.values(roles).map((role) => [role.RoleName, role.AssumeRolePolicyDocument]);
      expect(Object.fromEntries(RoleDetailList.map((role) => [role.RoleName, role.AssumeRolePolicyDocument]))).toEqual(
        Object.fromEntries(trust),
      );
      const policies = ofType<{ ManagedPolicyName: string; PolicyDocument: unknown }>(
        template,
        'AWS::IAM::ManagedPolicy',
      );
      const documents = Object.values(policies).map((each) => [each.ManagedPolicyName, [each.PolicyDocument]]);
      const found = Policies.map(({ Arn, PolicyVersionList }) => [
        Arn.slice(Arn.lastIndexOf('/') + 1),
        PolicyVersionList.map(({ Document }) => Document),
      ]);
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(documents));
    },
  );

  it('deploys nothing, unseen, over a stack that is there', () => {
    expect(deploy('one-role')).toContain('Successfully created/updated stack');
    expect(deploy('one-role')).toBe('The stack is there. Look first: see "Again".\n');
  });

  it('shows what somebody changed by hand, and --take-over prints what puts all of it back', () => {
    const name = 'changed-by-hand';
    deploy(name);
    const { steps } = render(name);
    const files = ['--found', join(folder, 'account.json'), '--deployed', join(folder, 'deployed.yml')];
    const look = (...more: readonly string[]) => {
      for (const command of steps.match(/^ {2}aws .* > (account\.json|deployed\.yml)$/gm) ?? []) run(command);
      return asked(name, ...files, ...more);
    };
    const takeOver = () => {
      const { stderr, status } = look('--take-over');
      expect(status, stderr).toBe(0);
      const [, next = ''] = stderr.split('# Puts back what somebody changed by hand.\n');
      for (const command of next.split('  # ')[0]?.trim().split('\n') ?? []) run(command);
    };
    // moto attaches no policy to a role of a stack: to attach them all is the first thing that is put back.
    takeOver();
    expect(look()).toMatchObject({ status: 0 });
    const policy = (end: string) => `--policy-arn arn:aws:iam::${OF_MOTO}:policy/resale-price-${end}`;
    const wide = `'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'`;
    const trust = wide.replace('"Action":"*","Resource":"*"', '"Action":"sts:AssumeRole","Principal":{"AWS":"*"}');
    run(`aws iam update-assume-role-policy --role-name resale-price-main --policy-document ${trust}`);
    for (let count = 0; count < 4; count++)
      run(`aws iam create-policy-version ${policy('approve-main')} --set-as-default --policy-document ${wide}`);
    run(`aws iam put-role-policy --role-name resale-price-main --policy-name more+ --policy-document ${wide}`);
    run(`aws iam attach-role-policy --role-name resale-price-dev ${policy('approve-main')}`);
    run(`aws iam detach-role-policy --role-name resale-price-main-comparison ${policy('compare-main')}`);
    run('aws iam delete-role --role-name resale-price-main-comparison');
    run(`aws iam delete-policy ${policy('compare-main')}`);
    const refused = look();
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    for (const says of [
      'the policy resale-price-compare-main is gone',
      'the policy resale-price-approve-main: Statement.0.Resource has * too',
      'the role resale-price-main has another trust policy: Statement.0.Condition is gone',
      'the role resale-price-main has the inline policy more+ too',
      `the role resale-price-dev has the policy arn:aws:iam::${OF_MOTO}:policy/resale-price-approve-main too`,
      'the role resale-price-main-comparison is gone',
    ])
      expect(refused.stderr).toContain(`  ${says}\n`);
    takeOver();
    expect(look().stderr).toContain('Nobody changed by hand what the stack made.');
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined);
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('moto_server does not answer.');
}
