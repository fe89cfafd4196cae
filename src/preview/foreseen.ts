import { keptInstances } from '../endpoints/current.ts';
import { decideChange } from '../endpoints/decision.ts';
import { servedOn, startingInstances } from '../endpoints/description/capacity.ts';
import type { EndpointDescription } from '../endpoints/description/description.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { refusalOfTakenNames } from '../endpoints/ensure.ts';
import type { Look } from '../endpoints/look.ts';
import type { ModelAndConfig } from '../endpoints/model-and-config.ts';
import { isSameOwner, type Owner, ownerLine, refusalOfOwner } from '../endpoints/owner.ts';
import type { DeploymentPlan } from '../endpoints/plan.ts';
import { refusalOfSteps } from '../endpoints/rollout/release.ts';
import { scalingBefore } from '../endpoints/scaling-before.ts';
import { Failure } from '../ground/failure.ts';
import type { Context } from '../program/context.ts';
import { refusalOfServing, refusalSentence } from '../registry/deployability.ts';
import { groupArnOf, type ModelPackage } from '../registry/packages.ts';
import type { Destination } from './live.ts';

type Looking = Pick<Context, 'job'> & { readonly look: Look };

/** The refusal of a version that is not made for how deploy-model would serve it. */
export function refusalToServe(
  candidate: ModelPackage,
  description: EndpointDescription | undefined,
  { job }: Pick<Context, 'job'>,
): Failure | undefined {
  const refusal = description && refusalOfServing(candidate, servedOn(description));
  return refusal && new Failure(refusal.code, refusalSentence(candidate, job, refusal), refusal.next);
}

/** What deploy-model would meet where a version would go. */
export interface Met {
  /** Why it would refuse; `undefined` where nothing stands against it. */
  readonly refused: Failure | undefined;
  /** What it would take from somebody else, where it may: a sentence. */
  readonly taken: string | undefined;
}

interface Going {
  /** How deploy-model would deploy; `undefined` where the include does not say how, or where. */
  readonly plan: DeploymentPlan | undefined;
  readonly destination: Destination | undefined;
  readonly look: Look;
  /** Whether another's endpoint may be used (take_over_endpoint), and whether the include names the endpoint at all. */
  readonly takeOver: boolean;
  readonly isNamed: boolean;
}

/** What deploy-model would meet, before anybody is asked to approve a version. */
export async function meet(
  candidate: ModelPackage,
  { plan, destination, look, takeOver, isNamed }: Going,
  { job, aws }: Pick<Context, 'job' | 'aws'>,
): Promise<Met> {
  const refused = plan && (await refusalOfPlan(plan, destination, { look, aws }));
  if (refused || !destination || !isNamed) return { refused, taken: undefined };
  if (takeOver) return { refused, taken: await takenOver(candidate, destination, { look, job }) };
  const ours = ownerOf(candidate, { job });
  const ofOwner = plan ? undefined : await refusalOfAnothersEndpoint(destination.endpoint, ours, look);
  return { refused: ofOwner, taken: undefined };
}

/** What is refused before a deployment, as the Failure that ends a job. */
export function asFailure({ code, why, next }: Pick<Failure, 'code' | 'next'> & { readonly why: string }): Failure {
  return new Failure(code, why, next);
}

/** What is seen where no endpoint is. */
const NO_ENDPOINT = { endpoint: undefined, owner: undefined, tags: { has: 0, added: 0 }, current: undefined };

/**
 * What deploy-model would refuse because of what is there already, by the same functions (AWS: DescribeModel,
 * DescribeEndpointConfig, and what scales the endpoint).
 */
async function refusalOfPlan(
  plan: DeploymentPlan,
  destination: Destination | undefined,
  { look, aws }: Pick<Context, 'aws'> & { readonly look: Look },
): Promise<Failure | undefined> {
  return (await refusalThere(plan, destination, aws)) ?? refusalOfTakenNames(look, plan.serving);
}

/** What deploy-model would refuse because of the endpoint and what scales it, whatever the version is called. */
export async function refusalThere(
  plan: DeploymentPlan,
  destination: Destination | undefined,
  aws: Context['aws'],
): Promise<Failure | undefined> {
  const decided = refusalDecided(plan, destination);
  if (decided || !destination?.seen) return decided;
  const scaling = await scalingBefore(destination.seen, plan, aws);
  return scaling instanceof Failure ? scaling : undefined;
}

function refusalDecided(plan: DeploymentPlan, destination: Destination | undefined): Failure | undefined {
  const decision = destination ? destination.seen?.decision : decideChange(NO_ENDPOINT, plan.desired);
  if (decision?.do === 'refuse') return asFailure(decision);
  return destination && decision?.do === 'update'
    ? refusalOfSteps(plan, instancesAfter(destination, plan.serving))
    : undefined;
}

/** How many instances an endpoint has after an update: those of the plan, or those that it keeps. */
export function instancesAfter({ endpoint, seen }: Destination, { description }: ModelAndConfig): number {
  const kept = seen?.current && keptInstances(endpoint, seen.current, description);
  return kept ?? startingInstances(description);
}

/**
 * The refusal of another's endpoint (AWS: ListTags), which is as much as can be foreseen where nobody knows how deploy-model
 * deploys, or no version is there yet.
 */
export async function refusalOfAnothersEndpoint(
  endpoint: Pick<Endpoint, 'name' | 'arn'>,
  ours: Owner,
  look: Look,
): Promise<Failure | undefined> {
  const owner = (await look.tags(endpoint.arn))?.owner;
  if (!owner || isSameOwner(owner, ours)) return undefined;
  const { code, why, next } = refusalOfOwner(endpoint.name, owner, ours);
  return new Failure(code, why, next);
}

/**
 * What deploy-model would take from somebody else, where it may (AWS: ListTags): a sentence;
 * `undefined` where the endpoint is ours already, or nobody's.
 */
async function takenOver(
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
