import { onceInTheInclude } from '../gitlab/safety-inputs.ts';
import type { FailureCode } from '../ground/failure-codes.ts';
import type { CurrentDeployment } from './current.ts';
import { KIND_WORDS, type Kind, kindLive } from './description/kinds.ts';
import type { Strategy } from './description/strategy.ts';
import type { Endpoint } from './endpoint.ts';
import { explainReason, recreation, updating, variantLines } from './outcome.ts';
import { isSameOwner, type Owner, refusalOfOwner } from './owner.ts';
import { hasItsInstances, statusLine } from './progress.ts';
import { refusedFallBack } from './rollout/fall-backs.ts';
import { MAX_TAGS } from './tags.ts';

/** What should be live on an endpoint, and what may be done for it. */
export interface DesiredEndpoint {
  readonly endpoint: string;
  readonly config: string;
  readonly version: number;
  /** Of which kind the endpoint is to be. */
  readonly kind: Kind;
  /** How an update is to be brought in. */
  readonly strategy?: Strategy | undefined;
  /** Whether the version has a container of AWS Marketplace. */
  readonly marketplace?: boolean;
  /** Whose the endpoint is, or is to be. */
  readonly owner: Owner;
  readonly take_over_endpoint: boolean;
  readonly allow_downgrade: boolean;
  readonly recreate_failed: boolean;
  /** Whether an endpoint may be updated whose last update and its rollback both failed: only to a config that served. */
  readonly update_rollback_failed?: boolean;
}

export type EndpointDecision =
  | { do: 'create' }
  | { do: 'update' }
  | { do: 'delete' }
  | { do: 'follow' }
  | { do: 'nothing' }
  | { do: 'wait'; saying: string }
  | { do: 'refuse'; code: FailureCode; why: string; next: string };

interface ObservedEndpoint {
  readonly endpoint: Endpoint | undefined;
  /** Whose the endpoint is, by its tags. */
  readonly owner: Owner | undefined;
  /** How many tags it has, and how many an update adds. */
  readonly tags: { readonly has: number; readonly added: number };
  /** What serves now; `undefined` where nothing is replaced. */
  readonly current: Pick<CurrentDeployment, 'served' | 'lost' | 'notAsPlanned'> | undefined;
}

/**
 * Decides what to do about an endpoint: each status has one answer. Another deployment in progress is never
 * overwritten, another's endpoint is not touched unless take_over_endpoint is true, and no endpoint is deleted unless
 * recreate_failed is true.
 */
export function decideChange(
  { endpoint, owner, tags, current }: ObservedEndpoint,
  wanted: DesiredEndpoint,
): EndpointDecision {
  if (!endpoint) return create(wanted);
  if (endpoint.name !== wanted.endpoint) return { do: 'refuse', ...otherwiseSpelled(endpoint, wanted) };
  if (isBusy(endpoint, wanted)) return wait(endpoint);
  if (owner && !isSameOwner(owner, wanted.owner) && !wanted.take_over_endpoint)
    return { do: 'refuse', ...refusalOfOwner(endpoint.name, owner, wanted.owner) };
  switch (endpoint.status) {
    case 'InService':
      if (endpoint.pending !== undefined) return { do: 'follow' };
      return endpoint.config === wanted.config ? keep(endpoint, current) : replace(endpoint, { tags, current }, wanted);
    case 'OutOfService':
      return replace(endpoint, { tags, current }, wanted);
    case 'Creating':
    case 'Updating':
    case 'RollingBack':
      return { do: 'follow' };
    case 'Failed':
      if (wanted.recreate_failed) return { do: 'delete' };
      return refuse(
        'SMC-4003',
        `${endpoint.name} is Failed. ${explainReason(endpoint.failureReason)}`,
        recreation(endpoint.name, ', then run this job again'),
      );
    case 'UpdateRollbackFailed':
      return wanted.update_rollback_failed === true ? { do: 'update' } : rollbackFailed(endpoint);
    default:
      return refuse(
        'SMC-4005',
        `${wanted.endpoint} has a status that this version does not know.`,
        'check the endpoint in the AWS console, and use a newer version of the components.',
      );
  }
}

/** A new endpoint has no strategy: SageMaker brings the first deployment in at once. */
function create({ endpoint, strategy }: DesiredEndpoint): EndpointDecision {
  const refusal = refusedFallBack(endpoint, strategy, 'first_deployment');
  return refusal ? { do: 'refuse', ...refusal } : { do: 'create' };
}

/** Whether SageMaker is busy with a change that is not ours: nothing can be decided before it ends. */
export function isBusy({ status, config, pending }: Endpoint, wanted: Pick<DesiredEndpoint, 'config'>): boolean {
  switch (status) {
    case 'SystemUpdating':
    case 'Deleting':
      return true;
    case 'Creating':
    case 'Updating':
    case 'RollingBack':
      return (pending ?? config) !== wanted.config;
    default:
      return status === 'InService' && pending !== undefined && pending !== wanted.config;
  }
}

/** Whether the decision depends on what serves now. */
export function dependsOnCurrent({ status, pending }: Endpoint): boolean {
  return status === 'OutOfService' || (status === 'InService' && pending === undefined);
}

/** Our config serves by its name: it is ours only when all that SageMaker tells of it is as planned. */
function keep(endpoint: Endpoint, current: ObservedEndpoint['current']): EndpointDecision {
  const differences = current?.notAsPlanned ?? ['nothing is known of it'];
  if (differences.length === 0) return { do: hasItsInstances(endpoint) ? 'nothing' : 'follow' };
  return refuse(
    'SMC-4006',
    `${endpoint.name} serves ${endpoint.config}, but not as planned:\n${lines(differences)}\nNothing was changed.`,
    'find out who changed it in CloudTrail (DeleteEndpointConfig, DeleteModel). To go back to the release before, start rollback-endpoint. To deploy the version again under new names, set another name_prefix.',
  );
}

function replace(
  { name, arn, answer }: Endpoint,
  { tags, current }: Pick<ObservedEndpoint, 'tags' | 'current'>,
  wanted: DesiredEndpoint,
): EndpointDecision {
  const { version, allow_downgrade, take_over_endpoint } = wanted;
  if (!current) return refuse('SMC-4007', `Nothing is known of what ${name} serves.`, 'run this job again.');
  const { served, lost } = current;
  const kind = kindLive(answer);
  if (kind !== wanted.kind) return ofAnotherKind(name, kind, wanted.kind);
  if (lost.length > 0)
    return refuse(
      'SMC-4008',
      `${name} has what this component does not support: an update would remove or change it. Nothing was changed.\n${lines(lost)}`,
      'write what the endpoint file can say into it: the value, or null to go without it (docs/endpoint-file.md). For the rest, deploy this endpoint as before, or set another endpoint_name. If the endpoint does not need it, update the endpoint by hand to a config without it, then run this job again.',
    );
  if (tags.has + tags.added > MAX_TAGS)
    return refuse(
      'SMC-4009',
      `${name} has ${tags.has} tags, and SageMaker allows ${MAX_TAGS}: ${tags.added} more, which this deployment adds, do not fit. Nothing was changed.`,
      `remove some of its tags (aws sagemaker delete-tags --resource-arn ${arn} --tag-keys ...) or of the input tags, then run this job again.`,
    );
  if (served.is === 'version of another group' && !take_over_endpoint)
    return refuse(
      'SMC-4010',
      `${name} serves ${served.package}, a version of another model package group. Nothing was changed.`,
      `set another endpoint_name. If this endpoint must change hands, ${onceInTheInclude('take_over_endpoint')}.`,
    );
  if (served.is === 'unknown' && !allow_downgrade)
    return refuse(
      'SMC-4011',
      `Nobody knows which version ${name} serves: ${served.why}, and the tags of the endpoint do not name its version. Nothing was changed.`,
      `find out what it serves in CloudTrail (CreateModel). If version ${version} is not older, ${onceInTheInclude('allow_downgrade')}.`,
    );
  if (served.is !== 'version' || version >= served.version || allow_downgrade) return updateBy(wanted);
  return refuse(
    'SMC-4012',
    `${name} serves version ${served.version}, and version ${version} is older. Nothing was changed.`,
    `promote a newer version. To go back to a release that was live before, start rollback-endpoint. To deploy the older version anew, ${onceInTheInclude('allow_downgrade')}.`,
  );
}

/**
 * SageMaker makes no endpoint on instances serverless. A serverless one it puts on instances, and cannot bring back:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
 */
function ofAnotherKind(name: string, kind: Kind, wanted: Kind): EndpointDecision {
  return refuse(
    'SMC-4023',
    `${name} is ${KIND_WORDS[kind]}, and is to be ${KIND_WORDS[wanted]}. Nothing was changed.`,
    'set another endpoint_name, so that a new endpoint is made; or delete this one with delete-endpoint, then run this job again: nothing answers until the new one has started.',
  );
}

function updateBy({ endpoint, strategy, marketplace }: DesiredEndpoint): EndpointDecision {
  const refusal = marketplace === true ? refusedFallBack(endpoint, strategy, 'marketplace') : undefined;
  return refusal ? { do: 'refuse', ...refusal } : { do: 'update' };
}

const lines = (each: readonly string[]) => each.map((one) => `  ${one}`).join('\n');

function wait(endpoint: Endpoint): EndpointDecision {
  return { do: 'wait', saying: waitingFor(endpoint) };
}

/** What a job says that waits for the end of another change. */
export function waitingFor(endpoint: Endpoint): string {
  const whose = endpoint.pending === undefined ? '' : ` (another deployment: ${endpoint.pending})`;
  return `Waiting until ${endpoint.name} is stable${whose}: ${statusLine(endpoint)}`;
}

/** SageMaker compares endpoint names without case when it creates one, and with case when one is invoked. */
export function otherwiseSpelled(
  { name }: Pick<Endpoint, 'name'>,
  wanted: Pick<DesiredEndpoint, 'endpoint'>,
): { code: FailureCode; why: string; next: string } {
  return {
    code: 'SMC-4002',
    why: `endpoint_name: received "${wanted.endpoint}", but the name of this endpoint is "${name}".`,
    next: `set endpoint_name to ${name}: callers must use this spelling.`,
  };
}

function rollbackFailed(endpoint: Endpoint): EndpointDecision {
  return refuse(
    'SMC-4004',
    `${endpoint.name} is UpdateRollbackFailed: the endpoint may serve several configs (${variantLines(endpoint)}). ${explainReason(endpoint.failureReason)}`,
    `${updating(endpoint.name, endpoint.config)}, then run this job again.`,
  );
}

function refuse(code: FailureCode, why: string, next: string): EndpointDecision {
  return { do: 'refuse', code, why, next };
}
