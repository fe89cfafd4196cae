import { type AccessRequest, AwsError, type Operation, type Operations, type Principal } from './world.ts';

type Input = Parameters<Operation>[0];

/** Where objects come from that nobody put there: the outputs of the steps of pipelines, as JSON. */
type LeftAt = (address: string) => unknown;

interface StoredObject {
  readonly text: string;
  readonly type: string;
}

const USUAL_TYPE = 'binary/octet-stream';

/** Objects as S3 would have them, in buckets that exist as soon as something is in them. */
export class Objects {
  /** `bucket/key` -> text. */
  readonly #texts: Map<string, string>;
  /** `bucket/key` -> content type, where it is not the usual one. */
  readonly #types = new Map<string, string>();
  readonly #leftAt: LeftAt;
  /** Called before anybody looks, so that what is written by then is there. */
  onRead: () => void = () => undefined;

  constructor(texts: Map<string, string>, leftAt: LeftAt) {
    this.#texts = texts;
    this.#leftAt = leftAt;
  }

  /** Puts a text at an address `s3://bucket/key`. */
  put(address: string, text: string, type = USUAL_TYPE): void {
    const place = placeOf(address);
    this.#texts.set(place, text);
    this.#types.set(place, type);
  }

  delete(address: string): void {
    this.#texts.delete(placeOf(address));
  }

  find(address: string): StoredObject | undefined {
    const place = placeOf(address);
    const left = this.#leftAt(`s3://${place}`);
    const text = this.#texts.get(place) ?? (left === undefined ? undefined : JSON.stringify(left));
    return text === undefined ? undefined : { text, type: this.#types.get(place) ?? USUAL_TYPE };
  }

  /** The keys in a bucket that begin so, in order. */
  keys(bucket: string, prefix = ''): string[] {
    return [...this.#texts.keys()]
      .filter((place) => place.startsWith(`${bucket}/${prefix}`))
      .map((place) => place.slice(bucket.length + 1))
      .sort();
  }

  hasBucket(bucket: string): boolean {
    return this.keys(bucket).length > 0;
  }
}

const placeOf = (address: string) => address.replace(/^s3:\/\//, '');

/** What IAM is asked before S3 does an operation. */
export function objectAccess(operation: string, { Bucket, Key, Prefix }: Input): AccessRequest {
  const bucket = `arn:aws:s3:::${Bucket}`;
  if (operation === 'ListObjectsV2')
    return { action: 's3:ListBucket', resources: [bucket], context: { 's3:prefix': String(Prefix ?? '') } };
  return { action: `s3:${operation}`, resources: [`${bucket}/${Key}`], context: {} };
}

/**
 * Who may not list a bucket does not learn what is not in it: S3 then says AccessDenied for a key that does not exist
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html). A policy that allows to list by s3:prefix does not count
 * there: that request names none.
 */
export function objectOperations(
  objects: Objects,
  mayDo: (principal: Principal, access: AccessRequest) => boolean,
): Operations {
  const mustHaveBucket = (bucket: string) => {
    if (!objects.hasBucket(bucket)) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  };
  return {
    GetObject: (input, principal) => {
      objects.onRead();
      const { Bucket, Key } = input;
      const found = objects.find(`${Bucket}/${Key}`);
      if (found !== undefined) return { Body: found.text, ContentType: found.type };
      const list = { action: 's3:ListBucket', resources: [`arn:aws:s3:::${Bucket}`], context: {} };
      if (!mayDo(principal, list)) throw new AwsError('AccessDenied', 'Access Denied', 403);
      mustHaveBucket(String(Bucket));
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    },
    ListObjectsV2: ({ Bucket, Prefix, MaxKeys = 1000 }) => {
      objects.onRead();
      mustHaveBucket(String(Bucket));
      const keys = objects.keys(String(Bucket), String(Prefix ?? ''));
      const told = keys.slice(0, Number(MaxKeys));
      return {
        Name: Bucket,
        Prefix: Prefix ?? '',
        KeyCount: told.length,
        MaxKeys,
        IsTruncated: told.length < keys.length,
        Contents: told.map((Key) => ({ Key })),
      };
    },
    PutObject: ({ Bucket, Key, Body, ContentType }) => {
      const text = Buffer.isBuffer(Body) ? Body.toString() : '';
      objects.put(`${Bucket}/${Key}`, text, ContentType === undefined ? USUAL_TYPE : String(ContentType));
      return {};
    },
    DeleteObject: ({ Bucket, Key }) => {
      objects.delete(`${Bucket}/${Key}`);
      return {};
    },
  };
}
