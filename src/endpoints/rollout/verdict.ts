import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Clock } from '../../ground/clock.ts';
import { failuresWatched } from '../description/alarms-effects.ts';
import { startingInstances } from '../description/capacity.ts';
import { kindOf } from '../description/kinds.ts';
import type { Strategy } from '../description/strategy.ts';
import { fallBacksOf, secondsOf } from '../description/strategy-effects.ts';
import type { Endpoint } from '../endpoint.ts';
import type { DeploymentPlan } from '../plan.ts';
import { deployedAt } from '../progress.ts';
import { type BakeCounts, type BakeCriteria, type BakeVerdict, judgeBake } from './bake.ts';
import { countFleets, type FleetCounts, type Span } from './fleets.ts';
import { notedOwnRequests } from './own-note.ts';
import type { OwnRequests } from './own-traffic.ts';
import { releaseOf, START_UP, watchingAlarms } from './release.ts';
import { whyUnwatched } from './watched.ts';

/** What a bake showed of a version that is live; `none` where there was no bake that an alarm could have ended. */
export type Bake = BakeVerdict | { readonly is: 'none'; readonly saying?: undefined };

/** Its alarms watched the fleet: nobody knows how many requests they judged by. */
const NOT_COUNTED: BakeVerdict = {
  is: 'nothing',
  saying: 'CloudWatch counts no requests of an asynchronous endpoint. So the bake shows nothing.',
};

interface Measuring {
  readonly sagemaker: SageMakerClient;
  readonly clock: Clock;
  cloudwatch(): Promise<CloudWatchClient>;
}

/** A release that is live, and what is known of its bake beside what CloudWatch tells. */
export interface BakedRelease {
  readonly endpoint: Endpoint;
  readonly previousConfig: string | undefined;
  /** What this job sent itself. */
  readonly own: OwnRequests | undefined;
}

/**
 * Judges the bake of a version that is live now, by what CloudWatch counted of its fleet (AWS: GetMetricData), by what
 * is noted of the jobs' own requests (AWS: ListTags), and by whether its alarms watched it (AWS: DescribeAlarmHistory):
 * the same from the job that waited for it, and from one that finds it done.
 */
export async function judgeRelease(plan: DeploymentPlan, baked: BakedRelease, context: Measuring): Promise<Bake> {
  const { strategy } = plan.serving.description;
  const span = spanOf(plan, baked.endpoint, context.clock);
  if (!strategy || !span || !couldRollBack(plan, strategy, baked.endpoint)) return { is: 'none' };
  const verdict =
    kindOf(plan.serving.description) === 'asynchronous'
      ? NOT_COUNTED
      : judgeBake(await countsOf(plan, baked, span, context), criteriaOf(plan, strategy));
  const unwatched = await whyUnwatched(await context.cloudwatch(), watchingAlarms(plan, 'roll_back'), span);
  return unwatched === undefined ? verdict : { is: 'nothing', saying: `${verdict.saying} ${unwatched} ${SO_NOTHING}` };
}

function criteriaOf({ serving }: DeploymentPlan, { min_bake_requests: least }: Strategy): BakeCriteria {
  const { alarms } = serving.description;
  return { least, watched: alarms ? failuresWatched(alarms) : 'none' };
}

const SO_NOTHING = 'So the bake shows nothing.';

/** The requests that reached the new fleet, and how many of them can be of jobs themselves. */
async function countsOf(
  plan: DeploymentPlan,
  { endpoint, previousConfig, own }: BakedRelease,
  span: Span,
  context: Measuring,
): Promise<BakeCounts> {
  const release = releaseOf(plan);
  const noted = await notedOwnRequests(context.sagemaker, endpoint.arn, release.config);
  const configs = [release.config, ...(own && previousConfig !== undefined ? [previousConfig] : [])];
  const [young, old] = await countFleets(await context.cloudwatch(), release, configs, span);
  const { requests, errors, refused } = young ?? NONE;
  // Of what this job noted, it sent what it knows.
  const most = Math.max(0, noted - (own?.noted ?? 0)) + (own?.sent ?? 0);
  const { clock } = context;
  const sent = own && {
    file: own.file,
    answered: own.answered,
    failed: own.failed,
    reached: reachedNew(own, old, clock),
  };
  return { requests, errors, refused, own: most, sent };
}

const NONE: Pick<FleetCounts, 'requests' | 'errors' | 'refused'> = { requests: 0, errors: 0, refused: 0 };

/** Milliseconds after which CloudWatch tells of a request: of a minute up to three minutes after it. */
const TOLD_AFTER = 4 * 60_000;

/**
 * How many of a job's own requests reached the new fleet for sure: as many as the old fleet, by what CloudWatch tells
 * of it, cannot have taken. Both fleets have one variant name, and so no answer says which of them gave it.
 */
function reachedNew(own: OwnRequests, old: FleetCounts | undefined, clock: Clock): number | undefined {
  if (!old) return undefined;
  return Math.max(0, own.answeredBefore(new Date(clock.now().getTime() - TOLD_AFTER)) - old.requests);
}

/**
 * The time in which the new fleet had traffic while it could be rolled back; `undefined` where SageMaker does not say.
 */
function spanOf(plan: DeploymentPlan, endpoint: Endpoint, clock: Clock): Span | undefined {
  const { strategy, ...on } = plan.serving.description;
  const from = deployedAt(endpoint);
  if (!strategy || !from) return undefined;
  const longest = new Date(from.getTime() + (secondsOf(strategy, startingInstances(on)) + START_UP) * 1000);
  const settled = endpoint.answer.LastModifiedTime ?? clock.now();
  const to = settled < longest ? settled : longest;
  return to > from ? { from, to } : undefined;
}

/** Whether SageMaker says that it brought this config in with our alarms, and nothing made it skip the bake. */
function couldRollBack(
  { desired, serving, ...plan }: DeploymentPlan,
  strategy: Strategy,
  { answer }: Endpoint,
): boolean {
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
