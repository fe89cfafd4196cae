import { expect, it } from 'vitest';
import { withJobInputs } from '../../compiler/job-inputs.ts';
import { lintPipeline } from '../../compiler/lint.ts';

const expression = (inner: string) => `$${`{{ ${inner} }}`}`;
const job = {
  inputs: {
    target: { default: 'staging', options: ['staging', 'production'] },
    replicas: { type: 'number', default: 3 },
  },
  variables: { TARGET: expression('job.inputs.target') },
  script: [`deploy --to ${expression('job.inputs.target')} ${expression('job.inputs.replicas')}`],
  artifacts: { paths: [expression('job.inputs.target')] },
};

it('a job has the defaults of its inputs, where nobody gives others', () => {
  expect(withJobInputs('deploy', job)).toEqual({
    variables: job.variables,
    script: ['deploy --to staging 3'],
    artifacts: { paths: ['staging'] },
  });
});

it('a job has what somebody gives, as text', () => {
  const given = { target: 'production', replicas: '5' };
  expect(withJobInputs('deploy', job, given)).toMatchObject({ script: ['deploy --to production 5'] });
});

it.each([
  ['a value that is not among the options', { target: 'test' }, 'cannot be used because it is not in the list'],
  ['a value of another type', { replicas: 'many' }, 'provided value is not a number'],
  ['an input that the job does not declare', { other: 'x' }, 'unknown input arguments: other'],
])('a job is not started with %s', (_, given, why) => {
  expect(() => withJobInputs('deploy', job, given)).toThrow(why);
});

it('a pipeline is not created with a job input that has no default, or with more than fifty', () => {
  const problems = (inputs: object) => lintPipeline({ deploy: { script: ['deploy'], inputs } });
  expect(problems({ target: { type: 'string' } })).toEqual([
    'jobs:deploy:inputs:target input must have a default value',
  ]);
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, number) => [`input_${number}`, { default: '' }]));
  expect(problems(many)).toEqual(['jobs:deploy:inputs config cannot have more than 50 inputs']);
});

it('an expression that names no input is not guessed at', () => {
  const other = { script: [`echo ${expression('job.name')}`] };
  expect(() => withJobInputs('deploy', other)).toThrow('is not supported here; name an input of the job');
});
