import * as z from 'zod/mini';
import { inItsOwnWords } from '../ground/error-parts.ts';
import { GONE, notKnown, type Presence, THERE } from './presence.ts';
import { type Access, bytesOf, send, textOf } from './signed-request.ts';

/** An image in ECR, as ECR is asked for it. */
interface ImagePlace {
  readonly registry: string;
  readonly region: string;
  readonly repository: string;
  readonly id: { readonly imageTag: string } | { readonly imageDigest: string };
}

const IMAGE =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)\/([a-z0-9._/-]+?)(?::([\w.-]+))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** The place of an image; `undefined` where it is not in ECR. */
export function imageAt(image: string): ImagePlace | undefined {
  const [, registry, region, repository, tag = 'latest', digest] = IMAGE.exec(image) ?? [];
  if (registry === undefined || region === undefined || repository === undefined) return undefined;
  return { registry, region, repository, id: digest === undefined ? { imageTag: tag } : { imageDigest: digest } };
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html */
const answered = () =>
  z.object({
    images: z.array(z.unknown()),
    failures: z.array(z.object({ failureCode: z.optional(z.string()), failureReason: z.optional(z.string()) })),
  });
const refused = () => z.object({ __type: z.string(), message: z.optional(z.string()) });

/** Bytes of an answer: a manifest has a few thousand. */
const MAX_ANSWER = 4_194_304;

/**
 * Whether ECR has an image (AWS: BatchGetImage, as SageMaker asks before it pulls one). It never throws. `accessIn` gives the
 * access to the ECR of a region.
 */
export async function lookForImage(image: string, accessIn: (region: string) => Access): Promise<Presence> {
  const place = imageAt(image);
  if (!place) return notKnown('it is not in ECR');
  const { registry, region, repository, id } = place;
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.BatchGetImage',
  };
  const body = JSON.stringify({ registryId: registry, repositoryName: repository, imageIds: [id] });
  try {
    const question = { service: 'ecr', method: 'POST', path: '/', headers, body } as const;
    const { statusCode: status, body: answer } = await send(accessIn(region), question);
    const text = textOf(await bytesOf(answer, MAX_ANSWER));
    return status === 200 ? inAnswer(JSON.parse(text)) : inRefusal(JSON.parse(text), status);
  } catch (error) {
    return notKnown(inItsOwnWords(error));
  }
}

function inAnswer(answer: unknown): Presence {
  const { images, failures } = answered().parse(answer);
  if (images.length > 0) return THERE;
  const [failure] = failures;
  if (failure?.failureCode === 'ImageNotFound') return GONE;
  return notKnown(failure?.failureReason ?? failure?.failureCode ?? 'ECR says nothing of it');
}

function inRefusal(answer: unknown, status: number): Presence {
  const { __type: type, message } = refused().parse(answer);
  const code = type.slice(type.lastIndexOf('#') + 1);
  return code === 'RepositoryNotFoundException' ? GONE : notKnown(`${code}: ${message ?? `HTTP ${status}`}`);
}
