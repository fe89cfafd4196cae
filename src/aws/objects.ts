import { Readable } from 'node:stream';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { inItsOwnWords } from '../ground/error-parts.ts';
import type { AwsHandler } from './handler.ts';
import { objectAt } from './object-address.ts';
import { NOT_FROM_S3 } from './trouble.ts';

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
    const { body } = await askFor(access, address, { method: 'GET', mostBytes });
    return { is: 'read', text: textOf(body) };
  } catch (error) {
    return notRead(error instanceof ObjectError ? error.words : inItsOwnWords(error));
  }
}

/** The bytes of an object, as they arrive, or why they were not read: S3 itself said so. */
export type OpenedObject = { readonly is: 'open'; readonly bytes: Readable } | NotRead;

/**
 * Opens an object of S3 of any size (AWS: GetObject). Trouble on the way, which another attempt may not meet, is thrown.
 */
export async function openObject(access: ObjectAccess, address: string): Promise<OpenedObject> {
  const place = objectAt(address);
  if (!place) return notRead(`${address} is no address of an object in S3`);
  const { body, statusCode } = await responseTo(access, `/${place.bucket}/${place.key}`, { method: 'GET' });
  if (statusCode === 200 && body instanceof Readable) return { is: 'open', bytes: body };
  const error = errorIn(textOf((await bytesOf(body, MOST_XML)) ?? new Uint8Array()), statusCode);
  if (statusCode === 429 || statusCode >= 500) throw error;
  return notRead(error.words);
}

/** What an object holds. */
export interface StoredObject {
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** Puts, finds and deletes objects of S3 by their addresses. Each throws S3's error by its name, as the clients of the SDK do. */
export interface Objects {
  /** AWS: PutObject. */
  put(address: string, object: StoredObject): Promise<void>;
  /** `undefined` while there is none (AWS: ListObjectsV2, GetObject). */
  find(address: string, mostBytes: number): Promise<StoredObject | undefined>;
  /** AWS: DeleteObject. No error where there is none. */
  remove(address: string): Promise<void>;
}

export function objectsBy(access: ObjectAccess): Objects {
  return {
    async put(address, { body, contentType }) {
      await askFor(access, address, { method: 'PUT', body, headers: { 'content-type': contentType } });
    },
    async find(address, mostBytes) {
      if (!(await isListed(access, address))) return undefined;
      const { body, contentType } = await askFor(access, address, { method: 'GET', mostBytes });
      return { body, contentType };
    },
    async remove(address) {
      await askFor(access, address, { method: 'DELETE' });
    },
  };
}

/** An error of S3, or of what stands in its place. */
class ObjectError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  /** What is told of it. */
  readonly words: string;

  constructor({ name, message, status }: { name: string; message: string; status: number }, words: string) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode: status };
    this.words = words;
  }
}

interface ObjectRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Of the answer. */
  readonly mostBytes?: number;
}

/** More than any answer that is no object. */
const MOST_XML = 65_536;

async function askFor(access: ObjectAccess, address: string, request: ObjectRequest): Promise<StoredObject> {
  const place = objectAt(address);
  if (!place) throw noObject(`${address} is no address of an object in S3`);
  return ask(access, `/${place.bucket}/${place.key}`, request);
}

/**
 * Whether there is an object, by the first of the keys that begin with its own. Reading it would tell the difference between
 * "not there" and "not allowed" only to who may list the whole bucket.
 */
async function isListed(access: ObjectAccess, address: string): Promise<boolean> {
  const place = objectAt(address);
  if (!place) throw noObject(`${address} is no address of an object in S3`);
  const query = { 'list-type': '2', 'max-keys': '1', prefix: place.key };
  const { body } = await ask(access, `/${place.bucket}`, { method: 'GET', query });
  return textOf(body).includes(`<Key>${place.key}</Key>`);
}

async function ask(access: ObjectAccess, place: string, request: ObjectRequest): Promise<StoredObject> {
  const { mostBytes = MOST_XML } = request;
  const response = await responseTo(access, place, request);
  const { statusCode: status, headers } = response;
  const body = await bytesOf(response.body, mostBytes);
  if (body === undefined) throw noObject(`it has more than ${mostBytes} bytes`);
  if (status < 200 || status > 299) throw errorIn(textOf(body), status);
  return { body, contentType: headers['content-type'] ?? '' };
}

async function responseTo(access: ObjectAccess, place: string, request: ObjectRequest) {
  const { response } = await access.handler.handle(await signed(access, place, request));
  return response;
}

/** The name of the bucket stands in the path, so that the host is always one of S3. */
async function signed({ url, signing }: ObjectAccess, place: string, { method, query, headers, body }: ObjectRequest) {
  const { protocol, hostname, port, host } = new URL(url);
  const path = place.split('/').map(encoded).join('/');
  const request = new HttpRequest({
    method,
    protocol,
    hostname,
    path,
    headers: { host, ...headers },
    ...(query && { query: { ...query } }),
    ...(body && { body }),
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
async function bytesOf(body: unknown, most: number): Promise<Uint8Array | undefined> {
  if (!(body instanceof Readable)) return new Uint8Array();
  const chunks: Buffer[] = [];
  let left = most;
  for await (const chunk of body) {
    left -= chunk.length;
    if (left < 0) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function textOf(body: Uint8Array): string {
  return Buffer.from(body).toString('utf8');
}

/** S3's own words for an error, which it writes as XML. */
function errorIn(xml: string, status: number): ObjectError {
  const [, name] = /<Code>(\w+)<\/Code>/.exec(xml) ?? [];
  const [, message = `HTTP ${status}`] = /<Message>([^<]*)<\/Message>/.exec(xml) ?? [];
  if (name !== undefined) return new ObjectError({ name, message, status }, `${name}: ${message}`);
  const words = `the answer is not from S3 (HTTP ${status})`;
  return new ObjectError({ name: NOT_FROM_S3, message: words, status }, words);
}

/** What no request of ours can get. */
function noObject(words: string): ObjectError {
  return new ObjectError({ name: 'NoObject', message: words, status: 0 }, words);
}

function notRead(why: string): NotRead {
  return { is: 'not read', why };
}
