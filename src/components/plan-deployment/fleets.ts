import type { DescribeEndpointConfigCommandOutput, ProductionVariant } from '@aws-sdk/client-sagemaker';
import { capacityIn, instanceTypesOf, startingInstances } from '../../endpoints/description/capacity.ts';
import { kindOf } from '../../endpoints/description/kinds.ts';
import type { Strategy } from '../../endpoints/description/strategy.ts';
import { secondsOf, strategyWords } from '../../endpoints/description/strategy-effects.ts';
import type { Endpoint } from '../../endpoints/endpoint.ts';
import type { DeploymentPlan } from '../../endpoints/plan.ts';
import { watchingAlarms } from '../../endpoints/rollout/release.ts';
import { duration } from '../../ground/clock.ts';
import type { Fact } from '../../pages/page.ts';
import type { ForeseenVersion, TrainingForeseen } from '../../preview/foresee.ts';
import { instancesAfter } from '../../preview/foreseen.ts';
import type { PlannedAct } from './act.ts';

/** How many instances run, and how many while both fleets do; nothing where no fleet is started. */
export function fleetFacts({ plan, destination }: ForeseenVersion | TrainingForeseen, act: PlannedAct): Fact[] {
  if (!plan || (act !== 'create' && act !== 'update' && act !== 'delete')) return [];
  const { strategy, ...description } = plan.serving.description;
  if (kindOf(description) === 'serverless') return serverlessFacts(plan);
  const type = instanceTypesOf(description).join(' or ');
  if (act !== 'update' || !destination)
    return [
      {
        label: 'fleet',
        text: `${fleet(startingInstances(description), type)}; nothing answers before that has started`,
      },
    ];
  const count = instancesAfter(destination, plan.serving);
  const then = fleet(count, type);
  const now = fleet(runningOn(destination.endpoint), liveType(destination.live.config?.answer));
  return [
    { label: 'fleet', text: now === then ? `${now}, as now` : `${then} (now ${now})` },
    { label: 'both', text: bothWords({ now, then, count }, strategy) },
    { label: 'strategy', text: strategyText(plan, count) },
    ...scalingFacts(plan),
  ];
}

/** Nothing is paid for a serverless fleet but its requests, and what of it is always ready. */
function serverlessFacts({ serving }: DeploymentPlan): Fact[] {
  const { serverless_config: serverless } = serving.description;
  const ready = serverless?.provisioned_concurrency ?? 0;
  const cost = ready === 0 ? 'costs nothing between requests' : `${ready} of them always ready, and at a cost`;
  return [
    { label: 'fleet', text: `no instances: up to ${serverless?.max_concurrency} requests at the same time, ${cost}` },
    { label: 'strategy', text: 'all_at_once: all requests move at once, and no alarm watches it' },
  ];
}

/** Between how many instances the endpoint scales itself, where its file says so. */
function scalingFacts({ serving }: DeploymentPlan): Fact[] {
  const { autoscaling } = serving.description;
  if (!autoscaling) return [];
  return [{ label: 'scales', text: `itself from ${autoscaling.minimum} to ${autoscaling.maximum} instances` }];
}

interface Fleets {
  readonly now: string;
  readonly then: string;
  /** How many instances the new fleet has. */
  readonly count: number;
}

/** What runs at the same time: all of both fleets, but for an update that replaces some instances after others. */
function bothWords({ now, then, count }: Fleets, strategy: Strategy | undefined): string {
  if (strategy?.type !== 'rolling')
    return `${now} and ${then} run at the same time, and cost, until SageMaker has moved all requests`;
  const { size } = strategy;
  const batch = typeof size === 'number' ? size : Math.ceil((Number.parseInt(size, 10) / 100) * count);
  return `${now}, and ${batch} more at a time, until SageMaker has replaced all`;
}

/** `canary of 1 instance, 2 x 600 s: 20 min of waits; 2 alarms roll it back`. */
function strategyText(plan: DeploymentPlan, count: number): string {
  const { strategy } = plan.serving.description;
  if (!strategy) return 'all_at_once: all requests move at once, and no alarm watches it';
  const seconds = secondsOf(strategy, count);
  const waits =
    seconds === 0
      ? 'no wait'
      : `${duration(seconds * 1000)} of waits, beside the time that the instances need to start`;
  const alarms = watchingAlarms(plan, 'roll_back');
  const watched = alarms.length === 0 ? 'no alarm rolls it back' : `rolled back by ${alarms.join(', ')}`;
  return `${strategyWords(strategy, count)}: ${waits}; ${watched}`;
}

/** Instances of one fleet in words: `2 x ml.m5.large`. */
const fleet = (count: number | undefined, type: string | undefined) =>
  `${count ?? 'an unknown number of instances'} x ${type ?? 'unknown'}`;

/** All instances of an endpoint; `undefined` where SageMaker does not say it of each variant. */
function runningOn({ variants }: Pick<Endpoint, 'variants'>): number | undefined {
  const counts = variants.map(({ instances }) => instances);
  return counts.every((count) => count !== undefined)
    ? counts.reduce((sum, count) => sum + (count ?? 0), 0)
    : undefined;
}

function liveType(
  answer: Pick<DescribeEndpointConfigCommandOutput, 'ProductionVariants'> | undefined,
): string | undefined {
  const types = (answer?.ProductionVariants ?? []).flatMap((variant) => typesOf(variant) ?? []);
  return types.length > 0 ? [...new Set(types)].join(' and ') : undefined;
}

function typesOf(variant: ProductionVariant): string | undefined {
  const capacity = capacityIn(variant);
  return capacity && instanceTypesOf(capacity).join(' or ');
}
