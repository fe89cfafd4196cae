import { AddTagsCommand, paginateListTags, type SageMakerClient, type Tag } from '@aws-sdk/client-sagemaker';
import * as z from 'zod/mini';
import { unlessNotFound } from '../aws/sagemaker-errors.ts';
import { assignments } from '../gitlab/inputs.ts';
import { findConfig } from './endpoint.ts';
import { OURS, type Owner, ownerIn } from './owner.ts';

/** A project's own tags: within SageMaker's limits, with room for ours, and none of ours or AWS's. */
export const ownTags = assignments.check(
  z.refine((pairs) => pairs.size <= 40, 'must have at most 40 tags'),
  z.refine((pairs) => [...pairs].every(([key, value]) => isTag(key, 128) && isTag(value, 256)), {
    error: 'must have keys of at most 128 and values of at most 256 letters, digits, spaces and _ . : / = + - @',
  }),
  z.refine((pairs) => [...pairs.keys()].every((key) => !isReserved(key.toLowerCase())), {
    error: `must not have keys that start with "aws:" or "${OURS}"`,
  }),
);

function isTag(text: string, longest: number): boolean {
  return text.length <= longest && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}

const isReserved = (key: string) => key.startsWith('aws:') || key.startsWith(OURS);

/** Where a model, endpoint config or endpoint comes from. */
export interface Origin {
  /** The page of the GitLab pipeline. */
  readonly pipeline: string;
  readonly package: string;
}

/** The project's tags, and ours that say where the thing comes from. */
export function originTags(own: ReadonlyMap<string, string>, { pipeline, package: arn }: Origin): Tag[] {
  return [
    ...[...own].map(([Key, Value]) => ({ Key, Value })),
    ...ours({ component: 'deploy-model', pipeline, package: arn }),
  ];
}

/**
 * The config that a deployment is about to bring (`wanted`) and the one that was live before (`previous`), each with the
 * model package that it serves, as tags of the endpoint. They are written before the change, so that a job that is
 * killed and run again still finds `previous`, which belongs to `wanted` only.
 */
export interface DeploymentTags {
  readonly wanted: string | undefined;
  readonly package: string | undefined;
  readonly previous: string | undefined;
  readonly previousPackage: string | undefined;
}

/** A deployment's tags. What there is not is empty, so that the value of an earlier deployment does not stay. */
export function deploymentTags(tags: DeploymentTags): Tag[] {
  const { wanted = '', package: arn = '', previous = '', previousPackage = '' } = tags;
  return ours({ wanted, package: arn, previous, 'previous-package': previousPackage });
}

/** Tags for one request, which must not name a key twice: of two with one key, the last. */
export function uniqueTags(tags: readonly Tag[]): Tag[] {
  return [...new Map(tags.map((tag) => [tag.Key, tag])).values()];
}

/** Writes tags on an endpoint, all in one request. */
export async function tagEndpoint(sagemaker: SageMakerClient, arn: string, tags: readonly Tag[]): Promise<void> {
  await sagemaker.send(new AddTagsCommand({ ResourceArn: arn, Tags: [...tags] }));
}

/** What the tags of an endpoint say of it; each is `undefined` where there is no such tag. */
export interface EndpointTags extends DeploymentTags {
  readonly owner: Owner | undefined;
}

/** Reads the tags of an endpoint (AWS: ListTags); `undefined` when it was deleted meanwhile. */
export async function readEndpointTags(
  sagemaker: SageMakerClient,
  endpointArn: string,
): Promise<EndpointTags | undefined> {
  const tags = await unlessNotFound(tagsOf(sagemaker, endpointArn));
  const told = (name: string) => tags?.get(OURS + name) || undefined;
  return (
    tags && {
      owner: ownerIn(tags),
      wanted: told('wanted'),
      package: told('package'),
      previous: told('previous'),
      previousPackage: told('previous-package'),
    }
  );
}

/**
 * The page of the GitLab pipeline that created an endpoint config, by its tags. `undefined` when these components did
 * not create it, or it was deleted. Explains another failure, so it never throws.
 */
export async function creatingPipelineOf(sagemaker: SageMakerClient, config: string): Promise<string | undefined> {
  try {
    const found = await findConfig(sagemaker, config);
    if (!found?.answer.EndpointConfigArn) return undefined;
    return (await tagsOf(sagemaker, found.answer.EndpointConfigArn)).get(`${OURS}pipeline`);
  } catch {
    return undefined;
  }
}

async function tagsOf(client: SageMakerClient, arn: string): Promise<ReadonlyMap<string, string>> {
  const tags = new Map<string, string>();
  for await (const page of paginateListTags({ client, stopOnSameToken: true }, { ResourceArn: arn }))
    for (const { Key = '', Value = '' } of page.Tags ?? []) tags.set(Key, Value);
  return tags;
}

function ours(words: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(words).map(([name, Value]) => ({ Key: OURS + name, Value }));
}
