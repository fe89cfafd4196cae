import { readApproval, readValidation } from './entries.ts';
import { flawOf } from './flaw.ts';
import { hasContent, type ModelPackage } from './packages.ts';

/**
 * Whether an endpoint of an environment may return to a version: it was approved and validated there as it is now, with every
 * safety input closed, and nobody withdrew it since.
 */
export function standsIn(version: ModelPackage, environment: string, path: readonly string[]): boolean {
  const entries = [readApproval(version, environment), readValidation(version, environment)];
  const stand = entries.every(
    (entry) => entry.is === 'read' && entry.value.open === undefined && hasContent(version, entry.value.content),
  );
  return stand && version.approval === 'Approved' && !flawOf(version, { environments: [environment, ...path] });
}
