import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/ground/nearest.ts';

describe('a word that is not known is answered with the one that was probably meant', () => {
  const known = ['instance_type', 'instance_count', 'kms_key_id', 'tags'];
  it.each([
    ['instance_typ', 'instance_type'],
    ['KMS_KEY', 'kms_key_id'],
    ['tag', 'tags'],
    // Two begin with it.
    ['instance', undefined],
    ['k', undefined],
    ['colour', undefined],
  ])('%s: %s', (word, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });
});
