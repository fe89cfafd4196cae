import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressesIn, filesWithAddresses, WrongAddresses, withAddresses } from './release/addresses.ts';

/** The first half of `npm run docs`: writes the project's path and the registries of catalog.yml where other files repeat them. */
function main(folder: string): void {
  const addresses = addressesIn(readFileSync(join(folder, 'catalog.yml'), 'utf8'));
  for (const [file, text] of filesWithAddresses(folder)) {
    const rendered = withAddresses(file, text, addresses);
    if (rendered === text) continue;
    writeFileSync(join(folder, file), rendered);
    console.log(`${file} has the addresses of catalog.yml now.`);
  }
}

try {
  main(fileURLToPath(new URL('../', import.meta.url)));
} catch (error) {
  if (!(error instanceof WrongAddresses)) throw error;
  console.log(`ERROR ${error.message}\nNext: correct it, then npm run docs again. Nothing was written.`);
  process.exitCode = 1;
}
