import { createHash } from 'node:crypto';
import type { Asked, Reply, Request } from './exchange.ts';
import { models } from './model.ts';
import { AwsError } from './world.ts';
import { elements, xml } from './xml.ts';

/** What S3 calls the errors that every service has. */
const IN_S3: Readonly<Record<string, readonly [code: string, status: number]>> = {
  AccessDeniedException: ['AccessDenied', 403],
  ExpiredTokenException: ['ExpiredToken', 400],
  UnrecognizedClientException: ['InvalidAccessKeyId', 403],
  ThrottlingException: ['SlowDown', 503],
  InternalFailure: ['InternalError', 500],
};

const OPERATIONS = { GET: 'GetObject', PUT: 'PutObject', DELETE: 'DeleteObject' } as const;
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What is served of S3, with the bucket in the path or in the host. */
export function askedOfS3(request: Request): Asked | undefined {
  const { method, path, query, headers } = request;
  const [, inHost] = /^([^.]+)\.(?:localhost|s3[.-])/.exec(headers.host ?? '') ?? [];
  const whole = inHost === undefined ? path : `/${inHost}${path}`;
  const [, bucket = '', key = ''] = /^\/([^/]+)\/?(.*)$/.exec(whole)?.map(decodeURIComponent) ?? [];
  if (bucket === '') return undefined;
  if (key === '') return method === 'GET' && query.get('list-type') === '2' ? listing(bucket, query) : undefined;
  const operation = Object.entries(OPERATIONS).find(([known]) => known === method)?.[1];
  return (
    operation && asking(operation, { Bucket: bucket, Key: key, ...(operation === 'PutObject' && putting(request)) })
  );
}

function putting({ headers, body }: Request) {
  return { Body: body, ...(headers['content-type'] !== undefined && { ContentType: headers['content-type'] }) };
}

function listing(Bucket: string, query: URLSearchParams): Asked {
  const [prefix, most, encoding] = ['prefix', 'max-keys', 'encoding-type'].map((name) => query.get(name) ?? undefined);
  const input = {
    Bucket,
    ...(prefix !== undefined && { Prefix: prefix }),
    ...(most !== undefined && { MaxKeys: Number(most) }),
    ...(encoding !== undefined && { EncodingType: encoding }),
  };
  return asking('ListObjectsV2', input);
}

function asking(operation: string, input: { readonly Bucket: string; readonly Key?: string }): Asked {
  return {
    service: 's3',
    operation,
    model: models.s3,
    input,
    answer: (answer) => answered(operation, answer),
    refuse: ({ code: said, message, status: usual }) => {
      const [code, status] = IN_S3[said] ?? [said, usual];
      const error = elements({ Code: code, Message: message, ...(status === 404 && { Key: input.Key }) });
      return xml(status, `${HEAD}<Error>${error}</Error>`);
    },
  };
}

function answered(operation: string, answer: unknown): Reply {
  if (operation === 'DeleteObject') return { status: 204, headers: {}, body: '' };
  if (operation === 'PutObject') return { status: 200, headers: {}, body: '' };
  if (operation === 'ListObjectsV2') return xml(200, `${HEAD}<ListBucketResult>${elements(answer)}</ListBucketResult>`);
  const { Body: body, ContentType } = answer as { readonly Body: Reply['body']; readonly ContentType: string };
  return { status: 200, headers: { 'content-type': ContentType }, body };
}

/** Signatures are not checked, but what they say of the body is. */
export function mustBeWhole({ headers, body }: Request): void {
  const said = headers['x-amz-content-sha256'];
  if (said === undefined || said === 'UNSIGNED-PAYLOAD' || said === sha256(body)) return;
  throw new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
  );
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
