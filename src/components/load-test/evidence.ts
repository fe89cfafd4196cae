import { createHash } from 'node:crypto';
import { recordEvidence } from '../../asking/evidence.ts';
import type { DeployedRecord } from '../../asking/live.ts';
import { hashOf } from '../../ground/canonical-json.ts';
import type { Context } from '../../program/context.ts';
import { SHORT_HASH } from '../../registry/entries.ts';
import type { ModelPackage } from '../../registry/packages.ts';
import type { LoadTestInputs } from './inputs.ts';
import type { ValidVerdict } from './verdict.ts';

interface LoadSeen {
  readonly verdict: ValidVerdict;
  /** The text of report.json. */
  readonly shown: string;
  readonly plan: object;
  readonly now: ModelPackage;
}

interface LoadDeployed {
  readonly given: Pick<LoadTestInputs, 'allow_inconclusive' | 'allow_last_environment'>;
  readonly deployed: DeployedRecord;
}

/** Writes the entry `load.<environment>`, whatever was seen. Throws a Failure when the version may no longer be promoted by then. */
export function recordLoad(
  { verdict, shown, plan, now }: LoadSeen,
  { given, deployed }: LoadDeployed,
  context: Context,
): Promise<void> {
  const n = verdict.stages.reduce((sum, { samples }) => sum + samples.sent, 0);
  const report = createHash('sha256').update(shown).digest('hex');
  const open = [
    ...(given.allow_inconclusive && verdict.is === 'inconclusive' ? ['inconclusive'] : []),
    ...(given.allow_last_environment ? ['last_environment'] : []),
  ];
  const data = hashOf(plan, SHORT_HASH);
  return recordEvidence({ kind: 'load', verdict: verdict.is, n, data, report, open }, { deployed, now }, context);
}
