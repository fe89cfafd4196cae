import type { Context } from '../../program/context.ts';
import { besideVerdict } from '../../registry/companions.ts';
import { entryValue, type WithdrawalEntry } from '../../registry/entries.ts';
import { entryKey } from '../../registry/entry-keys.ts';
import { displayName, findPackage } from '../../registry/packages.ts';
import { signature } from '../../registry/signature.ts';
import { readRollback, standingWithdrawal } from '../../registry/withdrawal.ts';
import { writeEntry } from '../../registry/write-entry.ts';

interface LeftVersion {
  /** The ARN of the version that the endpoint leaves. */
  readonly package: string;
  /** The version that it returns to. */
  readonly to: number;
  readonly comment: string;
}

/**
 * Withdraws the version that an endpoint leaves, before it is left: whoever runs the job again must find that it was bad, and
 * no job may deploy it meanwhile. A rejection is not replaced, and no status is written.
 */
export async function withdraw(left: LeftVersion, context: Context): Promise<void> {
  const { aws, clock, job, log, report } = context;
  const now = await findPackage({ ...aws, clock }, left.package);
  if (!now) return log.line(`${left.package} was deleted: there is nothing to withdraw.`);
  const standing = standingWithdrawal(now, job.environment);
  const isSaid = standing?.final || readRollback(now, job.environment)?.to === String(left.to);
  if (standing && isSaid) return log.line(`${displayName(now)} is withdrawn already: ${standing.why}.`);
  report.file('metadata-before.json', `${JSON.stringify(now.metadata, null, 2)}\n`);
  const entry: WithdrawalEntry = { ...signature(now, job, clock.now()), to: String(left.to) };
  const { environment, id } = job;
  const after = await writeEntry({ ...aws, clock }, now, {
    key: entryKey('withdrawn', environment),
    value: entryValue(entry),
    beside: besideVerdict(now.metadata, { kind: 'withdrawn', environment, job: id, comment: left.comment }),
  });
  log.line(`Withdrawn in ${environment} by ${job.user}: ${displayName(after)}.`);
}
