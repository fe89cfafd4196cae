import type * as z from 'zod/mini';
import { mapping } from '../endpoints/description/schema.ts';
import type { Rule } from './rule.ts';
import { approvals, approvalsRules } from './sections/approvals.ts';
import { comment, commentRules } from './sections/comment.ts';
import { emergency } from './sections/emergency.ts';
import { evidence, evidenceRules } from './sections/evidence.ts';
import { expires, expiresRules } from './sections/expires.ts';
import { freeze, freezeRules } from './sections/freeze.ts';
import { from, fromRules } from './sections/from.ts';
import { metrics, metricsRules } from './sections/metrics.ts';
import { never, neverRules } from './sections/never.ts';
import { notify } from './sections/notify.ts';

/** What a policy may ask of an environment. Each section is a file of its own in `sections/`, and gives rules below. */
export const policySections = mapping({
  approvals,
  from,
  never,
  comment,
  evidence,
  metrics,
  freeze,
  expires,
  emergency,
  notify,
});

export type PolicySections = z.output<typeof policySections>;

/** The rules of an environment, in the order in which they are shown. */
export function rulesOf(asked: PolicySections): Rule[] {
  return [
    ...approvalsRules(asked.approvals),
    ...fromRules(asked.from),
    ...neverRules(asked.never),
    ...commentRules(asked.comment),
    ...evidenceRules(asked.evidence),
    ...metricsRules(asked.metrics),
    ...freezeRules(asked.freeze),
    ...expiresRules(asked.expires),
  ];
}
