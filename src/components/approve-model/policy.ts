import { Failure } from '../../ground/failure.ts';
import { approverOf } from '../../policy/approver.ts';
import { commonFacts, type FoundByCheck } from '../../policy/facts.ts';
import { type JudgedRule, judgePolicy, refuseUnlessPermitted, ruleLine } from '../../policy/judge.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Approver, Facts } from '../../policy/rule.ts';
import type { Context } from '../../program/context.ts';
import type { ApprovalDecision, CheckedVersion } from '../../registry/approval.ts';
import { type Approvers, standingSince } from '../../registry/approvers.ts';
import { entryTime, readApproval, timestamp } from '../../registry/entries.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';
import { type FoundPeople, findPeople, groupsOf } from './people.ts';

/** What check-model showed, with its job, and what it found out for the rules. */
interface ShownWithPolicy extends CheckedVersion {
  readonly job: string;
  readonly policy?: (FoundByCheck & { readonly hash: string }) | undefined;
}

/** Refuses an approval under another policy than check-model showed: nobody may approve by rules that they did not see. */
export function refuseUnshownPolicy(
  { policy: shown }: Pick<ShownWithPolicy, 'policy'>,
  policy: Policy | undefined,
): void {
  if (shown?.hash === policy?.hash) return;
  const named = (hash: string | undefined) => (hash === undefined ? 'no policy' : `the policy ${hash}`);
  throw new Failure(
    'SMC-3304',
    `check-model of this pipeline showed ${named(shown?.hash)}, but this job has ${named(policy?.hash)}. Nothing was written.`,
    'give check-model and approve-model the same policy inputs, then start a new pipeline.',
  );
}

interface AskedApproval {
  readonly shown: ShownWithPolicy;
  readonly now: ModelPackage;
  readonly decision: ApprovalDecision;
  /** What was typed when the job was started. */
  readonly comment: string;
  readonly isEmergency: boolean;
}

/**
 * Holds the policy again, for whoever approves: the person who pressed, or who approved it already in this pipeline; with the others
 * who approved the deployment in GitLab, where it asks for several people. Returns who stands for the approval, where anybody asked.
 */
export async function holdAtApproval(
  policy: Policy,
  { shown, now, decision, comment, isEmergency }: AskedApproval,
  context: Context,
): Promise<Approvers | undefined> {
  if (decision.do === 'refuse') return undefined;
  const { environment } = context.job;
  const isGiven = decision.do === 'nothing';
  const approver = isGiven ? approverBefore(now, context) : presser(now, comment, context);
  const facts: Facts = { ...commonOf(shown, now, context), moment: 'approval', approver, isEmergency };
  const standing = jobThatApproved(now, context);
  const run = isGiven ? { earlier: standing } : { earlier: undefined, replaced: standing };
  const found = await findPeople(policy, facts, { check: shown.job, ...run }, context);
  const rules = await judgePolicy(policy, { ...facts, approver: sinceOldest(approver, found), people: found?.people });
  const subject = `${approver?.by} to approve ${displayName(now)}`;
  await show(
    { rules, approvers: found?.approvers, title: `Who approves ${displayName(now)} for ${environment}` },
    context,
  );
  if (found?.approvers) refuseAgainst(found.approvers, now, context);
  refuseUnlessPermitted(rules, { environment, subject, outcome: 'Nothing was written.' });
  return found?.approvers;
}

function commonOf({ promotion_path: path, policy }: ShownWithPolicy, version: ModelPackage, context: Context) {
  return commonFacts({ version, path, found: policy ?? NOTHING_FOUND }, context);
}

/** What is found where check-model showed no policy. */
const NOTHING_FOUND: FoundByCheck = { since: { is: 'unknown', why: 'check-model showed no policy' }, measured: {} };

/** Whether the approval that stands has grown too old for a policy: then it is given anew. */
export async function hasExpired(
  { sources }: Policy,
  { shown, now }: Pick<AskedApproval, 'shown' | 'now'>,
  context: Context,
): Promise<boolean> {
  const approver = approverOf(now, context.job.environment);
  const facts: Facts = { ...commonOf(shown, now, context), moment: 'approval', approver };
  const ages = sources.flatMap(({ rules }) => rules.filter(({ isOfAge }) => isOfAge));
  const found = await Promise.all(ages.map((rule) => rule.judge(facts)));
  return found.some(({ verdict }) => verdict !== 'holds');
}

/** The life of an approval that several people give begins with the first of them. */
function sinceOldest(approver: Approver | undefined, found: FoundPeople | undefined): Approver | undefined {
  const since = found?.approvers && standingSince(found.approvers);
  return approver && since && timestamp(since) < approver.at ? { ...approver, at: timestamp(since) } : approver;
}

function presser(now: ModelPackage, comment: string, { job, clock }: Context): Approver {
  const { user: by, userId } = job;
  return { by, userId, groups: groupsOf(userId, job), comment, at: entryTime(clock.now(), now, job) };
}

/** Whoever approved it already in this pipeline. */
function approverBefore(now: ModelPackage, { job }: Context): Approver | undefined {
  const approver = approverOf(now, job.environment);
  return approver && { ...approver, groups: groupsOf(approver.userId, job) };
}

/** The job of this pipeline that gave the approval that stands. */
function jobThatApproved(now: ModelPackage, { job }: Context): string | undefined {
  const approval = readApproval(now, job.environment);
  return approval.is === 'read' && approval.value.pipeline === job.pipeline ? approval.value.job : undefined;
}

interface ShownJudgement {
  readonly title: string;
  readonly rules: readonly JudgedRule[];
  readonly approvers: Approvers | undefined;
}

/** Says in the log, and on a page, who counts and who does not, and what the policy says of it. */
async function show(judgement: ShownJudgement, { log, report, job }: Context): Promise<void> {
  const { approvers, rules, title } = judgement;
  for (const { login } of approvers?.counted ?? []) log.line(`  person   ${login} counts`);
  for (const { login, why } of approvers?.uncounted ?? []) log.line(`  person   ${login} does not count: ${why}`);
  for (const rule of rules) log.line(`  policy   ${ruleLine(rule)}`);
  if (approvers === undefined) return;
  const { peoplePage } = await import('./people-page.ts');
  const path = report.file('approve.html', peoplePage({ title, approvers, rules }));
  report.link('Approval', title, `${job.url}/artifacts/file/${path}`, 'first');
}

/** A person who says no to a deployment in GitLab is not outvoted. */
function refuseAgainst({ against }: Approvers, now: ModelPackage, { job }: Context): void {
  const [first] = against;
  if (first === undefined) return;
  throw new Failure(
    'SMC-3108',
    `${first.login} ${first.why} in GitLab about the approval of ${displayName(now)} for ${job.environment}. Nothing was written.`,
    `ask ${first.login} why. To ask everybody anew, start a new pipeline.`,
  );
}
