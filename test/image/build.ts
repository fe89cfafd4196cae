import { fileURLToPath } from 'node:url';
import { catalog } from '../catalog/catalog-file.ts';
import type { Bases } from './bases.ts';
import type { Engine } from './engine.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** As the templates of release 1.0.0 name it. */
export const IMAGE = `${catalog.images.pull}:1.0.0`;

export const LABELS = {
  VERSION: '1.0.0',
  REVISION: '0123456789abcdef0123456789abcdef01234567',
  CREATED: '2026-11-22T09:00:00Z',
  SOURCE: 'https://gitlab.test/the/catalog',
};

/** Builds the Dockerfile. npm has nothing to do in it: the installed packages are lent. */
export function buildImage(
  engine: Engine,
  bases: Pick<Bases, 'build' | 'runtime'>,
  ...options: readonly string[]
): void {
  const labels = Object.entries(LABELS).map(([name, value]) => `--build-arg=${name}=${value}`);
  engine.buildah(
    'bud',
    '--isolation=chroot',
    '--timestamp=0',
    `--volume=${repository}node_modules:/source/node_modules:ro`,
    `--build-arg=BUILD_IMAGE=${bases.build}`,
    `--build-arg=RUNTIME_IMAGE=${bases.runtime}`,
    ...labels,
    ...options,
    `--tag=${IMAGE}`,
    repository,
  );
}
