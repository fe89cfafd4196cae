import type { CapacitySize, DeploymentConfig, TrafficRoutingConfig } from '@aws-sdk/client-sagemaker';
import { type Capacity, instanceTypesOf, startingInstances } from './capacity.ts';
import type { FallBack, Strategy } from './strategy.ts';

/*
 * What a strategy does. Apart from what the section may say: few jobs read one.
 */

type Stepwise = Exclude<Strategy, { type: 'all_at_once' }>;

/** The smallest and the largest share of the fleet that a step may be. */
const SHARES: Readonly<Record<Stepwise['type'], readonly [least: number, most: number]>> = {
  canary: [0, 0.5],
  linear: [0.1, 0.5],
  rolling: [0.05, 0.5],
};

function shareOf(size: Stepwise['size'], instances: number): number {
  return typeof size === 'number' ? size / instances : Number.parseInt(size, 10) / 100;
}

/**
 * How many times an update waits: after each step, the last included. AWS says of the canary that a final baking period follows when
 * all the traffic has moved: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html
 */
function stepsOf(strategy: Strategy, instances: number): number {
  if (strategy.type === 'all_at_once') return 1;
  if (strategy.type === 'canary') return 2;
  return Math.ceil(1 / shareOf(strategy.size, instances) - 1e-9);
}

/** The seconds that an update waits in all, beside the time that its instances need to start. */
export function secondsOf(strategy: Strategy, instances: number): number {
  const termination = strategy.type === 'rolling' ? 0 : strategy.termination_wait;
  return stepsOf(strategy, instances) * strategy.wait + termination;
}

/** The minutes that an update bakes in all. */
export function bakeMinutes(strategy: Strategy, instances: number): number {
  return Math.ceil((stepsOf(strategy, instances) * strategy.wait) / 60);
}

/** Something wrong with a strategy, and the key that it is about. */
export interface StrategyProblem {
  readonly key: 'size' | 'wait' | 'maximum_execution_time' | 'bake_traffic';
  readonly why: string;
}

/** The shortest bake that shows anything: CloudWatch tells of a minute after up to three more. */
const SHORTEST_BAKE = 300;

/** What SageMaker would refuse of a strategy on so many instances, and a bake that would show nothing. */
export function strategyProblems(strategy: Strategy, instances: number): StrategyProblem[] {
  const { wait, maximum_execution_time: most, bake_traffic } = strategy;
  const needed = secondsOf(strategy, instances);
  return [
    ...sizeProblems(strategy, instances),
    ...(bake_traffic === undefined || wait > 0
      ? []
      : [
          {
            key: 'bake_traffic',
            why: `has no bake to send requests to: set wait to ${SHORTEST_BAKE} or more`,
          } as const,
        ]),
    ...(wait >= SHORTEST_BAKE || (wait === 0 && strategy.type === 'all_at_once')
      ? []
      : [
          {
            key: 'wait',
            why: `must be at least ${SHORTEST_BAKE} seconds: CloudWatch tells of a shorter bake when it is over`,
          } as const,
        ]),
    ...(most === undefined || most > needed
      ? []
      : [
          {
            key: 'maximum_execution_time',
            why: `must be longer than all the waits together (${needed} seconds), with the time that the instances need to start`,
          } as const,
        ]),
  ];
}

function sizeProblems(strategy: Strategy, instances: number): StrategyProblem[] {
  if (strategy.type === 'all_at_once' || accepts(strategy, 'one_instance')) return [];
  if (instances < 2) return [];
  const [least, most] = SHARES[strategy.type];
  const share = shareOf(strategy.size, instances);
  if (share >= least && share <= most) return [];
  const range = least === 0 ? 'at most 50%' : `from ${least * 100}% to 50%`;
  return [{ key: 'size', why: `must be ${range} of the instances, and instance_count is ${instances}` }];
}

/** Whether a strategy says that all the traffic may move at once there, or does no more anyway. */
export function accepts(strategy: Strategy, situation: FallBack): boolean {
  if (strategy.all_at_once_for.includes(situation)) return true;
  return strategy.type === 'all_at_once' && (strategy.wait === 0 || situation === 'one_instance');
}

/** Where what is served shows that SageMaker brings an update in at once, whatever the strategy. */
export function fallBacksOf({ type }: Strategy, on: Capacity): ('one_instance' | 'inf1')[] {
  return [
    ...(startingInstances(on) < 2 && type !== 'all_at_once' ? (['one_instance'] as const) : []),
    ...(instanceTypesOf(on).some((type) => type.startsWith('ml.inf1.')) ? (['inf1'] as const) : []),
  ];
}

/** The DeploymentConfig of an update (AWS: UpdateEndpoint), with the alarms that roll it back. */
export function deploymentConfig(strategy: Strategy, alarms: readonly string[]): DeploymentConfig {
  const rollback = alarms.length > 0 && {
    AutoRollbackConfiguration: { Alarms: alarms.map((AlarmName) => ({ AlarmName })) },
  };
  const time = strategy.maximum_execution_time;
  const limit = time !== undefined && { MaximumExecutionTimeoutInSeconds: time };
  if (strategy.type === 'rolling') {
    const { size, wait } = strategy;
    const RollingUpdatePolicy = { MaximumBatchSize: capacitySize(size), WaitIntervalInSeconds: wait, ...limit };
    return { RollingUpdatePolicy, ...rollback };
  }
  const BlueGreenUpdatePolicy = {
    TrafficRoutingConfiguration: routing(strategy),
    TerminationWaitInSeconds: strategy.termination_wait,
    ...limit,
  };
  return { BlueGreenUpdatePolicy, ...rollback };
}

function routing(strategy: Exclude<Strategy, { type: 'rolling' }>): TrafficRoutingConfig {
  const WaitIntervalInSeconds = strategy.wait;
  switch (strategy.type) {
    case 'all_at_once':
      return { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds };
    case 'canary':
      return { Type: 'CANARY', WaitIntervalInSeconds, CanarySize: capacitySize(strategy.size) };
    case 'linear':
      return { Type: 'LINEAR', WaitIntervalInSeconds, LinearStepSize: capacitySize(strategy.size) };
  }
}

function capacitySize(size: Stepwise['size']): CapacitySize {
  if (typeof size === 'number') return { Type: 'INSTANCE_COUNT', Value: size };
  return { Type: 'CAPACITY_PERCENT', Value: Number.parseInt(size, 10) };
}

/** A strategy in a few words: `canary of 1 instance, 2 x 600 s`. */
export function strategyWords(strategy: Strategy, instances: number): string {
  const { bake_traffic: own } = strategy;
  const sending = own ? `, ${own.requests_per_minute} own requests a minute` : '';
  const waits = strategy.wait === 0 ? '' : `, ${stepsOf(strategy, instances)} x ${strategy.wait} s${sending}`;
  if (strategy.type === 'all_at_once') return `all_at_once${waits}`;
  const { size } = strategy;
  const part = typeof size === 'number' ? `${size} instance${size === 1 ? '' : 's'}` : size;
  return `${strategy.type} of ${part}${waits}`;
}
