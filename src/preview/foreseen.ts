import type { Endpoint } from '../endpoints/endpoint.ts';
import { refuseTakenNames } from '../endpoints/ensure.ts';
import type { Look } from '../endpoints/look.ts';
import { isSameOwner, type Owner, ownerLine, refusalOfOwner } from '../endpoints/owner.ts';
import type { DeploymentPlan } from '../endpoints/plan.ts';
import { Failure } from '../ground/failure.ts';
import type { Context } from '../program/context.ts';
import { refusalOfInstance, refusalSentence } from '../registry/deployability.ts';
import { groupArnOf, type ModelPackage } from '../registry/packages.ts';
import type { Destination } from './live.ts';

type Looking = Pick<Context, 'job'> & { readonly look: Look };

/** Refuses a version that is not registered for the instance type on which deploy-model would serve it. */
export function refuseInstanceType(
  candidate: ModelPackage,
  { instance_type }: { readonly instance_type: string | undefined },
  { job }: Pick<Context, 'job'>,
): void {
  const refusal = instance_type === undefined ? undefined : refusalOfInstance(candidate, { instance_type });
  if (refusal) throw new Failure(refusal.code, refusalSentence(candidate, job, refusal), refusal.next);
}

/**
 * Refuses a version that deploy-model would refuse because of what is there already, by the same functions, before
 * anybody is asked to approve it (AWS: DescribeModel, DescribeEndpointConfig).
 */
export async function refuseForeseen(
  plan: DeploymentPlan,
  destination: Destination | undefined,
  look: Look,
): Promise<void> {
  const decision = destination?.seen?.decision;
  if (decision?.do === 'refuse') throw new Failure(decision.code, decision.why, decision.next);
  await refuseTakenNames(look, plan.serving);
}

/**
 * Refuses another's endpoint where the include does not say how deploy-model deploys, which is as much as can be foreseen
 * then.
 */
export async function refuseAnothersEndpoint(
  candidate: ModelPackage,
  { endpoint }: Destination,
  { look, job }: Looking,
): Promise<void> {
  const ours = ownerOf(candidate, { job });
  const owner = (await look.tags(endpoint.arn))?.owner;
  if (!owner || isSameOwner(owner, ours)) return;
  const { code, why, next } = refusalOfOwner(endpoint.name, owner, ours);
  throw new Failure(code, why, next);
}

/**
 * What deploy-model would take from somebody else, where it may (AWS: ListTags): a sentence;
 * `undefined` where the endpoint is ours already, or nobody's.
 */
export async function takenOver(
  candidate: ModelPackage,
  { endpoint }: Destination,
  { look, job }: Looking,
): Promise<string | undefined> {
  const owner = (await look.tags(endpoint.arn))?.owner;
  if (!owner || isSameOwner(owner, ownerOf(candidate, { job }))) return undefined;
  return takeOverSentence(endpoint, owner);
}

function ownerOf(candidate: ModelPackage, { job }: Pick<Context, 'job'>): Owner {
  return { project: job.projectId, environment: job.environment, group: groupArnOf(candidate.arn) };
}

function takeOverSentence({ name }: Endpoint, owner: Owner): string {
  return `deploy-model would take ${name} over: it belongs to ${ownerLine(owner)} (take_over_endpoint is true).`;
}
