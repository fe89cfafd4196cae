import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareIncludes } from '../../../setup/gitlab/includes.ts';
import { setupIn } from '../../../setup/setup-plan.ts';
import { ENVIRONMENTS, FEW, MODELS, project } from './project.ts';

const promote = (...inputs: string[]) =>
  [
    '  - component: $CI_SERVER_FQDN/the/catalog/promote@1',
    '    inputs:',
    ...inputs.map((each) => `      ${each}`),
  ].join('\n');

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
      'includes promote with check_setup: true and one_role: true, and setup.yml has roles: two',
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
