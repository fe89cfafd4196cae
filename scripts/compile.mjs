// Makes what src/start.ts loads beside each file of a folder: the code that V8 compiles it to. Run by scripts/build.ts in the
// node that will run the programs, because V8 takes only the code that its own version made, under the same flags.
// Plain JavaScript: what a loader of TypeScript compiles before, V8 counts, and the count is among the bytes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

const [folder] = process.argv.slice(2);
for (const name of readdirSync(folder).sort()) {
  if (!name.endsWith('.js') || name === 'main.js') continue;
  // Every function, also those that V8 would compile only when they are called.
  setFlagsFromString('--no-lazy');
  const script = new Script(readFileSync(join(folder, name), 'latin1'));
  setFlagsFromString('--lazy');
  // This node was started with a seed of its own, for the same bytes from each build. The one of the programs will not be.
  setFlagsFromString('--hash-seed=0');
  writeFileSync(join(folder, `${name}.cache`), script.createCachedData());
}
