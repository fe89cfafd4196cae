import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../scripts/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
beforeAll(() => build(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');

/** A file, and all that Node reads before it runs the first line of it. */
function loadedWith(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, other = ''] of textOf(name).matchAll(/(?:from|import) ?"\.\/([^"]+)"/g)) loadedWith(other, seen);
  return seen;
}

const COMPONENTS = ['deploy-pipeline', 'check-model', 'approve-model', 'deploy-model', 'validate-endpoint'];

describe('the bundle', () => {
  it.each(COMPONENTS)('lets %s begin with at most 450 kB of programs, of other components nothing', (component) => {
    const file = readdirSync(folder).find((name) => name.startsWith(`${component}-`)) ?? '';
    const loaded = loadedWith(file);
    expect([...loaded].reduce((sum, name) => sum + textOf(name).length, 0)).toBeLessThan(450_000);
    for (const other of COMPONENTS.filter((each) => each !== component))
      expect([...loaded].filter((name) => name.startsWith(other))).toEqual([]);
  });

  it("imports none of Node's own modules: importing node:http loads a second HTTP client", () => {
    for (const name of readdirSync(folder))
      expect(textOf(name)).not.toMatch(/(?:from|import) ?"(?:node:)?(?:http|https|crypto|fs)"/);
  });
});
