import { describe, expect, it } from 'vitest';
import { expandMatrix } from '../../compiler/matrix.ts';

const train = { stage: 'build', script: ['train'], parallel: { matrix: [{ REGION: ['eu-west-1', 'us-east-1'] }] } };

describe('a job with parallel: matrix', () => {
  it('becomes a job for each combination of its values, named after them, with them as variables', () => {
    const matrix = [{ REGION: ['eu-west-1', 'us-east-1'], SIZE: 'large' }, { REGION: 'ap-southeast-1' }];
    const job = { script: ['train'], variables: { REGION: 'none', DEPTH: '3' }, parallel: { matrix } };
    expect(expandMatrix({ stages: ['test'], train: job })).toEqual({
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
    expect(expandMatrix(config)).toMatchObject({
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
    ['a number', { train: { ...train, parallel: 3 } }],
    ['an empty matrix', { train: { ...train, parallel: { matrix: [] } } }],
    ['needs of one combination', { train, check: { needs: [{ job: 'train', parallel: { matrix: [] } }] } }],
  ])('is refused where GitLab would do what this does not know: %s', (_, config) => {
    expect(() => expandMatrix(config)).toThrow('The harness');
  });

  it('changes nothing of a configuration without one', () => {
    const config = { check: { needs: ['train'] } };
    expect(expandMatrix(config)).toBe(config);
  });
});
