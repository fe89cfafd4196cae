import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountPlan } from '../../setup/aws/account.ts';
import { readNow, refusalOf, takenOver } from '../../setup/aws/take-over.ts';
import { type Template, templateOf, yamlOf } from '../../setup/aws/template.ts';
import { WordsMistake } from '../../setup/options.ts';
import { setupIn } from '../../setup/setup-plan.ts';
import { programsOfRoles } from '../catalog/programs.ts';
import { type AccountDetails, detailsOf } from './account-details.ts';

const repository = new URL('../../', import.meta.url).pathname;
const ACCOUNT = '111122223333';
const policy = (name: string) => `arn:aws:iam::${ACCOUNT}:policy/${name}`;

const SETUP = `
gitlab: https://sgts.gitlab-dedicated.com
project: wog/mlops/resale-price
environments:
  dev: { account: "${ACCOUNT}", region: ap-southeast-1 }
  main: { account: "${ACCOUNT}", region: ap-southeast-1, approvers: wog/mlops/approvers }
models:
  resale-price: { group: ResalePriceModelGroup }
`;

let folder: string;
let text: string;
let template: Template;
let made: AccountDetails;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'take-over-'));
  template = templateOf(accountPlan(await setupIn('setup.yml', SETUP), ACCOUNT, programsOfRoles));
  text = yamlOf(template, ACCOUNT);
  made = detailsOf(text, ACCOUNT);
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

/** The account as the stack made it, and then somebody changed it. */
function changed(change: (details: AccountDetails) => void): string {
  const details = structuredClone(made);
  change(details);
  return file('account.json', JSON.stringify(details));
}

/** What the command finds in an account that somebody changed. */
async function look(change: (details: AccountDetails) => void, deployed = text) {
  const options = { found: changed(change), deployed: file('deployed.yml', deployed) };
  const now = await readNow(options, ACCOUNT, template);
  if (!now) throw new Error('nothing was read');
  return {
    refusal: refusalOf(now, false),
    taken: [...refusalOf(now, true), ...takenOver(now)].join('\n'),
    back: now.changes.flatMap(({ back }) => back),
  };
}

function roleIn({ RoleDetailList }: AccountDetails, name: string) {
  const role = RoleDetailList.find(({ RoleName }) => RoleName === name);
  if (!role) throw new Error(`There is no role ${name}.`);
  return role;
}

function policyIn({ Policies }: AccountDetails, name: string) {
  const found = Policies.find(({ PolicyName }) => PolicyName === name);
  if (!found) throw new Error(`There is no policy ${name}.`);
  return found;
}

/** The statements of the version of a policy that counts. */
function statementsOf(details: AccountDetails, name: string): { Action: string | string[] }[] {
  const version = policyIn(details, name).PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion);
  return (version?.Document.Statement ?? []) as { Action: string | string[] }[];
}

const APPROVAL = 'resale-price-main-approval';
const APPROVE = 'resale-price-approve-main';
const WIDE = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

describe('a role that nobody changed is deployed again', () => {
  it('whatever the order of its policies and lists, and whether one text stands in a list', async () => {
    const { refusal, taken } = await look((details) => {
      const role = roleIn(details, 'resale-price-main');
      role.AttachedManagedPolicies.reverse();
      for (const statement of statementsOf(details, APPROVE)) statement.Action = [statement.Action].flat().reverse();
      for (const statement of role.AssumeRolePolicyDocument.Statement as { Action: string | string[] }[])
        statement.Action = [statement.Action].flat();
    });
    expect(refusal).toEqual([]);
    expect(taken).toContain('Nobody changed by hand what the stack made.');
  });

  it('where setup.yml asks for another thing now: that is no change by hand', async () => {
    const before = text.replaceAll('ref_type:branch:ref:dev', 'ref_type:branch:ref:develop');
    expect(before).not.toBe(text);
    const details = detailsOf(before, ACCOUNT);
    const { refusal } = await look((now) => Object.assign(now, details), before);
    expect(refusal).toEqual([]);
  });

  it('with the permissions boundary that somebody gave it, which each deployment leaves', async () => {
    const { refusal, taken } = await look((details) => {
      roleIn(details, APPROVAL).PermissionsBoundary = {
        PermissionsBoundaryArn: policy('boundary'),
        PermissionsBoundaryType: 'Policy',
      };
    });
    expect(refusal).toEqual([]);
    expect(taken).toContain(`  the role ${APPROVAL} has the permissions boundary ${policy('boundary')}`);
  });
});

describe('a role that somebody changed by hand is shown as a difference, and put back only with --take-over:', () => {
  it.each<[string, (details: AccountDetails) => void, string, RegExp[]]>([
    [
      'who may assume it',
      (details) => {
        roleIn(details, APPROVAL).AssumeRolePolicyDocument = {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
        };
      },
      `the role ${APPROVAL} has another trust policy: Statement.0.Action is sts:AssumeRole, not sts:AssumeRoleWithWebIdentity`,
      [
        /^aws iam update-assume-role-policy --role-name resale-price-main-approval --policy-document '\{.*WebIdentity.*\}'$/,
      ],
    ],
    [
      'a policy that it got',
      (details) => {
        const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
        roleIn(details, APPROVAL).AttachedManagedPolicies.push({ PolicyName: 'AdministratorAccess', PolicyArn });
      },
      `the role ${APPROVAL} has the policy arn:aws:iam::aws:policy/AdministratorAccess too`,
      [
        /^aws iam detach-role-policy --role-name resale-price-main-approval --policy-arn arn:aws:iam::aws:policy\/Adm\w+$/,
      ],
    ],
    [
      'a policy that it lost',
      (details) => {
        roleIn(details, APPROVAL).AttachedManagedPolicies = [];
      },
      `the role ${APPROVAL} has no longer the policy ${policy(APPROVE)}`,
      [
        /^aws iam attach-role-policy --role-name resale-price-main-approval --policy-arn arn:.*:policy\/resale-price-app/,
      ],
    ],
    [
      'an inline policy, whatever its name',
      (details) => {
        const PolicyName = "of,us=$(id)'";
        roleIn(details, APPROVAL).RolePolicyList.push({ PolicyName, PolicyDocument: WIDE });
      },
      `the role ${APPROVAL} has the inline policy of,us=$(id)' too`,
      [/ delete-role-policy --role-name resale-price-main-approval --policy-name 'of,us=\$\(id\)'\\'''$/],
    ],
    [
      'its policy, of which IAM keeps only five versions',
      (details) => {
        const versions = policyIn(details, APPROVE).PolicyVersionList;
        for (const version of versions) version.IsDefaultVersion = false;
        for (const at of [10, 9, 8, 11])
          versions.push({ VersionId: `v${at}`, IsDefaultVersion: at === 11, Document: WIDE });
      },
      `the policy ${APPROVE}: Statement.0.Action has * too`,
      [
        /^aws iam delete-policy-version --policy-arn arn:.*\/resale-price-approve-main --version-id v1$/,
        /^aws iam create-policy-version --policy-arn arn:.*-main --set-as-default --policy-document '\{.*Approval.*\}'$/,
      ],
    ],
    [
      'one action or resource of its policy',
      (details) => {
        for (const statement of statementsOf(details, APPROVE).slice(0, 1))
          statement.Action = [statement.Action, 'iam:*'].flat();
      },
      `the policy ${APPROVE}: Statement.0.Action has iam:* too`,
      [/^aws iam create-policy-version /],
    ],
    [
      'a statement of its policy',
      (details) => {
        statementsOf(details, APPROVE).push(...WIDE.Statement);
      },
      `the policy ${APPROVE}: Statement.3 is added: {"Effect":"Allow","Action":"*","Resource":"*"}`,
      [/^aws iam create-policy-version /],
    ],
    [
      'that it is gone, with its policy',
      (details) => {
        details.RoleDetailList = details.RoleDetailList.filter(({ RoleName }) => RoleName !== APPROVAL);
        details.Policies = details.Policies.filter(({ PolicyName }) => PolicyName !== APPROVE);
      },
      `the role ${APPROVAL} is gone`,
      [
        /^aws iam create-policy --policy-name resale-price-approve-main --policy-document '\{/,
        /^aws iam create-role --role-name resale-price-main-approval --path \/ --description 'approve-model, [^']*' --assume/,
        /^aws iam attach-role-policy --role-name resale-price-main-approval --policy-arn /,
      ],
    ],
  ])('%s', async (_, change, says, commands) => {
    const { refusal, taken, back } = await look(change);
    expect(refusal[0]).toMatch(/^ERROR Somebody changed by hand what the stack made\..*no template:$/);
    expect(refusal).toContain(`  ${says}`);
    expect(refusal.at(-1)).toMatch(/^Next: .*--take-over/);
    expect(taken).toContain(`\n  ${says}`);
    expect(taken).not.toContain('ERROR');
    expect(back).toHaveLength(commands.length);
    for (const [at, command] of commands.entries()) expect(back[at]).toMatch(command);
  });

  it('its place, which only a new role can have', async () => {
    const { refusal, taken, back } = await look((details) => {
      roleIn(details, APPROVAL).Path = '/elsewhere/';
    });
    expect(refusal).toContain(
      `  the role ${APPROVAL} lies in /elsewhere/, not in /: delete it, and run the commands under "Again"`,
    );
    expect(back).toEqual([]);
    // What is not put back is not said to be.
    expect(taken).toContain('ERROR No command puts this back, so there is no template:');
  });
});

describe('the command gives no template, with or without --take-over, and says what to do,', () => {
  it('where nothing is left of the stack', async () => {
    const { refusal, taken } = await look((details) => {
      details.RoleDetailList = details.RoleDetailList.slice(0, 1).map((role) => ({ ...role, RoleName: 'another' }));
      details.RoleDetailList[0]?.AttachedManagedPolicies.splice(0);
      details.Policies = [];
    });
    expect(refusal.join('\n')).toMatch(/^ERROR Nothing is left of what the stack made: [\s\S]*Next: delete the stack/);
    expect(taken).toContain('ERROR Nothing is left');
  });

  it.each(['', 'None\n'])(
    'where there is no stack (%j), and somebody made such roles: they are not overwritten',
    async (none) => {
      const { refusal, taken } = await look(() => undefined, none);
      expect(refusal[0]).toBe('ERROR The account has what the stack would make, and did not:');
      expect(refusal).toContain(`  the role ${APPROVAL}`);
      expect(refusal).toContain(`  the policy ${APPROVE}`);
      expect(taken).toContain('ERROR The account has what the stack would make');
      // A deployed.yml that only could not be written must not cost the roles that serve.
      expect(refusal.at(-1)).toMatch(/^Next: if the stack is there, and deployed.yml is empty, .* Otherwise delete/);
    },
  );
});

describe('what is no answer of AWS is not taken for "nobody changed anything":', () => {
  const good = () => structuredClone(made);
  const without = (key: keyof AccountDetails) => ({ ...good(), [key]: undefined });
  it.each<[string, () => string, RegExp]>([
    ['an empty file', () => '', /account\.json is no answer of IAM, or is cut\. Next: run the commands/],
    ['a page of it', () => JSON.stringify({ ...good(), NextToken: 'x' }), /is no answer of IAM, or is cut/],
    [
      'a first page',
      () => JSON.stringify({ ...good(), IsTruncated: true, Marker: 'x' }),
      /is no answer of IAM, or is cut/,
    ],
    ['half of it', () => JSON.stringify(good()).slice(0, 5000), /is no answer of IAM, or is cut/],
    ['an answer without roles', () => JSON.stringify(without('RoleDetailList')), /is no answer of IAM, or is cut/],
    ['no role at all', () => JSON.stringify({ ...good(), RoleDetailList: [] }), /is no answer of IAM, or is cut/],
    [
      'no policies',
      () => JSON.stringify({ ...good(), Policies: [] }),
      /has not the policy arn:.*, which a role has\. Next/,
    ],
    [
      'another account',
      () => JSON.stringify(detailsOf(text, '444455556666')),
      /is not of account 111122223333: it has arn:/,
    ],
  ])('%s', async (_, content, says) => {
    const found = file('account.json', content());
    const options = { found, deployed: file('deployed.yml', text) };
    await expect(readNow(options, ACCOUNT, template)).rejects.toThrow(says);
    await expect(readNow(options, ACCOUNT, template)).rejects.toThrow(WordsMistake);
  });

  it.each<[string, () => string]>([
    ['a message', () => 'Unable to locate credentials'],
    ['JSON of a text', () => JSON.stringify(text)],
    ['another template', () => 'Resources: { Role: { Type: "AWS::IAM::Role", Properties: {} } }'],
    ['a template with functions', () => text.replace('Ref: PolicyResalePriceApproveMain', 'Ref: Other')],
    ['a template with tags', () => text.replace(/RoleName: .*/, 'RoleName: !Sub "a"')],
  ])('%s as the template of the stack', async (_, content) => {
    const deployed = file('deployed.yml', content());
    await expect(readNow({ found: changed(() => undefined), deployed }, ACCOUNT, template)).rejects.toThrow(
      /deployed\.yml is no template that this command wrote.*\. Next: run the commands/,
    );
  });

  it('a file that is not there, and one without the other', async () => {
    const found = changed(() => undefined);
    const deployed = join(folder, 'none.yml');
    await expect(readNow({ found, deployed }, ACCOUNT, template)).rejects.toThrow(
      `none.yml: there is no such file in ${process.cwd()}. Next`,
    );
    await expect(readNow({ found }, ACCOUNT, template)).rejects.toThrow('--found and --deployed need each other');
    await expect(readNow({ deployed: found }, ACCOUNT, template)).rejects.toThrow(
      '--found and --deployed need each other',
    );
    await expect(readNow({ 'take-over': true }, ACCOUNT, template)).rejects.toThrow('--take-over needs --found');
  });
});

it('the command prints no template where somebody changed a role, and both template and commands with --take-over', () => {
  const found = changed((details) => {
    roleIn(details, APPROVAL).AttachedManagedPolicies = [];
  });
  const words = ['setup/setup.ts', 'aws', '--account', ACCOUNT, '--file', file('setup.yml', SETUP), '--found', found];
  const run = (...more: readonly string[]) =>
    spawnSync(process.execPath, [...words, '--deployed', file('deployed.yml', text), ...more], {
      ...{ cwd: repository, encoding: 'utf8', env: { PATH: process.env.PATH } },
    });
  const refused = run();
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toContain(`  the role ${APPROVAL} has no longer the policy ${policy(APPROVE)}\nNext: bring`);
  const taken = run('--take-over');
  expect(taken).toMatchObject({ status: 0, stdout: text });
  expect(taken.stderr).toMatch(
    /Next: save [\s\S]* {2}aws iam attach-role-policy --role-name resale-price-main-approval [\s\S]*\n {2}aws cloudformation deploy /,
  );
  expect(taken.stderr).not.toContain('describe-stacks');
});
