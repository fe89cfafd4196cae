import type { Context } from '../program/context.ts';
import { tellEvidence } from '../program/told.ts';
import { SHORT_HASH } from '../registry/entries.ts';
import type { EvidenceKind } from '../registry/entry-keys.ts';
import { type EvidenceFinding, writeEvidence } from '../registry/evidence.ts';
import { displayName, type ModelPackage } from '../registry/packages.ts';
import { type DeployedRecord, refuseUnlessItHolds } from './live.ts';

/** What a job found out about the version that it asked. */
interface EvidenceShown extends Pick<EvidenceFinding, 'verdict' | 'n'> {
  readonly kind: EvidenceKind;
  /** SHA-256 of the data or plan, and of report.json, in hexadecimal digits. */
  readonly data: string;
  readonly report: string;
  /** The safety inputs of this job that were open. */
  readonly open: readonly string[];
}

interface AskedVersion {
  readonly deployed: DeployedRecord;
  /** The version after it was asked. */
  readonly now: ModelPackage;
}

/**
 * Writes the registry entry of a kind of evidence, whatever was found. Throws a Failure when the version may no longer be promoted by
 * then: that is the last thing that the job looks at.
 */
export async function recordEvidence(
  { kind, data, report, open, ...found }: EvidenceShown,
  { deployed, now }: AskedVersion,
  { aws, clock, job, log, tell }: Pick<Context, 'aws' | 'clock' | 'job' | 'log' | 'tell'>,
): Promise<void> {
  const { environment } = job;
  const hashes = { data: data.slice(0, SHORT_HASH), report: report.slice(0, SHORT_HASH) };
  const entry = {
    kind,
    environment,
    ...found,
    ...hashes,
    content: deployed.content,
    open: [...deployed.open, ...open],
  };
  const written = await writeEvidence({ ...aws, clock }, now, entry, job);
  log.line(`Recorded in ${environment} for ${displayName(now)}: ${kind} is ${found.verdict}.`);
  tellEvidence({ version: written, kind, ...found }, { job, tell });
  refuseUnlessItHolds(written, deployed, `The ${kind} evidence in ${environment} was written`);
}
