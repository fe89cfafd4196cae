import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareIncludes } from '../../../setup/gitlab/includes.ts';
import { setupIn } from '../../../setup/setup-plan.ts';
import { ENVIRONMENTS, FEW, MODELS, project } from './project.ts';

const component = (name: string, ...inputs: string[]) =>
  [
    `  - component: $CI_SERVER_FQDN/the/catalog/${name}@1`,
    '    inputs:',
    ...inputs.map((each) => `      ${each}`),
  ].join('\n');
const promote = (...inputs: string[]) => component('promote', ...inputs);

/** Two accounts, and no branch is called like its environment. */
const OTHER_NAMES = `environments:
  test: { account: "111122223333", region: ap-southeast-1, branch: develop }
  prod: { account: "444455556666", region: ap-southeast-1, branch: main, approvers: wog/mlops/approvers }
${MODELS}`;

const TWO_MODELS = `${FEW}  churn: { group: Churn }
`;

const flawsOf = async (text: string, asks = `${ENVIRONMENTS}${MODELS}`) => {
  const plan = await setupIn(
    'setup.yml',
    `gitlab: https://gitlab.example.com\nproject: wog/mlops/resale-price\n${asks}`,
  );
  const { differences } = await compareIncludes(plan, { path: '.gitlab-ci.yml', branch: 'dev', text });
  return differences.map(({ found }) => found).join('\n');
};

describe('check reads the includes of the first environment, and tells what GitLab does not:', () => {
  it.each([
    [
      'a second include without a prefix',
      `include:\n${promote('endpoint_name: a-$CI_COMMIT_BRANCH')}\n${promote('endpoint_name: b-$CI_COMMIT_BRANCH')}`,
      'includes promote 2 times with the same job_prefix: GitLab makes one job of those with the same name',
    ],
    [
      'an endpoint that environments share',
      `include:\n${promote('endpoint_name: resale-price')}`,
      'has the endpoint_name resale-price in dev and uat and main: each environment would replace what the other serves',
    ],
    [
      'an endpoint that two includes share',
      `include:\n${promote('job_prefix: a-', 'environment: dev', 'endpoint_name: x')}\n${promote('job_prefix: b-', 'environment: uat', 'endpoint_name: x')}`,
      'has the endpoint_name x in dev and uat:',
    ],
    [
      'GitLab environments that nobody set up',
      `include:\n${promote('gitlab_environment_suffix: /churn', 'endpoint_name: a-$CI_COMMIT_BRANCH')}`,
      'includes promote with gitlab_environment_suffix: /churn, and setup.yml has ""',
    ],
    [
      'an environment that nobody set up',
      `include:\n${promote('environment: prod', 'endpoint_name: a')}`,
      'includes promote with environment: prod, and setup.yml has dev, uat, main',
    ],
    [
      'a promotion path of other environments: the include of the README, where nobody changed it',
      `include:\n${promote('endpoint_name: resale-price-$CI_COMMIT_BRANCH')}`,
      'includes promote with promotion_path: dev, uat, main, and setup.yml has test, prod',
      OTHER_NAMES,
    ],
    [
      'an environment without jobs',
      `include:\n${promote('branch: develop', 'environment: test')}`,
      'has no include of promote that serves prod',
      OTHER_NAMES,
    ],
    [
      'a model package group that no role may use',
      `include:\n${promote('model_package_group_name: Churn')}`,
      'includes promote with model_package_group_name: Churn, and setup.yml has ResalePriceModelGroup',
    ],
    [
      'a group of another account by its name alone',
      `include:\n${promote('model_package_group_name: ResalePriceModelGroup')}`,
      /setup\.yml has arn:aws:sagemaker:ap-southeast-1:111122223333:model-package-group\/ResalePriceModelGroup$/m,
      OTHER_NAMES,
    ],
    [
      'a pipeline that no role may start',
      `include:\n${promote('pipeline_name: churn')}`,
      'includes promote with pipeline_name: churn, and setup.yml has resale-price',
    ],
    [
      'a role that no job may pass',
      `include:\n${promote('pipeline_role_arn: arn:aws:iam::$AWS_ACCOUNT_ID:role/team/churn')}`,
      'includes promote with pipeline_role_arn: team/churn, and setup.yml has resale-price-pipeline',
    ],
    [
      'a role of the account of another environment',
      `include:\n${promote('environment: prod', 'execution_role_arn: arn:aws:iam::111122223333:role/resale-price-execution')}`,
      'with a role of the account 111122223333 in execution_role_arn, and prod is in 444455556666',
      OTHER_NAMES,
    ],
    [
      'a pipeline role of another account than that of the training',
      `include:\n${promote('environment: test', 'pipeline_role_arn: arn:aws:iam::444455556666:role/resale-price-pipeline')}`,
      'with a role of the account 444455556666 in pipeline_role_arn, and test is in 111122223333',
      OTHER_NAMES,
    ],
    [
      'an endpoint that no role may change',
      `include:\n${promote('endpoint_name: churn-$CI_COMMIT_BRANCH')}`,
      'includes promote with endpoint_name: churn-uat, and setup.yml has resale-price-uat',
    ],
    [
      'a check that would call wrong what one role for everything may do',
      `include:\n${promote('check_setup: true')}`,
      'includes promote with check_setup: true and without one_role: true, and setup.yml has roles: one',
      `${FEW}roles: one`,
    ],
    [
      'a check that would not look at what the two roles of an environment must not do',
      `include:\n${promote('check_setup: true', 'one_role: true')}`,
      'includes promote with check_setup: true and with one_role: true, and setup.yml has roles: two',
    ],
    [
      'a model by the names of another',
      `include:\n${promote('gitlab_environment_suffix: /churn', 'pipeline_name: resale-price')}`,
      'includes promote with pipeline_name: resale-price, and setup.yml has churn',
      TWO_MODELS,
    ],
    [
      'a model without jobs',
      `include:\n${promote('gitlab_environment_suffix: /resale-price')}`,
      /^has no include of promote that serves dev\/churn\nhas no include of promote that serves main\/churn$/m,
      TWO_MODELS,
    ],
    [
      'single components in an environment that nobody set up, in one line',
      `include:\n${component('check-model', 'environment: prod')}\n${component('deploy-model', 'environment: prod')}`,
      /^includes check-model, deploy-model with environment: prod, and setup\.yml has dev, uat, main$/m,
    ],
    [
      'a single component with the group of another model, and one with a role that no job may pass',
      `include:\n${component('check-model', 'model_package_group_name: Churn')}\n${component('deploy-model', 'execution_role_arn: arn:aws:iam::$AWS_ACCOUNT_ID:role/churn')}`,
      /^includes check-model with model_package_group_name: Churn, and .*\nincludes deploy-model with execution_role_arn: churn, and setup\.yml has resale-price-execution$/m,
    ],
    [
      'a single component with a role of the account of another environment',
      `include:\n${component('deploy-model', 'environment: prod', 'execution_role_arn: arn:aws:iam::111122223333:role/resale-price-execution')}`,
      'includes deploy-model with a role of the account 111122223333 in execution_role_arn, and prod is in 444455556666',
      OTHER_NAMES,
    ],
    [
      'a single component with another promotion path',
      `include:\n${component('check-model', 'promotion_path: dev, main')}`,
      'includes check-model with promotion_path: dev, main, and setup.yml has dev, uat, main',
    ],
    [
      'an environment into which no single component deploys',
      `include:\n${component('deploy-model', 'environment: dev')}`,
      /^has no include of deploy-model that serves uat\nhas no include of deploy-model that serves main$/m,
    ],
    [
      'check-setup by itself, which would call wrong what one role for everything may do',
      `include:\n${component('check-setup', 'endpoint_name: resale-price-$CI_COMMIT_BRANCH')}`,
      'includes check-setup without one_role: true, and setup.yml has roles: one',
      `${FEW}roles: one`,
    ],
    ['what is no YAML', 'include: [', 'cannot be read: '],
  ] as [string, string, string | RegExp, string?][])('%s', async (_, text, says, asks) => {
    expect(await flawsOf(text, asks)).toEqual(
      typeof says === 'string' ? expect.stringContaining(says) : expect.stringMatching(says),
    );
  });

  it.each([
    ['one include for all environments', `include:\n${promote(`endpoint_name: resale-price-\${CI_COMMIT_BRANCH}`)}`],
    ['a single include', `include:\n  component: gitlab.example.com/x/promote@1\n  inputs: { endpoint_name: $NAME }`],
    ['no include, and a reference', 'job:\n  script: !reference [.other, script]\n'],
    ['an empty file', ''],
    ['a component of another catalog', `include:\n${component('docker', 'environment: review')}`],
    [
      'a single component whose rules say where it runs',
      `include:\n${component('load-test', 'endpoint_name: resale-price-uat', 'rules: [{ if: $CI_COMMIT_BRANCH == "uat" }]')}`,
    ],
  ])('nothing is wrong with %s', async (_, text) => {
    expect(await flawsOf(text)).toBe('');
  });
});

it('check reads the file of the first environment through the API, and says what it did not look at', async () => {
  const { run, administration } = await project(FEW);
  await run('apply');
  expect((await run('check')).text).toContain('Not looked at: .gitlab-ci.yml, which is not on the branch dev yet.');
  administration.files.set('.gitlab-ci.yml', `include:\n${promote('endpoint_name: resale-price')}`);
  const { code, text } = await run('check');
  expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining('Build > Pipeline editor\n') });
  expect(text).toContain('.gitlab-ci.yml of dev has the endpoint_name resale-price in dev and main');
  expect(text).toContain('Not looked at: variables of groups and of the instance');
});

it('check says of single components what it cannot tell: where their rules let them run, and an endpoint of another file', async () => {
  const { run, administration } = await project();
  await run('apply');
  const all = [
    promote('endpoint_name: resale-price-$CI_COMMIT_BRANCH'),
    component('deploy-model', 'endpoint_name: resale-price-partners-$CI_COMMIT_BRANCH'),
    component('load-test', 'rules: [{ if: $CI_COMMIT_BRANCH == "uat" }]'),
  ];
  administration.files.set('.gitlab-ci.yml', `include:\n${all.join('\n')}`);
  const { code, text } = await run('check');
  expect({ code, text }).toMatchObject({
    code: 0,
    text: expect.stringContaining('Not looked at: the environments of load-test, which rules or variables choose.'),
  });
  expect(text).toContain(
    'Not looked at: the endpoint resale-price-partners-uat of deploy-model, which is none of setup.yml: run this with the file that has it (--file).',
  );
});

it('what somebody wrote into the file controls no terminal, and fills none', async () => {
  const { run, administration } = await project(FEW);
  const hostile = `"\\e[2J${'x'.repeat(100_000)}"`;
  administration.files.set('.gitlab-ci.yml', `include:\n${promote(`environment: ${hostile}`)}`);
  await run('apply');
  const { code, text } = await run('check');
  expect(code).toBe(1);
  expect(text).toMatch(/includes promote with environment: +\[2Jxxx/);
  expect(text).not.toContain('\u001b');
  expect(text.length).toBeLessThan(10_000);
});

it('aliases that stand for ever more are not followed', async () => {
  const more = Array.from(
    { length: 12 },
    (_, at) => `.a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(', ')}]`,
  );
  expect(await flawsOf(`.a0: &a0 [x]\n${more.join('\n')}\ninclude: *a12\n`)).toMatch(
    /^cannot be read: Excessive alias count/,
  );
});

it('the single components of the example are as its setup.yml says', async () => {
  const text = readFileSync('examples/resale-price/single-components.gitlab-ci.yml', 'utf8');
  expect(await flawsOf(text)).toBe('');
});

const examples = readdirSync('examples').filter((name) => existsSync(`examples/${name}/setup.yml`));

it.each(examples)(
  'the example %s is set up by its own setup.yml, and check finds nothing in what it includes',
  async (name) => {
    const asks = readFileSync(`examples/${name}/setup.yml`, 'utf8').replace(/^(gitlab|project):.*\n/gm, '');
    const { run, administration } = await project(asks);
    administration.files.set('.gitlab-ci.yml', readFileSync(`examples/${name}/.gitlab-ci.yml`, 'utf8'));
    expect(await run('apply')).toMatchObject({ code: 0 });
    const { code, text } = await run('check');
    expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('All of these settings') });
  },
);

it('a file that begins with the inputs of the pipeline is read from where they end', async () => {
  const header = 'spec:\n  inputs:\n    reason: { default: "" }\n---\n';
  expect(await flawsOf(`${header}include:\n${promote('endpoint_name: resale-price-$CI_COMMIT_BRANCH')}`)).toBe('');
  expect(await flawsOf(`${header}include:\n${promote('endpoint_name: resale-price')}`)).toMatch(
    /^has the endpoint_name/,
  );
  expect(await flawsOf(`${header}include: [`)).toMatch(/^cannot be read: /);
  expect(await flawsOf('only words')).toBe('cannot be read: it is no mapping of jobs and keywords');
});
