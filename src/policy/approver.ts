import { readComment } from '../registry/companions.ts';
import { readApproval } from '../registry/entries.ts';
import type { ModelPackage } from '../registry/packages.ts';
import type { Approver } from './rule.ts';

/** Who approved a version for an environment, as its registry entry says; `undefined` where none can be read. */
export function approverOf(version: ModelPackage, environment: string): Approver | undefined {
  const approval = readApproval(version, environment);
  if (approval.is !== 'read') return undefined;
  const { by, user_id: userId, at, since = at } = approval.value;
  const comment = readComment(version, 'approved', environment) ?? '';
  return { by, userId, at: since, comment, isStanding: true };
}
