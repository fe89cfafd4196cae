import { createHash } from 'node:crypto';
import type {
  AdditionalInferenceSpecificationDefinition,
  InferenceSpecification,
  ModelPackageContainerDefinition,
} from '@aws-sdk/client-sagemaker';

/** JSON with its keys in order and without what is undefined: equal meanings, equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The first hexadecimal digits of the SHA-256 of a value's canonical JSON. */
export function hashOf(value: unknown, digits: number): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, digits);
}

interface Specified {
  readonly InferenceSpecification?: InferenceSpecification | undefined;
  readonly AdditionalInferenceSpecifications?: AdditionalInferenceSpecificationDefinition[] | undefined;
}

/**
 * What a model package would run: image, model data and environment of every container, as 32 hexadecimal digits.
 * UpdateModelPackage can replace an inference specification under an approval; every record is bound to this hash so that a
 * swapped content is seen.
 */
export function contentOf(modelPackage: Specified): string {
  const additional = modelPackage.AdditionalInferenceSpecifications ?? [];
  return hashOf(
    {
      containers: (modelPackage.InferenceSpecification?.Containers ?? []).map(essence),
      additional: additional.map(({ Name, Containers }) => ({ Name, containers: (Containers ?? []).map(essence) })),
    },
    32,
  );
}

function essence(container: ModelPackageContainerDefinition) {
  const {
    Image,
    ImageDigest,
    ModelDataUrl,
    ModelDataETag,
    ModelDataSource,
    AdditionalS3DataSource,
    AdditionalModelDataSources,
    Environment,
  } = container;
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
