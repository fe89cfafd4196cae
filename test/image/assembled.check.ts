import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Registry, startRegistry } from '../release/registry.ts';
import { toolFolder } from '../release/tools.ts';
import { makeBases } from './bases.ts';
import { buildImage, IMAGE, LABELS } from './build.ts';
import { type Engine, startEngine } from './engine.ts';
import { layersOf } from './layers.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const tools = toolFolder('crane');

describe.skipIf(!tools)('what the release pipeline assembles', () => {
  let engine: Engine;
  let registry: Registry;
  let layer: string;
  let assembled: string;

  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: `${tools}:${process.env.PATH}`, HOME: engine.folder },
    }).trim();
  const makeLayer = (name: string) => {
    run('tsx', join(repository, 'scripts/layer.ts'), join(engine.folder, name));
    return join(engine.folder, name);
  };

  beforeAll(async () => {
    engine = startEngine();
    const bases = makeBases(engine);
    buildImage(engine, bases);
    registry = await startRegistry(tools ?? '');
    const base = `${registry.address}/busybox:1`;
    engine.buildah('push', '--tls-verify=false', bases.runtime, `docker://${base}`);
    layer = makeLayer('layer.tar.gz');
    assembled = `${registry.address}/sagemaker-components:${LABELS.REVISION}`;
    run(
      'sh',
      join(repository, 'scripts/release/assemble.sh'),
      ...[
        base,
        layer,
        assembled,
        `version=${LABELS.VERSION}`,
        `revision=${LABELS.REVISION}`,
        `created=${LABELS.CREATED}`,
      ],
      `source=${LABELS.SOURCE}`,
    );
  });
  afterAll(async () => {
    await registry?.close();
    engine?.close();
  });

  /** Every entry of a layer: mode, owner, size, time, name, and what is in the file. */
  function contents(archive: string): string[] {
    const entries = run('tar', '-tvzf', archive, '--numeric-owner', '--full-time').split('\n');
    const folder = mkdtempSync(join(engine.folder, 'layer-'));
    run('tar', '-xzf', archive, '-C', folder);
    const sums = run('sh', '-c', `cd ${folder} && find . -type f -exec sha256sum {} +`).split('\n');
    return [...entries, ...sums].sort();
  }

  it('has the very files that the Dockerfile gives', () => {
    const built = layersOf(engine, IMAGE).at(-1)?.path ?? '';
    const manifest = JSON.parse(run('crane', 'manifest', assembled));
    const pulled = join(engine.folder, 'pulled.tar.gz');
    run('sh', '-c', `crane blob ${registry.address}/sagemaker-components@${manifest.layers.at(-1).digest} > ${pulled}`);
    const files = contents(pulled);
    expect(files.length).toBeGreaterThan(80);
    expect(files).toEqual(contents(built));
  });

  it('is run as the Dockerfile says', () => {
    const [{ Config }] = JSON.parse(engine.podman('image', 'inspect', IMAGE));
    const { config } = JSON.parse(run('crane', 'config', assembled));
    expect([config.User, config.Cmd, config.Entrypoint ?? []]).toEqual([
      Config.User,
      Config.Cmd,
      Config.Entrypoint ?? [],
    ]);
    expect(config.Env ?? []).toEqual(Config.Env ?? []);
    expect(config.Labels).toMatchObject(withoutBuilder(Config.Labels));
  });

  it('is the same layer when it is made again', () => {
    const sum = (path: string) => run('sha256sum', path).split(' ')[0];
    expect(sum(makeLayer('again.tar.gz'))).toBe(sum(layer));
  });
});

/** buildah signs its images. */
function withoutBuilder(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== 'io.buildah.version'));
}
