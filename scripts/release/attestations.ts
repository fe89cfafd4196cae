import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { build } from '../build.ts';
import { changesIn, notesFor } from './notes.ts';
import { provenanceOf } from './provenance.ts';
import { sbomOf } from './sbom.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const given = z.object({
  version: z.string(),
  digest: z.string().regex(/^sha256:[a-f0-9]{64}$/),
  image: z.string(),
  base: z.string(),
  builder: z.string(),
  source: z.url(),
  commit: z.string(),
  created: z.string(),
  'tested-in': z.string(),
  out: z.string(),
});

/** Writes what goes with an image: sbom.json, provenance.json, and notes.md, the release's page. */
async function main(): Promise<void> {
  const options = Object.fromEntries(Object.keys(given.shape).map((name) => [name, { type: 'string' } as const]));
  const { 'tested-in': testedIn, out, ...released } = given.parse(parseArgs({ options }).values);
  const changes = changesIn(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), released.version);
  if (!changes)
    throw new Error(
      `CHANGELOG.md says nothing of ${released.version}. Write what changes for users below "## ${released.version}".`,
    );
  const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const bundled = await bundledFiles();
  mkdirSync(out, { recursive: true });
  const write = (name: string, content: unknown) =>
    writeFileSync(join(out, name), `${JSON.stringify(content, null, 2)}\n`);
  write('sbom.json', sbomOf(released, bundled, lockfile));
  write('provenance.json', provenanceOf(released, { ...released, testedIn, lockfile }));
  writeFileSync(join(out, 'notes.md'), notesFor(released, changes, testedIn));
}

async function bundledFiles(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'attestations-'));
  try {
    return await build(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
