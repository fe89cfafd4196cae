import {
  DescribeModelPackageCommand,
  type DescribeModelPackageCommandOutput,
  type ListModelPackagesCommandInput,
  type ModelApprovalStatus,
  type ModelPackageStatus,
  paginateListModelPackages,
  type SageMakerClient,
  type ModelPackageSummary as SageMakerSummary,
} from '@aws-sdk/client-sagemaker';
import * as z from 'zod/mini';
import { parseArn, resourceId, sagemakerArn } from '../aws/arn.ts';
import { unlessNotFound } from '../aws/sagemaker-errors.ts';
import type { Clock } from '../ground/clock.ts';
import { Failure } from '../ground/failure.ts';
import { contentsOf, type DataPlace, dataPlacesOf } from './content-hash.ts';
import type { EntryHolder } from './entries.ts';

/** A model package version, as much of it as promotion asks about. */
export interface ModelPackage extends EntryHolder {
  readonly arn: string;
  /** The group's name as registered; the ARN may carry it in lower case. */
  readonly group: string;
  readonly version: number;
  /**
   * Whether the package itself is usable; approval is another question, and SageMaker lets a failed package be
   * approved.
   */
  readonly status: ModelPackageStatus;
  readonly approval: ModelApprovalStatus;
  /** SageMaker also keeps versions that are only logged, not registered. */
  readonly registration: 'Logged' | 'Registered';
  readonly createdBy: string | undefined;
  /** The commit that the training pipeline named. */
  readonly commit: string | undefined;
  /** S3 addresses of the metrics that the training pipeline attached: name -> address. */
  readonly metrics: ReadonlyMap<string, string>;
  /** The content hash. */
  readonly content: string;
  /** The same by every version of the hash: entries of earlier releases hold an older one. */
  readonly contents: readonly string[];
  /** Where its data lies in S3, which the hash does not cover. */
  readonly data: readonly DataPlace[];
  /** The images of its containers. */
  readonly images: readonly string[];
  /** Whether it says how to serve it: SageMaker also registers versions that name no container. */
  readonly servable: boolean;
  /** How many containers answer a request, one after the other. */
  readonly containers: number;
  /** Instance types it may run on; empty when the package does not say. */
  readonly instanceTypes: readonly string[];
  /** Whether one of its containers is of AWS Marketplace. */
  readonly marketplace: boolean;
}

/** A line of a list: enough to choose which versions to look at, not to judge them. */
export interface ModelPackageSummary {
  readonly arn: string;
  readonly version: number;
  readonly approval: ModelApprovalStatus | undefined;
}

const VERSION_ARN = new RegExp(`^${sagemakerArn('model-package\\/([\\w-]+)\\/(\\d+)')}$`);

/** The ARN of one version in a group. */
export const modelPackageArn = z
  .string()
  .check(
    z.regex(
      VERSION_ARN,
      'must be the ARN of one model package version, like arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/churn/3',
    ),
  );

/** A group by name, or by ARN where the registry is another account's. */
export const modelPackageGroup = z
  .string()
  .check(
    z.regex(
      new RegExp(`^(${sagemakerArn('model-package-group\\/')})?[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`),
      'must be the name of a model package group (at most 63 letters, digits and hyphens), or its ARN',
    ),
  );

/**
 * Whether two names or ARNs mean one group, whatever their case: SageMaker lower-cases the group in some ARNs. Two ARNs
 * of different accounts or regions are two groups, however they are named.
 */
export function sameGroup(one: string, other: string): boolean {
  if (resourceId(one).toLowerCase() !== resourceId(other).toLowerCase()) return false;
  const [here, there] = [parseArn(one), parseArn(other)];
  return !here || !there || (here.account === there.account && here.region === there.region);
}

/** The ARN of a group: one that an input gives by name lies where the job works. */
export function groupArnIn({ region, account }: { region: string; account: string }, group: string): string {
  return parseArn(group) ? group : `arn:aws:sagemaker:${region}:${account}:model-package-group/${group}`;
}

/** The ARN of the group that a version is in. */
export function groupArnOf(versionArn: string): string {
  return versionArn.replace(/:model-package\/([\w-]+)\/\d+$/, ':model-package-group/$1');
}

/** The ARN of a version's group, with the group's name as registered. */
export function groupArnOfPackage({ arn, group }: Pick<ModelPackage, 'arn' | 'group'>): string {
  return groupArnOf(arn).replace(/[^/]+$/, group);
}

/** The ARN of a version of a group, by the group's ARN. */
export function versionArnIn(groupArn: string, version: number): string {
  return `${groupArn.replace(':model-package-group/', ':model-package/')}/${version}`;
}

/** The version that an ARN names, when it is one of the group that this ARN names. */
export function versionIn(groupArn: string, arn: string): number | undefined {
  const [, , version] = VERSION_ARN.exec(arn) ?? [];
  return version !== undefined && sameGroup(groupArnOf(arn), groupArn) ? Number(version) : undefined;
}

/** Whether a version has the content of which a record or an entry holds the hash. */
export function hasContent({ contents }: Pick<ModelPackage, 'contents'>, recorded: string): boolean {
  return contents.includes(recorded);
}

/** A version as people name it: `ResalePriceModelGroup version 3`. */
export function displayName({ group, version }: Pick<ModelPackage, 'group' | 'version'>): string {
  return `${group} version ${version}`;
}

/** What a version is read with: entries are judged by the time at which they were read. */
export interface RegistryReader {
  readonly sagemaker: SageMakerClient;
  readonly clock: Clock;
}

/** Describes one version, or `undefined` when there is none. */
export async function findPackage(
  { sagemaker, clock }: RegistryReader,
  arn: string,
): Promise<ModelPackage | undefined> {
  const answer = await unlessNotFound(sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn })));
  return answer && fromResponse(answer, clock.now());
}

const DELETED = 'SMC-3204';

/** Whether describePackage refused, because somebody deleted the version. */
export function isOfDeleted(error: unknown): error is Failure {
  return error instanceof Failure && error.code === DELETED;
}

/** Describes one version that an earlier job named. Throws a Failure of kind "refused" when it was deleted. */
export async function describePackage(reader: RegistryReader, arn: string): Promise<ModelPackage> {
  const found = await findPackage(reader, arn);
  if (found) return found;
  throw new Failure(
    DELETED,
    `Somebody deleted the model package version ${arn}.`,
    'register a new version, then promote it.',
  );
}

function fromResponse(answer: DescribeModelPackageCommandOutput, describedAt: Date): ModelPackage {
  const {
    ModelPackageArn: arn,
    ModelPackageGroupName: group,
    ModelPackageVersion: version,
    ModelPackageStatus: status,
  } = answer;
  if (!arn || !group || version === undefined || !status || !answer.CreationTime) {
    throw new Failure(
      'SMC-3205',
      `${arn ?? 'The model package'} cannot be promoted: it is not a version in a model package group.`,
      'register the model with a ModelPackageGroupName.',
    );
  }
  const contents = contentsOf(answer);
  return {
    arn,
    group,
    version,
    status,
    approval: answer.ModelApprovalStatus ?? 'PendingManualApproval',
    registration: answer.ModelPackageRegistrationType ?? 'Registered',
    createdAt: answer.CreationTime,
    describedAt,
    createdBy: answer.CreatedBy?.IamIdentity?.Arn ?? answer.CreatedBy?.UserProfileName,
    commit: answer.MetadataProperties?.CommitId,
    metadata: answer.CustomerMetadataProperties ?? {},
    metrics: metricsOf(answer),
    content: contents[0],
    contents,
    data: dataPlacesOf(answer),
    images: (answer.InferenceSpecification?.Containers ?? []).flatMap(({ Image }) => Image ?? []),
    servable: (answer.InferenceSpecification?.Containers ?? []).length > 0,
    containers: (answer.InferenceSpecification?.Containers ?? []).length,
    instanceTypes: answer.InferenceSpecification?.SupportedRealtimeInferenceInstanceTypes ?? [],
    marketplace: (answer.InferenceSpecification?.Containers ?? []).some(({ ProductId }) => ProductId !== undefined),
  };
}

function metricsOf({ ModelMetrics: metrics }: DescribeModelPackageCommandOutput): ReadonlyMap<string, string> {
  const places = {
    'model quality': metrics?.ModelQuality?.Statistics?.S3Uri,
    'data quality': metrics?.ModelDataQuality?.Statistics?.S3Uri,
    bias: metrics?.Bias?.Report?.S3Uri,
    explainability: metrics?.Explainability?.Report?.S3Uri,
  };
  return new Map(Object.entries(places).flatMap(([name, place]) => (place ? [[name, place]] : [])));
}

interface VersionQuery {
  readonly group: string;
  /** Only versions of this approval status; all of them when left out. */
  readonly approval?: ModelApprovalStatus;
  /** How many versions, the newest first. SageMaker gives at most 100 in one answer. */
  readonly limit: number;
}

/**
 * The newest versions of a group, the highest first; `undefined` when the group does not exist. One request, unless
 * SageMaker sends a filtered page that is empty or short, with a token for more: such a page is not the end.
 */
export async function listNewest(
  sagemaker: SageMakerClient,
  query: VersionQuery,
): Promise<{ versions: ModelPackageSummary[]; more: boolean } | undefined> {
  return unlessNotFound(collectNewest(sagemaker, query));
}

async function collectNewest(client: SageMakerClient, { group, approval, limit }: VersionQuery) {
  const request: ListModelPackagesCommandInput = {
    ModelPackageGroupName: group,
    SortBy: 'CreationTime',
    SortOrder: 'Descending',
    ...(approval && { ModelApprovalStatus: approval }),
  };
  const versions: ModelPackageSummary[] = [];
  let listed = 0;
  let more = false;
  for await (const page of paginateListModelPackages({ client, pageSize: limit, stopOnSameToken: true }, request)) {
    const lines = page.ModelPackageSummaryList ?? [];
    versions.push(...lines.flatMap(summaryFrom));
    listed += lines.length;
    more = page.NextToken !== undefined;
    if (listed >= limit) break;
  }
  return { versions: versions.sort((a, b) => b.version - a.version), more };
}

function summaryFrom(line: SageMakerSummary): ModelPackageSummary[] {
  const { ModelPackageArn: arn, ModelPackageVersion: version, ModelApprovalStatus: approval } = line;
  return arn && version !== undefined ? [{ arn, version, approval }] : [];
}
