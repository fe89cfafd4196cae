import type {
  AdditionalInferenceSpecificationDefinition,
  AdditionalS3DataSource,
  InferenceSpecification,
  ModelPackageContainerDefinition,
  S3ModelDataSource,
} from '@aws-sdk/client-sagemaker';
import { hashOf } from '../ground/canonical-json.ts';

interface Specified {
  readonly InferenceSpecification?: InferenceSpecification | undefined;
  readonly AdditionalInferenceSpecifications?: AdditionalInferenceSpecificationDefinition[] | undefined;
}

/**
 * What a model package would run, as 32 characters. UpdateModelPackage can replace an inference specification after an
 * approval; every record and entry holds this hash, so that the change is seen. It covers what the package says, and
 * not what lies in S3: an object that is replaced at its address does not change it.
 */
export function contentOf(modelPackage: Specified): string {
  return `v2-${hashOf(specificationsOf(modelPackage, everyMember), 29)}`;
}

/** Every hash by which a package is known, the newest first: entries of earlier releases hold an older one. */
export function contentsOf(modelPackage: Specified): readonly [string, ...string[]] {
  return [contentOf(modelPackage), firstContentOf(modelPackage)];
}

/** The form of a content hash of any version. */
export const CONTENT_HASH = /^(v2-[0-9a-f]{29}|[0-9a-f]{32})$/;

/** The first version, which had no name: it did not see an image that was exchanged under the same digest. */
function firstContentOf(modelPackage: Specified): string {
  return hashOf(specificationsOf(modelPackage, firstMembers), 32);
}

function specificationsOf(
  { InferenceSpecification: main, AdditionalInferenceSpecifications: additional = [] }: Specified,
  essence: (container: ModelPackageContainerDefinition) => object,
): object {
  return {
    containers: (main?.Containers ?? []).map(essence),
    additional: additional.map(({ Name, Containers }) => ({ Name, containers: (Containers ?? []).map(essence) })),
  };
}

type Classes<Described> = Record<keyof Described, 'hashed' | 'told by S3'>;

/** What a container says is hashed; what S3 says of its data is for the approver and the record. */
const CONTAINER = {
  ContainerHostname: 'hashed',
  Image: 'hashed',
  ImageDigest: 'hashed',
  ModelDataUrl: 'hashed',
  ModelDataSource: 'hashed',
  ProductId: 'hashed',
  Environment: 'hashed',
  ModelInput: 'hashed',
  Framework: 'hashed',
  FrameworkVersion: 'hashed',
  NearestModelName: 'hashed',
  AdditionalModelDataSources: 'hashed',
  AdditionalS3DataSource: 'hashed',
  ModelDataETag: 'told by S3',
  IsCheckpoint: 'hashed',
  BaseModel: 'hashed',
} satisfies Classes<ModelPackageContainerDefinition>;

const DATA_SOURCE = {
  S3Uri: 'hashed',
  S3DataType: 'hashed',
  CompressionType: 'hashed',
  ModelAccessConfig: 'hashed',
  HubAccessConfig: 'hashed',
  ManifestS3Uri: 'hashed',
  ETag: 'told by S3',
  ManifestEtag: 'told by S3',
} satisfies Classes<S3ModelDataSource> & Classes<AdditionalS3DataSource>;

const TOLD_BY_S3 = new Set(
  Object.entries({ ...CONTAINER, ...DATA_SOURCE }).flatMap(([member, kind]) => (kind === 'hashed' ? [] : [member])),
);

/** A member that the tables do not know is hashed: unseen, it could change what runs. */
function everyMember(value: object): object {
  const kept = Object.entries(value).filter(([member]) => !TOLD_BY_S3.has(member));
  return Object.fromEntries(kept.map(([member, inner]) => [member, FREE.has(member) ? inner : insideOf(inner)]));
}

/** The container's own variables may have any names. */
const FREE = new Set(['Environment']);

function insideOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(insideOf);
  return typeof value === 'object' && value !== null ? everyMember(value) : value;
}

function firstMembers(container: ModelPackageContainerDefinition): object {
  const { Image, ImageDigest, ModelDataUrl, ModelDataETag, ModelDataSource } = container;
  const { AdditionalS3DataSource, AdditionalModelDataSources, Environment } = container;
  return {
    image: ImageDigest ?? Image,
    ModelDataUrl,
    ModelDataETag,
    ModelDataSource,
    AdditionalS3DataSource,
    AdditionalModelDataSources,
    Environment,
  };
}

/** Where a package's data lies in S3, with what S3 said of it: an address, and its ETag where SageMaker tells one. */
export interface DataPlace {
  readonly address: string;
  readonly etag: string | undefined;
  /** Whether the data is all whose keys begin so, and not one object. */
  readonly isPrefix: boolean;
}

/** The places of all data of a package's containers. What lies there is not in the content hash. */
export function dataPlacesOf({ InferenceSpecification: main }: Specified): DataPlace[] {
  return (main?.Containers ?? []).flatMap((container) => {
    const { ModelDataUrl: url, ModelDataETag: etag } = container;
    const sources = [
      container.ModelDataSource?.S3DataSource,
      container.AdditionalS3DataSource,
      ...(container.AdditionalModelDataSources ?? []).map(({ S3DataSource }) => S3DataSource),
    ];
    return [
      ...(url ? [{ address: url, etag, isPrefix: url.endsWith('/') }] : []),
      ...sources.flatMap((source) =>
        source?.S3Uri ? [{ address: source.S3Uri, etag: source.ETag, isPrefix: source.S3DataType !== 'S3Object' }] : [],
      ),
    ];
  });
}
