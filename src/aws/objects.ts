import { Readable } from 'node:stream';
import { inItsOwnWords } from '../ground/error-parts.ts';
import { objectAt } from './object-address.ts';
import { GONE, notKnown, type Presence, THERE } from './presence.ts';
import { type Access, bytesOf, type SignedQuestion, send, textOf } from './signed-request.ts';
import { NOT_FROM_S3 } from './trouble.ts';

/** The text of an object, or why it was not read. */
export type ObjectText = { readonly is: 'read'; readonly text: string } | NotRead;

interface NotRead {
  readonly is: 'not read';
  readonly why: string;
}

/**
 * Reads an object of S3 by its address `s3://bucket/key`, of so many bytes at most, once (AWS: GetObject). What is in the
 * way is the answer: it never throws.
 */
export async function readObject(access: Access, address: string, mostBytes: number): Promise<ObjectText> {
  try {
    const { body } = await ask(access, questionFor(address, { method: 'GET' }), mostBytes);
    return { is: 'read', text: textOf(body) };
  } catch (error) {
    return notRead(wordsOf(error));
  }
}

/** The bytes of an object, as they arrive, or why they were not read: S3 itself said so. */
export type OpenedObject = { readonly is: 'open'; readonly bytes: Readable } | NotRead;

/**
 * Opens an object of S3 of any size (AWS: GetObject). Trouble on the way, which another attempt may not meet, is thrown.
 */
export async function openObject(access: Access, address: string): Promise<OpenedObject> {
  if (!objectAt(address)) return notRead(noAddress(address).words);
  const { body, statusCode } = await send(access, questionFor(address, { method: 'GET' }));
  if (statusCode === 200 && body instanceof Readable) return { is: 'open', bytes: body };
  const error = errorIn(textOf(await bytesOf(body, MOST_XML)), statusCode);
  if (statusCode === 429 || statusCode >= 500) throw error;
  return notRead(error.words);
}

/**
 * Whether there is an object at an address; or, where the address is only what keys begin with, any (AWS: ListObjectsV2). Who may
 * list a bucket may not read what is in it. It never throws.
 */
export async function lookForObject(
  access: Access,
  { address, isPrefix }: { readonly address: string; readonly isPrefix: boolean },
): Promise<Presence> {
  try {
    const key = await firstKeyFrom(access, address);
    return (isPrefix ? key !== undefined : key === objectAt(address)?.key) ? THERE : GONE;
  } catch (error) {
    return error instanceof ObjectError && error.name === 'NoSuchBucket' ? GONE : notKnown(wordsOf(error));
  }
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

export function objectsBy(access: Access): Objects {
  return {
    async put(address, { body, contentType }) {
      await ask(access, questionFor(address, { method: 'PUT', body, headers: { 'content-type': contentType } }));
    },
    async find(address, mostBytes) {
      // Reading it would tell "not there" from "not allowed" only to who may list the whole bucket.
      if ((await firstKeyFrom(access, address)) !== objectAt(address)?.key) return undefined;
      return ask(access, questionFor(address, { method: 'GET' }), mostBytes);
    },
    async remove(address) {
      await ask(access, questionFor(address, { method: 'DELETE' }));
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

function wordsOf(error: unknown): string {
  return error instanceof ObjectError ? error.words : inItsOwnWords(error);
}

/** More than any answer that is no object. */
const MOST_XML = 65_536;

/** The first key of the bucket of an address that begins with its key, in the order of S3: its own, where there is an object. */
async function firstKeyFrom(access: Access, address: string): Promise<string | undefined> {
  const { bucket, key } = placeOf(address);
  const query = { 'encoding-type': 'url', 'list-type': '2', 'max-keys': '1', prefix: key };
  const { body } = await ask(access, { service: 's3', method: 'GET', path: `/${encoded(bucket)}`, query });
  const xml = textOf(body);
  const [, count] = /<KeyCount>(\d+)<\/KeyCount>/.exec(xml) ?? [];
  if (count === '0') return undefined;
  const [, first] = /<Contents>.*?<Key>([^<]*)<\/Key>/s.exec(xml) ?? [];
  if (count === undefined || first === undefined) throw notFromS3(200);
  return decodeURIComponent(first.replaceAll('+', ' ').replaceAll('&amp;', '&'));
}

async function ask(access: Access, question: SignedQuestion, mostBytes = MOST_XML): Promise<StoredObject> {
  const response = await send(access, question);
  const { statusCode: status, headers } = response;
  const body = await bytesOf(response.body, mostBytes);
  if (body === undefined) throw noObject(`it has more than ${mostBytes} bytes`);
  if (status < 200 || status > 299) throw errorIn(textOf(body), status);
  return { body, contentType: headers['content-type'] ?? '' };
}

/** The name of the bucket stands in the path, so that the host is always one of S3. */
function questionFor(address: string, request: Pick<SignedQuestion, 'method' | 'headers' | 'body'>): SignedQuestion {
  const { bucket, key } = placeOf(address);
  return { service: 's3', path: `/${bucket}/${key}`.split('/').map(encoded).join('/'), ...request };
}

function placeOf(address: string) {
  const place = objectAt(address);
  if (!place) throw noAddress(address);
  return place;
}

/** As S3 encodes a part of a path before it checks the signature. */
function encoded(part: string): string {
  return encodeURIComponent(part).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** S3's own words for an error, which it writes as XML. */
function errorIn(xml: string, status: number): ObjectError {
  const [, name] = /<Code>(\w+)<\/Code>/.exec(xml) ?? [];
  const [, message = `HTTP ${status}`] = /<Message>([^<]*)<\/Message>/.exec(xml) ?? [];
  return name === undefined ? notFromS3(status) : new ObjectError({ name, message, status }, `${name}: ${message}`);
}

function notFromS3(status: number): ObjectError {
  const words = `the answer is not from S3 (HTTP ${status})`;
  return new ObjectError({ name: NOT_FROM_S3, message: words, status }, words);
}

/** What no request of ours can get. */
function noObject(words: string): ObjectError {
  return new ObjectError({ name: 'NoObject', message: words, status: 0 }, words);
}

function noAddress(address: string): ObjectError {
  return noObject(`${address} is no address of an object in S3`);
}

function notRead(why: string): NotRead {
  return { is: 'not read', why };
}
