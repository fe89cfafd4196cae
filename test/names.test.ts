import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../', import.meta.url).pathname;

/** One each for a component, and never exported: they mean the same everywhere. */
const SHARED = new Set(['Inputs', 'Output']);

/** What `declared` names in the files of src: name -> files. */
function homesOf(declared: RegExp): Map<string, string[]> {
  const homes = new Map<string, string[]>();
  for (const file of globSync('src/**/*.ts', { cwd: root }).sort())
    for (const [, name = ''] of readFileSync(`${root}${file}`, 'utf8').matchAll(declared))
      homes.set(name, [...(homes.get(name) ?? []), file]);
  return homes;
}

function severalHomes(declared: RegExp): string[] {
  return [...homesOf(declared)]
    .filter(([name, files]) => files.length > 1 && !SHARED.has(name))
    .map(
      ([name, files]) => `${name} is declared in ${files.join(' and ')}: give each its own name, or one of them both`,
    );
}

it('gives a type name one meaning', () => {
  expect(severalHomes(/^(?:export )?(?:interface|type|class) (\w+)/gm)).toEqual([]);
});

it('gives an exported function or constant one meaning', () => {
  expect(severalHomes(/^export (?:async )?(?:function|const) (\w+)/gm)).toEqual([]);
});

it('finds the names that it compares', () => {
  expect(homesOf(/^export interface (\w+)/gm).get('ModelPackage')).toEqual(['src/registry/packages.ts']);
  expect(homesOf(/^export async function (\w+)/gm).get('reconcileEndpoint')).toEqual(['src/endpoints/reconcile.ts']);
});
