import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Engine } from './engine.ts';

const descriptor = z.object({ digest: z.string(), size: z.number() });
const indexSchema = z.object({ manifests: z.array(descriptor) });
const manifestSchema = z.object({ layers: z.array(descriptor) });

/** A layer as a registry would hold it. */
export interface Layer {
  readonly digest: string;
  readonly size: number;
  readonly path: string;
}

/** The image's layers, the base's first, compressed as they would be pushed. */
export function layersOf(engine: Engine, image: string): Layer[] {
  const folder = mkdtempSync(join(engine.folder, 'oci-'));
  engine.buildah('push', '--format=oci', image, `oci:${folder}:image`);
  const blob = (digest: string) => join(folder, 'blobs', digest.replace(':', '/'));
  const index = indexSchema.parse(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')));
  const manifest = readFileSync(blob(index.manifests[0]?.digest ?? ''), 'utf8');
  return manifestSchema.parse(JSON.parse(manifest)).layers.map((layer) => ({ ...layer, path: blob(layer.digest) }));
}
