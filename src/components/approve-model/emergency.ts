import { Failure } from '../../ground/failure.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Context } from '../../program/context.ts';
import {
  type ApprovalDecision,
  type ApprovalRequest,
  type CheckedVersion,
  decideApproval,
} from '../../registry/approval.ts';
import { EMERGENCY, emergencyClause, emergencyOf } from '../../registry/emergency.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';

/** What an approval in an emergency leaves open: nothing, where nobody typed a reason for one. */
export function openEmergency(reason: string): string[] {
  return reason.trim() === '' ? [] : [EMERGENCY];
}

/** The words of an approval: in an emergency its reason comes first. */
export function approvalWords({ comment, emergency }: { comment: string; emergency: string }): string {
  if (emergency.trim() === '') return comment;
  return `Emergency: ${emergency.trim()}${comment.trim() === '' ? '' : ` / ${comment.trim()}`}`;
}

/** An approval that is asked for in an emergency. */
interface AskedInEmergency {
  readonly shown: CheckedVersion;
  readonly request: ApprovalRequest;
  readonly policy: Policy | undefined;
  readonly decision: ApprovalDecision;
  /** Whether the approval that stands has grown too old for the policy. */
  readonly hasExpired: boolean;
}

/**
 * Refuses an emergency in which no policy lets anything be passed, and a second one for the same version: a day after the first, only
 * an ordinary approval helps. Nor does one take the place of an ordinary approval that stands: one person would undo that of several.
 */
export function refuseEmergency(
  now: ModelPackage,
  { shown, request, policy, decision, hasExpired }: AskedInEmergency,
  { job }: Pick<Context, 'job'>,
): void {
  const { environment } = job;
  if (!policy?.sources.some(({ passable }) => passable.length > 0))
    throw new Failure(
      'SMC-3109',
      `No policy of ${environment} says what an approval in an emergency may pass. Nothing was written.`,
      'start this job again by "Retry job with modified values" on its page, and empty the reason for an emergency. Or name what it may pass under emergency in policy_file, and push.',
    );
  const open = request.open.filter((each) => each !== EMERGENCY);
  const ordinary = decideApproval(shown, now, { ...request, open });
  if (ordinary.do === 'nothing' && !hasExpired)
    throw new Failure(
      'SMC-3111',
      `${displayName(now)} needs no emergency: it is already ${ordinary.because}. Nothing was written.`,
      'start this job again by "Retry job with modified values" on its page, and empty the reason for an emergency: it ends well, and what comes after it goes on.',
    );
  const before = emergencyOf(now, environment);
  // A job that is run again finds its own.
  if (before === undefined || decision.do === 'nothing') return;
  throw new Failure(
    'SMC-3110',
    `${displayName(now)} cannot be approved in an emergency twice: ${emergencyClause(before, environment)}. Nothing was written.`,
    'approve it in the ordinary way: start this job again by "Retry job with modified values" on its page, and empty the reason for an emergency.',
  );
}
