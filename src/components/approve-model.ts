import * as z from 'zod/mini';
import { studioUrl } from '../aws/console.ts';
import { flag, optional, typedText } from '../gitlab/inputs.ts';
import { approvalEnvironment } from '../gitlab/job.ts';
import { Failure } from '../ground/failure.ts';
import { CHANNEL_SAFETY_INPUTS, channelInputs, channelsOf } from '../policy/channels.ts';
import { A_POLICY, checkPolicyFile, POLICY_SAFETY_INPUTS, policyInputs } from '../policy/inputs.ts';
import { policyOf } from '../policy/policy.ts';
import { refuseWhileOverdue } from '../preview/overdue.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { type CheckRecord, checkRecord, readHandover } from '../program/handover.ts';
import { refuseUnlessPressed } from '../program/pressed.ts';
import { tellVerdict } from '../program/told.ts';
import { type ApprovalDecision, decideApproval, decideRejection, flawAfterApproval } from '../registry/approval.ts';
import { type Approvers, standingSince } from '../registry/approvers.ts';
import { besideVerdict } from '../registry/companions.ts';
import { type ApprovalEntry, entryValue, openSafetyInputs, timestamp } from '../registry/entries.ts';
import { entryKey } from '../registry/entry-keys.ts';
import { othersOf } from '../registry/others.ts';
import { describePackage, displayName, type ModelPackage, modelPackageGroup } from '../registry/packages.ts';
import { signature } from '../registry/signature.ts';
import { statusOf } from '../registry/status.ts';
import { writeEntry } from '../registry/write-entry.ts';
import { approvalWords, openEmergency, refuseEmergency } from './approve-model/emergency.ts';
import { hasExpired, holdAtApproval, refuseUnshownPolicy } from './approve-model/policy.ts';
import { openProtection } from './approve-model/protection.ts';
import { subjectOf } from './approve-model/subject.ts';

/** Why it is an emergency; empty, where it is none. */
const reason = typedText.check(
  z.refine((text) => text.trim() === '' || /[\p{L}\p{N}]/u.test(text), 'must say why, in letters or digits'),
);

const shared = { model_package_group_name: optional(modelPackageGroup), comment: typedText };

type ShownVersion = Extract<CheckRecord, { outcome: 'candidate' }>;

export default defineComponent({
  name: 'approve-model',
  duty: 'approve',
  gitlab: {
    stage: 'approve_model',
    branches: 'every',
    timeout: '1 hour',
    environment: { action: 'start', name: approvalEnvironment },
    resourceGroup: false,
    manual: 'blocking',
  },
  inputs: z.strictObject({ ...shared, ...policyInputs, emergency: reason, require_protected: flag }),
  safetyInputs: ['require_protected', ...POLICY_SAFETY_INPUTS, 'gitlab_environment_suffix'],
  jobInputs: ['comment', 'emergency'],
  outputs: { MODEL_APPROVAL_STATUS: 'Approved when this job approved the version, or found its own approval there.' },
  permissions: [
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:ListModelPackages', on: 'package', when: A_POLICY },
    { action: 'sagemaker:UpdateModelPackage', on: 'package', writes: 'approved', sets: 'Approved' },
  ],

  checkFiles: checkPolicyFile,

  channels: channelsOf,

  async run(given, context) {
    const shown = readCheck(given.model_package_group_name, context);
    if (shown.outcome === 'nothing') return skip(shown, context);
    refuseUnlessPressed(context);
    const emergency = openEmergency(given.emergency);
    const open = [...shown.open, ...openProtection(shown, given.require_protected, context.job), ...emergency];
    const comment = approvalWords(given);

    const now = await describeNow('Approving', shown, context);
    const { environment, pipeline, user } = context.job;
    const policy = await policyOf(given, shown.promotion_path, context);
    refuseUnshownPolicy(shown, policy);
    const request = { environment, pipeline, open, policy: policy?.hash };
    const renew = policy !== undefined && (await hasExpired(policy, { shown, now }, context));
    const decision = decideApproval(shown, now, { ...request, renew });
    if (decision.do === 'write')
      await refuseWhileOverdue(
        { version: now, to: 'be approved for', outcome: 'Nothing was written.' },
        given,
        context,
      );
    const isEmergency = emergency.length > 0;
    if (isEmergency) refuseEmergency(now, { shown, request, policy, decision, hasExpired: renew }, context);
    const approvers = policy && (await holdAtApproval(policy, { shown, now, decision, comment, isEmergency }, context));
    const after = await carryOut(
      decision,
      { kind: 'approved', now, comment, open, over: shown.over, policy: policy?.hash, approvers },
      context,
    );
    const event = isEmergency ? 'emergency' : 'approved';
    if (decision.do === 'write') tellVerdict(event, { version: after, comment }, context);
    refuseUnlessItHolds(shown, after, context);

    const told = { open, people: approvers?.counted, not_counted: approvers?.uncounted, metadata: after.metadata };
    keep({ outcome: 'approved', ...versionOf(shown, after), ...told }, { comment }, context);
    const verdict =
      decision.do === 'nothing'
        ? `${displayName(now)} is already ${decision.because}. Nothing was written.`
        : `Approved for ${environment} by ${user}: ${displayName(now)}.`;
    return { verdict, outputs: { MODEL_APPROVAL_STATUS: after.approval } };
  },
});

export const rejectModel = defineComponent({
  name: 'reject-model',
  duty: 'approve',
  gitlab: {
    stage: 'approve_model',
    branches: 'every',
    timeout: '1 hour',
    environment: { action: 'verify', name: approvalEnvironment },
    resourceGroup: false,
    manual: 'optional',
  },
  inputs: z.strictObject({ ...shared, ...channelInputs }),
  safetyInputs: [...CHANNEL_SAFETY_INPUTS, 'gitlab_environment_suffix'],
  jobInputs: ['comment'],
  outputs: {},
  permissions: [
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:UpdateModelPackage', on: 'package', writes: 'withdrawn', sets: 'Rejected' },
  ],

  channels: channelsOf,

  async run(given, context) {
    const shown = readCheck(given.model_package_group_name, context);
    if (shown.outcome === 'nothing') return skip(shown, context);
    refuseUnlessPressed(context);

    const now = await describeNow('Rejecting', shown, context);
    const { environment, user } = context.job;
    const decision = decideRejection(shown, now, { environment });
    const after = await carryOut(decision, { kind: 'withdrawn', now, comment: given.comment, open: [] }, context);
    if (decision.do === 'write') tellVerdict('rejected', { version: after, comment: given.comment }, context);

    keep({ outcome: 'rejected', ...versionOf(shown, after), metadata: after.metadata }, given, context);
    const verdict =
      decision.do === 'nothing'
        ? `${displayName(now)} is already ${decision.because}. Nothing was written.`
        : `Withdrawn in ${environment} by ${user}: ${displayName(now)}. It can no longer be approved. Endpoints that serve it do not change: rollback-endpoint takes it away there.`;
    return { verdict, outputs: {} };
  },
});

function readCheck(group: string | undefined, context: Context): CheckRecord {
  return readHandover(context, checkRecord, { input: 'model_package_group_name', value: group });
}

function skip({ why, group }: Extract<CheckRecord, { outcome: 'nothing' }>, { report }: Context): Done<never> {
  report.record({ outcome: 'nothing', why, group });
  return { verdict: `Nothing to approve or reject: ${why}.`, outputs: {} };
}

async function describeNow(
  doing: 'Approving' | 'Rejecting',
  shown: ShownVersion,
  { aws, clock, job, log, report }: Context,
): Promise<ModelPackage> {
  report.link('SageMaker', 'Model packages in Studio', studioUrl(aws));
  const now = await describePackage({ ...aws, clock }, shown.package);
  const place = { environment: job.environment, path: shown.promotion_path };
  log.line(`${doing} for ${job.environment}: ${subjectOf(now, place)}.`);
  const then = shown.status === now.approval ? 'Then and now' : `Then ${shown.status}, now`;
  const { words } = statusOf(now, shown.promotion_path[0] ?? job.environment);
  log.line(`check-model showed it (${now.arn}). ${then} it is ${words}.`);
  return now;
}

interface VerdictEntry {
  readonly kind: 'approved' | 'withdrawn';
  readonly now: ModelPackage;
  readonly comment: string;
  readonly open: readonly string[];
  /** The job of the rollback whose withdrawal an approval overrules. */
  readonly over?: string | undefined;
  /** The hash of the policy that permits it. */
  readonly policy?: string | undefined;
  /** Who stands for it, where a policy asks for several people. */
  readonly approvers?: Approvers | undefined;
}

/**
 * Writes the registry entry, if there is one to write. A file keeps the metadata from before, because a write might
 * lose it.
 */
async function carryOut(decision: ApprovalDecision, verdict: VerdictEntry, context: Context): Promise<ModelPackage> {
  const { kind, now, open, over, policy, approvers } = verdict;
  const { job, clock, aws, report } = context;
  if (decision.do === 'nothing') return now;
  if (decision.do === 'refuse') {
    const what = `${displayName(now)} cannot be ${kind === 'approved' ? 'approved' : 'rejected'} for ${job.environment}: ${decision.why}.`;
    throw new Failure('SMC-3102', `${what} Nothing was written.`, decision.next);
  }

  report.file('metadata-before.json', `${JSON.stringify(now.metadata, null, 2)}\n`);
  const signatory = signature(now, job, clock.now());
  const { at } = signatory;
  const signed: ApprovalEntry = {
    ...signatory,
    ...(kind === 'approved' && { over, policy }),
    ...(approvers && { people: String(approvers.counted.length), with: othersOf(approvers, job.userId) }),
    since: approvers && sinceBefore(at, approvers),
    ...openSafetyInputs(open),
  };
  const approval = kind === 'approved' ? 'Approved' : 'Rejected';
  return writeEntry({ ...aws, clock }, now, {
    key: entryKey(kind, job.environment),
    value: entryValue(signed),
    beside: besideVerdict(now.metadata, { kind, environment: job.environment, job: job.id, comment: verdict.comment }),
    ...(decision.status && { status: { approval, description: describeVerdict(approval, verdict, job) } }),
  });
}

/** Since when an approval stands, where the first of its people approved before it was written. */
function sinceBefore(at: string, approvers: Approvers): string | undefined {
  const since = standingSince(approvers);
  return since && timestamp(since) < at ? timestamp(since) : undefined;
}

/** Refuses when somebody changed the version between our read and our write, although the entry is in the registry. */
function refuseUnlessItHolds(shown: ShownVersion, after: ModelPackage, { job }: Context): void {
  const flaw = flawAfterApproval(shown, after, job.environment);
  if (!flaw) return;
  const what = `The approval for ${job.environment} was written, but the version cannot be promoted: ${flaw.why}.`;
  throw new Failure('SMC-3103', what, flaw.next);
}

/** SageMaker takes 1024 characters in one line. The facts come first, so that a long comment cannot push them out. */
function describeVerdict(word: string, { comment }: VerdictEntry, job: Context['job']): string {
  const facts = `${word} for ${job.environment} by ${job.user}, ${job.projectUrl}/-/pipelines/${job.pipeline}, commit ${job.commit}.`;
  const line = `${facts} ${comment}`.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= 1024 ? line : `${line.slice(0, 1021).replace(/[\uD800-\uDBFF]$/, '')}...`;
}

/** Keeps the verdict with the words of who gave it: only the first environment's stand in the registry, too. */
function keep(record: object, { comment }: { comment: string }, { log, report }: Context): void {
  const words = comment.trim();
  if (words !== '') log.line(`Comment: ${words}`);
  report.record({ ...record, ...(words !== '' && { comment: words }) });
}

function versionOf(shown: ShownVersion, { group, arn, version, content }: ModelPackage) {
  return { group, package: arn, version, content, promotion_path: shown.promotion_path, policy: shown.policy };
}
