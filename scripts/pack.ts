import { basename } from 'node:path';
import type { Metafile } from 'esbuild';

/** Modules in one file, and the programs that run at least one of them when they begin. */
interface Packed {
  readonly modules: readonly string[];
  readonly bytes: number;
  readonly programs: ReadonlySet<string>;
}

/**
 * What a program could load in the time that it takes to open one file more, in bytes: of 46 files, each took 55 microseconds, and
 * each byte 15 nanoseconds, with the code that V8 makes of it.
 */
const ONE_FILE = 3_700;

/** The module that a program begins in. */
const PROGRAM = /^src\/components\/[\w-]+\.ts$/;

/**
 * The files of a bundle, each with the modules in it. What a program runs when it begins is packed; what it may import later stays apart.
 * `first` is the module that every program begins with, and names its file.
 */
export function filesOf({ outputs }: Metafile, first: string): ReadonlyMap<string, readonly string[]> {
  const modules = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const runBy = (program: string) => {
    const run = new Set([first, program]);
    // A set gives also what is added to it meanwhile.
    for (const module of run)
      for (const { path, kind, external } of modules.get(module)?.imports ?? [])
        if (kind === 'import-statement' && !external) run.add(basename(path));
    return run;
  };
  const programs = [...modules].flatMap(([module, { entryPoint = '' }]) =>
    PROGRAM.test(entryPoint) ? [[module, runBy(module)] as const] : [],
  );
  const alone = [...modules].map(([module, { bytes }]) => ({
    modules: [module],
    bytes,
    programs: new Set(programs.flatMap(([program, runs]) => (runs.has(module) ? [program] : []))),
  }));
  return new Map(
    pack(alone).map(({ modules }) => [modules.find((each) => each === first) ?? modules[0] ?? '', modules]),
  );
}

/** Makes one file of two, again and again, while all programs together win by it. */
function pack(files: readonly Packed[]): readonly Packed[] {
  const pairs = files.flatMap((a, index) => files.slice(index + 1).map((b) => ({ a, b, won: wonBy(a, b) })));
  const [best] = pairs.toSorted((one, other) => other.won - one.won);
  if (!best || best.won <= 0) return files;
  const { a, b } = best;
  const together = {
    modules: [...a.modules, ...b.modules],
    bytes: a.bytes + b.bytes,
    programs: new Set([...a.programs, ...b.programs]),
  };
  return pack([together, ...files.filter((each) => each !== a && each !== b)]);
}

/**
 * In bytes: what all programs together need not load, because who needs both files opens one fewer. What one program has for itself is
 * never loaded by another.
 */
function wonBy(a: Packed, b: Packed): number {
  const both = [...a.programs].filter((program) => b.programs.has(program)).length;
  if (a.programs.size !== b.programs.size && (a.programs.size === 1 || b.programs.size === 1)) return 0;
  return both * ONE_FILE - (a.programs.size - both) * b.bytes - (b.programs.size - both) * a.bytes;
}
