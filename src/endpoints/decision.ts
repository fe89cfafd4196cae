import type { CurrentDeployment } from './current.ts';
import type { Endpoint } from './endpoint.ts';
import { explainReason, recreation, variantLines } from './outcome.ts';
import { hasItsInstances, statusLine } from './progress.ts';

/** What should be live on an endpoint, and what may be done for it. */
export interface DesiredEndpoint {
  readonly endpoint: string;
  readonly config: string;
  readonly version: number;
  readonly allow_downgrade: boolean;
  readonly recreate_failed: boolean;
}

export type EndpointDecision =
  | { do: 'create' }
  | { do: 'update' }
  | { do: 'delete' }
  | { do: 'follow' }
  | { do: 'nothing' }
  | { do: 'wait'; saying: string }
  | { do: 'refuse'; kind: 'refused' | 'invalid input'; why: string; next: string };

interface ObservedEndpoint {
  readonly endpoint: Endpoint | undefined;
  /** What serves now; only needed when it is about to be replaced. */
  readonly current: Pick<CurrentDeployment, 'version' | 'unsupportedFeatures'> | undefined;
}

/**
 * Decides what to do about an endpoint: each status has one answer. Another deployment in progress is never
 * overwritten, and no endpoint is deleted unless recreate_failed is true.
 */
export function decideChange({ endpoint, current }: ObservedEndpoint, wanted: DesiredEndpoint): EndpointDecision {
  if (!endpoint) return { do: 'create' };
  if (endpoint.name !== wanted.endpoint) return otherwiseSpelled(endpoint, wanted);
  const ours = (endpoint.pending ?? endpoint.config) === wanted.config;
  switch (endpoint.status) {
    case 'InService':
      if (endpoint.pending !== undefined) return ours ? { do: 'follow' } : wait(endpoint);
      if (ours) return { do: hasItsInstances(endpoint) ? 'nothing' : 'follow' };
      return replace(endpoint, current, wanted);
    case 'OutOfService':
      return replace(endpoint, current, wanted);
    case 'Creating':
    case 'Updating':
    case 'RollingBack':
      return ours ? { do: 'follow' } : wait(endpoint);
    case 'SystemUpdating':
    case 'Deleting':
      return wait(endpoint);
    case 'Failed':
      if (wanted.recreate_failed) return { do: 'delete' };
      return refuse(
        `${endpoint.name} is Failed. ${explainReason(endpoint.failureReason)}`,
        `${recreation(endpoint.name)} Then run this job again.`,
      );
    case 'UpdateRollbackFailed':
      return rollbackFailed(endpoint);
    default:
      return refuse(
        `${wanted.endpoint} has a status that this version does not know.`,
        'check the endpoint in the AWS console, and use a newer version of the components.',
      );
  }
}

/** Whether the decision depends on what serves now: it does when that is about to be replaced. */
export function mayBeReplaced(endpoint: Endpoint | undefined, { config }: Pick<DesiredEndpoint, 'config'>): boolean {
  if (!endpoint || endpoint.pending !== undefined) return false;
  return endpoint.status === 'OutOfService' || (endpoint.status === 'InService' && endpoint.config !== config);
}

function replace(
  { name }: Endpoint,
  current: ObservedEndpoint['current'],
  { version, allow_downgrade }: DesiredEndpoint,
): EndpointDecision {
  if (current && current.unsupportedFeatures.length > 0) {
    return refuse(
      `${name} has ${current.unsupportedFeatures.join(' and ')}, which this component does not support: an update would remove it. Nothing was changed.`,
      'deploy this endpoint as before, or set another endpoint_name. If the endpoint does not need it, update the endpoint by hand to a config without it, then run this job again.',
    );
  }
  const older = current?.version !== undefined && version < current.version;
  if (!older || allow_downgrade) return { do: 'update' };
  return refuse(
    `${name} serves version ${current.version}, and version ${version} is older. Nothing was changed.`,
    'promote a newer version. To deploy the older version, set allow_downgrade: true for one run.',
  );
}

function wait(endpoint: Endpoint): EndpointDecision {
  const whose = endpoint.pending === undefined ? '' : ` (another deployment: ${endpoint.pending})`;
  return { do: 'wait', saying: `Waiting until ${endpoint.name} is stable${whose}: ${statusLine(endpoint)}` };
}

/** SageMaker compares endpoint names without case when it creates one, and with case when one is invoked. */
function otherwiseSpelled({ name }: Endpoint, wanted: DesiredEndpoint): EndpointDecision {
  return {
    do: 'refuse',
    kind: 'invalid input',
    why: `endpoint_name: received "${wanted.endpoint}", but the name of this endpoint is "${name}".`,
    next: `set endpoint_name to ${name}: callers must use this spelling.`,
  };
}

function rollbackFailed(endpoint: Endpoint): EndpointDecision {
  return refuse(
    `${endpoint.name} is UpdateRollbackFailed: the endpoint may serve several configs (${variantLines(endpoint)}). ${explainReason(endpoint.failureReason)}`,
    `update it to a config that works (aws sagemaker update-endpoint --endpoint-name ${endpoint.name} --endpoint-config-name ${endpoint.config}), then run this job again.`,
  );
}

function refuse(why: string, next: string): EndpointDecision {
  return { do: 'refuse', kind: 'refused', why, next };
}
