import { type AccessRequest, AwsError, type Operation, type Operations } from './world.ts';

type Input = Parameters<Operation>[0];

/** What ECR has: the images that model packages name, until a scene deletes one. */
export class Images {
  readonly #named: () => readonly string[];
  readonly #deleted = new Set<string>();

  constructor(named: () => readonly string[]) {
    this.#named = named;
  }

  /** Scene: deletes an image, by its whole name. */
  delete(image: string): void {
    this.#deleted.add(image);
  }

  has(image: string): boolean {
    return this.#named().includes(image) && !this.#deleted.has(image);
  }

  hasRepository(repository: string): boolean {
    return this.#named().some((image) => /^[^:@]+/.exec(image)?.[0] === repository);
  }
}

/** What IAM is asked before ECR gives an image. */
export function imageAccess(place: Place, { registryId, repositoryName }: Input): AccessRequest {
  const arn = `arn:aws:ecr:${place.region}:${registryId ?? place.account}:repository/${repositoryName}`;
  return { action: 'ecr:BatchGetImage', resources: [arn], context: {} };
}

interface Place {
  readonly region: string;
  readonly account: string;
}

interface ImageId {
  readonly imageTag?: string;
  readonly imageDigest?: string;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html */
export function imageOperations(images: Images, place: Place): Operations {
  return {
    BatchGetImage: ({ registryId = place.account, repositoryName, imageIds }) => {
      const repository = `${registryId}.dkr.ecr.${place.region}.amazonaws.com/${repositoryName}`;
      if (!images.hasRepository(repository))
        throw new AwsError(
          'RepositoryNotFoundException',
          `The repository with name '${repositoryName}' does not exist in the registry with id '${registryId}'`,
        );
      const asked = imageIds as readonly ImageId[];
      const there = asked.filter((id) => images.has(nameOf(repository, id)));
      return {
        images: there.map((imageId) => ({ registryId, repositoryName, imageId, imageManifest: '{}' })),
        failures: asked
          .filter((id) => !there.includes(id))
          .map((imageId) => ({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' })),
      };
    },
  };
}

function nameOf(repository: string, { imageTag, imageDigest }: ImageId): string {
  return imageDigest === undefined ? `${repository}:${imageTag}` : `${repository}@${imageDigest}`;
}
