import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/**
 * `wog/mlops/resale-price` becomes `sagemaker-components-wog-mlops-resale-price-` and a hash of the project and the name of the file.
 * The stack of another project, or of another file of this one, must have another name: it would be replaced, and its roles deleted.
 */
export function stackNameOf(project: string, file: string): string {
  const of = `${project} ${basename(file).replace(/\.ya?ml$/, '')}`;
  const hash = createHash('sha256').update(of).digest('hex').slice(0, 8);
  return `sagemaker-components-${project}-${hash}`.replaceAll(/[^A-Za-z0-9]+/g, '-');
}
