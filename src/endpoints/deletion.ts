import type { FailureCode } from '../ground/failure-codes.ts';
import { sameGroup } from '../registry/packages.ts';
import { otherwiseSpelled } from './decision.ts';
import type { Endpoint } from './endpoint.ts';
import { type Owner, ownerLine } from './owner.ts';
import { statusLine } from './progress.ts';
import type { EndpointTags } from './tags.ts';

/** What is to be deleted, and for whom. */
export interface UnwantedEndpoint {
  readonly endpoint: string;
  /** Whose it has to be; any group of theirs where the job names none. */
  readonly owner: Omit<Owner, 'group'> & { readonly group: string | undefined };
}

export type DeletionDecision =
  | { do: 'nothing' }
  | { do: 'wait'; saying: string }
  | { do: 'delete' }
  | { do: 'refuse'; code: FailureCode; why: string; next: string };

/** An endpoint is deleted when its tags say that it is ours, and SageMaker is not busy with it. */
export function decideDeletion(
  found: { readonly endpoint: Endpoint; readonly owner: Owner | undefined } | undefined,
  wanted: UnwantedEndpoint,
): DeletionDecision {
  if (!found) return { do: 'nothing' };
  const { endpoint, owner } = found;
  if (endpoint.name !== wanted.endpoint) return { do: 'refuse', ...otherwiseSpelled(endpoint, wanted) };
  if (!owner) return { do: 'refuse', ...refusalOfUnknown(endpoint) };
  if (!isOwner(owner, wanted.owner)) return { do: 'refuse', ...refusalOfAnother(endpoint, owner, wanted) };
  switch (endpoint.status) {
    case 'Creating':
    case 'Updating':
    case 'SystemUpdating':
    case 'RollingBack':
      return { do: 'wait', saying: `SageMaker deletes no endpoint that is busy: ${statusLine(endpoint)}` };
    case 'Deleting':
      return { do: 'wait', saying: 'Deleting' };
    default:
      return { do: 'delete' };
  }
}

function isOwner(owner: Owner, { project, environment, group }: UnwantedEndpoint['owner']): boolean {
  const same = owner.project === project && owner.environment === environment;
  return same && (group === undefined || sameGroup(owner.group, group));
}

function refusalOfUnknown({ name }: Endpoint) {
  return {
    code: 'SMC-6503' as const,
    why: `${name} has no tags that say whose it is. Nothing was deleted.`,
    next: `if it is yours, delete it by hand (aws sagemaker delete-endpoint --endpoint-name ${name}). What deploy-model deployed has these tags.`,
  };
}

function refusalOfAnother({ name }: Endpoint, owner: Owner, { owner: ours }: UnwantedEndpoint) {
  const we = `project ${ours.project}, environment ${ours.environment}${ours.group === undefined ? '' : `, group ${ours.group}`}`;
  return {
    code: 'SMC-6502' as const,
    why: `${name} belongs to another deployment, as its tags say (${ownerLine(owner)}). This job is for ${we}. Nothing was deleted.`,
    next: 'set endpoint_name to an endpoint of this project, environment and model.',
  };
}

/** What a deletion takes away, and what stays, a line each. */
export function deletionLines(endpoint: Endpoint, tags: EndpointTags): string[] {
  const served = tags.wanted === endpoint.config ? tags.package : undefined;
  return [
    `deleted  endpoint ${endpoint.name}: ${statusLine(endpoint)}`,
    ...(tags.autoscaling ? ['deleted  what scales it: its scalable target, with policies and scheduled actions'] : []),
    ...(tags.alarms ? [`deleted  the alarms that deploy-model made for its releases`] : []),
    `stays    endpoint config ${endpoint.config} and its model, which cost nothing${served === undefined ? '' : `; they serve ${served}`}`,
    'stays    every entry in the model registry',
  ];
}
