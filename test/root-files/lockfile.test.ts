import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('package-lock.json names no registry, so that it installs through any mirror', () => {
  const lock = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8');
  expect(lock.match(/"resolved": .*/g) ?? []).toEqual([]);
});
