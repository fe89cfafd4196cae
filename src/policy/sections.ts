import type * as z from 'zod/mini';
import { mapping } from '../endpoints/description/schema.ts';
import type { Rule } from './rule.ts';
import { approvals, approvalsRules } from './sections/approvals.ts';
import { comment, commentRules } from './sections/comment.ts';
import { emergency } from './sections/emergency.ts';

/** What a policy may ask of an environment. Each section is a file of its own in `sections/`, and gives rules below. */
export const policySections = mapping({ approvals, comment, emergency });

export type PolicySections = z.output<typeof policySections>;

/** The rules of an environment, in the order in which they are shown. */
export function rulesOf(asked: PolicySections): Rule[] {
  return [...approvalsRules(asked.approvals), ...commentRules(asked.comment)];
}
