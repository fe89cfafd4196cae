import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../compiler/document.ts';
import { lintPipeline } from '../../compiler/lint.ts';
import { schemaErrors } from '../../compiler/schema.ts';

const script = ['check-model'];

describe('the schema of GitLab', () => {
  it('accepts a job with everything that the components use', () => {
    const job: Mapping = {
      stage: 'test',
      image: { name: 'registry.test/sagemaker-components:1.4.2', entrypoint: [''] },
      tags: ['ship_docker'],
      rules: [{ if: '$CI_COMMIT_BRANCH == "dev"', when: 'manual', allow_failure: false }],
      manual_confirmation: 'Approve for dev?',
      timeout: '1 hour',
      retry: { max: 2, exit_codes: [75] },
      environment: { name: 'dev/approval', action: 'start', url: '$CONSOLE_URL' },
      id_tokens: { AWS_OIDC_TOKEN: { aud: 'https://sgts.gitlab-dedicated.com' } },
      variables: { GIT_STRATEGY: 'none', INPUT_EXPECT: { value: '^\\d+$', expand: false } },
      script,
      artifacts: { access: 'developer', reports: { dotenv: 'a.env', annotations: 'links.json', junit: 'junit.xml' } },
    };
    expect(schemaErrors({ stages: ['test'], 'check-model': job })).toEqual([]);
  });

  it.each<[string, Mapping, string]>([
    ['an unknown keyword', { setup: ['x'] }, "check-model: has an unknown key 'setup'"],
    ['too many retries', { retry: { max: 5 } }, 'check-model.retry.max: must be <= 2'],
    [
      'a confirmation inside a rule',
      { rules: [{ when: 'manual', manual_confirmation: 'Sure?' }] },
      "check-model.rules[0]: has an unknown key 'manual_confirmation'",
    ],
    ['rules that are text', { rules: '$[[ inputs.rules ]]' }, 'check-model.rules: must be array,null'],
    [
      'an unknown action on an environment',
      { environment: { name: 'dev', action: 'deploy' } },
      'check-model.environment.action: must be one of start,prepare,stop,verify,access',
    ],
  ])('names the place and the fault of %s', (_, keywords, problem) => {
    expect(schemaErrors({ 'check-model': { script, ...keywords } })).toContain(problem);
  });
});

describe('a pipeline is checked across its jobs', () => {
  it('has no complaint about jobs in declared stages that need earlier ones', () => {
    const config = {
      stages: ['check_model', 'approve_model'],
      check: { stage: 'check_model', script },
      approve: { stage: 'approve_model', script, needs: ['check', { job: 'absent', optional: true }] },
      report: { stage: '.post', script, dependencies: ['approve'] },
    };
    expect(lintPipeline(config)).toEqual([]);
  });

  it.each<[string, Mapping, string]>([
    [
      'an empty pipeline',
      { stages: ['test'], '.hidden': { script } },
      'jobs config should contain at least one visible job',
    ],
    [
      'an undeclared stage',
      { check: { stage: 'check_model', script } },
      'check job: chosen stage check_model does not exist; available stages are .pre, build, test, deploy, .post',
    ],
    ['a need that is not there', { check: { script, needs: ['deploy'] } }, 'check job: undefined need: deploy'],
    [
      'a need of one rule that is not there',
      { check: { script, rules: [{ needs: [{ job: 'deploy' }] }] } },
      'check job: undefined need: deploy',
    ],
    [
      'a need of a later stage',
      { check: { script, needs: ['ship'] }, ship: { stage: 'deploy', script } },
      'check job: need ship is not defined in current or prior stages',
    ],
    [
      'a dependency that is not there',
      { check: { script, dependencies: ['a'] } },
      'check job: undefined dependency: a',
    ],
    [
      'a dependency outside of the needs',
      { a: { script }, b: { script }, check: { script, needs: ['a'], dependencies: ['b'] } },
      'check job: dependency b should be part of needs',
    ],
    [
      'jobs that need each other',
      { a: { script, needs: ['b'] }, b: { script, needs: ['a'] } },
      'The pipeline has circular dependencies: topological sort failed: a, b, a',
    ],
    [
      'a job that does nothing',
      { a: { stage: 'test' } },
      'jobs:a config should implement the script:, run:, or trigger: keyword',
    ],
    [
      'a header that has nothing below it',
      { spec: { inputs: {} }, a: { script } },
      'jobs:spec config should implement the script:, run:, or trigger: keyword',
    ],
    [
      'an environment with a colon',
      { a: { script, environment: 'uat:approval' } },
      "jobs:a:environment name can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'",
    ],
    [
      'a resource group that ends in nothing',
      { a: { script, resource_group: 'sagemaker/dev/' } },
      "jobs:a resource_group can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'",
    ],
    [
      'a stop job that is not there',
      { a: { script, environment: { name: 'dev', on_stop: 'stop' } } },
      'a job: on_stop job stop is not defined',
    ],
    [
      'a stop job of another environment',
      {
        a: { script, environment: { name: 'dev', on_stop: 'stop' } },
        stop: { script, environment: { name: 'uat', action: 'stop' } },
      },
      'a job: on_stop job stop have different environment name',
    ],
    [
      'a stop job that does not stop',
      {
        a: { script, environment: { name: 'dev', on_stop: 'stop' } },
        stop: { script, environment: { name: 'dev' } },
      },
      'a job: on_stop job stop needs to have action stop defined',
    ],
  ])('refuses %s', (_, config, problem) => {
    expect(lintPipeline(config)).toEqual([problem]);
  });
});
