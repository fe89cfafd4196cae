import { describe, expect, it } from 'vitest';
import { z } from 'zod/mini';
import { REPLACED_VARIABLES } from '../../src/gitlab/ci-variables.ts';
import { assignments, parseInputs } from '../../src/gitlab/inputs.ts';
import { Failure } from '../../src/ground/failure.ts';

const ENV = {
  CI_COMMIT_BRANCH: 'dev',
  CI_COMMIT_REF_NAME: 'dev',
  CI_COMMIT_SHA: '8b1a9953c4611296a827abf8c47804d7e6c49c6b',
  CI_ENVIRONMENT_NAME: 'dev',
  CI_PIPELINE_ID: '101',
  CI_PROJECT_ID: '42',
  CI_PROJECT_PATH: 'wog/mlops/resale-price',
};

/** Names in braces. */
const AUTHOR = '{CI_COMMIT_AUTHOR}';
const SHORT = '{CI_COMMIT_SHORT_SHA}';

const none = z.strictObject({});
/** A schema that has been narrowed, as those of the components are. */
const narrowed = assignments.check(z.refine((pairs) => pairs.size < 9, 'must be few'));

function parse(text: string, env: Readonly<Record<string, string>> = {}) {
  const source = { component: 'deploy-model', env: { ...ENV, ...env, INPUT_TAGS: text }, args: [], safetyInputs: [] };
  return Object.fromEntries(parseInputs(source, none, z.strictObject({ tags: narrowed })).own.tags);
}

describe('variables in lines of Name=Value', () => {
  it.each([
    ['commit=$CI_COMMIT_SHA', { commit: ENV.CI_COMMIT_SHA }],
    [`commit=$${SHORT}x`, { commit: '8b1a9953x' }],
    ['from=$CI_PROJECT_PATH/$CI_COMMIT_BRANCH@$CI_PIPELINE_ID', { from: 'wog/mlops/resale-price/dev@101' }],
    ['price=5$$', { price: '5$' }],
    ['name=$$CI_COMMIT_SHA', { name: '$CI_COMMIT_SHA' }],
    ['name=$$$CI_PROJECT_ID', { name: '$42' }],
    ['a=1\n\nb==', { a: '1', b: '=' }],
  ])('%j becomes %j', (text, pairs) => {
    expect(parse(text)).toEqual(pairs);
  });

  it.each([
    [
      'secret=$AWS_SECRET_ACCESS_KEY',
      'must not contain "$AWS_SECRET_ACCESS_KEY". Write $$ for "$" (a tag allows none). Only these',
    ],
    [`author=$${AUTHOR}`, `must not contain "$${AUTHOR}"`],
    ['longer=$CI_COMMIT_SHA_AND_MORE', 'must not contain "$CI_COMMIT_SHA_AND_MORE"'],
    ['odd=$toString', 'must not contain "$toString"'],
    ['price=5$', 'must not contain "$". Write $$ for "$"'],
    ['$TAGS', 'must have one Name=Value per line'],
  ])('%j is refused in a sentence', (text, why) => {
    expect(() => parse(text)).toThrow(why);
    expect(() => parse(text)).toThrow(Failure);
  });

  it('tells all that is refused with one list of what is not', () => {
    const twice = () => parse('a=$HOME\nb=$PATH\nc=5$ of $HOME');
    expect(twice).toThrow('must not contain "$HOME" or "$PATH" or "$". Write $$ for "$"');
    expect(twice).toThrow(/^(?!.*Only these.*Only these)/s);
  });

  it('lists the names where another one is refused', () => {
    expect(() => parse('a=$HOME')).toThrow(REPLACED_VARIABLES.join(', '));
    expect(() => parse('a=$HOME')).not.toThrow('is visible in this job');
  });

  it.each(REPLACED_VARIABLES)('%s is refused where it has no value', (name) => {
    const empty = Object.fromEntries(Object.keys(ENV).map((each) => [each, '']));
    expect(() => parse(`a=$${name}`, empty)).toThrow(`contains "$${name}", which has no value in this job`);
  });

  it('never set another name: their values are put in after the lines are divided', () => {
    expect(parse('a=$CI_PROJECT_PATH', { CI_PROJECT_PATH: 'x\nb=2' })).toEqual({ a: 'x\nb=2' });
  });
});
