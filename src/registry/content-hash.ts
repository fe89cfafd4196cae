import type {
  AdditionalInferenceSpecificationDefinition,
  InferenceSpecification,
  ModelPackageContainerDefinition,
} from '@aws-sdk/client-sagemaker';
import { hashOf } from '../ground/canonical-json.ts';

interface Specified {
  readonly InferenceSpecification?: InferenceSpecification | undefined;
  readonly AdditionalInferenceSpecifications?: AdditionalInferenceSpecificationDefinition[] | undefined;
}

/**
 * What a model package would run: image, model data and environment of every container, as 32 hexadecimal digits.
 * UpdateModelPackage can replace an inference specification after an approval; every record holds this hash, so that
 * the change is seen.
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
