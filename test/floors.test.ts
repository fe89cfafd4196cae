import { globSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rooms of `src`, the top floor first. A file imports from its own room and from lower floors only. */
const FLOORS: readonly (readonly string[])[] = [
  ['main.ts', 'start.ts'],
  ['compositions'],
  ['components'],
  ['quality'],
  ['preview', 'asking'],
  ['policy'],
  ['program'],
  ['pipelines', 'endpoints'],
  ['files'],
  ['registry'],
  ['notify'],
  ['gitlab'],
  ['pages'],
  ['aws'],
  ['ground'],
  ['statistics'],
];

interface Import {
  readonly from: string;
  readonly to: string;
}

const root = new URL('../', import.meta.url).pathname;

function importsIn(folder: string): Import[] {
  return globSync(`${folder}/**/*.{ts,mjs}`, { cwd: root }).flatMap((from) => {
    const text = readFileSync(`${root}${from}`, 'utf8');
    const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g);
    return [...found].map(([, path = '']) => ({ from, to: posix.join(posix.dirname(from), path) }));
  });
}

const roomOf = (file: string) => file.split('/')[1] ?? '';
const floorOf = (file: string) => FLOORS.findIndex((rooms) => rooms.includes(roomOf(file)));

/** What a person reads when a file imports what it must not, or `undefined` when it may. */
function complaint({ from, to }: Import): string | undefined {
  if (!to.startsWith('src/')) return `${from} imports ${to}: what runs in the image imports only from src`;
  if (floorOf(from) < 0) return `${from} is in a room that has no floor: add the room to FLOORS in this test`;
  const reachesUp = floorOf(to) < floorOf(from) || (floorOf(to) === floorOf(from) && roomOf(to) !== roomOf(from));
  if (reachesUp)
    return `${from} imports ${to}, which is not on a floor below it: move what it needs down, or pass it in`;
  const [one, other] = [from, to].map((file) => file.split('/')[2]?.replace('.ts', ''));
  if (roomOf(from) === 'components' && roomOf(to) === 'components' && one !== other)
    return `${from} imports ${to}, a part of another component: move what both need to a lower floor`;
  return undefined;
}

/** Takes its scenes, which take the whole of it: what stands at the top offers what is below. */
const OFFERS_ITS_SCENES = 'emulator/emulator.ts';

/** The files of a folder that import each other in a circle, each circle once. */
function circlesIn(imports: readonly Import[]): string[][] {
  const targets = new Map(
    [...Map.groupBy(imports, ({ from }) => from)].map(([from, all]) => [from, all.map(({ to }) => to)]),
  );
  const reachedFrom = new Map([...targets.keys()].map((file) => [file, reached(file, targets)]));
  const reaches = (from: string, to: string) => reachedFrom.get(from)?.has(to) === true;
  const left = new Set([...targets.keys()].filter((file) => reaches(file, file)).sort());
  return [...left].flatMap((file) => {
    const circle = [...left].filter((other) => reaches(file, other) && reaches(other, file));
    for (const each of circle) left.delete(each);
    return circle.length > 0 ? [circle] : [];
  });
}

/** Every file that a file imports, or that one of those does. */
function reached(file: string, targets: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  const open = [...(targets.get(file) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(targets.get(next) ?? []));
  }
  return found;
}

describe.each(['src', 'emulator', 'compiler', 'scripts', 'setup'])('%s', (folder) => {
  it('has no files that import each other in a circle, for types or for more', () => {
    const imports = importsIn(folder).filter(({ to }) => to !== OFFERS_ITS_SCENES);
    expect(
      circlesIn(imports).map((circle) => `${circle.join(', ')}: move what they share to a file of its own`),
    ).toEqual([]);
  });
});

it('a circle is told with all of its files, and nothing that only leads into it', () => {
  const imports = ['a b', 'b c', 'c b', 'c d', 'e f', 'f e'].map((each) => {
    const [from = '', to = ''] = each.split(' ');
    return { from, to };
  });
  expect(circlesIn(imports)).toEqual([
    ['b', 'c'],
    ['e', 'f'],
  ]);
});

it('a test that replaces a module, or measures its process, runs in a process of its own', () => {
  const config = readFileSync(`${root}vitest.config.ts`, 'utf8');
  const needing = globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
    /\bvi\.(?:mock|doMock)\(|process\.(?:resourceUsage|memoryUsage|cpuUsage)\(/.test(
      readFileSync(`${root}${file}`, 'utf8'),
    ),
  );
  expect(needing).not.toEqual([]);
  expect(needing.filter((file) => !config.includes(`'${file}'`))).toEqual([]);
});

/** What may import from the tests: they themselves, and what measures the programs with their scenes. */
const OF_THE_TESTS = ['test', 'bench', 'examples'];

it('nothing that a user runs imports from test: tests take what they share with it from there', () => {
  const folders = readdirSync(root).filter((each) => !['node_modules', ...OF_THE_TESTS].includes(each));
  const fromTests = folders.flatMap(importsIn).filter(({ to }) => to.startsWith('test/'));
  expect(fromTests.map(({ from, to }) => `${from} imports ${to}: move what it needs out of test`)).toEqual([]);
});

describe('the floors of src', () => {
  it('let no file import from a floor above it, from its neighbour room or from another component', () => {
    const complaints = importsIn('src').flatMap((each) => complaint(each) ?? []);
    expect(complaints.join('\n')).toBe('');
  });

  it.each([
    ['src/gitlab/log.ts', 'src/registry/packages.ts', 'not on a floor below it'],
    ['src/aws/hosts.ts', 'src/components/check-model.ts', 'not on a floor below it'],
    ['src/pipelines/steps.ts', 'src/endpoints/endpoint.ts', 'not on a floor below it'],
    ['src/components/check-model.ts', 'src/components/deploy-model.ts', 'another component'],
    ['src/utils/text.ts', 'src/ground/failure.ts', 'add the room to FLOORS'],
    ['src/ground/clock.ts', 'emulator/clock.ts', 'imports only from src'],
  ])('would refuse that %s imports %s', (from, to, why) => {
    expect(complaint({ from, to })).toContain(why);
  });

  it.each([
    ['emulator', ['emulator/']],
    ['compiler', ['compiler/', 'emulator/']],
  ])('let %s import nothing that it stands in for or that tests it', (folder, allowed) => {
    const others = importsIn(folder).filter(({ to }) => !allowed.some((each) => to.startsWith(each)));
    expect(
      others.map(({ from, to }) => `${from} imports ${to}: only ${allowed.join(' and ')} may be imported`),
    ).toEqual([]);
  });
});
