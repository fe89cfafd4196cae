import { expect, it } from 'vitest';
import { thousands } from '../../src/ground/thousands.ts';

it.each([0, 7, 999, 1_000, 12_345, 999_999, 1_000_000, 1_234_567_890])('%d has its thousands apart', (count) => {
  expect(thousands(count)).toBe(count.toLocaleString('en'));
});
