import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../../ground/clock.ts';
import { startingInstances } from '../description/capacity.ts';
import { fallBacksOf, type Strategy, secondsOf } from '../description/strategy.ts';
import type { Endpoint } from '../endpoint.ts';
import type { DeploymentPlan } from '../plan.ts';
import { deployedAt } from '../progress.ts';
import { type BakeVerdict, judgeBake } from './bake.ts';
import { countFleets } from './fleets.ts';
import { releaseOf, START_UP, watchingAlarms } from './release.ts';

/** What a bake showed of a version that is live; `none` where there was no bake that an alarm could have ended. */
export type Bake = BakeVerdict | { readonly is: 'none'; readonly saying?: undefined };

interface Measuring {
  readonly clock: Clock;
  cloudwatch(): Promise<CloudWatchClient>;
}

/**
 * Judges the bake of a version that is live now, by what CloudWatch counted of its fleet (AWS: GetMetricData): the same from the
 * job that waited for it, and from one that finds it done.
 */
export async function judgeRelease(plan: DeploymentPlan, endpoint: Endpoint, context: Measuring): Promise<Bake> {
  const { strategy, ...on } = plan.serving.description;
  const from = deployedAt(endpoint);
  if (!strategy || !from || !baked(plan, strategy, endpoint)) return { is: 'none' };
  const longest = new Date(from.getTime() + (secondsOf(strategy, startingInstances(on)) + START_UP) * 1000);
  const settled = endpoint.answer.LastModifiedTime ?? context.clock.now();
  const span = { from, to: settled < longest ? settled : longest };
  if (span.to <= span.from) return { is: 'none' };
  const release = releaseOf(plan);
  const [counts] = await countFleets(await context.cloudwatch(), release, [release.config], span);
  return judgeBake(
    { requests: counts?.requests ?? 0, errors: counts?.errors ?? 0, own: 0 },
    strategy.min_bake_requests,
  );
}

/** Whether SageMaker says that it brought this config in with our alarms, and nothing made it skip the bake. */
function baked({ desired, serving, ...plan }: DeploymentPlan, strategy: Strategy, { answer }: Endpoint): boolean {
  const armed = watchingAlarms({ desired, serving, ...plan }, 'roll_back');
  const used = answer.LastDeploymentConfig?.AutoRollbackConfiguration?.Alarms ?? [];
  const isArmed = armed.length > 0 && armed.every((name) => used.some(({ AlarmName }) => AlarmName === name));
  return (
    strategy.wait > 0 &&
    isArmed &&
    desired.marketplace !== true &&
    fallBacksOf(strategy, serving.description).length === 0
  );
}
