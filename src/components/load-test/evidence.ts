import { createHash } from 'node:crypto';
import { type DeployedRecord, howToTakeAway } from '../../asking/live.ts';
import { hashOf } from '../../ground/canonical-json.ts';
import { Failure } from '../../ground/failure.ts';
import type { Context } from '../../program/context.ts';
import { SHORT_HASH } from '../../registry/entries.ts';
import { writeEvidence } from '../../registry/evidence.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';
import { refusalOfLive } from '../../registry/validation.ts';
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
export async function recordEvidence(
  { verdict, shown, plan, now }: LoadSeen,
  { given, deployed }: LoadDeployed,
  { aws, clock, job, log }: Context,
): Promise<void> {
  const { environment, pipeline, id } = job;
  const n = verdict.stages.reduce((sum, { samples }) => sum + samples.sent, 0);
  const report = createHash('sha256').update(shown).digest('hex').slice(0, SHORT_HASH);
  const open = [
    ...deployed.open,
    ...(given.allow_inconclusive && verdict.is === 'inconclusive' ? ['inconclusive'] : []),
    ...(given.allow_last_environment ? ['last_environment'] : []),
  ];
  const { content } = deployed;
  const evidence = {
    kind: 'load',
    environment,
    verdict: verdict.is,
    n,
    data: hashOf(plan, SHORT_HASH),
    report,
  } as const;
  const written = await writeEvidence({ ...aws, clock }, now, { ...evidence, content, open }, { pipeline, job: id });
  log.line(
    `Recorded of ${displayName(now)}: load.${environment} is ${verdict.is}, of ${n.toLocaleString('en')} requests.`,
  );
  const refusal = refusalOfLive(written, deployed);
  if (!refusal) return;
  throw new Failure(
    'SMC-5307',
    `The load test of ${displayName(written)} was recorded, but it cannot be promoted: ${refusal.why}, but it is live.`,
    howToTakeAway(refusal, deployed),
  );
}
