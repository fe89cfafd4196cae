import type { FailureCode } from '../ground/failure-codes.ts';
import { type ApprovalEntry, type Metadata, readApproval } from './entries.ts';
import { entryKey } from './entry-keys.ts';
import { flawOf, PROMOTE_ANOTHER, START_ANEW } from './flaw.ts';
import { displayName, hasContent, type ModelPackage } from './packages.ts';

/** The version that the step before hands over. */
export interface ApprovedVersion {
  readonly group: string;
  readonly content: string;
  /** The environments in order. */
  readonly promotion_path: readonly string[];
  /** What approve-model read in the registry after it approved; absent when no approval was required. */
  readonly metadata?: Metadata;
}

export interface DeploymentTerms extends ServedOn {
  readonly environment: string;
  /** This GitLab pipeline. */
  readonly pipeline: string;
  /** Whether this environment's approver must have approved it in this pipeline. */
  readonly require_approval: boolean;
  /** The hash of the policy of this environment; `undefined` where the include names none. */
  readonly policy?: string | undefined;
}

/** On what a version is to be served. */
export interface ServedOn {
  /** None for a serverless endpoint. */
  readonly instance_types: readonly string[];
  readonly serverless: boolean;
  /** Whether variables are given to the container. */
  readonly has_environment: boolean;
}

export interface DeploymentRefusal {
  readonly code: FailureCode;
  readonly why: string;
  readonly next: string;
}

/**
 * Exactly the version that this environment's approver approved in this pipeline may be deployed, and only as it was
 * then.
 */
export function refusalToDeploy(
  version: ModelPackage,
  approved: ApprovedVersion,
  terms: DeploymentTerms,
): DeploymentRefusal | undefined {
  const { group, content, promotion_path: environments } = approved;
  const flaw = flawOf(version, { group, content, environments });
  if (flaw) return refuse(flaw.why, flaw.next);
  return refusalOfApproval(version, approved, terms) ?? refusalOfServing(version, terms);
}

function refusalOfApproval(
  version: ModelPackage,
  handed: ApprovedVersion,
  terms: DeploymentTerms,
): DeploymentRefusal | undefined {
  const { environment, pipeline, require_approval } = terms;
  if (!require_approval) return version.approval === 'Rejected' ? refuse('it is Rejected', PROMOTE_ANOTHER) : undefined;
  if (version.approval !== 'Approved')
    return refuse(
      `it is ${version.approval} now`,
      'find out who changed it in CloudTrail (UpdateModelPackage), or promote another version.',
    );

  const approval = readApproval(version, environment);
  const press = `start the approve job of this pipeline for ${environment}, then run this job again.`;
  if (approval.is === 'absent') return refuse(`nobody approved it for ${environment}`, press);
  if (approval.is === 'unreadable')
    return refuse(`its approval for ${environment} ${approval.why}: "${approval.raw}"`, press);
  if (approval.value.pipeline !== pipeline)
    return refuse(
      `its approval for ${environment} is from pipeline ${approval.value.pipeline}, but this is pipeline ${pipeline}`,
      `run the deploy-model job of pipeline ${approval.value.pipeline}, or start a new pipeline and approve the version there.`,
    );
  if (!hasContent(version, approval.value.content))
    return refuse(`its approval for ${environment} is for other content (${approval.value.content})`, START_ANEW);
  const otherPolicy = refusalOfOtherPolicy(approval.value, terms);
  if (otherPolicy) return otherPolicy;
  return refusalOfOverwritten(version, handed, environment);
}

/** An approval counts under the policy that permitted it, and under no other: not even under a weaker one. */
function refusalOfOtherPolicy({ policy }: ApprovalEntry, terms: DeploymentTerms): DeploymentRefusal | undefined {
  if (policy === terms.policy) return undefined;
  const named = (hash: string | undefined) => (hash === undefined ? 'no policy' : `the policy ${hash}`);
  return {
    code: 'SMC-3302',
    why: `its approval for ${terms.environment} was given under ${named(policy)}, but this job has ${named(terms.policy)}`,
    next: 'give approve-model and deploy-model the same policy inputs, then start a new pipeline and approve the version there.',
  };
}

/**
 * Anybody with the role can write a well-formed approval. Only the one that approve-model of this pipeline read back
 * counts.
 */
function refusalOfOverwritten(
  { metadata }: ModelPackage,
  handed: ApprovedVersion,
  environment: string,
): DeploymentRefusal | undefined {
  const key = entryKey('approved', environment);
  const [recorded, now] = [handed.metadata?.[key] ?? '', metadata[key] ?? ''];
  if (recorded === now) return undefined;
  return refuse(
    `its approval for ${environment} is "${now}", but approve-model of this pipeline recorded "${recorded}"`,
    'find out who changed it in CloudTrail (UpdateModelPackage), then start a new pipeline and approve the version there.',
  );
}

/** A version runs only on the instance types for which it is registered; on any where it does not say. */
export function refusalOfServing(version: ServedVersion, terms: ServedOn): DeploymentRefusal | undefined {
  const unfit = whyUnfit(version, terms);
  if (unfit) return { code: 'SMC-4022', ...unfit };
  const { instanceTypes } = version;
  const others = terms.instance_types.filter((type) => instanceTypes.length > 0 && !instanceTypes.includes(type));
  if (others.length === 0) return undefined;
  return {
    code: 'SMC-4014',
    why: `instance_type: received "${others.join('" and "')}", but the version is registered only for ${instanceTypes.join(', ')}`,
    next: 'set instance_type to one of them, or register the model for more instance types.',
  };
}

/** Serverless exclusions: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html */
function whyUnfit({ marketplace, containers }: ServedVersion, { serverless, has_environment }: ServedOn) {
  const onInstances = 'write instance_type into the endpoint file instead of serverless_config, or promote';
  if (serverless && marketplace)
    return {
      why: 'its container is from AWS Marketplace, which SageMaker does not serve on a serverless endpoint',
      next: `${onInstances} a version with a container of your own.`,
    };
  if (serverless && containers > 1)
    return {
      why: `it has ${containers} containers in series, which SageMaker does not serve on a serverless endpoint`,
      next: `${onInstances} a version with one container.`,
    };
  if (has_environment && containers > 1)
    return {
      why: `it has ${containers} containers in series, and nothing tells which of them gets model_environment`,
      next: 'take model_environment away, and register each container with its own Environment.',
    };
  return undefined;
}

type ServedVersion = Pick<ModelPackage, 'instanceTypes' | 'marketplace' | 'containers'>;

function refuse(why: string, next: string): DeploymentRefusal {
  return { code: 'SMC-4013', why, next };
}

/** The sentence of a refusal: the version, the environment, and why. */
export function refusalSentence(
  version: ModelPackage,
  { environment }: Pick<DeploymentTerms, 'environment'>,
  { why }: DeploymentRefusal,
): string {
  return `${displayName(version)} cannot be deployed to ${environment}: ${why}.`;
}
