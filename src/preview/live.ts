import { troubleOf } from '../aws/trouble.ts';
import { keptInstances } from '../endpoints/current.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { describeLive, type Live, packagesOf } from '../endpoints/live.ts';
import type { Look } from '../endpoints/look.ts';
import type { ModelAndConfig } from '../endpoints/model-and-config.ts';
import { type Seen, see } from '../endpoints/observe.ts';
import type { DeploymentPlan } from '../endpoints/plan.ts';
import { deployedAt } from '../endpoints/progress.ts';
import { Failure } from '../ground/failure.ts';
import { inOrder } from '../ground/reads.ts';
import { type PromotionCriteria, validatedHere } from '../registry/eligibility.ts';
import { displayName, groupArnOf, type ModelPackage, versionIn } from '../registry/packages.ts';
import type { RegistryLook } from '../registry/registry-look.ts';
import { type ServingComparison, servingOf } from './serving.ts';

/** The endpoint where a version would go, and what is behind it, as they are now. */
export interface Destination {
  readonly endpoint: Endpoint;
  readonly live: Live;
  /** The model packages that serve; none when nobody knows. */
  readonly packages: readonly string[];
  /** What deploy-model sees there, and would do; `undefined` where the include does not say how it deploys. */
  readonly seen: Seen | undefined;
}

/** Looks at an endpoint (AWS: DescribeEndpoint, DescribeEndpointConfig, DescribeModel); `undefined` when there is none. */
export async function lookAt(name: string, look: Look): Promise<Destination | undefined> {
  const endpoint = await look.endpoint(name);
  if (!endpoint) return undefined;
  const live = await describeLive(look, endpoint);
  return { endpoint, live, packages: packagesOf(live), seen: undefined };
}

/** A destination with what deploy-model would do there by a plan (AWS: ListTags). */
export async function withDecision(destination: Destination, plan: DeploymentPlan, look: Look): Promise<Destination> {
  return { ...destination, seen: await look.beside(see(look, plan)) };
}

/** Whether an endpoint serves this version and no other. */
function serves({ packages }: Destination, { arn }: Pick<ModelPackage, 'arn'>): boolean {
  const [first, ...more] = packages;
  return first?.toLowerCase() === arn.toLowerCase() && more.length === 0;
}

/**
 * Why there is nothing new to promote: exactly this version is approved, validated and live here, and served as
 * deploy-model would serve it. `undefined` otherwise.
 */
export function whyNothingNew(
  candidate: ModelPackage,
  destination: Destination | undefined,
  planned: ModelAndConfig | undefined,
  criteria: PromotionCriteria,
): string | undefined {
  const validation = validatedHere(candidate, criteria);
  if (!validation || !destination) return undefined;
  const { name, status, pending, config } = destination.endpoint;
  const unchanged = status === 'InService' && pending === undefined && config === validation.config;
  if (!unchanged || name !== validation.endpoint || !serves(destination, candidate)) return undefined;
  if (planned && planned.config.name !== config) return undefined;
  return `${displayName(candidate)} is already approved, validated and live in ${criteria.environment}, on the endpoint ${name}`;
}

/** What serves now where a version would go, for the approver. */
export interface LiveNow {
  /** Whether there is an endpoint where the version would go. */
  readonly exists: boolean;
  /** In a few words. */
  readonly words: string;
  /** The version that serves, where it is one alone and this role may read it. */
  readonly version: ModelPackage | undefined;
  /** The versions that serve, of the candidate's group and newer than it. */
  readonly newer: readonly number[];
  /** How the version would be served, beside how is served now; `undefined` where the include does not say. */
  readonly serving: ServingComparison | undefined;
  /** Whether the candidate itself is live, so that only how it is served would change. */
  readonly same: boolean;
  /** Since when it serves there, as far as SageMaker tells. */
  readonly since: Date | undefined;
  /** What deploy-model does first, because of the state of the endpoint; `undefined` where it needs nothing. */
  readonly first: string | undefined;
}

/** What serves where no endpoint exists, or none is named. */
export function nothingLive(endpoint: string | undefined, planned: ModelAndConfig | undefined): LiveNow {
  const words =
    endpoint === undefined
      ? 'not checked: endpoint_name is empty'
      : `nothing: the endpoint ${endpoint} does not exist yet: deploy-model would create it`;
  const serving = planned && servingOf(undefined, planned, undefined);
  const nobody = { version: undefined, newer: [], since: undefined, first: undefined };
  return { exists: false, words, serving, same: false, ...nobody };
}

/** Tells what serves at a destination. */
export async function liveNow(
  candidate: ModelPackage,
  destination: Destination,
  planned: ModelAndConfig | undefined,
  { registry }: { readonly registry: RegistryLook },
): Promise<LiveNow> {
  const { endpoint, live, packages, seen } = destination;
  const same = serves(destination, candidate);
  const found = same ? [candidate] : await inOrder(packages.map((arn) => readable(arn, registry)));
  const known = found.map((each, index) =>
    typeof each === 'object' ? displayName(each) : `${packages[index]}${each}`,
  );
  const [only, ...more] = found;
  const versions = packages.flatMap((arn) => versionIn(groupArnOf(candidate.arn), arn) ?? []);
  const kept = planned && seen?.current && keptInstances(endpoint, seen.current, planned.description);
  return {
    exists: true,
    words: `${served(known, endpoint.config)} on ${endpoint.name} (${endpoint.status})`,
    version: typeof only === 'object' && more.length === 0 ? only : undefined,
    newer: versions.filter((version) => version > candidate.version),
    serving: planned && servingOf(live, planned, kept),
    same,
    since: deployedAt(endpoint),
    first: doneFirst(seen),
  };
}

function doneFirst(seen: Seen | undefined): string | undefined {
  if (seen?.decision.do === 'wait') return `deploy-model waits first: ${seen.decision.saying}`;
  if (seen?.decision.do === 'delete')
    return 'deploy-model deletes the Failed endpoint first, and creates it again (recreate_failed is true)';
  return undefined;
}

/** A version, for the approver; or what its ARN is followed by: nothing where this role may not read it. */
async function readable(arn: string, registry: RegistryLook): Promise<ModelPackage | '' | ' (deleted)'> {
  try {
    return (await registry.package(arn)) ?? ' (deleted)';
  } catch (error) {
    if (error instanceof Failure || troubleOf(error) === 'denied') return '';
    throw error;
  }
}

/** What serves at a destination, by the ARNs of its versions. */
export function servedThere({ endpoint, packages }: Pick<Destination, 'endpoint' | 'packages'>): string {
  return `${served(packages, endpoint.config)} on ${endpoint.name} (${endpoint.status})`;
}

/** What an endpoint serves, in a few words. */
function served(packages: readonly string[], config: string): string {
  return packages.join(' and ') || `a model from outside the registry (endpoint config ${config})`;
}
