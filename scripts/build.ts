import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build as bundle, type Plugin } from 'esbuild';
import { filesOf } from './pack.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const start = fileURLToPath(new URL('../src/start.ts', import.meta.url));
const compile = fileURLToPath(new URL('./compile.mjs', import.meta.url));

/**
 * Leaves the modules of Node to the loader in src/start.ts, which loads each when one of its members is first used. A `require` or
 * a dynamic import is where it is used; an import there would read each export, and one of node:http loads a second HTTP client.
 */
const ownModules: Plugin = {
  name: "node's own modules",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(node:.*|${builtinModules.join('|')})$`) }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, external: true } : { path, namespace: 'node' },
    );
    onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/** Each client of the SDK has its whole package.json within it, and uses the version. */
const clientVersions: Plugin = {
  name: 'the version of each client',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk\/[\w-]+\/package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8'));
      return { loader: 'json', contents: JSON.stringify({ version }) };
    });
  },
};

/** The SDK takes a checksum from node:zlib where it begins, for which Node would load all of that. It has the same in JavaScript. */
const ownChecksum: Plugin = {
  name: 'the checksum without node:zlib',
  setup({ onLoad }) {
    onLoad({ filter: /\/checksum\/crc32\/Crc32Node\.js$/ }, () => ({
      contents: 'export { Crc32Js as Crc32Node } from "./Crc32Js";',
    }));
  },
};

/**
 * What node is started with to run the programs: room for all that a short one allocates. With the usual 1 MB the collector runs
 * five times while deploy-model starts and asks AWS (seen with --trace-gc); with 16 MB not once. That is 2 ms of 92 (41 rounds of
 * each, twice), and 3 MB more. It does not grow beyond that: an evaluation of a million rows would hold 80 MB more (bench/quality.ts).
 * And one thread for what V8 does beside the program, not four: 2 to 6 ms of processor time of 110 (25 to 60 rounds of each).
 */
export const NODE_FLAGS = ['--min-semi-space-size=16', '--max-semi-space-size=16', '--v8-pool-size=1'] as const;

const options = {
  minify: true,
  platform: 'node',
  target: 'node24',
  absWorkingDir: root,
  bundle: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * Bundles the programs into a folder: `main.js` to start them with, `programs.js` with what all of them load, and a few files beside it,
 * so that a job loads the component it runs and what is imported where it is used stays apart; beside each the code that V8 makes
 * of it. `node` is the one that will run them. The same source and the same node give the same bytes. Returns the files that went in.
 */
export async function build(out: string, node = process.execPath): Promise<string[]> {
  const { outputFiles, metafile } = await bundle({
    ...options,
    plugins: [ownModules, clientVersions, ownChecksum],
    // The SDK asks of each body whether it is one of a browser, and Node would load all that a browser has. Ours are Node's.
    define: { Blob: 'undefined', ReadableStream: 'undefined' },
    entryPoints: [{ in: 'src/main.ts', out: 'programs' }],
    outdir: out,
    write: false,
    splitting: true,
    format: 'esm',
    // The SDK's ESM editions can be tree-shaken: a third of the size, and of the time to start.
    mainFields: ['module', 'main'],
    chunkNames: '[name]-[hash]',
    metafile: true,
  });
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const modules = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const files = filesOf(metafile, 'programs.js');
  const texts = await Promise.all(
    [...files].map(async ([file, names]) => [file, await asFile(names, modules)] as const),
  );
  for (const [file, text] of texts) writeFileSync(join(out, file), text);
  const define = { FILES: JSON.stringify(Object.fromEntries(namesOfOthers(files))) };
  await bundle({ ...options, entryPoints: [start], outfile: join(out, 'main.js'), format: 'cjs', define });
  // What encloses this folder may say otherwise.
  writeFileSync(join(out, 'package.json'), '{"type":"commonjs"}\n');
  execFileSync(node, ['--hash-seed=1', compile, out], { stdio: 'inherit', env: {} });
  return Object.keys(metafile.inputs);
}

/**
 * Modules that are loaded together, as the function that src/start.ts calls: only a script, not a module, can be loaded with code made
 * earlier. It gives for each module what runs it. Those of one file use each other directly, for which esbuild joins them.
 */
async function asFile(names: readonly string[], modules: ReadonlyMap<string, string>): Promise<string> {
  const inFile: Plugin = {
    name: 'the modules of one file',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\// }, ({ path, kind }) =>
        kind !== 'dynamic-import' && names.includes(basename(path))
          ? { path, namespace: 'module' }
          : { path, external: true },
      );
      onLoad({ filter: /.*/, namespace: 'module' }, ({ path }) => ({ contents: modules.get(basename(path)) ?? '' }));
    },
  };
  const runs = names.map((name) => `"./${name}": () => require("./${name}")`);
  const { outputFiles } = await bundle({
    ...options,
    plugins: [inFile],
    stdin: { contents: `module.exports = {${runs.join(',')}};` },
    write: false,
    format: 'cjs',
    supported: { 'dynamic-import': false },
  });
  return `(function(module,require){${outputFiles[0]?.text}})`;
}

/** The modules that are in a file of another name, each with that file. */
function namesOfOthers(files: ReadonlyMap<string, readonly string[]>): [module: string, file: string][] {
  return [...files].flatMap(([file, names]) =>
    names.flatMap((name): [string, string][] => (name === file ? [] : [[`./${name}`, file]])),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build(join(root, 'dist'));
