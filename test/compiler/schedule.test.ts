import { describe, expect, it } from 'vitest';
import { lintPipeline } from '../../compiler/lint.ts';
import { PipelineError } from '../../compiler/problem.ts';
import { type PlannedJob, plan } from '../../compiler/schedule.ts';

const push = { variables: { CI_COMMIT_BRANCH: 'dev', NAME: 'README' }, changed: ['README.md'] };
const names = (jobs: readonly PlannedJob[]) => jobs.map(({ name }) => name);
const job = (more: Record<string, unknown> = {}) => ({ script: ['true'], ...more });

describe('the pipeline of a push', () => {
  it('has the jobs whose rules match, in the order of their stages', () => {
    const rules = (branch: string) => [{ if: `$CI_COMMIT_BRANCH == "${branch}"` }];
    const config = {
      stages: ['first', 'second'],
      later: job({ stage: 'second', rules: rules('dev') }),
      sooner: job({ stage: 'first' }),
      elsewhere: job({ stage: 'first', rules: rules('main') }),
    };
    expect(names(plan(config, push))).toEqual(['sooner', 'later']);
  });

  it.each([
    [['**/*'], ['anything']],
    [['*.md'], ['anything']],
    [['src/**/*', 'pipeline.json'], []],
    [['$NAME.md'], ['anything']],
  ])('with rules:changes %j has %j after a change of the README', (changes, expected) => {
    expect(names(plan({ anything: job({ rules: [{ changes }] }) }, push))).toEqual(expected);
  });

  it.each([
    [['ci/*.yml'], ['anything']],
    ['ci/one.yml', ['anything']],
    [{ paths: ['ci', 'ci/'] }, []],
    [['$NAME.md'], ['anything']],
  ])('with rules:exists %j has %j where there are a README and a file below ci', (exists, expected) => {
    const files = ['README.md', 'ci/one.yml'];
    expect(names(plan({ anything: job({ rules: [{ exists }] }) }, { ...push, files }))).toEqual(expected);
  });

  it('knows of what each job must wait', () => {
    const config = {
      build: job({ stage: 'build' }),
      unrelated: job({ stage: 'build' }),
      test: job({ stage: 'test', needs: ['build', { job: 'absent', optional: true }] }),
      deploy: job({ stage: 'deploy' }),
    };
    const before = Object.fromEntries(plan(config, push).map((each) => [each.name, each.before]));
    expect(before).toEqual({
      build: [],
      unrelated: [],
      test: ['build'],
      deploy: ['build', 'unrelated', 'test'],
    });
  });

  it('is not created when a job needs one that is not there', () => {
    expect(() => plan({ test: job({ needs: ['absent'] }) }, push)).toThrow(
      "'test' job needs 'absent' job, but 'absent' does not exist in the pipeline.",
    );
  });
});

const rule = { if: '$CI_COMMIT_BRANCH' };
const manual = { ...rule, when: 'manual' };
const codes = (...list: number[]) => ({ exit_codes: list });

/** As lib/gitlab/ci/config/entry/job.rb, build/rules.rb and pipeline/seed/build.rb have it, read at 18.11. */
describe('when and allow_failure', () => {
  it.each<[Record<string, unknown>, 'manual' | 'at once', 'optional' | 'blocking', number[]]>([
    [{}, 'at once', 'blocking', []],
    [{ allow_failure: true }, 'at once', 'optional', [1, 64]],
    [{ allow_failure: codes(64) }, 'at once', 'blocking', [64]],
    [{ allow_failure: { exit_codes: 64 } }, 'at once', 'blocking', [64]],
    [{ when: 'manual' }, 'manual', 'optional', [1, 64]],
    [{ when: 'manual', allow_failure: false }, 'manual', 'blocking', []],
    [{ when: 'manual', allow_failure: codes(1) }, 'manual', 'blocking', [1]],
    [{ rules: [rule] }, 'at once', 'blocking', []],
    [{ rules: [manual] }, 'manual', 'blocking', []],
    [{ rules: [{ ...manual, allow_failure: true }] }, 'manual', 'optional', [1, 64]],
    [{ rules: [manual], allow_failure: true }, 'manual', 'optional', [1, 64]],
    [{ when: 'manual', rules: [rule] }, 'manual', 'optional', [1, 64]],
    [{ when: 'manual', rules: [manual] }, 'manual', 'optional', [1, 64]],
    [{ when: 'manual', rules: [{ ...rule, when: 'on_success' }] }, 'at once', 'optional', [1, 64]],
    [{ when: 'manual', allow_failure: false, rules: [manual] }, 'manual', 'blocking', []],
    [{ allow_failure: codes(64), rules: [rule] }, 'at once', 'blocking', [64]],
    [{ allow_failure: codes(64), rules: [{ ...rule, allow_failure: false }] }, 'at once', 'blocking', []],
    [{ allow_failure: codes(64), rules: [{ ...rule, allow_failure: true }] }, 'at once', 'optional', [1, 64]],
  ])('of %j: %s, %s, may end with %j', (written, when, gate, exits) => {
    const [planned] = plan({ a: job(written) }, push);
    expect(planned?.manual).toBe(when === 'manual');
    expect(planned?.optional).toBe(gate === 'optional');
    expect([1, 64].filter((exit) => planned?.allowedToFail(exit))).toEqual(exits);
  });

  it.each<[Record<string, unknown>]>([
    [{ rules: [{ if: '$NOPE' }] }],
    [{ rules: [{ ...rule, when: 'never' }, manual] }],
  ])('of %j: not in the pipeline', (written) => {
    expect(plan({ a: job(written) }, push)).toEqual([]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ when: 'never' }, 'jobs:a when should be one of: on_success, on_failure, always, manual, delayed'],
    [{ allow_failure: 'yes' }, 'jobs:a allow failure should be a hash or a boolean value'],
    [
      { allow_failure: { exit_codes: ['64'] } },
      'jobs:a:allow_failure exit codes should be an array of integers or an integer',
    ],
    [{ rules: [] }, "jobs:a:rules config can't be blank"],
    [{ rules: 'manual' }, 'jobs:a rules should be an array containing hashes and arrays of hashes'],
    [{ rules: [{ when: 'later' }] }, 'jobs:a:rules:rule when unknown value: later'],
    [{ rules: [{ if: 'dev' }] }, 'jobs:a:rules:rule if invalid expression syntax'],
    [{ rules: [{ ...rule, allow_failure: codes(64) }] }, 'jobs:a:rules:rule allow failure should be a boolean value'],
    [{ rules: [{ ...rule, tags: ['a'] }] }, 'jobs:a:rules:rule config contains unknown keys: tags'],
    [{ rules: [{ changes: 'a' }] }, 'jobs:a:rules:rule:changes should be an array or a hash'],
    [{ rules: [{ exists: 5 }] }, 'jobs:a:rules:rule:exists should be a string, an array of strings, or a hash'],
  ])('of %j: refused, by the checks and by the plan', (written, problem) => {
    expect(lintPipeline({ a: job(written) })).toEqual([problem]);
    expect(() => plan({ a: job(written) }, push)).toThrow(new PipelineError(problem));
  });

  it.each<[Record<string, unknown>, string]>([
    [{ when: 'always' }, 'when: always'],
    [{ rules: [{ ...rule, when: 'delayed' }] }, 'when: delayed'],
    [{ rules: [{ ...rule, variables: { A: '1' } }] }, 'rules:variables'],
    [{ rules: [{ changes: { paths: ['a'], compare_to: 'main' } }] }, 'rules:changes:compare_to'],
    [{ rules: [{ exists: ['a'] }] }, 'rules:exists'],
  ])('of %j: refused by name, as this compiler does not run it', (written, what) => {
    expect(() => plan({ a: job(written) }, push)).toThrow(`${what} is not supported here`);
  });
});
