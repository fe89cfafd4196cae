import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { build, NODE_FLAGS } from './build.ts';
import { type ArchivedFile, tar } from './tar.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const HOME = 'opt/sagemaker-components';

/** The same commit, built on the same image, gives the same files: path -> file, in the order of their paths. */
async function layerFiles(): Promise<Map<string, ArchivedFile>> {
  const files = new Map<string, ArchivedFile>([
    ...(await bundled()).map(([name, content]) => [`${HOME}/${name}`, { content, executable: false }] as const),
    [`${HOME}/node`, { content: readFileSync(nodeBinary()), executable: true }],
    ...nodeLibraries().map(
      (path) => [`${HOME}/lib/${basename(path)}`, { content: readFileSync(path), executable: true }] as const,
    ),
    // Those that node trusts, for whatever else runs in the image: a small base has none.
    [
      'etc/ssl/certs/ca-certificates.crt',
      { content: Buffer.from(`${rootCertificates.join('\n')}\n`), executable: false },
    ],
    ...commands().map(
      (name) => [`usr/local/bin/${name}`, { content: Buffer.from(wrapper(name)), executable: true }] as const,
    ),
  ]);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the templates call: the first word of each script that runs in this image. */
export function commands(): string[] {
  const image = z.object({ name: z.string().includes('/sagemaker-components:') });
  const job = z.object({ image, script: z.array(z.string()) });
  const templates = readdirSync(join(root, 'templates')).filter((name) => name.endsWith('.yml'));
  const called = templates.flatMap((name) => {
    const body: unknown = parseAllDocuments(readFileSync(join(root, 'templates', name), 'utf8'))[1]?.toJS() ?? {};
    const jobs = z.record(z.string(), z.unknown()).parse(body);
    return Object.values(jobs).flatMap(
      (each) => job.safeParse(each).data?.script.map((line) => line.split(' ')[0] ?? '') ?? [],
    );
  });
  return [...new Set(called)].sort();
}

/** The libraries lie beside node, so that any base with glibc will do; NODE_USE_ENV_PROXY lets node honour HTTPS_PROXY. */
function wrapper(command: string): string {
  return `#!/bin/sh
home=/${HOME}
export LD_LIBRARY_PATH="$home/lib" NODE_USE_ENV_PROXY="\${NODE_USE_ENV_PROXY-1}"
exec "$home/node" ${NODE_FLAGS.join(' ')} "$home/main.js" ${command} "$@"
`;
}

async function bundled(): Promise<[string, Buffer][]> {
  const folder = mkdtempSync(join(tmpdir(), 'layer-'));
  try {
    await build(folder, nodeBinary());
    return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The one that package-lock.json pins, not the one that runs this. */
function nodeBinary(): string {
  return fileURLToPath(import.meta.resolve(`node-linux-${process.arch}/bin/node`));
}

/** What node needs beyond glibc, from where this machine's loader found it. */
function nodeLibraries(): string[] {
  const report: unknown = process.report.getReport();
  const { sharedObjects } = z.object({ sharedObjects: z.array(z.string()) }).parse(report);
  const found = sharedObjects.filter((path) => /\/lib(stdc\+\+|gcc_s)\.so/.test(path));
  if (found.length !== 2)
    throw new Error('libstdc++ and libgcc_s were not found. Build on Linux with glibc, such as node:24-bookworm.');
  return found;
}

/** Writes the layer as a folder, or as an archive when the name says so. Nothing in it tells when or by whom it was written. */
async function write(out: string): Promise<void> {
  const files = await layerFiles();
  if (out.endsWith('.tar.gz')) {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, gzipSync(tar(files), { level: 9 }));
    return;
  }
  const folders = new Set<string>();
  for (const [path, { content, executable }] of files) {
    const target = join(out, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    chmodSync(target, executable ? 0o755 : 0o644);
    utimesSync(target, 0, 0);
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  }
  for (const folder of folders) utimesSync(join(out, folder), 0, 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = process.argv[2];
  if (!out) throw new Error('Say where: npm run layer -- FOLDER, or npm run layer -- FILE.tar.gz.');
  await write(out);
}
