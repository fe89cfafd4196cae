import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { PolicyDocument } from '../../emulator/world.ts';
import { type AccountPlan, accountPlan, accountsOf } from '../../setup/aws/account.ts';
import { beyondCloudFormation, beyondIam, stackNameMistakes, templateMistakes } from '../../setup/aws/limits.ts';
import { stackNameOf } from '../../setup/aws/stack-name.ts';
import { stepsOf } from '../../setup/aws/steps.ts';
import { type Template, templateOf, yamlOf } from '../../setup/aws/template.ts';
import { policyFiles } from '../../setup/policies/files.ts';
import { pipelineRoleDeny } from '../../setup/policies/policies.ts';
import { MAX_MANAGED, MAX_POLICIES } from '../../setup/policies/roles.ts';
import { type SetupPlan, setupIn, teamOf } from '../../setup/setup-plan.ts';
import { resalePrice } from '../catalog/policies.ts';
import { programsOfRoles } from '../catalog/programs.ts';
import { ofType, planOf } from './plans.ts';

const ONE = '111122223333';
const OTHER = '444455556666';

const WHOLE = `
gitlab: https://sgts.gitlab-dedicated.com
project: wog/mlops/resale-price
environments:
  dev: { account: "${ONE}", region: ap-southeast-1 }
  uat: { account: "${ONE}", region: ap-southeast-1, approvers: wog/mlops/approvers }
  main: { account: "${OTHER}", region: ap-southeast-1, approvers: wog/mlops/approvers }
models:
  resale-price: { group: ResalePriceModelGroup }
`;

const setup = (...changes: readonly (readonly [string | RegExp, string])[]) =>
  setupIn(
    'setup.yml',
    changes.reduce((text, [from, to]) => text.replace(from, to), WHOLE),
  );

const planIn = (plan: SetupPlan, account = ONE) => accountPlan(plan, account, programsOfRoles);
const stackIn = (plan: SetupPlan, account = ONE) => templateOf(planIn(plan, account));

const stepsIn = (plan: AccountPlan, text = '') =>
  stepsOf({ name: 'a-stack', plan, text, file: 'stack.yml', again: 'npm run -s setup -- aws --found account.json' });

interface RoleProperties {
  readonly RoleName: string;
  readonly AssumeRolePolicyDocument: PolicyDocument;
  readonly ManagedPolicyArns: readonly { readonly Ref: string }[];
}

interface PolicyProperties {
  readonly ManagedPolicyName: string;
  readonly PolicyDocument: PolicyDocument;
}

/** Role -> its trust policy, and its policies by name. */
function rolesIn(template: Template) {
  const policies = ofType<PolicyProperties>(template, 'AWS::IAM::ManagedPolicy');
  return Object.fromEntries(
    Object.values(ofType<RoleProperties>(template, 'AWS::IAM::Role')).map((role) => [
      role.RoleName,
      {
        trust: role.AssumeRolePolicyDocument,
        policies: Object.fromEntries(
          role.ManagedPolicyArns.map(({ Ref }) => [
            policies[Ref]?.ManagedPolicyName ?? '',
            policies[Ref]?.PolicyDocument,
          ]),
        ),
      },
    ]),
  );
}

const subjectsIn = (template: Template) =>
  Object.fromEntries(
    Object.entries(rolesIn(template)).map(([name, { trust }]) => [
      name,
      /"[^"]*:sub":"([^"]*)"/.exec(JSON.stringify(trust))?.[1],
    ]),
  );

const beyondAws = (plan: AccountPlan) => [...beyondIam(plan), ...beyondCloudFormation(plan)];

describe('the template of an account', () => {
  it('gives each role the trust and the policies that the command for files writes', () => {
    const { files, roles } = policyFiles({
      ...{ team: resalePrice, programs: programsOfRoles, layout: 'two', environments: resalePrice.environments },
    });
    const made = rolesIn(stackIn({ ...planOf(resalePrice), sagemaker_roles: 'existing' }));
    expect(Object.keys(made)).toEqual(roles.map(({ name }) => name));
    for (const { name, trust, policies } of roles) {
      expect(made[name]?.trust, name).toEqual(files[trust]);
      const own = policies.map((file) => [`resale-price-${file.replace('.json', '')}`, files[file]]);
      expect(made[name]?.policies, name).toEqual(Object.fromEntries(own));
    }
  });

  it('has the OIDC provider and the model package group, which stay when the stack goes', async () => {
    const { Resources } = stackIn(await setup());
    expect(Resources.OidcProvider).toEqual({
      Type: 'AWS::IAM::OIDCProvider',
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        Url: 'https://sgts.gitlab-dedicated.com',
        ClientIdList: ['https://sgts.gitlab-dedicated.com'],
      },
    });
    expect(Resources.GroupResalePriceModelGroup).toMatchObject({
      ...{ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' },
      Properties: { ModelPackageGroupName: 'ResalePriceModelGroup' },
    });
  });

  it('leaves what exists alone', async () => {
    const plan = await setup(['models:', 'oidc_provider: existing\nmodel_package_groups: existing\nmodels:']);
    const types = new Set(Object.values(stackIn(plan).Resources).map(({ Type }) => Type));
    expect([...types].sort()).toEqual(['AWS::IAM::ManagedPolicy', 'AWS::IAM::Role']);
    expect(JSON.stringify(stackIn(plan))).not.toContain('DependsOn');
  });

  it('reads as YAML what it is, by the old rules and the new', async () => {
    const template = stackIn(await setup());
    const text = yamlOf(template, ONE);
    for (const version of ['1.1', '1.2'] as const) expect(parse(text, { version })).toEqual(template);
    expect(yamlOf(stackIn(await setup()), ONE)).toBe(text);
  });
});

it('a comparison may make and delete the temporary endpoints of this project alone, where setup.yml has its ID', async () => {
  const resources = (plan: SetupPlan) =>
    JSON.stringify(stackIn(plan)).match(/:(?:endpoint|endpoint-config|model)\/cmp-[^"]*/g) ?? [];
  expect(new Set(resources(await setup()).map((each) => each.replace(/.*\//, '')))).toEqual(new Set(['cmp-*']));
  const known = resources(await setup(['project:', 'project_id: 42\nproject:']));
  expect(new Set(known.map((each) => each.replace(/.*\//, '')))).toEqual(new Set(['cmp-42-*']));
});

describe('two accounts', () => {
  it('each have the roles of their own environments', async () => {
    const plan = await setup();
    expect(accountsOf(plan)).toEqual([ONE, OTHER]);
    expect(Object.keys(rolesIn(stackIn(plan, OTHER)))).toEqual([
      'resale-price-plan-main',
      'resale-price-main',
      'resale-price-main-approval',
      'resale-price-main-comparison',
    ]);
    expect(Object.keys(rolesIn(stackIn(plan))).filter((name) => name.includes('main'))).toEqual([]);
  });

  it('share the group by its policy: it names the actions and the other account, and nobody else', async () => {
    const { Resources } = stackIn(await setup());
    const { Statement } = Object(Resources.GroupResalePriceModelGroup?.Properties).ModelPackageGroupPolicy;
    expect(Statement.map(({ Sid, Principal }: Record<string, unknown>) => [Sid, Principal])).toEqual([
      [`Group${OTHER}`, { AWS: `arn:aws:iam::${OTHER}:root` }],
      [`Package${OTHER}`, { AWS: `arn:aws:iam::${OTHER}:root` }],
    ]);
    expect(Object.keys(stackIn(await setup(), OTHER).Resources)).not.toContain('GroupResalePriceModelGroup');
  });

  it('may be three: that of the groups has them alone, and lets only the one that trains register versions', async () => {
    const plan = await setup(['models:', 'registry_account: "777788889999"\nmodels:']);
    expect(Object.values(stackIn(plan, '777788889999').Resources).map(({ Type }) => Type)).toEqual([
      'AWS::SageMaker::ModelPackageGroup',
    ]);
    const group = JSON.stringify(stackIn(plan, '777788889999'));
    const { Statement } = Object(planIn(plan, '777788889999').groups[0]?.policy);
    const registering = Statement.filter(({ Action }: { Action: string[] }) =>
      Action.includes('sagemaker:CreateModelPackage'),
    );
    expect(registering.map(({ Sid }: { Sid: string }) => Sid)).toEqual([`Group${ONE}`, `Package${ONE}`]);
    for (const account of [ONE, OTHER]) expect(group).toContain(`arn:aws:iam::${account}:root`);
    expect(JSON.stringify(stackIn(plan))).toContain(':777788889999:model-package/ResalePriceModelGroup/*');
  });
});

describe('a role trusts', () => {
  const subject = (ref: string) => `project_path:wog/mlops/resale-price:ref_type:${ref}`;

  it('the branch of its environment, whatever its name, and the role of a plan the branch that is merged', async () => {
    const plan = await setup(['main: {', 'main: { branch: production,']);
    expect(subjectsIn(stackIn(plan, OTHER))).toEqual({
      'resale-price-plan-main': subject('branch:ref:uat'),
      'resale-price-main': subject('branch:ref:production'),
      'resale-price-main-approval': subject('branch:ref:production'),
      'resale-price-main-comparison': subject('branch:ref:production'),
    });
  });

  it('the tags of its environment, which no merge leads to', async () => {
    const plan = await setup(['main: {', 'main: { tag: "v*",']);
    expect(subjectsIn(stackIn(plan, OTHER))).toEqual({
      'resale-price-main': subject('tag:ref:v*'),
      'resale-price-main-approval': subject('tag:ref:v*'),
      'resale-price-main-comparison': subject('tag:ref:v*'),
    });
  });

  it('one branch for all environments, where they share one', async () => {
    const plan = await setup([/(dev|uat): \{/g, '$1: { branch: main,']);
    const subjects = Object.entries(subjectsIn(stackIn(plan))).filter(([name]) => !name.includes('plan'));
    expect(new Set(subjects.map(([, each]) => each))).toEqual(new Set([subject('branch:ref:main')]));
  });
});

describe('the layout of roles', () => {
  it('may be one for each environment, whose plain policy asks for no registry entry, and still for what is passed', async () => {
    const roles = rolesIn(stackIn(await setup(['models:', 'roles: one\nmodels:'])));
    expect(Object.keys(roles)).toEqual(['resale-price-dev', 'resale-price-uat']);
    const text = JSON.stringify(roles);
    expect(text).not.toMatch(/CustomerMetadataProperties|ModelApprovalStatus|ModelLifeCycle/);
    expect(text).toContain('"iam:PassedToService":"sagemaker.amazonaws.com"');
    expect(text).toContain('sagemaker:UpdateModelPackage');
  });

  it('may be one for each duty', async () => {
    const roles = Object.keys(rolesIn(stackIn(await setup(['models:', 'roles: duty\nmodels:']))));
    expect(roles).toEqual(expect.arrayContaining(['resale-price-approve-uat', 'resale-price-deploy-uat']));
    expect(roles).not.toContain('resale-price-uat');
  });
});

describe('the roles of SageMaker', () => {
  const created = (...more: readonly (readonly [string | RegExp, string])[]) =>
    setup(
      ['models:', 'sagemaker_roles: create\nmodels:'],
      ['group: ResalePriceModelGroup', 'group: ResalePriceModelGroup, model_data: churn-models/runs/'],
      ...more,
    );

  it('are made where wanted: SageMaker alone assumes them, and the training is denied the registry entries', async () => {
    const plan = await created();
    const roles = rolesIn(stackIn(plan));
    const [model] = plan.models;
    if (!model) throw new Error('There is no model.');
    const team = teamOf(plan, model, { account: ONE, region: 'ap-southeast-1' });
    expect(roles['resale-price-pipeline']?.policies).toMatchObject({
      'resale-price-deny-registry-entries': pipelineRoleDeny(team),
    });
    for (const name of ['resale-price-pipeline', 'resale-price-execution'])
      expect(roles[name]?.trust.Statement).toEqual([
        { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
    expect(planIn(plan).unattached).toEqual([]);
  });

  it('have a path, and are in every account that serves; the training is in the first alone', async () => {
    const plan = await created(['model_data', 'execution_role: team/serving, model_data']);
    const { Resources } = stackIn(plan, OTHER);
    expect(Resources.RoleServing?.Properties).toMatchObject({ RoleName: 'serving', Path: '/team/' });
    expect(Object.keys(rolesIn(stackIn(plan, OTHER)))).not.toContain('resale-price-pipeline');
  });

  it('are otherwise left alone: the command attaches the Deny, and what a VPC needs', async () => {
    const plan = await setup(['group:', 'vpc: true, group:']);
    const text = stepsIn(planIn(plan));
    const attach = 'aws iam attach-role-policy --role-name';
    const policy = `--policy-arn arn:aws:iam::${ONE}:policy`;
    expect(text).toContain(`${attach} resale-price-pipeline ${policy}/resale-price-deny-registry-entries`);
    expect(text).toContain('NoSuchEntity: there is no such role. Write the name of yours into setup.yml');
    expect(text).toContain(`${attach} resale-price-execution ${policy}/resale-price-execution-role-vpc`);
    expect(Object.keys(rolesIn(stackIn(plan)))).not.toContain('resale-price-pipeline');
    expect(stepsIn(planIn(plan, OTHER))).not.toContain('role-name resale-price-pipeline');
  });
});

it('the code of a model on an endpoint can forge no approval by a role that may do more: the Deny is for each execution role, too', async () => {
  const plan = await setup();
  for (const account of [ONE, OTHER]) {
    expect(Object.keys(stackIn(plan, account).Resources)).toContain('PolicyResalePriceDenyRegistryEntries');
    expect(stepsIn(planIn(plan, account))).toContain(
      `--role-name resale-price-execution --policy-arn arn:aws:iam::${account}:policy/resale-price-deny-registry-entries`,
    );
  }
  const both = planIn(await setup(['group:', 'pipeline_role: ml, execution_role: ml, group:']));
  expect(stepsIn(both).match(/--role-name ml /g)).toHaveLength(1);
  expect(beyondAws(both)).toEqual([]);
});

describe('six environments and two models with long names', () => {
  const names = ['development', 'integration', 'system-test', 'acceptance', 'preproduction', 'production'];
  const environments = names.map(
    (name) => `  ${name}: { account: "${ONE}", region: ap-southeast-1, approvers: wog/x }`,
  );
  const everything = `reports: resale-price-models/runs/, labelled_data: resale-price-data/labelled/, predictions: a-bucket/predictions/,
    images: team/resale-price-serving, model_data: resale-price-models/, autoscaling: true, vpc: true, asynchronous: a-bucket/async/,
    volume_key: "arn:aws:kms:ap-southeast-1:${ONE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"`;
  const text = `
gitlab: https://sgts.gitlab-dedicated.com
project: wog/${'a-long-name/'.repeat(5)}resale-price
sagemaker_roles: create
environments:
${environments.join('\n')}
models:
  resale-price-of-flats-in-the-west: { group: ResalePriceOfFlatsModelGroup, ${everything} }
  churn-of-customers-of-the-service: { group: ChurnOfCustomersModelGroup, ${everything} }
`;

  it.each(['two', 'one', 'duty'] as const)('fit into what AWS takes, with the layout %s', async (roles) => {
    const plan = planIn({ ...(await setupIn('setup.yml', text)), roles });
    expect(beyondAws(plan)).toEqual([]);
    const template = templateOf(plan);
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(500);
    for (const { PolicyDocument } of Object.values(ofType<PolicyProperties>(template, 'AWS::IAM::ManagedPolicy')))
      expect(JSON.stringify(PolicyDocument).length).toBeLessThanOrEqual(MAX_MANAGED);
    for (const [name, { policies, trust }] of Object.entries(rolesIn(template))) {
      expect(name.length).toBeLessThanOrEqual(64);
      expect(Object.keys(policies).length, name).toBeLessThanOrEqual(MAX_POLICIES);
      expect(JSON.stringify(trust).length).toBeLessThanOrEqual(2048);
    }
    expect(templateMistakes(yamlOf(template, ONE))).toEqual([]);
  });
});

describe('what AWS would not take is refused', () => {
  const refused = (plan: AccountPlan) => beyondAws(plan).join('\n');

  it.each([
    [
      'a role whose name is too long',
      ['dev: {', 'acceptance-by-everybody-in-the-whole-of-the-west: {'],
      /the name of the role would be resale-price-acceptance-.*-west-comparison, which has 72 characters, and AWS takes 64/,
    ],
    ['GitLab without https', ['https:', 'http:'], /gitlab must begin with https:\/\/ and have no port/],
    ['GitLab at a port', ['.com\n', '.com:8443\n'], /gitlab must begin with https:\/\/ and have no port/],
    [
      'a branch that no trust policy holds',
      ['dev: {', `dev: { branch: ${'b/'.repeat(1000)}b,`],
      /the trust policy of resale-price-dev has \d+ characters, and IAM takes 2048: shorten the branch/,
    ],
    [
      'an environment whose role would be that of the plan of another',
      ['dev: {', `plan-uat: { account: "${ONE}", region: ap-southeast-1, branch: x }\n  dev: { approvers: a/b,`],
      /two roles would have the name resale-price-plan-uat: IAM ignores case\. Give the environment another name/,
    ],
    [
      'a model whose role would be that of another’s plan',
      ['resale-price: {', 'resale-price-plan: { group: Other }\n  resale-price: {'],
      /two roles would have the name resale-price-plan-dev/,
    ],
    [
      'a role of SageMaker that would be that of jobs',
      ['group: Res', 'execution_role: team/Resale-Price-dev, group: Res'],
      /two roles would have the name resale-price-dev: IAM ignores case/,
    ],
    [
      'an environment whose role would be that of the SageMaker Pipeline',
      [/uat: (.*)/, 'pipeline: $1'],
      /two roles would have the name resale-price-pipeline/,
    ],
    [
      'two names that CloudFormation does not tell apart',
      [/dev: (.*)/, 'dev-1: $1\n  dev1: {account: "111122223333", region: ap-southeast-1, approvers: a/b}'],
      /two names differ only by their hyphens, and both become \w+Dev1/,
    ],
  ] as const)('%s', async (_, change, says) => {
    expect(refused(planIn(await setup(change)))).toMatch(says);
  });

  it('a template that is too large, with how to have two', () => {
    expect(templateMistakes('x'.repeat(1_048_577))[0]).toContain('takes 1048576: write a file for each model');
  });

  it('a stack name that is too long, with the option that gives another', () => {
    expect(stackNameMistakes('a'.repeat(129))[0]).toContain('AWS takes 128: give another one with --stack-name');
    expect(stackNameMistakes('1a')[0]).toContain('--stack-name must begin with a letter');
    expect(stackNameMistakes('sagemaker-components-a')).toEqual([]);
  });
});

it('no stack has the name of the stack of another project, file or account: deploying it would delete the roles of the other', () => {
  const names = [
    stackNameOf('wog/ml-ops/churn', 'setup.yml', ONE),
    stackNameOf('wog/ml/ops/churn', 'setup.yml', ONE),
    stackNameOf('wog/ml_ops/churn', 'setup.yml', ONE),
    stackNameOf('wog/ml-ops/churn', 'second/setup-2.yml', ONE),
    stackNameOf('wog/ml-ops/churn', 'setup.yml', OTHER),
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(names.flatMap(stackNameMistakes)).toEqual([]);
  expect(stackNameOf('wog/ml-ops/churn', '/elsewhere/setup.yaml', ONE)).toBe(names[0]);
});

describe('what a person reads beside the template', () => {
  const steps = async (change: readonly [string, string], bytes = 10) =>
    stepsIn(planIn(await setup(change)), 'x'.repeat(bytes));

  it('is the command that deploys it; a large one needs a bucket', async () => {
    const deploy = `aws cloudformation deploy --region ap-southeast-1 --stack-name a-stack \\
    --template-file stack.yml --capabilities CAPABILITY_NAMED_IAM`;
    expect(await steps(['', ''])).toContain(`${deploy}\n`);
    expect(await steps(['', ''], 51_201)).toContain(`${deploy} --s3-bucket BUCKET\n`);
    expect(await steps(['', ''], 51_200)).not.toContain('--s3-bucket');
  });

  it('is that the first deployment meets no stack, and what to look at before a later one', async () => {
    const text = await steps(['', '']);
    expect(text).toMatch(/ {2}aws cloudformation describe-stacks [^\n]*\|\|\n {2}aws cloudformation deploy /);
    expect(text).toContain('aws iam get-account-authorization-details --filter Role LocalManagedPolicy');
    expect(text).toContain('npm run -s setup -- aws --found account.json');
  });

  it('is which variable of GitLab names which role', async () => {
    const several = ['group: Res', 'gitlab_environment_suffix: /resale, group: Res'] as const;
    expect(await steps(several)).toContain(
      `AWS_ROLE_ARN of uat/resale/approval  arn:aws:iam::${ONE}:role/resale-price-uat-approval`,
    );
    expect(await steps(['models:', 'roles: duty\nmodels:'])).toContain(
      `role_arn of approve-model, reject-model in uat  arn:aws:iam::${ONE}:role/resale-price-approve-uat`,
    );
  });

  it('is the ARN of a group that several accounts use: its name alone would mean their own', async () => {
    const arn = `model_package_group_name  arn:aws:sagemaker:ap-southeast-1:${ONE}:model-package-group/ResalePriceModelGroup`;
    expect(await steps(['', ''])).toContain(arn);
    expect(await steps([OTHER, ONE])).not.toContain('model_package_group_name');
  });

  it('is what one role for everything gives up', async () => {
    expect(await steps(['models:', 'roles: one\nmodels:'])).toContain('What that gives up: AWS no longer separates');
    expect(await steps(['', ''])).not.toContain('gives up');
  });

  it('is what a message of CloudFormation means: an OIDC provider of another audience, a group, a role that exist', async () => {
    const text = await steps(['', '']);
    expect(text).toContain('Write "oidc_provider: existing" into setup.yml. The audience must be among its client IDs');
    expect(text).toContain(
      `add-client-id-to-open-id-connect-provider --client-id https://sgts.gitlab-dedicated.com \\
      --open-id-connect-provider-arn arn:aws:iam::${ONE}:oidc-provider/sgts.gitlab-dedicated.com`,
    );
    expect(text).toContain('write "model_package_groups: existing" into setup.yml');
  });

  it('is how other accounts may use a group that exists', async () => {
    expect(await steps(['models:', 'model_package_groups: existing\nmodels:'])).toContain(
      'put-model-package-group-policy --region ap-southeast-1 --model-package-group-name ResalePriceModelGroup',
    );
  });
});
