import { aboutDeployed } from '../../asking/deployed.ts';
import type { Context } from '../../program/context.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';
import { conclude } from './conclusion.ts';
import { recordLoad } from './evidence.ts';
import type { LoadTask } from './preparation.ts';
import { showLoad } from './report.ts';
import type { LoadVerdict } from './verdict.ts';

/** What came of a load test. */
export interface TestedLoad {
  readonly verdict: LoadVerdict;
  /** The version as it is after the load. */
  readonly now: ModelPackage;
  /** How many instances served, from the beginning to the end; `undefined` where that is not known, or changed. */
  readonly instances: number | undefined;
  /** What was asked: its hash stands in the evidence. */
  readonly plan: object;
}

/** How a load test ended well. */
export interface ConcludedLoad {
  /** The last line of the log. */
  readonly conclusion: string;
  /** Whether every limit held. */
  readonly good: boolean;
}

/** Shows and records what came of a load test, and ends the job accordingly. What is invalid is refused, and nothing is recorded. */
export async function concludeLoad(
  { verdict, plan, instances, now }: TestedLoad,
  { given, deployed }: LoadTask,
  { refuse, ...context }: Context & { refuse(why: string): Error },
): Promise<ConcludedLoad> {
  context.report.record({ outcome: verdict.is, ...aboutDeployed(deployed) });
  if (verdict.is === 'invalid') throw refuse(verdict.why);
  const title = `${displayName(now)} under load in ${context.job.environment}`;
  const shown = showLoad(
    verdict,
    { title, plan, instances, wished: given.wished_rate, allow_inconclusive: given.allow_inconclusive },
    context,
  );
  await recordLoad({ verdict, shown, plan, now }, { given, deployed }, context);
  const { allow_inconclusive } = given;
  const conclusion = conclude(verdict, { version: displayName(now), endpoint: deployed.endpoint, allow_inconclusive });
  return { conclusion, good: verdict.is === 'good' };
}
