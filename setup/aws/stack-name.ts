import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/**
 * `wog/mlops/resale-price` becomes `sagemaker-components-wog-mlops-resale-price-` and a hash of the project, the name of the file and the account.
 * The stack of another project, or of another file of this one, must have another name: it would be replaced, and its roles deleted. So
 * would that of an account, where somebody deploys the template of another by mistake.
 */
export function stackNameOf(project: string, file: string, account: string): string {
  const of = `${account} ${project} ${basename(file).replace(/\.ya?ml$/, '')}`;
  const hash = createHash('sha256').update(of).digest('hex').slice(0, 8);
  return `sagemaker-components-${project}-${hash}`.replaceAll(/[^A-Za-z0-9]+/g, '-');
}
