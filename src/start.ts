// The file that node is started with. It loads the others, each together with the code that V8 made of it at build time:
// compiling them again would be a third of a program's time.
//
// Why not module.enableCompileCache() of Node: measured with the same bundle, in 60 starts of deploy-model without inputs,
// this takes 58 ms and that 63 ms (73 ms without any cache). Its cache belongs to one user, its bytes differ from build to
// build, so that an image would not have the same layers again, and it was not tried in an image whose files cannot be
// written.
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

interface Loaded {
  exports: unknown;
}

type Contents = (exports: unknown, require: (name: string) => unknown, module: Loaded) => void;

const loaded = new Map<string, Loaded>();
const known = new Map<string, Contents>();

/** The exports of a module of Node, or of a module of ours, `./programs.js`, which is run when it is first asked for. */
function load(name: string): unknown {
  const before = loaded.get(name);
  if (before) return before.exports;
  const module: Loaded = { exports: {} };
  loaded.set(name, module);
  if (name.startsWith('node:')) module.exports = whenUsed(name);
  else contentsOf(name)?.(module.exports, load, module);
  return module.exports;
}

/** What a module of ours consists of. The file of that name is read when no file before had it. */
function contentsOf(name: string): Contents | undefined {
  if (!known.has(name)) read(`${__dirname}/${name.slice(2)}`);
  return known.get(name);
}

function read(filename: string): void {
  // Another Node than the one that it was made by refuses the code, and compiles the source.
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    cachedData: readFileSync(`${filename}.cache`),
  });
  const modules: Record<string, Contents> = script.runInThisContext();
  for (const [name, contents] of Object.entries(modules)) known.set(name, contents);
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
