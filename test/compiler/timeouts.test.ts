import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compilePipeline } from '../../compiler/compile.ts';
import { lintPipeline } from '../../compiler/lint.ts';
import { PipelineError } from '../../compiler/problem.ts';
import { plan } from '../../compiler/schedule.ts';
import { answers } from './answers.ts';

const timeout = z.string();
const cases = answers(
  'timeouts',
  z.union([z.strictObject({ timeout, seconds: z.number() }), z.strictObject({ timeout, refused: z.string() })]),
);
const push = { variables: {}, changed: [] };
const job = (written?: unknown) => ({
  a: { script: ['true'], ...(written === undefined ? {} : { timeout: written }) },
});

describe('a timeout is what it is to GitLab', () => {
  it.each(cases.filter((each) => 'seconds' in each))('"$timeout" is $seconds seconds', ({ timeout, seconds }) => {
    expect(lintPipeline(job(timeout))).toEqual([]);
    expect(plan(job(timeout), push)[0]?.timeoutSeconds).toBe(seconds);
  });

  it.each(cases.filter((each) => 'refused' in each))('"$timeout" is refused', ({ timeout, refused }) => {
    expect(lintPipeline(job(timeout))).toEqual([refused]);
    expect(() => plan(job(timeout), push)).toThrow(new PipelineError(refused));
  });

  it('is an hour when nobody says otherwise', () => {
    expect(plan(job(), push)[0]?.timeoutSeconds).toBe(3600);
  });

  it('may be a number where it passes through an input, which makes a text of it, but nowhere else', () => {
    const template =
      'spec:\n  inputs:\n    timeout: {}\n---\na:\n  timeout: $[[ inputs.timeout ]]\n  script: ["true"]\n';
    const { config } = compilePipeline({
      text: 'include:\n  - local: a.yml\n    inputs: { timeout: 90 }\n',
      resolve: () => ({ read: () => undefined, sha: '', reference: '' }),
      readLocal: () => template,
      variables: {},
    });
    expect(plan(config, push)[0]?.timeoutSeconds).toBe(90);
    expect(lintPipeline(job(90))).toEqual(['jobs:a:timeout config should be a duration']);
  });

  it.each([
    ['twenty-five minutes', 1500],
    ['fourteen days', 1_209_600],
    ['1 hour, 5 minutes', 3900],
    ['1d12h', 129_600],
  ])('"%s" is %i seconds, by the code of ChronicDuration', (written, seconds) => {
    expect(plan(job(written), push)[0]?.timeoutSeconds).toBe(seconds);
  });

  it.each(['half an hour', 'two hundred minutes'])(
    '"%s" is refused by name, as this compiler cannot read it',
    (written) => {
      expect(() => plan(job(written), push)).toThrow('not supported in words here; use figures');
    },
  );
});
