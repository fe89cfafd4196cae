import { createHash } from 'node:crypto';
import type { Released } from './sbom.ts';

/** From what, and by which pipeline. */
export interface Origin {
  /** The project's page. */
  readonly source: string;
  readonly commit: string;
  /** The page of the pipeline that assembled and tested the image. */
  readonly testedIn: string;
  /** The image in which the layer was built. */
  readonly builder: string;
  readonly lockfile: string;
}

/** The predicate of an SLSA 1.0 provenance: cosign adds the subject, and the signature. */
export function provenanceOf({ version, base }: Released, origin: Origin) {
  const { source, commit, testedIn, builder, lockfile } = origin;
  return {
    buildDefinition: {
      buildType: `${source}/-/blob/${commit}/docs/release.md`,
      externalParameters: { source: `git+${source}.git`, version },
      internalParameters: {},
      resolvedDependencies: [
        { uri: `git+${source}.git@${commit}`, digest: { gitCommit: commit } },
        image(base),
        image(builder),
        {
          uri: `${source}/-/raw/${commit}/package-lock.json`,
          digest: { sha256: createHash('sha256').update(lockfile).digest('hex') },
        },
      ],
    },
    runDetails: {
      builder: { id: `${new URL(source).origin}/-/runners` },
      metadata: { invocationId: testedIn },
    },
  };
}

function image(reference: string) {
  const [name, sha256] = reference.split('@sha256:');
  return { uri: `oci://${name}`, ...(sha256 && { digest: { sha256 } }) };
}
