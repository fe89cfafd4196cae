import type * as api from '@aws-sdk/client-sagemaker';
import { type Given, invalid } from './service.ts';

export type DeploymentConfig = Given<api.DeploymentConfig>;

/** A part of the new fleet that takes its traffic, and how long it is then watched. */
export interface Step {
  /** The share of the traffic that the new fleet has from then on, from 0 to 1. */
  readonly traffic: number;
  readonly seconds: number;
}

/** How the traffic goes over to the new fleet. */
export interface Rollout {
  readonly steps: readonly Step[];
  /** How long the old fleet stays afterwards, in seconds. */
  readonly termination: number;
  /** Whether the new fleet comes up batch by batch. */
  readonly rolling: boolean;
  /** The alarms that roll the update back. */
  readonly alarms: readonly string[];
}

/** What of a new fleet decides how it can be rolled out. */
export interface Fleet {
  readonly variants: readonly string[];
  readonly before: readonly string[];
  readonly instances: number;
  /** Why SageMaker takes all the traffic over at once, whatever it was asked for: it says so to nobody. */
  readonly allAtOnce: boolean;
}

const AT_ONCE: Rollout = { steps: [{ traffic: 1, seconds: 0 }], termination: 0, rolling: false, alarms: [] };

/** The rollout that a deployment config asks for, refused where SageMaker refuses it. */
export function rolloutOf(config: DeploymentConfig | undefined, fleet: Fleet): Rollout {
  if (!config) return AT_ONCE;
  const { BlueGreenUpdatePolicy: blueGreen, RollingUpdatePolicy: rolling } = config;
  if (blueGreen && rolling)
    throw invalid('Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified in DeploymentConfig.');
  if (fleet.before.length > 0 && (blueGreen ?? rolling) && fleet.variants.join() !== fleet.before.join())
    throw invalid(
      `The production variant names [${fleet.variants.join(', ')}] must match those of the current endpoint configuration [${fleet.before.join(', ')}].`,
    );
  const alarms = (config.AutoRollbackConfiguration?.Alarms ?? []).flatMap(({ AlarmName }) => AlarmName ?? []);
  const wanted = blueGreen ? blueGreenRollout(blueGreen, fleet) : rolling ? rollingRollout(rolling, fleet) : AT_ONCE;
  const isStepped = rolling !== undefined || blueGreen?.TrafficRoutingConfiguration.Type !== 'ALL_AT_ONCE';
  return fleet.allAtOnce || (isStepped && fleet.instances < 2) ? { ...AT_ONCE, alarms } : { ...wanted, alarms };
}

function blueGreenRollout(
  {
    TrafficRoutingConfiguration: routing,
    TerminationWaitInSeconds: termination = 0,
    ...policy
  }: Given<api.BlueGreenUpdatePolicy>,
  fleet: Fleet,
): Rollout {
  const seconds = routing.WaitIntervalInSeconds;
  const steps = trafficSteps(routing, fleet.instances).map((traffic) => ({ traffic, seconds }));
  mustFit(policy.MaximumExecutionTimeoutInSeconds, steps.length * seconds + termination);
  return { steps, termination, rolling: false, alarms: [] };
}

function trafficSteps(routing: Given<api.TrafficRoutingConfig>, instances: number): number[] {
  if (routing.Type === 'ALL_AT_ONCE') return [1];
  const [member, least] = routing.Type === 'CANARY' ? (['CanarySize', 0] as const) : (['LinearStepSize', 0.1] as const);
  const size = routing[member];
  if (!size) throw invalid(`${member} is required when the traffic routing type is ${routing.Type}.`);
  const share = shareOf(size, instances);
  mustBeWithin(member, share, least);
  if (routing.Type === 'CANARY') return [share, 1];
  return shares(share);
}

function rollingRollout(
  {
    MaximumBatchSize,
    WaitIntervalInSeconds: seconds,
    MaximumExecutionTimeoutInSeconds: most,
  }: Given<api.RollingUpdatePolicy>,
  fleet: Fleet,
): Rollout {
  const share = shareOf(MaximumBatchSize, fleet.instances);
  mustBeWithin('MaximumBatchSize', share, 0.05);
  const steps = shares(share).map((traffic) => ({ traffic, seconds }));
  mustFit(most, steps.length * seconds);
  return { steps, termination: 0, rolling: true, alarms: [] };
}

/** One step after the other, the last of which is what is left. */
function shares(step: number): number[] {
  const count = Math.ceil(1 / step - 1e-9);
  return Array.from({ length: count }, (_, index) => Math.min(1, step * (index + 1)));
}

/** What is asked for, rounded up to whole instances, must still be no more than half of the fleet. */
function shareOf({ Type, Value }: Given<api.CapacitySize>, instances: number): number {
  if (Type === 'INSTANCE_COUNT') return Value / instances;
  return Value / 100;
}

function mustBeWithin(member: string, share: number, least: number): void {
  if (share <= 0.5 && share >= least) return;
  const range = least === 0 ? 'at most 50%' : `between ${least * 100}% and 50%`;
  throw invalid(`${member} must be ${range} of the total capacity of the production variant.`);
}

function mustFit(most: number | undefined, waits: number): void {
  if (most === undefined || most > waits) return;
  throw invalid(
    `MaximumExecutionTimeoutInSeconds (${most}) must be greater than the total of the wait intervals and the termination wait (${waits}).`,
  );
}
