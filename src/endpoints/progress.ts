import type { EndpointStatus } from '@aws-sdk/client-sagemaker';
import { canonicalJson } from '../ground/canonical-json.ts';
import type { Endpoint, Variant } from './endpoint.ts';

/** A deployment that we made or adopted: the config that is to be live, and the one that was live before it, if any. */
export interface OwnDeployment {
  readonly config: string;
  readonly previousConfig: string | undefined;
  /** When the config before was deployed, as it was seen before our change; `undefined` when it was not seen. */
  readonly previousDeployedAt: Date | undefined;
  /** What was seen of it so far. SageMaker rolls back only an update that has not ended. */
  readonly history: 'nothing' | 'was live' | 'was rolling back';
}

export type DeploymentProgress =
  | { is: 'live' }
  | { is: 'progressing'; saying: string }
  | { is: 'rolled back'; why: string | undefined }
  | { is: 'returned' }
  | { is: 'rolled back or returned' }
  | { is: 'superseded'; by: string }
  | { is: 'failed'; why: string | undefined }
  | { is: 'rollback failed'; why: string | undefined }
  | { is: 'gone' };

const MOVING: readonly EndpointStatus[] = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack'];

/**
 * Where our deployment stands: live only when our config serves, nothing is pending and every variant has its
 * instances.
 */
export function progress(endpoint: Endpoint | undefined, ours: OwnDeployment): DeploymentProgress {
  if (!endpoint || endpoint.status === 'Deleting') return { is: 'gone' };
  const { status, config, pending, failureReason: why } = endpoint;
  if (status === 'Failed') return { is: 'failed', why };
  if (status === 'UpdateRollbackFailed') return { is: 'rollback failed', why };
  // Whatever SageMaker names as pending while it rolls back, only the end says which config serves.
  const supersedes = pending !== undefined && pending !== ours.config && status !== 'RollingBack';
  if (supersedes) return { is: 'superseded', by: pending };
  // SageMaker does not promise to name the pending config in every one of these states.
  if (pending === ours.config || MOVING.includes(status)) return { is: 'progressing', saying: statusLine(endpoint) };
  if (config === ours.config) return settledProgress(endpoint);
  if (config === ours.previousConfig) return backToPrevious(endpoint, ours);
  return { is: 'superseded', by: config };
}

/**
 * The config before ours serves again: SageMaker rolled back, or somebody returned to it with an update. A rollback
 * keeps the instances of before, with the images as they were resolved then, and may leave a reason; an update starts
 * new instances and erases the reason.
 */
function backToPrevious(endpoint: Endpoint, { previousDeployedAt, history }: OwnDeployment): DeploymentProgress {
  const { failureReason: why } = endpoint;
  if (history === 'was live') return { is: 'returned' };
  if (history === 'was rolling back' || why !== undefined) return { is: 'rolled back', why };
  const now = deployedAt(endpoint);
  if (now === undefined || previousDeployedAt === undefined) return { is: 'rolled back or returned' };
  return now > previousDeployedAt ? { is: 'returned' } : { is: 'rolled back', why };
}

/** When SageMaker resolved the images of the instances that serve: the last, or `undefined` where it does not say. */
export function deployedAt({ answer }: Pick<Endpoint, 'answer'>): Date | undefined {
  const images = (answer.ProductionVariants ?? []).flatMap(({ DeployedImages }) => DeployedImages ?? []);
  return images.flatMap(({ ResolutionTime: at }) => at ?? []).toSorted((a, b) => b.getTime() - a.getTime())[0];
}

/** Follows a deployment from look to look: what was seen before tells a rollback from an update back. */
export function follow(ours: OwnDeployment): (endpoint: Endpoint | undefined) => DeploymentProgress {
  let { history } = ours;
  return (endpoint) => {
    if (endpoint?.status === 'RollingBack') history = 'was rolling back';
    if (endpoint?.config === ours.config) history = 'was live';
    return progress(endpoint, { ...ours, history });
  };
}

function settledProgress(endpoint: Endpoint): DeploymentProgress {
  if (endpoint.status !== 'InService') return { is: 'failed', why: endpoint.failureReason ?? endpoint.status };
  return hasItsInstances(endpoint) ? { is: 'live' } : { is: 'progressing', saying: statusLine(endpoint) };
}

/** Whether every variant has all that it should. What SageMaker does not tell is not met. */
export function hasItsInstances({ variants }: Pick<Endpoint, 'variants'>): boolean {
  return variants.length > 0 && variants.every(hasAll);
}

/** A number that SageMaker does not tell is NaN here, which is as many as no other. */
function hasAll({ instances = Number.NaN, wantedInstances = Number.NaN, serverless }: Variant): boolean {
  if (!serverless) return instances >= wantedInstances;
  const { current, wanted } = serverless;
  return current !== undefined && (wanted === undefined || canonicalJson(current) === canonicalJson(wanted));
}

/** An endpoint's state in a line: `Updating; AllTraffic ActivatingTraffic, 1 of 2 instances`. */
export function statusLine({ status, pendingVariants, variants }: Endpoint): string {
  const told = pendingVariants.length > 0 ? pendingVariants : variants;
  return [status, ...told.map(variantLine)].join('; ');
}

/** `AllTraffic ActivatingTraffic, 1 of 2 instances`. */
export function variantLine({ name, phases, instances, wantedInstances, serverless }: Variant): string {
  const state = phases.length > 0 ? ` ${phases.join(' and ')}` : '';
  if (serverless) return `${name}${state}, serverless`;
  const [running, wanted] = [instances ?? 'unknown', wantedInstances ?? 'unknown'];
  return `${name}${state}, ${running} of ${wanted} instance${wanted === 1 ? '' : 's'}`;
}
