import { describe, expect, it } from 'vitest';
import {
  companionKey,
  ENTRY_KEYS,
  entryKey,
  environmentName,
  isEntryKey,
  keysOfEnvironment,
  keysOfKind,
  keysOfPromotion,
} from '../../src/registry/entry-keys.ts';
import { MAX_METADATA } from '../../src/registry/room.ts';
import { programs } from '../catalog/programs.ts';

const SIX = ['dev', 'test', 'sit', 'uat', 'staging', 'main'];

/** How many of these keys a version has at most, with that of who built it: of several rejections, the first keeps its reason. */
function written(keys: readonly string[]): number {
  return 1 + keys.length - (keys.filter((key) => /^withdrawn\..*\.comment$/.test(key)).length - 1);
}

describe('the keys of registry entries', () => {
  it('leave a team ten of SageMaker’s fifty on a path of six environments', () => {
    expect(written(SIX.flatMap(keysOfPromotion))).toBeLessThanOrEqual(MAX_METADATA - 10);
  });

  it('leave a team as many on a path of four environments, each of which has evidence of every kind', () => {
    expect(written(SIX.slice(0, 4).flatMap(keysOfEnvironment))).toBeLessThanOrEqual(MAX_METADATA - 10);
  });

  it('are written by the component that the table names, and by no other', () => {
    const writers = programs.flatMap(({ name, permissions }) =>
      permissions.flatMap(({ writes }) => (writes ? [`${writes} by ${name}`] : [])),
    );
    expect(new Set(ENTRY_KEYS.flatMap((row) => row.writers.map((writer) => `${row.kind} by ${writer}`)))).toEqual(
      new Set(writers),
    );
  });

  it('have values of at most 256 characters', () => {
    for (const { longest } of ENTRY_KEYS) expect(longest).toBeLessThanOrEqual(256);
  });

  it('have at most 128 characters, also in the longest environment', () => {
    const longest = 'e'.repeat(110);
    expect(environmentName.safeParse(longest).success).toBe(true);
    expect(environmentName.safeParse(`${longest}e`).success).toBe(false);
    for (const key of keysOfEnvironment(longest)) expect(key.length).toBeLessThanOrEqual(128);
  });

  it('are known as ours, each of them and whatever their case', () => {
    for (const key of ['built', ...keysOfEnvironment('uat')]) {
      expect(isEntryKey(key)).toBe(true);
      expect(isEntryKey(key.toUpperCase())).toBe(true);
    }
    for (const key of ['rmse', 'built.by', 'approvedby', 'comment']) expect(isEntryKey(key)).toBe(false);
  });

  it('of a companion stand after that of its entry', () => {
    expect(keysOfKind('approved', 'uat')).toEqual(['approved.uat', 'approved.uat.comment', 'approved.uat.before']);
    expect(keysOfKind('built', 'uat')).toEqual(['built']);
    expect(companionKey('validated', 'asked', 'uat')).toBe(`${entryKey('validated', 'uat')}.asked`);
  });
});

describe('an environment', () => {
  it('that ends like a companion is refused by that', () => {
    expect(environmentName.safeParse('dev.asked').error?.issues[0]?.message).toBe(
      'must not name an environment that ends in .comment or .before or .asked (entry keys do)',
    );
  });

  it.each(['dev', 'dev/churn', 'eu-west-1', 'comment', 'dev.eu'])('may be named %s', (name) => {
    expect(environmentName.safeParse(name).success).toBe(true);
  });

  it.each(['uat/approval', 'uat/churn/Approval', '', 'dev, uat', 'dev.comment', 'dev.before', 'uat.ASKED'])(
    'cannot be named "%s": its entries would be another’s, or none',
    (name) => {
      expect(environmentName.safeParse(name).error?.issues).toHaveLength(1);
    },
  );
});
