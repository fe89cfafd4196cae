import { type EntryKind, entryKey, openSafetyInputs, readApproval, readWithdrawal } from './entries.ts';
import { displayName, type ModelPackage, sameGroup } from './packages.ts';

/** The version that check-model showed to the approver. */
export interface CheckedVersion {
  readonly group: string;
  readonly package: string;
  readonly content: string;
  readonly status: string;
  /** The environments in order. */
  readonly promotion_path: readonly string[];
}

/** What to do about a version: nothing, because it is so already; write the record, with or without the status; or refuse. */
export type ApprovalDecision =
  | { do: 'nothing'; because: string }
  | { do: 'write'; status: boolean }
  | { do: 'refuse'; why: string; next: string };

export interface ApprovalRequest {
  readonly environment: string;
  readonly pipeline: string;
  /** Safety inputs that are open (false) for this approval. */
  readonly open: readonly string[];
}

const refuse = (why: string, next: string): ApprovalDecision => ({ do: 'refuse', why, next });

const ANOTHER = 'promote another version; a rejection is final.';
const LOOK_AGAIN = 'run check-model again, read what it shows, then press this job again.';

/** An approval holds for the version exactly as check-model showed it, may be repeated freely, and never outlives a withdrawal. */
export function decideApproval(
  shown: CheckedVersion,
  now: ModelPackage,
  { environment, pipeline, open }: ApprovalRequest,
): ApprovalDecision {
  if (!sameGroup(shown.group, now.group))
    return refuse(
      `${shown.package} is in the group ${now.group}, but check-model looked at ${shown.group}`,
      LOOK_AGAIN,
    );
  if (now.content !== shown.content)
    return refuse(
      `the content of ${displayName(now)} changed after check-model showed it (from ${shown.content} to ${now.content})`,
      `find out who changed it (CloudTrail, UpdateModelPackage); ${LOOK_AGAIN}`,
    );
  const withdrawal = withdrawalOf(shown, now, environment);
  if (withdrawal) return refuse(withdrawal, ANOTHER);
  if (now.status !== 'Completed') return refuse(`the status of ${displayName(now)} is ${now.status}`, LOOK_AGAIN);

  const approval = readApproval(now.metadata, environment);
  const ours = approval.is === 'read' && approval.value.pipeline === pipeline && approval.value.content === now.content;
  if (ours && now.approval === 'Approved' && approval.value.open === openSafetyInputs(open).open)
    return { do: 'nothing', because: `approved for ${environment} by ${approval.value.by} at ${approval.value.at}` };

  if (now.approval !== shown.status)
    return refuse(
      `${displayName(now)} was ${shown.status} when check-model showed it, and is ${now.approval} now`,
      LOOK_AGAIN,
    );
  if (isFirst(shown, environment)) return decideFirstApproval(now);
  if (now.approval === 'Approved') return { do: 'write', status: false };
  return refuse(
    `${displayName(now)} is ${now.approval}`,
    `let the approver of ${shown.promotion_path[0]} approve it first.`,
  );
}

/**
 * Why an approval does not hold although it was written: between our look and our write somebody judged or changed the version.
 * A status that the first environment's approver wrote over tells nothing any more: SageMaker has no write on a condition.
 */
export function flawAfterApproval(
  shown: CheckedVersion,
  after: ModelPackage,
  environment: string,
): { why: string; next: string } | undefined {
  const withdrawal = withdrawalOf(shown, after, environment);
  if (withdrawal) return { why: withdrawal, next: ANOTHER };
  if (after.approval !== 'Approved') return { why: `${displayName(after)} is ${after.approval} now`, next: ANOTHER };
  if (after.content === shown.content) return undefined;
  return {
    why: `the content of ${displayName(after)} changed after check-model showed it (from ${shown.content} to ${after.content})`,
    next: `find out who changed it (CloudTrail, UpdateModelPackage); ${LOOK_AGAIN}`,
  };
}

function withdrawalOf(shown: CheckedVersion, now: ModelPackage, environment: string): string | undefined {
  const withdrawn = [environment, ...shown.promotion_path].find((each) => hasEntry(now, 'withdrawn', each));
  return (
    withdrawn && `${displayName(now)} was withdrawn in ${withdrawn} (${now.metadata[entryKey('withdrawn', withdrawn)]})`
  );
}

function decideFirstApproval(now: ModelPackage): ApprovalDecision {
  if (now.approval !== 'Rejected') return { do: 'write', status: true };
  return refuse(`${displayName(now)} is Rejected`, ANOTHER);
}

/** A rejection is final: it is written whatever the version has become meanwhile, and only the first environment's sets the status. */
export function decideRejection(
  shown: CheckedVersion,
  now: ModelPackage,
  { environment }: Pick<ApprovalRequest, 'environment'>,
): ApprovalDecision {
  if (!sameGroup(shown.group, now.group))
    return refuse(
      `${shown.package} is in the group ${now.group}, but check-model looked at ${shown.group}`,
      LOOK_AGAIN,
    );
  const withdrawal = readWithdrawal(now.metadata, environment);
  const status = isFirst(shown, environment);
  if (withdrawal.is === 'read' && (!status || now.approval === 'Rejected'))
    return {
      do: 'nothing',
      because: `withdrawn in ${environment} by ${withdrawal.value.by} at ${withdrawal.value.at}`,
    };
  return { do: 'write', status };
}

/** Only the first environment's verdict writes the approval status. */
export function isFirst(
  { promotion_path: path }: Pick<CheckedVersion, 'promotion_path'>,
  environment: string,
): boolean {
  return path[0] === environment;
}

const hasEntry = ({ metadata }: ModelPackage, kind: EntryKind, environment: string) =>
  entryKey(kind, environment) in metadata;
