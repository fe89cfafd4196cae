import type { EndpointStatus } from '@aws-sdk/client-sagemaker';
import type { Endpoint, Variant } from './endpoint.ts';

/** A deployment that we made or adopted: the config that is to be live, and the one that was live before it, if any. */
export interface OwnDeployment {
  readonly config: string;
  readonly previousConfig: string | undefined;
}

export type DeploymentProgress =
  | { is: 'live' }
  | { is: 'progressing'; saying: string }
  | { is: 'rolled back'; why: string | undefined }
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
  if (pending !== undefined && pending !== ours.config) return { is: 'superseded', by: pending };
  // SageMaker does not promise to name the pending config in every one of these states.
  if (pending === ours.config || MOVING.includes(status)) return { is: 'progressing', saying: statusLine(endpoint) };
  if (config === ours.config) return settledProgress(endpoint);
  if (config === ours.previousConfig) return { is: 'rolled back', why };
  return { is: 'superseded', by: config };
}

function settledProgress(endpoint: Endpoint): DeploymentProgress {
  if (endpoint.status !== 'InService') return { is: 'failed', why: endpoint.failureReason ?? endpoint.status };
  return hasItsInstances(endpoint) ? { is: 'live' } : { is: 'progressing', saying: statusLine(endpoint) };
}

/** Whether every variant runs as many instances as it should. Counts that SageMaker does not tell are not met. */
export function hasItsInstances({ variants }: Pick<Endpoint, 'variants'>): boolean {
  return variants.length > 0 && variants.every(runsAsMany);
}

function runsAsMany({ instances, wantedInstances }: Variant): boolean {
  return instances !== undefined && wantedInstances !== undefined && instances >= wantedInstances;
}

/** An endpoint's state in a line: `Updating; AllTraffic ActivatingTraffic, 1 of 2 instances`. */
export function statusLine({ status, pendingVariants, variants }: Endpoint): string {
  const told = pendingVariants.length > 0 ? pendingVariants : variants;
  return [status, ...told.map(variantLine)].join('; ');
}

/** `AllTraffic ActivatingTraffic, 1 of 2 instances`. */
export function variantLine({ name, phases, instances, wantedInstances }: Variant): string {
  const state = phases.length > 0 ? ` ${phases.join(' and ')}` : '';
  const [running, wanted] = [instances ?? 'unknown', wantedInstances ?? 'unknown'];
  return `${name}${state}, ${running} of ${wanted} instance${wanted === 1 ? '' : 's'}`;
}
