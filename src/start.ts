// The file that node is started with. It loads the others, each together with the code that V8 made of it at build time:
// compiling them again would be a third of a program's time.
//
// Why not module.enableCompileCache() of Node: measured with the same bundle, in 60 starts of deploy-model without inputs,
// this takes 58 ms and that 63 ms (73 ms without any cache). Its cache belongs to one user, its bytes differ from build to
// build, so that an image would not have the same layers again, and it was not tried in an image whose files cannot be
// written.
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

/** The file that a module of ours is in, where it has another name: scripts/build.ts says so. */
declare const FILES: Readonly<Record<string, string>>;

/** What modules export that were run. */
const loaded = new Map<string, unknown>();
/** What runs a module of ours, and gives what it exports. */
const known = new Map<string, () => unknown>();

/** The exports of a module of Node, or of a module of ours, `./programs.js`, which is run when it is first asked for. */
function load(name: string): unknown {
  if (!loaded.has(name)) loaded.set(name, name.startsWith('node:') ? whenUsed(name) : runOf(name)?.());
  return loaded.get(name);
}

/** How a module of ours is run. Its file is read when no module of it was asked for before. */
function runOf(name: string): (() => unknown) | undefined {
  if (!known.has(name)) read(`${__dirname}/${FILES[name] ?? name.slice(2)}`);
  return known.get(name);
}

function read(filename: string): void {
  // Another Node than the one that it was made by refuses the code, and compiles the source.
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    cachedData: readFileSync(`${filename}.cache`),
  });
  const file: { exports: Record<string, () => unknown> } = { exports: {} };
  script.runInThisContext()(file, load);
  for (const [name, run] of Object.entries(file.exports)) known.set(name, run);
}

/** A module of Node, which is loaded when one of its members is first used: not every run uses all of them. */
function whenUsed(name: string): unknown {
  let whole: object | undefined;
  const get = (_: object, member: string | symbol) => {
    // What a bundler asks of each module before it uses a default export.
    if (member === '__esModule') return undefined;
    whole ??= process.getBuiltinModule(name);
    return whole && Reflect.get(whole, member);
  };
  // Where a module is imported as a whole and by names, the bundler's copy of it has the names from here.
  const members = new Proxy({}, { get });
  return new Proxy({}, { get, getPrototypeOf: () => members });
}

load('./programs.js');
