import { Readable } from 'node:stream';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsHandler } from './handler.ts';

type SignerOptions = ConstructorParameters<typeof SignatureV4>[0];

/** What a service is asked with for which no client is loaded: one would make every program start later. */
export interface Access {
  /** The address of the service. */
  readonly url: string;
  readonly signing: Pick<SignerOptions, 'credentials' | 'region' | 'sha256'>;
  readonly handler: AwsHandler;
}

/** One request of such a service. */
export interface SignedQuestion {
  /** As the service is named in a signature: `s3`. */
  readonly service: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As it is sent. */
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Sends a request once, signed, and returns the answer with a body that nobody has read. */
export async function send({ url, signing, handler }: Access, { service, headers = {}, ...question }: SignedQuestion) {
  const { protocol, hostname, port, host } = new URL(url);
  const request = new HttpRequest({
    ...question,
    protocol,
    hostname,
    headers: { host, ...headers },
    ...(port && { port: Number(port) }),
  });
  const signer = new SignatureV4({ ...signing, service, uriEscapePath: service !== 's3' });
  const { response } = await handler.handle(new HttpRequest(await signer.sign(request)));
  return response;
}

/** The whole body; `undefined` when it is longer than that. What is not read would keep the connection and the job alive. */
export async function bytesOf(body: unknown, most: number): Promise<Uint8Array | undefined> {
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

/** The text of a body; of one that is too long, none. */
export function textOf(body: Uint8Array = new Uint8Array()): string {
  return Buffer.from(body).toString('utf8');
}
