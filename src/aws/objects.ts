import { Readable } from 'node:stream';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { inItsOwnWords } from '../ground/error-parts.ts';
import type { AwsHandler } from './handler.ts';
import { objectAt } from './object-address.ts';

type SignerOptions = ConstructorParameters<typeof SignatureV4>[0];

/** What an object of S3 is read with. */
export interface ObjectAccess {
  /** The address of S3, without a bucket. */
  readonly url: string;
  readonly signing: Pick<SignerOptions, 'credentials' | 'region' | 'sha256'>;
  readonly handler: AwsHandler;
}

/** The text of an object, or why it was not read. */
export type ObjectText = { readonly is: 'read'; readonly text: string } | NotRead;

interface NotRead {
  readonly is: 'not read';
  readonly why: string;
}

/**
 * Reads an object of S3 by its address `s3://bucket/key`, of so many bytes at most, once (AWS: GetObject). What is in the
 * way is the answer: it never throws. Signed here, because S3's own client would make every program start later: what it
 * shares with the other clients is loaded with them.
 */
export async function readObject(access: ObjectAccess, address: string, mostBytes: number): Promise<ObjectText> {
  try {
    const response = await asked(access, address);
    if (!response) return notRead(`${address} is no address of an object in S3`);
    const text = await textOf(response.body, mostBytes);
    if (text === undefined) return notRead(`it has more than ${mostBytes} bytes`);
    return response.statusCode === 200 ? { is: 'read', text } : notRead(errorIn(text, response.statusCode));
  } catch (error) {
    return notRead(inItsOwnWords(error));
  }
}

/** The bytes of an object, as they arrive, or why they were not read: S3 itself said so. */
export type OpenedObject = { readonly is: 'open'; readonly bytes: Readable } | NotRead;

/**
 * Opens an object of S3 of any size (AWS: GetObject). Trouble on the way, which another attempt may not meet, is thrown.
 */
export async function openObject(access: ObjectAccess, address: string): Promise<OpenedObject> {
  const response = await asked(access, address);
  if (!response) return notRead(`${address} is no address of an object in S3`);
  const { body, statusCode } = response;
  if (statusCode === 200 && body instanceof Readable) return { is: 'open', bytes: body };
  const why = errorIn((await textOf(body, MOST_WORDS)) ?? '', statusCode);
  if (statusCode === 429 || statusCode >= 500) throw new BusyError(why, statusCode);
  return notRead(why);
}

/** S3's words for an error. */
const MOST_WORDS = 10_000;

/** S3 has no time now, as the SDK's own errors say it. */
class BusyError extends Error {
  override readonly name = 'SlowDown';
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(why: string, httpStatusCode: number) {
    super(why);
    this.$metadata = { httpStatusCode };
  }
}

async function asked(access: ObjectAccess, address: string) {
  const place = objectAt(address);
  if (!place) return undefined;
  const { response } = await access.handler.handle(await signed(access, `/${place.bucket}/${place.key}`));
  return response;
}

/** The name of the bucket stands in the path, so that the host is always one of S3. */
async function signed({ url, signing }: ObjectAccess, place: string) {
  const { protocol, hostname, port, host } = new URL(url);
  const path = place.split('/').map(encoded).join('/');
  const request = new HttpRequest({
    method: 'GET',
    protocol,
    hostname,
    path,
    headers: { host },
    ...(port && { port: Number(port) }),
  });
  const signer = new SignatureV4({ ...signing, service: 's3', uriEscapePath: false });
  return new HttpRequest(await signer.sign(request));
}

/** As S3 encodes a part of a path before it checks the signature. */
function encoded(part: string): string {
  return encodeURIComponent(part).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The whole body; `undefined` when it is longer than that. What is not read would keep the connection and the job alive. */
async function textOf(body: unknown, most: number): Promise<string | undefined> {
  if (!(body instanceof Readable)) return '';
  const chunks: Buffer[] = [];
  let left = most;
  for await (const chunk of body) {
    left -= chunk.length;
    if (left < 0) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** S3's own words for an error, which it writes as XML. */
function errorIn(xml: string, status: number): string {
  const [, code] = /<Code>(\w+)<\/Code>/.exec(xml) ?? [];
  const [, message] = /<Message>([^<]*)<\/Message>/.exec(xml) ?? [];
  return code === undefined ? `the answer is not from S3 (HTTP ${status})` : `${code}: ${message ?? `HTTP ${status}`}`;
}

function notRead(why: string): NotRead {
  return { is: 'not read', why };
}
