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
    ['what is no YAML', 'include: [', 'cannot be read: '],
  ])('%s', async (_, text, says) => {
    expect(await flawsOf(text)).toContain(says);
  });

  it.each([
    ['one include for all environments', `include:\n${promote(`endpoint_name: a-\${CI_COMMIT_BRANCH}`)}`],
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
