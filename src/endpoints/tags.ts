import type { SageMakerClient, Tag } from '@aws-sdk/client-sagemaker';
import { unlessNotFound } from '../aws/sagemaker-errors.ts';
import { addTags, asTags, tagsOf } from '../aws/tags.ts';
import { OURS } from '../gitlab/tags.ts';
import { findConfig } from './endpoint.ts';
import { type Owner, ownerIn, ownerTags } from './owner.ts';

/** The components that bring a config to an endpoint. */
export type Bringer = 'deploy-model' | 'rollback-endpoint';

/** Where a model, endpoint config or endpoint comes from. */
export interface Origin {
  readonly component: Bringer;
  /** The page of the GitLab pipeline. */
  readonly pipeline: string;
  readonly package: string;
  /** The endpoint for which it was made: what belongs to its releases is found by this. */
  readonly endpoint: string;
}

/** The project's tags, and ours that say where the thing comes from. */
export function originTags(own: ReadonlyMap<string, string>, origin: Origin): Tag[] {
  const { component, pipeline, package: arn, endpoint } = origin;
  return [...asTags(own), ...ours({ component, pipeline, package: arn, endpoint })];
}

/**
 * The config that a deployment is about to bring (`wanted`), with its model, and the one that was live before (`previous`), each
 * with the model package that it serves, as tags of the endpoint. They are written before the change, so that a job that is
 * killed and run again still finds `previous`, which belongs to `wanted` only.
 */
export interface DeploymentTags {
  /** Which component is about to bring it; nobody knows where another deployment was quicker than ours. */
  readonly component: string | undefined;
  readonly wanted: string | undefined;
  readonly model: string | undefined;
  readonly package: string | undefined;
  readonly previous: string | undefined;
  readonly previousPackage: string | undefined;
}

/** A deployment's tags. What there is not is empty, so that the value of an earlier deployment does not stay. */
export function deploymentTags(tags: DeploymentTags): Tag[] {
  const { component = '', wanted = '', model = '', package: arn = '', previous = '', previousPackage = '' } = tags;
  return ours({ component, wanted, model, package: arn, previous, 'previous-package': previousPackage });
}

/** Tags for one request, which must not name a key twice: of two with one key, the last. */
export function uniqueTags(tags: readonly Tag[]): Tag[] {
  return [...new Map(tags.map((tag) => [tag.Key, tag])).values()];
}

/** Writes tags on an endpoint, all in one request. */
export async function tagEndpoint(sagemaker: SageMakerClient, arn: string, tags: readonly Tag[]): Promise<void> {
  await addTags(sagemaker, arn, tags);
}

/** The note that alarms are made for a release, written before the first; it is empty once they are deleted. */
export function alarmsTag(made: boolean): Tag[] {
  return ours({ alarms: made ? 'made' : '' });
}

/** The note of the requests that jobs send themselves while a release bakes (rollout/own-note.ts), written before the first. */
export function bakeTrafficTag(note: string): Tag[] {
  return ours({ 'bake-traffic': note });
}

/** What the tags of an endpoint say of it; each is `undefined` where there is no such tag. */
export interface EndpointTags extends DeploymentTags {
  readonly owner: Owner | undefined;
  /** Whether alarms may be there that were made for a release. */
  readonly alarms: boolean;
  /** What is noted of its autoscaling (autoscaling/note.ts). */
  readonly autoscaling: string | undefined;
  /** What is noted of the requests that jobs sent themselves (rollout/own-note.ts). */
  readonly bakeTraffic: string | undefined;
  /** The keys of all its tags. */
  readonly keys: readonly string[];
}

/** The most tags that SageMaker keeps for one resource. */
export const MAX_TAGS = 50;

const NOTHING: DeploymentTags = {
  component: undefined,
  wanted: undefined,
  model: undefined,
  package: undefined,
  previous: undefined,
  previousPackage: undefined,
};

/** How many tags a deployment adds to an endpoint: its own, ours and the owner's, without those that are there. */
export function tagsAdded({ keys }: Pick<EndpointTags, 'keys'>, tags: readonly Tag[], owner: Owner): number {
  const written = [...deploymentTags(NOTHING), ...ownerTags(owner), ...tags].flatMap(({ Key }) => Key ?? []);
  return new Set(written.filter((key) => !keys.includes(key))).size;
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
      autoscaling: told('autoscaling'),
      bakeTraffic: told('bake-traffic'),
      keys: [...tags.keys()],
      alarms: told('alarms') !== undefined,
      component: told('component'),
      wanted: told('wanted'),
      model: told('model'),
      package: told('package'),
      previous: told('previous'),
      previousPackage: told('previous-package'),
    }
  );
}

/** What the tags of an endpoint config say: the endpoint for which it was made, and the model package that it serves. */
export async function readConfigTags(
  sagemaker: SageMakerClient,
  arn: string,
): Promise<{ readonly endpoint: string | undefined; readonly package: string | undefined }> {
  const tags = await unlessNotFound(tagsOf(sagemaker, arn));
  return { endpoint: tags?.get(`${OURS}endpoint`), package: tags?.get(`${OURS}package`) };
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

function ours(words: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(words).map(([name, Value]) => ({ Key: OURS + name, Value }));
}
