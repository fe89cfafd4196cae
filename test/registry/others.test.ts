import { expect, it } from 'vitest';
import { accountsIn, othersOf, shorterOthers } from '../../src/registry/others.ts';

const at = new Date('2026-11-22T08:06:00Z');
const people = ['jane', 'bob', 'carol', 'dan', 'erin', 'frank'].map((login, id) => ({ id: `${57 + id}`, login, at }));

it('an entry names at most four people by their logins, and says how many more there are, with their accounts', () => {
  expect(othersOf({ counted: people.slice(0, 1) }, '57')).toBeUndefined();
  expect(othersOf({ counted: people.slice(0, 4) }, '57')).toBe('bob:58/carol:59/dan:60');
  expect(othersOf({ counted: people }, '57')).toBe('bob:58/carol:59/dan:60+2/61/62');
});

it('what has no room loses logins before accounts, and at last says how many there are', () => {
  expect(shorterOthers('bob:58/carol:59+1/60')).toEqual(['bob:58+2/59/60', '+3/58/59/60', '+3']);
  expect(shorterOthers('bob')).toEqual([]);
});

it.each([
  ['bob:58/carol:59', ['58', '59']],
  ['bob:58/carol:59/dan:60+2/61/62', ['58', '59', '60', '61', '62']],
  ['+2/58/59', ['58', '59']],
  ['bob:58/carol:59/dan:60+2', undefined],
  ['bob:58/carol:59/dan:60+2/61', undefined],
  ['bob:58+1/59+1/60', undefined],
  ['bob:58+1/', undefined],
  ['+2', undefined],
  ['bob:58/caro+', undefined],
  ['bob:58/carol:5+', undefined],
  ['bob:58/', undefined],
  ['bob', undefined],
  ['bob:x', undefined],
  ['', []],
])('of "%s", the accounts are known only where all of them stand there', (others, accounts) => {
  expect(accountsIn(others)).toEqual(accounts);
});
