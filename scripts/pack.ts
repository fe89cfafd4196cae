import { basename } from 'node:path';
import type { Metafile } from 'esbuild';

/** Modules in one file. */
interface Packed {
  readonly modules: readonly string[];
  readonly bytes: number;
  /** The programs that run at least one of them when they begin. */
  readonly atOnce: ReadonlySet<string>;
  /** Those, and the programs that may import one of them later. */
  readonly ever: ReadonlySet<string>;
}

/**
 * What a program could load in the time that it takes to open one file more, in bytes: of 46 files, each took 55 microseconds, and
 * each byte 15 nanoseconds, with the code that V8 makes of it.
 */
const ONE_FILE = 3_700;

/** The module that a program begins in. */
const PROGRAM = /^src\/components\/[\w-]+\.ts$/;
/** What looks ahead for other programs, and may load them all. */
const LOOKING_AHEAD = /^src\/compositions\//;

/**
 * The files of a bundle, each with the modules in it. `first` is the module that every program begins with, and names its file.
 */
export function filesOf({ outputs }: Metafile, first: string): ReadonlyMap<string, readonly string[]> {
  const modules = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const begins = (module: string, at: RegExp) => at.test(modules.get(module)?.entryPoint ?? '');
  const runBy = (program: string, later: boolean) => {
    const run = new Set([first, program]);
    const isRun = (module: string) => later && !begins(module, PROGRAM) && !begins(module, LOOKING_AHEAD);
    // A set gives also what is added to it meanwhile.
    for (const module of run)
      for (const { path, kind, external } of modules.get(module)?.imports ?? [])
        if (!external && (kind === 'import-statement' || isRun(basename(path)))) run.add(basename(path));
    return run;
  };
  const programs = [...modules.keys()].filter((module) => begins(module, PROGRAM));
  const runs = programs.map((program) => ({ program, atOnce: runBy(program, false), ever: runBy(program, true) }));
  const running = (module: string, when: 'atOnce' | 'ever') =>
    new Set(runs.flatMap(({ program, ...run }) => (run[when].has(module) ? [program] : [])));
  const alone = [...modules].map(([module, { bytes }]) => ({
    modules: [module],
    bytes,
    atOnce: running(module, 'atOnce'),
    ever: running(module, 'ever'),
  }));
  return new Map(
    pack(alone).map(({ modules }) => [modules.find((each) => each === first) ?? modules[0] ?? '', modules]),
  );
}

/** Makes one file of two, again and again, while all programs together win by it. */
function pack(files: readonly Packed[]): readonly Packed[] {
  const begunWith = files.filter(({ atOnce }) => atOnce.size > 0);
  let best: { readonly a: Packed; readonly b: Packed; readonly won: number } | undefined;
  for (const [index, a] of begunWith.entries()) {
    for (const b of begunWith.slice(index + 1)) {
      const won = wonBy(a, b);
      if (won > (best?.won ?? 0)) best = { a, b, won };
    }
  }
  if (!best) return files;
  const { a, b } = best;
  const together = {
    modules: [...a.modules, ...b.modules],
    bytes: a.bytes + b.bytes,
    atOnce: new Set([...a.atOnce, ...b.atOnce]),
    ever: new Set([...a.ever, ...b.ever]),
  };
  return pack([together, ...files.filter((each) => each !== a && each !== b)]);
}

/**
 * In bytes: what all programs together need not load, because who begins with both files opens one fewer. What one program has for itself
 * is never loaded by another.
 */
function wonBy(a: Packed, b: Packed): number {
  if (a.ever.size !== b.ever.size && (a.ever.size === 1 || b.ever.size === 1)) return 0;
  return shared(a.atOnce, b.atOnce) * ONE_FILE - lost(a, b) - lost(b, a);
}

/** What those load of the one file who need the other, and may do without. */
function lost(one: Packed, other: Packed): number {
  return (other.ever.size - shared(one.atOnce, other.ever)) * one.bytes;
}

function shared(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let count = 0;
  for (const each of one) if (other.has(each)) count++;
  return count;
}
