import { type AccessRequest, AwsError, type Operation, type Operations, type Principal } from './world.ts';

type Input = Parameters<Operation>[0];

/** Where objects come from that nobody put there: the outputs of the steps of pipelines, as JSON. */
type LeftAt = (address: string) => unknown;

/** Objects as S3 would have them, in buckets that exist as soon as something is in them. */
export class Objects {
  /** `bucket/key` -> text. */
  readonly #texts: Map<string, string>;
  readonly #leftAt: LeftAt;

  constructor(texts: Map<string, string>, leftAt: LeftAt) {
    this.#texts = texts;
    this.#leftAt = leftAt;
  }

  /** Scene: puts a text at an address `s3://bucket/key`. */
  put(address: string, text: string): void {
    this.#texts.set(address.replace(/^s3:\/\//, ''), text);
  }

  find(bucket: string, key: string): string | undefined {
    const left = this.#leftAt(`s3://${bucket}/${key}`);
    return this.#texts.get(`${bucket}/${key}`) ?? (left === undefined ? undefined : JSON.stringify(left));
  }

  hasBucket(bucket: string): boolean {
    return [...this.#texts.keys()].some((place) => place.startsWith(`${bucket}/`));
  }
}

/** What IAM is asked before an object is read. */
export function objectAccess({ Bucket, Key }: Input): AccessRequest {
  return { action: 's3:GetObject', resources: [`arn:aws:s3:::${Bucket}/${Key}`], context: {} };
}

/**
 * Who may not list a bucket does not learn what is not in it: S3 then says AccessDenied for a key that does not exist
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
 */
export function objectOperations(
  objects: Objects,
  mayDo: (principal: Principal, access: AccessRequest) => boolean,
): Operations {
  return {
    GetObject: (input, principal) => {
      const { Bucket, Key } = input;
      const found = objects.find(String(Bucket), String(Key));
      if (found !== undefined) return { Body: found };
      const list = { action: 's3:ListBucket', resources: [`arn:aws:s3:::${Bucket}`], context: {} };
      if (!mayDo(principal, list)) throw new AwsError('AccessDenied', 'Access Denied', 403);
      if (!objects.hasBucket(String(Bucket)))
        throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    },
  };
}
