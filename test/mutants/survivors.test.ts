import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MODULES } from '../../scripts/mutants/modules.ts';
import {
  compare,
  type NamedSurvivor,
  namedSurvivors,
  singleSpaced,
  survivorOf,
} from '../../scripts/mutants/survivors.ts';

const root = new URL('../../', import.meta.url);

describe('the mutants', () => {
  it('are made of modules that exist', () => {
    expect(MODULES.filter((module) => !existsSync(new URL(module, root)))).toEqual([]);
  });

  it('that survive are named by lines that stand in a deciding module', () => {
    const stale = namedSurvivors().filter(
      ({ file, code }) =>
        !MODULES.includes(file) || !singleSpaced(readFileSync(new URL(file, root), 'utf8')).includes(code),
    );
    expect(stale, 'run npm run test:mutants on the module, and correct test/mutants/survivors.yml').toEqual([]);
  });

  it('are told by whole lines, with single spaces', () => {
    const source = 'one\n  if (a &&\n    b) return;\nlast\n';
    const location = { start: { line: 2, column: 7 }, end: { line: 3, column: 6 } };
    expect(survivorOf('a.ts', source, { location, replacement: 'true' })).toEqual({
      file: 'a.ts',
      code: 'if (a && b) return;',
      mutant: 'if (true) return;',
    });
  });

  const named: NamedSurvivor = { file: 'a.ts', code: 'if (a)', mutant: 'if (true)', reason: 'it makes no difference' };
  const { reason: _, ...same } = named;
  const another = { ...same, mutant: 'if (false)' };

  it('that survive without a name are found, and so are named ones that do not survive', () => {
    expect(compare([same], [named])).toEqual({ unnamed: [], gone: [] });
    expect(compare([another], [named])).toEqual({ unnamed: [another], gone: [named] });
  });

  it('that are alike are named one by one', () => {
    expect(compare([same, same], [named])).toEqual({ unnamed: [same], gone: [] });
    expect(compare([same], [named, named])).toEqual({ unnamed: [], gone: [named] });
  });
});
