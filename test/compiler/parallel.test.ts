import { describe, expect, it } from 'vitest';
import { expandParallel } from '../../compiler/parallel.ts';

const train = { stage: 'build', script: ['train'], parallel: { matrix: [{ REGION: ['eu-west-1', 'us-east-1'] }] } };

it('a job with a number as parallel becomes as many, which know their own and how many there are', () => {
  const send = { script: ['send'], needs: ['plan'], parallel: 2 };
  expect(expandParallel({ plan: { script: ['plan'] }, send, judge: { needs: ['send'] } })).toEqual({
    plan: { script: ['plan'] },
    'send 1/2': { script: ['send'], needs: [{ job: 'plan' }], variables: { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '2' } },
    'send 2/2': { script: ['send'], needs: [{ job: 'plan' }], variables: { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '2' } },
    judge: { needs: [{ job: 'send 1/2' }, { job: 'send 2/2' }] },
  });
});

describe('a job with parallel: matrix', () => {
  it('becomes a job for each combination of its values, named after them, with them as variables', () => {
    const matrix = [{ REGION: ['eu-west-1', 'us-east-1'], SIZE: 'large' }, { REGION: 'ap-southeast-1' }];
    const job = { script: ['train'], variables: { REGION: 'none', DEPTH: '3' }, parallel: { matrix } };
    expect(expandParallel({ stages: ['test'], train: job })).toEqual({
      stages: ['test'],
      'train: [eu-west-1, large]': {
        script: ['train'],
        variables: { REGION: 'eu-west-1', SIZE: 'large', DEPTH: '3' },
      },
      'train: [us-east-1, large]': {
        script: ['train'],
        variables: { REGION: 'us-east-1', SIZE: 'large', DEPTH: '3' },
      },
      'train: [ap-southeast-1]': { script: ['train'], variables: { REGION: 'ap-southeast-1', DEPTH: '3' } },
    });
  });

  it('is named in whole by whoever needs it or takes its artifacts', () => {
    const needs = ['train', { job: 'train', optional: true, artifacts: false }, 'lint'];
    const config = { train, lint: {}, check: { needs }, approve: { dependencies: ['train'] } };
    expect(expandParallel(config)).toMatchObject({
      check: {
        needs: [
          { job: 'train: [eu-west-1]' },
          { job: 'train: [us-east-1]' },
          { job: 'train: [eu-west-1]', optional: true, artifacts: false },
          { job: 'train: [us-east-1]', optional: true, artifacts: false },
          { job: 'lint' },
        ],
      },
      approve: { dependencies: ['train: [eu-west-1]', 'train: [us-east-1]'] },
    });
  });

  it.each([
    ['no number of jobs', { train: { ...train, parallel: 0 } }],
    ['an empty matrix', { train: { ...train, parallel: { matrix: [] } } }],
    ['needs of one combination', { train, check: { needs: [{ job: 'train', parallel: { matrix: [] } }] } }],
  ])('is refused where GitLab would do what this does not know: %s', (_, config) => {
    expect(() => expandParallel(config)).toThrow('The harness');
  });

  it('changes nothing of a configuration without one', () => {
    const config = { check: { needs: ['train'] } };
    expect(expandParallel(config)).toBe(config);
  });
});
