import { describe, expect, it } from 'vitest';
import { dotenvOf } from '../../src/gitlab/dotenv.ts';

const many = (count: number, value = 'x') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`N${index}`, value]));

describe('the dotenv report', () => {
  it('has a line for each variable', () => {
    const variables = { ENDPOINT_NAME: 'resale-price-dev', EMPTY: '', URL: 'https://a.example/?b=c#d' };
    expect(dotenvOf(variables)).toEqual({
      text: 'ENDPOINT_NAME=resale-price-dev\nEMPTY=\nURL=https://a.example/?b=c#d\n',
      leftOut: [],
    });
  });

  it.each([
    ['two lines', { A: 'one\nB=two' }],
    ['a carriage return', { A: 'one\rB=two' }],
    ['a line separator', { A: 'one\u2028two' }],
    ['a character that nobody sees', { A: 'one\u0000' }],
    ['letters beyond ASCII', { A: 'modèle' }],
    ['half a character', { A: '\ud83d' }],
    ['a name with a hyphen', { 'A-B': 'one' }],
    ['no name', { '': 'one' }],
    ['a name that begins with a digit', { '1A': 'one' }],
    ['a very long name', { ['A'.repeat(256)]: 'one' }],
  ])('leaves out %s, and nothing else', (_, odd) => {
    expect(dotenvOf({ BEFORE: '1', ...odd, AFTER: '2' })).toEqual({
      text: 'BEFORE=1\nAFTER=2\n',
      leftOut: Object.keys(odd),
    });
  });

  it('has at most 20 variables', () => {
    expect(dotenvOf(many(20)).leftOut).toEqual([]);
    expect(dotenvOf(many(22)).leftOut).toEqual(['N20', 'N21']);
  });

  it('has at most 5 KB, and what still fits after a long value', () => {
    const filling = 'x'.repeat(5 * 1024 - 'A=\n'.length);
    expect(dotenvOf({ A: filling })).toMatchObject({ leftOut: [] });
    expect(dotenvOf({ A: `${filling}x`, B: '1' })).toEqual({ text: 'B=1\n', leftOut: ['A'] });
  });
});
