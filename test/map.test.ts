import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { leadsSomewhere, linksOf, readPage } from './docs/pages.ts';

const folder = new URL('./', import.meta.url);
const map = readPage('test/README.md');
/** Folders end in a slash. */
const named = map.code.filter((text) => /^[\w-][\w/.-]*(\/|\.ts)$/.test(text));

function missingIn(paths: readonly string[]): string[] {
  return paths.filter((path) => !named.some((each) => each === path || (path.endsWith('/') && each.startsWith(path))));
}

it('the map of the tests has a place for every folder and every file at the top', () => {
  const entries = readdirSync(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${name}/`);
  const files = entries.filter(({ name }) => name.endsWith('.test.ts')).map(({ name }) => name);
  const missing = missingIn([...folders, ...files]);
  expect(missing, 'put it into test/README.md, beside the question that it answers').toEqual([]);
});

it('the map names every file of failure rows', () => {
  const files = readdirSync(new URL('failures/rows/', folder)).map((name) => `failures/rows/${name}`);
  expect(missingIn(files)).toEqual([]);
});

it('the map leads nowhere where nothing is', () => {
  expect(named.filter((path) => !existsSync(new URL(path, folder)))).toEqual([]);
  expect(linksOf(map).filter((address) => !leadsSomewhere(map.path, address))).toEqual([]);
});
