/** Where an object of S3 lies. */
interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The place that an address `s3://bucket/key` names; `undefined` where it names none. What a training writes may be any text: a
 * bucket is a name, and no part of a key leads up or is half a character, so that both can stand in the path of a request or link.
 */
export function objectAt(address: string): ObjectPlace | undefined {
  const [, bucket, key] = /^s3:\/\/([A-Za-z0-9][\w.-]*)\/(.+)$/s.exec(address) ?? [];
  if (bucket === undefined || key === undefined || !key.isWellFormed()) return undefined;
  return key.split('/').some((part) => part === '.' || part === '..') ? undefined : { bucket, key };
}
