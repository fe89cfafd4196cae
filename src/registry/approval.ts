import { openSafetyInputs, readApproval, readWithdrawal } from './entries.ts';
import { type Flaw, flawOf, PROMOTE_ANOTHER } from './flaw.ts';
import { hasContent, type ModelPackage } from './packages.ts';
import { signatoryOf } from './signature.ts';

/** The version that check-model showed to the approver. */
export interface CheckedVersion {
  readonly group: string;
  readonly package: string;
  readonly content: string;
  readonly status: string;
  /** The environments in order. */
  readonly promotion_path: readonly string[];
  /** The job of the rollback that withdrew it in this environment, and whose withdrawal an approval overrules. */
  readonly over?: string | undefined;
}

/**
 * What to do about a version: nothing, because it is already so; write the entry, with or without the status; or
 * refuse.
 */
export type ApprovalDecision =
  | { do: 'nothing'; because: string }
  | { do: 'write'; status: boolean }
  | { do: 'refuse'; why: string; next: string };

export interface ApprovalRequest {
  readonly environment: string;
  readonly pipeline: string;
  /** Safety inputs that are open (false) for this approval. */
  readonly open: readonly string[];
  /** The hash of the policy that permits it; `undefined` where the include names none. */
  readonly policy?: string | undefined;
  /** Whether an approval that stands already is given anew. */
  readonly renew?: boolean;
}

const refuse = (why: string, next: string): ApprovalDecision => ({ do: 'refuse', why, next });

const LOOK_AGAIN = 'run check-model again, read what it shows, then run this job again.';

/**
 * An approval holds for the version exactly as check-model showed it, may be repeated freely, and never outlives a
 * withdrawal.
 */
export function decideApproval(
  shown: CheckedVersion,
  now: ModelPackage,
  { environment, pipeline, open, policy, renew = false }: ApprovalRequest,
): ApprovalDecision {
  const flaw = flawOf(now, expectedBy(shown, environment));
  if (flaw) return refuse(flaw.why, flaw.next);

  const approval = readApproval(now, environment);
  const ours =
    approval.is === 'read' && approval.value.pipeline === pipeline && hasContent(now, approval.value.content);
  const same =
    !renew &&
    ours &&
    approval.value.open === openSafetyInputs(open).open &&
    approval.value.over === shown.over &&
    approval.value.policy === policy;
  if (same && now.approval === 'Approved')
    return {
      do: 'nothing',
      because: `approved for ${environment} by ${signatoryOf(approval.value)} at ${approval.value.at}`,
    };

  if (now.approval !== shown.status)
    return refuse(`it was ${shown.status} when check-model showed it, and is ${now.approval} now`, LOOK_AGAIN);
  if (isFirst(shown, environment)) return decideFirstApproval(now);
  if (now.approval === 'Approved') return { do: 'write', status: false };
  return refuse(`it is ${now.approval}`, `ask the approver of ${shown.promotion_path[0]} to approve it first.`);
}

function decideFirstApproval(now: ModelPackage): ApprovalDecision {
  return now.approval === 'Rejected' ? refuse('it is Rejected', PROMOTE_ANOTHER) : { do: 'write', status: true };
}

/**
 * Why an approval is not valid although it was written: somebody judged or changed the version between our read and our
 * write. In the first environment our write replaced the status, which therefore shows nothing: SageMaker has no
 * conditional write.
 */
export function flawAfterApproval(
  shown: CheckedVersion,
  after: ModelPackage,
  environment: string,
): Pick<Flaw, 'why' | 'next'> | undefined {
  const flaw = flawOf(after, expectedBy(shown, environment));
  if (flaw || after.approval === 'Approved') return flaw;
  return { why: `it is ${after.approval} now`, next: PROMOTE_ANOTHER };
}

function expectedBy({ group, content, promotion_path: path, over: job }: CheckedVersion, environment: string) {
  const over = job === undefined ? undefined : { environment, job };
  return { group, content, environments: [environment, ...path], over };
}

/**
 * A rejection is final: it is written whatever the version has become meanwhile, and only the first environment's sets
 * the status.
 */
export function decideRejection(
  shown: CheckedVersion,
  now: ModelPackage,
  { environment }: Pick<ApprovalRequest, 'environment'>,
): ApprovalDecision {
  const flaw = flawOf(now, { group: shown.group, environments: [] });
  if (flaw?.is === 'in another group') return refuse(flaw.why, flaw.next);
  const withdrawal = readWithdrawal(now, environment);
  const status = isFirst(shown, environment);
  if (withdrawal.is === 'read' && (!status || now.approval === 'Rejected'))
    return {
      do: 'nothing',
      because: `withdrawn in ${environment} by ${signatoryOf(withdrawal.value)} at ${withdrawal.value.at}`,
    };
  return { do: 'write', status };
}

/** Only the first environment's verdict writes the approval status. */
function isFirst({ promotion_path: path }: Pick<CheckedVersion, 'promotion_path'>, environment: string): boolean {
  return path[0] === environment;
}

/**
 * Whether only named people may approve for an environment: everywhere but in the first of several, where a team tries
 * its versions. The last is what users meet, however short the path.
 */
export function asksForProtection(
  { promotion_path: path }: Pick<CheckedVersion, 'promotion_path'>,
  environment: string,
): boolean {
  return path[0] !== environment || path.length === 1;
}
