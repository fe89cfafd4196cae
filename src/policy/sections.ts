import type * as z from 'zod/mini';
import { mapping } from '../files/schema.ts';
import type { Rule } from './rule.ts';
import { approvals, approvalsRules, count_job_runs } from './sections/approvals.ts';
import { comment, commentRules } from './sections/comment.ts';
import { emergency } from './sections/emergency.ts';
import { evidence, evidenceRules } from './sections/evidence.ts';
import { expires, expiresRules } from './sections/expires.ts';
import { freeze, freezeRules } from './sections/freeze.ts';
import { from, fromRules } from './sections/from.ts';
import { metrics, metricsRules } from './sections/metrics.ts';
import { never, neverRules } from './sections/never.ts';
import { notify } from './sections/notify.ts';

/** What gives rules, and what passes them. */
const ruling = {
  approvals,
  count_job_runs,
  from,
  never,
  comment,
  evidence,
  metrics,
  freeze,
  expires,
  emergency,
};

/** What a policy may ask of an environment. Each section is a file of its own in `sections/`, and gives rules below. */
export const policySections = mapping({ ...ruling, notify }).check(whatNobodyFulfils);

/** The same of the policy of a platform team, which has no channels: the variables that hold their addresses are of each project. */
export const platformSections = mapping(ruling, {
  notify:
    'tells nobody: a policy that platform_policy names has no channels. Name them in the policy_file of each project',
}).check(whatNobodyFulfils);

/** GitLab does not tell of which groups somebody is who ran the job before. */
function whatNobodyFulfils({
  value,
  issues,
}: z.core.ParsePayload<Pick<Ruling, 'approvals' | 'count_job_runs' | 'from'>>) {
  const { approvals: asked = 1, count_job_runs: countsRuns, from: groups } = value;
  if (asked === 1 || countsRuns !== true || groups === undefined) return;
  const message =
    'counts nobody together with from: GitLab does not tell of which groups somebody is who ran the job before. Take one of the two out';
  issues.push({ code: 'custom', message, path: ['count_job_runs'], input: countsRuns });
}

type Ruling = z.output<z.ZodMiniObject<typeof ruling>>;

export type PolicySections = z.output<typeof policySections>;

/** The rules of an environment, in the order in which they are shown. */
export function rulesOf(asked: Omit<PolicySections, 'notify'>): Rule[] {
  return [
    ...approvalsRules(asked.approvals, asked.count_job_runs),
    ...fromRules(asked.from),
    ...neverRules(asked.never),
    ...commentRules(asked.comment),
    ...evidenceRules(asked.evidence),
    ...metricsRules(asked.metrics),
    ...freezeRules(asked.freeze),
    ...expiresRules(asked.expires),
  ];
}
