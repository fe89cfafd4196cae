import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provenanceOf } from '../../scripts/release/provenance.ts';
import { tar } from '../../scripts/tar.ts';
import { catalog } from '../catalog/catalog-file.ts';
import { mirrorPage } from './mirror-page.ts';
import { type Registry, startRegistry } from './registry.ts';
import { toolFolder } from './tools.ts';

const tools = { crane: toolFolder('crane'), cosign: toolFolder('cosign') };
const sign = fileURLToPath(new URL('../../scripts/release/sign.sh', import.meta.url));
const { cosign, roots } = mirrorPage();
let folder: string;
let registries: Registry[];

/** The registry of the platform team, with a signed version in it, and one that knows nothing of it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mirror-'));
  if (!tools.crane || !tools.cosign) return;
  registries = [await startRegistry(tools.crane), await startRegistry(tools.crane)];
  const image = `${registries[0]?.address}/sagemaker-components:1.4.2`;
  writeFileSync(join(folder, 'layer.tar'), tar(new Map([['a', { content: Buffer.from('a'), executable: false }]])));
  const released = { version: '1.4.2', image, digest: '', base: 'base:1', created: '2026-11-22T09:00:00Z' };
  const source = 'https://gitlab.test/the/catalog';
  const origin = { source, commit: 'c0ffee', testedIn: `${source}/-/pipelines/7`, builder: 'node:24', lockfile: '{}' };
  writeFileSync(join(folder, 'sbom.json'), '{}');
  writeFileSync(join(folder, 'provenance.json'), JSON.stringify(provenanceOf(released, origin)));
  writeFileSync(join(folder, 'roots.json'), roots);
  const digest = run(`crane append --oci-empty-base --new_layer=layer.tar --new_tag=${image}`).out.split('@')[1];
  const { exit, log } = run(
    `cosign generate-key-pair && sh ${sign} ${image.replace(/:1\.4\.2$/, '')}@${digest} cosign.key sbom.json provenance.json`,
  );
  if (exit !== 0) throw new Error(log);
});
afterAll(async () => {
  for (const registry of registries ?? []) await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(script: string) {
  const env = {
    PATH: [tools.crane, tools.cosign, process.env.PATH].join(':'),
    ...{ HOME: folder, COSIGN_PASSWORD: 'secret', DOCKER_CONFIG: folder },
  };
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-euc', script], {
    cwd: folder,
    encoding: 'utf8',
    env,
  });
  return { exit: status, out: stdout.trim(), log: stderr };
}

/** What the page shows, word for word, but for the two registries. */
const page = () =>
  cosign
    .join('\n')
    .replaceAll(catalog.images.pull, `${registries[0]?.address}/sagemaker-components`)
    .replaceAll('nexus.airgap.example', String(registries[1]?.address));

describe.skipIf(!tools.crane || !tools.cosign)(
  'the commands of docs/mirror.md for a registry without a way out',
  () => {
    it('carry a version with all that is attached, verified on both sides', () => {
      expect(page().match(/127\.0\.0\.1/g)?.length).toBe(4);
      expect(run(page())).toMatchObject({ exit: 0 });
      const there = `${registries[1]?.address}/mlops/sagemaker-components:1.4.2`;
      const options = '--key cosign.pub --trusted-root roots.json --private-infrastructure=true';
      for (const type of ['cyclonedx', 'slsaprovenance1'])
        expect(run(`cosign verify-attestation ${options} --type ${type} ${there}`).exit).toBe(0);
    });

    it('stop before anything is carried when the version is not signed with the key', () => {
      const [verify = ''] = page().split('\n');
      run('mkdir -p other && cd other && cosign generate-key-pair');
      expect(run(verify.replace('--key cosign.pub', '--key other/cosign.pub')).exit).not.toBe(0);
    });
  },
);
