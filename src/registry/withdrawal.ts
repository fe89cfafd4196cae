import { readComment } from './companions.ts';
import { type EntryHolder, readApproval, readWithdrawal, type WithdrawalEntry } from './entries.ts';
import { signatoryOf } from './signature.ts';

/** A withdrawal by a rollback for which an approval is asked, or given: in which environment, and by which job it was written. */
export interface Overruled {
  readonly environment: string;
  /** Any job, before somebody was shown one. */
  readonly job?: string | undefined;
}

/** A withdrawal that stands, as a clause about "it". */
export interface StandingWithdrawal {
  readonly environment: string;
  readonly why: string;
  /** Whether it is final: a rejection is, and an entry in an unknown format counts as one. */
  readonly final: boolean;
}

/** A withdrawal that a rollback wrote. */
export interface RollbackWithdrawal extends WithdrawalEntry {
  /** The version to which the endpoint returned. */
  readonly to: string;
  /** What the person wrote about it. */
  readonly reason: string | undefined;
  /** Whether an approval of the same environment names its job, so that it no longer stands. */
  readonly overruled: boolean;
}

/** The withdrawal of a version that a rollback wrote in an environment, whether or not it stands. */
export function readRollback(version: EntryHolder, environment: string): RollbackWithdrawal | undefined {
  const entry = readWithdrawal(version, environment);
  if (entry.is !== 'read' || entry.value.to === undefined) return undefined;
  const approval = readApproval(version, environment);
  return {
    ...entry.value,
    to: entry.value.to,
    reason: readComment(version, 'withdrawn', environment),
    overruled: approval.is === 'read' && approval.value.over === entry.value.job,
  };
}

/**
 * Whether a version is withdrawn in an environment: a rejection is final, and a withdrawal by a rollback stands until an
 * approval of its own environment names the job that wrote it. Every component asks this, and nothing else.
 */
export function standingWithdrawal(version: EntryHolder, environment: string): StandingWithdrawal | undefined {
  const entry = readWithdrawal(version, environment);
  if (entry.is === 'absent') return undefined;
  if (entry.is === 'unreadable')
    return { environment, why: `it was withdrawn in ${environment} ("${entry.raw}")`, final: true };
  const rollback = readRollback(version, environment);
  if (!rollback) return { environment, why: rejected(version, environment, entry.value), final: true };
  return rollback.overruled
    ? undefined
    : { environment, why: `it was live in ${environment} ${untilRollback(rollback)}`, final: false };
}

function rejected(version: EntryHolder, environment: string, entry: WithdrawalEntry): string {
  const { pipeline, at } = entry;
  const reason = readComment(version, 'withdrawn', environment);
  return `it was withdrawn in ${environment} by ${signatoryOf(entry)} in pipeline ${pipeline} at ${at}${reason ? `: "${reason}"` : ''}`;
}

/** `until 2026-11-22T08:00Z, withdrawn by jane in pipeline 101, who went back to version 2, because "Wrong prices"`. */
export function untilRollback(rollback: RollbackWithdrawal): string {
  const { pipeline, at, to, reason } = rollback;
  const because = reason === undefined ? '' : `, because "${reason}"`;
  return `until ${at}, withdrawn by ${signatoryOf(rollback)} in pipeline ${pipeline}, who went back to version ${to}${because}`;
}

/** Whether an approval may be given over a withdrawal that stands: over the one that was shown, and in its own environment only. */
export function mayBeOverruled(
  version: EntryHolder,
  { environment, final }: StandingWithdrawal,
  over: Overruled | undefined,
): boolean {
  if (final || over?.environment !== environment) return false;
  return over.job === undefined || over.job === readRollback(version, environment)?.job;
}
