import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { holds, isExpression } from '../../compiler/expression.ts';
import { answers } from './answers.ts';

const expressions = answers('expressions', z.strictObject({ if: z.string(), holds: z.boolean().nullable() }));
const variables = {
  CI_COMMIT_BRANCH: 'dev',
  A: '1',
  B: '2',
  EMPTY: '',
  PATTERN: '/^d/',
  PLAIN: '^d',
  SLASH: 'a/b',
  MULTI: 'a\nb',
  UNICODE: 'é',
};

describe('an if', () => {
  it.each(expressions.filter((each) => each.holds !== null))('$if: $holds', (expression) => {
    expect(isExpression(expression.if)).toBe(true);
    expect(holds(expression.if, { variables })).toBe(expression.holds);
  });

  it.each(expressions.filter((each) => each.holds === null))('$if is no expression', (expression) => {
    expect(isExpression(expression.if)).toBe(false);
  });

  it.each([
    ['$EMPTY && $A', true],
    ['$EMPTY || $A', false],
    ['"  "', false],
    ['!$EMPTY && !$NOPE', true],
    ['!($A == "1")', false],
    ['$A "1" ==', true],
    ['$CI_COMMIT_BRANCH =~ "uat or dev"', true],
    ['$constructor', false],
  ])('%s: %s, by the code of GitLab', (clause, expected) => {
    expect(holds(clause, { variables })).toBe(expected);
  });

  it.each([
    ['$[[ inputs.flag ]]', true],
    ['$[[ inputs.flag ]] == true', true],
    ['$[[ inputs.flag ]] == "true"', true],
    ['$[[ inputs.count ]] == "3"', false],
    ['$[[ inputs.list ]]', false],
    ['$[[ inputs.unknown ]] == null', true],
  ])('of an input, %s: %s', (clause, expected) => {
    expect(holds(clause, { inputs: { flag: true, count: 3, list: [] } })).toBe(expected);
  });

  it.each(['$A =~ true', '/ab/ == $A', '/ab/ =~ /ab/'])(
    '%s is refused by name, as GitLab has no answer to it',
    (clause) => {
      expect(() => holds(clause, { variables })).toThrow('is not supported here');
    },
  );

  it('asks no more than it must', () => {
    expect(holds('$A || $A =~ true', { variables })).toBe(true);
  });
});
