import { type AccessRequest, AwsError, type Operation, type Operations, type Principal } from './world.ts';

type Input = Parameters<Operation>[0];

/** Where objects come from that nobody put there. */
interface Elsewhere {
  /** The outputs of the steps of pipelines, as JSON. */
  leftAt(address: string): unknown;
  /** The addresses of the data of model packages: what they name lies there. */
  dataOfPackages(): readonly string[];
}

interface StoredObject {
  readonly text: string;
  readonly type: string;
}

const USUAL_TYPE = 'binary/octet-stream';

/** Objects as S3 would have them, in buckets that exist as soon as something is in them. */
export class Objects {
  /** `bucket/key` -> text. */
  readonly #texts: Map<string, string>;
  /** `bucket/key` -> bytes, of what is no text. */
  readonly #bytes = new Map<string, Uint8Array>();
  /** `bucket/key` -> content type, where it is not the usual one. */
  readonly #types = new Map<string, string>();
  readonly #elsewhere: Elsewhere;
  /** `bucket/key` of the data of packages that was deleted. */
  readonly #deleted = new Set<string>();
  /** Called before anybody looks, so that what is written by then is there. */
  onRead: () => void = () => undefined;

  constructor(texts: Map<string, string>, elsewhere: Elsewhere) {
    this.#texts = texts;
    this.#elsewhere = elsewhere;
  }

  /** Puts a text, or bytes that are none, at an address `s3://bucket/key`. */
  put(address: string, content: string | Uint8Array, type = USUAL_TYPE): void {
    const place = placeOf(address);
    this.#texts.set(place, typeof content === 'string' ? content : Buffer.from(content).toString());
    if (typeof content === 'string') this.#bytes.delete(place);
    else this.#bytes.set(place, content);
    this.#deleted.delete(place);
    this.#types.set(place, type);
  }

  delete(address: string): void {
    this.#texts.delete(placeOf(address));
    this.#deleted.add(placeOf(address));
  }

  find(address: string): StoredObject | undefined {
    const place = placeOf(address);
    const left = this.#elsewhere.leftAt(`s3://${place}`);
    const text = this.#texts.get(place) ?? (left === undefined ? undefined : JSON.stringify(left));
    return text === undefined ? undefined : { text, type: this.#types.get(place) ?? USUAL_TYPE };
  }

  /** What an object holds, byte for byte. */
  contentOf({ text }: StoredObject, address: string): string | Uint8Array {
    return this.#bytes.get(placeOf(address)) ?? text;
  }

  /** The keys in a bucket that begin so, in order. */
  keys(bucket: string, prefix = ''): string[] {
    return this.#places()
      .filter((place) => place.startsWith(`${bucket}/${prefix}`))
      .map((place) => place.slice(bucket.length + 1))
      .sort();
  }

  /** A bucket outlives what is deleted in it. */
  hasBucket(bucket: string): boolean {
    return [...this.#places(), ...this.#deleted].some((place) => place.startsWith(`${bucket}/`));
  }

  #places(): string[] {
    const data = this.#elsewhere.dataOfPackages().map(placeOf);
    return [...new Set([...this.#texts.keys(), ...data.filter((place) => !this.#deleted.has(place))])];
  }
}

/** Where the data of a container lies, as its package says. */
interface WithData {
  readonly ModelDataUrl?: string | undefined;
  readonly ModelDataSource?:
    | { readonly S3DataSource?: { readonly S3Uri?: string | undefined } | undefined }
    | undefined;
}

export function dataOf({ ModelDataUrl, ModelDataSource }: WithData): string[] {
  return [ModelDataUrl, ModelDataSource?.S3DataSource?.S3Uri].flatMap((address) => address ?? []);
}

/** As S3 writes a key in a list by encoding-type=url. */
const encoded = (key: string) => encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');

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
      if (found !== undefined) return { Body: objects.contentOf(found, `${Bucket}/${Key}`), ContentType: found.type };
      const list = { action: 's3:ListBucket', resources: [`arn:aws:s3:::${Bucket}`], context: {} };
      if (!mayDo(principal, list)) throw new AwsError('AccessDenied', 'Access Denied', 403);
      mustHaveBucket(String(Bucket));
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    },
    ListObjectsV2: ({ Bucket, Prefix, MaxKeys = 1000, EncodingType }) => {
      objects.onRead();
      mustHaveBucket(String(Bucket));
      const keys = objects.keys(String(Bucket), String(Prefix ?? ''));
      const told = keys.slice(0, Number(MaxKeys));
      const written = (text: string) => (EncodingType === 'url' ? encoded(text) : text);
      return {
        Name: Bucket,
        Prefix: written(String(Prefix ?? '')),
        KeyCount: told.length,
        MaxKeys,
        IsTruncated: told.length < keys.length,
        Contents: told.map((key) => ({ Key: written(key) })),
        ...(EncodingType !== undefined && { EncodingType }),
      };
    },
    PutObject: ({ Bucket, Key, Body, ContentType }) => {
      const content = Buffer.isBuffer(Body) ? Body : '';
      objects.put(`${Bucket}/${Key}`, content, ContentType === undefined ? USUAL_TYPE : String(ContentType));
      return {};
    },
    DeleteObject: ({ Bucket, Key }) => {
      objects.delete(`${Bucket}/${Key}`);
      return {};
    },
  };
}
