import { approverOf } from '../../policy/approver.ts';
import { judgePolicy, refuseUnlessPermitted, ruleLine } from '../../policy/judge.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Approver } from '../../policy/rule.ts';
import type { Context } from '../../program/context.ts';
import type { ApprovalDecision, CheckedVersion } from '../../registry/approval.ts';
import { entryTime } from '../../registry/entries.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';

interface HeldApproval {
  readonly shown: CheckedVersion;
  readonly now: ModelPackage;
  readonly decision: ApprovalDecision;
  /** What was typed when the job was started. */
  readonly comment: string;
}

/** Holds the policy again, for whoever approves: the person who pressed, or who approved it already in this pipeline. */
export async function holdAtApproval(
  policy: Policy,
  { shown, now, decision, comment }: HeldApproval,
  context: Context,
): Promise<void> {
  if (decision.do === 'refuse') return;
  const { job, log } = context;
  const { environment } = job;
  const approver = decision.do === 'nothing' ? approverOf(now, environment) : presser(now, comment, context);
  const facts = { environment, path: shown.promotion_path, version: now, approver };
  const rules = await judgePolicy(policy, { moment: 'approval', ...facts });
  for (const rule of rules) log.line(`  policy   ${ruleLine(rule)}`);
  const subject = `${approver?.by} to approve ${displayName(now)}`;
  refuseUnlessPermitted(rules, { environment, subject, outcome: 'Nothing was written.' });
}

function presser(now: ModelPackage, comment: string, { job, clock }: Context): Approver {
  return { by: job.user, userId: job.userId, comment, at: entryTime(clock.now(), now) };
}
