import type { Presence } from '../../aws/presence.ts';
import type { Context } from '../../program/context.ts';
import type { ModelPackage } from '../../registry/packages.ts';

/** What a version needs beside its model and endpoint config. */
export interface Remains {
  /** Why it cannot serve: the first image or data that was deleted. */
  readonly gone: string | undefined;
  /** What nobody looked at, a sentence each: it is not said to be there. */
  readonly notLookedAt: readonly string[];
}

/**
 * Looks whether the images and the data of a version still exist (AWS: BatchGetImage of ECR, ListObjectsV2 of S3), as far as the
 * job may look: without them, SageMaker accepts the update, and fails it minutes later.
 */
export async function lookForRemains(
  { images, data }: Pick<ModelPackage, 'images' | 'data'>,
  { aws }: Pick<Context, 'aws'>,
): Promise<Remains> {
  const looks = [
    ...[...new Set(images)].map(async (image) => ({ what: `the image ${image}`, found: await aws.hasImage(image) })),
    ...data.map(async (place) => ({ what: `the data at ${place.address}`, found: await aws.hasObject(place) })),
  ];
  const seen = await Promise.all(looks);
  const gone = seen.find(({ found }) => found.is === 'gone');
  return {
    gone: gone && `${gone.what} was deleted`,
    notLookedAt: seen.flatMap(({ what, found }) => notLookedAt(what, found)),
  };
}

function notLookedAt(what: string, found: Presence): string[] {
  return found.is === 'not known' ? [`Nobody looked whether ${what} still exists: ${found.why}.`] : [];
}
