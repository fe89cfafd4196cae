import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type Clock, duration } from '../../ground/clock.ts';
import type { Kind } from '../description/kinds.ts';
import type { Strategy } from '../description/strategy.ts';
import type { Endpoint } from '../endpoint.ts';
import { countFleets, fleetWords } from './fleets.ts';
import type { NewFleet } from './release-alarms.ts';

interface Watched {
  readonly release: NewFleet;
  readonly strategy: Strategy | undefined;
  readonly previousConfig: string | undefined;
  readonly kind: Kind;
  /** What this job sends itself. */
  readonly own: { readonly clause: string } | undefined;
}

interface Watching {
  readonly clock: Clock;
  cloudwatch(): Promise<CloudWatchClient>;
}

/** Milliseconds that SageMaker works on an update at most: 8 hours. */
const LONGEST = 8 * 3600_000;
/** CloudWatch counts by the minute: looking more often tells nothing new. */
const EVERY = 60_000;

/**
 * Says of an update that bakes how long it still does, and what the old fleet and the new one answered: a clause for the log, the
 * same for a minute. Nothing is asked where the strategy has no bake, nor of an asynchronous endpoint, whose requests are not counted.
 */
export function watchRollout(watched: Watched, { clock, cloudwatch }: Watching) {
  const { release, strategy, kind, own } = watched;
  let [said, clause, phase] = [Number.NEGATIVE_INFINITY, '', ''];
  return async (endpoint: Endpoint): Promise<string> => {
    const started = startOf(endpoint);
    if (!strategy || strategy.wait === 0 || endpoint.pending !== release.config || !started) return '';
    const now = clock.now();
    const at = endpoint.pendingVariants.flatMap(({ phases }) => phases).join();
    if (now.getTime() - said < EVERY && at === phase) return clause;
    [said, phase] = [now.getTime(), at];
    const fleets = kind === 'asynchronous' ? [] : await fleetsOf(watched, started, await cloudwatch());
    const ours = own && own.clause !== '' ? [own.clause] : [];
    clause = ['', ...timeLeft(endpoint, strategy, now), ...fleets, ...ours].join('; ');
    return clause;
  };
}

/** What the old fleet and the new one answered since an update began. */
async function fleetsOf(
  { release, previousConfig }: Watched,
  started: Date,
  cloudwatch: CloudWatchClient,
): Promise<string[]> {
  // CloudWatch tells of the future what there is: nothing yet.
  const span = { from: started, to: new Date(started.getTime() + LONGEST) };
  const configs = [release.config, ...(previousConfig === undefined ? [] : [previousConfig])];
  const [young, old] = await countFleets(cloudwatch, release, configs, span);
  return [...(young ? [`new fleet: ${fleetWords(young)}`] : []), ...(old ? [`old fleet: ${fleetWords(old)}`] : [])];
}

/** When an update began that is under way. */
export function startOf({ answer }: Pick<Endpoint, 'answer'>): Date | undefined {
  return answer.PendingDeploymentSummary?.StartTime;
}

/** `9 min left of this step`, while the new fleet bakes. */
function timeLeft({ answer }: Endpoint, { wait }: Strategy, now: Date): string[] {
  const states = (answer.PendingDeploymentSummary?.ProductionVariants ?? []).flatMap(
    ({ VariantStatus }) => VariantStatus ?? [],
  );
  const since = states.find(({ Status }) => Status === 'Baking')?.StartTime;
  if (!since) return [];
  const left = since.getTime() + wait * 1000 - now.getTime();
  // SageMaker's clock began the step, and the runner's is asked: where the two differ, no step lasts longer than its wait.
  return left > 0 ? [`${duration(Math.min(left, wait * 1000))} left of this step`] : [];
}
