import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
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

/** Scenes that a component's own test sets although a failure row has them, and what the row cannot say. */
const SAY_MORE: Readonly<Record<string, string>> = {
  'training fails': 'the link to the log of the step, and the step among the test results',
  'foreign update in progress': 'what is taken back while the job waits for it',
  'foreign update at the last moment': 'the tags of the endpoint before the second update',
  'new version answers with errors': 'the alarms that are left, and the lines of both fleets',
  'steady traffic': 'what SageMaker was asked for, and what a second run finds',
  superseded: 'whose alarms are left',
  'endpoint is UpdateRollbackFailed': 'what is not withdrawn, whatever its tags name',
};

it("a component's own tests set no scene that a failure row has, unless they say more", () => {
  const scenes = globSync('components/**/*.test.ts', { cwd: folder.pathname }).flatMap((path) => {
    const set = readFileSync(new URL(path, folder), 'utf8').matchAll(/\.scenario\((?:'([^']+)')?/g);
    return [...set].map(([, scene = `${path}: a scene by a variable`]) => scene);
  });
  expect([...new Set(scenes)].sort()).toEqual(Object.keys(SAY_MORE).sort());
});
