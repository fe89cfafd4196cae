import { troubleOf } from '../../aws/trouble.ts';
import { findEndpoint } from '../../endpoints/endpoint.ts';
import { packagesServed } from '../../endpoints/live.ts';
import { isSameOwner, refusalOfOwner } from '../../endpoints/owner.ts';
import { readEndpointTags } from '../../endpoints/tags.ts';
import { Failure } from '../../ground/failure.ts';
import type { Context } from '../../program/context.ts';
import { type PromotionCriteria, validatedHere } from '../../registry/eligibility.ts';
import {
  displayName,
  findPackage,
  groupArnOf,
  type ModelPackage,
  type RegistryReader,
  versionIn,
} from '../../registry/packages.ts';

/**
 * Why there is nothing new to promote: exactly this version is approved, validated and live here. `undefined`
 * otherwise.
 */
export async function whyNothingNew(
  candidate: ModelPackage,
  endpointName: string | undefined,
  criteria: PromotionCriteria,
  { aws }: Context,
): Promise<string | undefined> {
  const validation = validatedHere(candidate, criteria);
  if (!validation || (endpointName !== undefined && endpointName !== validation.endpoint)) return undefined;
  const endpoint = await findEndpoint(aws.sagemaker, validation.endpoint);
  if (endpoint?.status !== 'InService' || endpoint.pending !== undefined || endpoint.config !== validation.config)
    return undefined;
  const serves = await packagesServed(aws.sagemaker, endpoint);
  if (!serves.some((arn) => arn.toLowerCase() === candidate.arn.toLowerCase())) return undefined;
  return `${displayName(candidate)} is already approved, validated and live in ${criteria.environment}, on the endpoint ${endpoint.name}`;
}

/**
 * Throws a Failure when the endpoint is another's, before anybody is asked to approve a version for it (AWS: ListTags).
 */
export async function refuseAnothersEndpoint(
  candidate: ModelPackage,
  { endpoint_name: name, take_over_endpoint }: { endpoint_name: string | undefined; take_over_endpoint: boolean },
  { aws, job }: Context,
): Promise<void> {
  if (name === undefined || take_over_endpoint) return;
  const endpoint = await findEndpoint(aws.sagemaker, name);
  if (!endpoint) return;
  const ours = { project: job.projectId, environment: job.environment, group: groupArnOf(candidate.arn) };
  const owner = (await readEndpointTags(aws.sagemaker, endpoint.arn))?.owner;
  if (!owner || isSameOwner(owner, ours)) return;
  const { why, next } = refusalOfOwner(endpoint.name, owner, ours);
  throw new Failure('refused', why, next);
}

/** What serves now where a version would go. */
export interface Live {
  /** In a few words for the approver. */
  readonly words: string;
  /** The versions that serve, of the candidate's group and newer than it. */
  readonly newer: readonly number[];
}

/** What serves on an endpoint now. */
export async function liveNow(
  candidate: Pick<ModelPackage, 'arn' | 'version'>,
  name: string | undefined,
  { aws, clock }: Context,
): Promise<Live> {
  const { sagemaker } = aws;
  if (name === undefined) return { words: 'not checked: endpoint_name is empty', newer: [] };
  const endpoint = await findEndpoint(sagemaker, name);
  if (!endpoint) return { words: `nothing: the endpoint ${name} does not exist yet`, newer: [] };
  const packages = await packagesServed(sagemaker, endpoint);
  const known = await Promise.all(packages.map((arn) => nameOf({ sagemaker, clock }, arn)));
  const versions = packages.flatMap((arn) => versionIn(groupArnOf(candidate.arn), arn) ?? []);
  return {
    words: `${served(known, endpoint.config)} on ${name} (${endpoint.status})`,
    newer: versions.filter((version) => version > candidate.version),
  };
}

/** The name of a version, for the approver: its ARN when this role may not read it, or when it is in no group. */
async function nameOf(reader: RegistryReader, arn: string): Promise<string> {
  try {
    const found = await findPackage(reader, arn);
    return found ? displayName(found) : `${arn} (deleted)`;
  } catch (error) {
    if (error instanceof Failure || troubleOf(error) === 'denied') return arn;
    throw error;
  }
}

/** What an endpoint serves, in a few words. */
function served(packages: readonly string[], config: string): string {
  return packages.join(' and ') || `a model from outside the registry (endpoint config ${config})`;
}
