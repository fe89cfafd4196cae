import { describe, expect, it } from 'vitest';
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

  it('takes from a rule what it says, and the rest from the job', () => {
    const [gate] = plan({ gate: job({ when: 'manual', allow_failure: false, rules: [{ when: 'manual' }] }) }, push);
    expect(gate?.manual).toBe(true);
    expect(gate?.allowedToFail(1)).toBe(false);
  });

  it('lets a manual job hold nothing up unless it says so', () => {
    const [button] = plan({ button: job({ when: 'manual' }) }, push);
    expect(button?.allowedToFail(1)).toBe(true);
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
