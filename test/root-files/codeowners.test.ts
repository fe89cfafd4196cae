import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

it("every path in CODEOWNERS is one of the repository's", () => {
  const owners = readFileSync(new URL('.gitlab/CODEOWNERS', root), 'utf8');
  const paths = [...owners.matchAll(/^\/(\S+)/gm)].map(([, path = '']) => path).filter((path) => !path.includes('*'));
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});
