import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request as tlsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { InvokeEndpointCommandInput, SageMakerRuntimeClientConfig } from '@aws-sdk/client-sagemaker-runtime';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { refuseOtherHost } from './handler.ts';
import { isTrusted } from './hosts.ts';

/** What came of an invocation that was not repeated. */
export interface InvocationOutcome {
  /** The HTTP status; `TIMED_OUT` or `BROKEN` where there is none. */
  readonly status: number;
  /** The message of an answer that is not 200, or what broke the connection. */
  readonly why: string;
}

/** No whole answer in time. */
export const TIMED_OUT = 0;
/** The connection broke, or could not be made. */
export const BROKEN = 1;

/** Characters that are read of an answer that is not 200, and those that are kept of its message. */
const READ = 4_000;
const KEPT = 200;

/** Many equal requests to one endpoint. */
export interface Invocations {
  /** Signs the request with the credentials of now. AWS takes a signature for five minutes. */
  sign(): Promise<void>;
  /** Sends it once, over a connection that is kept (AWS: InvokeEndpoint). It always calls back, and never throws. */
  send(ended: (outcome: InvocationOutcome) => void): void;
  /** Ends the connections. */
  close(): void;
}

interface InvocationAccess {
  /** What the SDK's client is made with: it finds the host, builds the request and signs it. */
  readonly config: SageMakerRuntimeClientConfig;
  /** Variables that name a proxy for https. */
  readonly proxyEnv: Readonly<Record<string, string>>;
  /** Milliseconds for a whole request. */
  readonly timeout: number;
}

/**
 * Prepares equal invocations for a load test. The SDK signs one request, and node sends it again and again: by the SDK's own
 * client, 2,000 requests a second would take half a millisecond of processor time each, and come late.
 */
export async function prepareInvocations(
  { config, proxyEnv, timeout }: InvocationAccess,
  input: InvokeEndpointCommandInput,
): Promise<Invocations> {
  const { InvokeEndpointCommand, SageMakerRuntimeClient } = await import('./sagemaker-runtime.ts');
  let signed: HttpRequest | undefined;
  const requestHandler = {
    async handle(request: HttpRequest) {
      signed = request;
      return { response: new HttpResponse({ statusCode: 200, headers: {}, body: Readable.from([]) }) };
    },
  };
  const client = new SageMakerRuntimeClient({ ...config, requestHandler });
  const agents = { tls: new Agent({ ...KEPT_OPEN, proxyEnv }), plain: new PlainAgent(KEPT_OPEN) };
  let start: (() => ClientRequest) | undefined;
  let body: Uint8Array = new Uint8Array();
  return {
    async sign() {
      await client.send(new InvokeEndpointCommand(input));
      if (signed === undefined) throw new Error('The SDK signed no request.');
      refuseOtherHost(signed, isTrusted);
      const { protocol, hostname, port, method, path, headers } = signed;
      const options = { hostname, method, path, headers, ...(port && { port }) };
      body = signed.body;
      start =
        protocol === 'https:'
          ? () => tlsRequest({ ...options, agent: agents.tls })
          : () => plainRequest({ ...options, agent: agents.plain });
    },
    send(ended) {
      if (start === undefined) throw new Error('No request is signed.');
      follow(start(), timeout, ended).end(body);
    },
    close() {
      agents.tls.destroy();
      agents.plain.destroy();
    },
  };
}

/** A request never waits for a connection: whoever limits the requests that are under way limits these. */
const KEPT_OPEN = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, scheduling: 'lifo' } as const;

/** Calls back once: at the last byte of the answer, when the connection breaks, or when the time is over. */
function follow(request: ClientRequest, timeout: number, ended: (outcome: InvocationOutcome) => void): ClientRequest {
  let open = true;
  const end = (outcome: InvocationOutcome) => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    ended(outcome);
  };
  const timer = setTimeout(() => {
    end({ status: TIMED_OUT, why: `no complete answer within ${timeout / 1000} s` });
    request.destroy();
  }, timeout);
  request.on('error', ({ message }) => end({ status: BROKEN, why: message }));
  request.on('response', (response) => {
    const { statusCode = BROKEN } = response;
    const text = statusCode === 200 ? drained(response) : messageOf(response);
    response.on('end', () => end({ status: classOf(response), why: text() }));
    response.on('error', ({ message }) => end({ status: BROKEN, why: message }));
  });
  return request;
}

function drained(response: IncomingMessage): () => string {
  response.resume();
  return () => '';
}

function messageOf(response: IncomingMessage): () => string {
  let text = '';
  response.on('data', (chunk) => {
    if (text.length < READ) text += String(chunk);
  });
  return () => toldIn(text).slice(0, KEPT);
}

/** What the container of the model answered, where SageMaker tells it; else the message of AWS, or the text itself. */
function toldIn(text: string): string {
  try {
    const { OriginalMessage, message, Message } = JSON.parse(text);
    return String(OriginalMessage ?? message ?? Message ?? text);
  } catch {
    return text;
  }
}

/** A throttled request has the status 400 in some of AWS's protocols, and 429 in others: it is one thing. */
function classOf({ statusCode = BROKEN, headers }: IncomingMessage): number {
  return /^(Throttl|TooManyRequests)/.test(String(headers['x-amzn-errortype'])) ? 429 : statusCode;
}
