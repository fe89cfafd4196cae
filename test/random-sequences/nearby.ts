import { AsyncLocalStorage } from 'node:async_hooks';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import {
  InvokeEndpointCommand,
  type InvokeEndpointCommandInput,
  ModelError,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';
import { vi } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import type { Asked, Reply, Request } from '../../emulator/exchange.ts';
import { models } from '../../emulator/model.ts';
import { asked } from '../../emulator/protocols.ts';
import type { Call } from '../../emulator/world.ts';
import { BROKEN, type prepareInvocations } from '../../src/aws/invocations.ts';

/** Whose calls these are, and what befalls them on their way. */
export interface Caller {
  readonly emulator: Emulator;
  /** Before a call reaches AWS. What does not end keeps the call away for ever. */
  before(operation: string): Promise<void>;
  /** AWS has done its part; the answer has not left yet. */
  done(call: Call): void;
  /** Before the answer arrives. */
  answered(): Promise<void>;
}

const callers = new AsyncLocalStorage<Caller>();

/** Runs a program whose every call of the SDK goes to the caller's emulator. */
export function callingFrom<Value>(caller: Caller, program: () => Promise<Value>): Promise<Value> {
  return callers.run(caller, program);
}

const SERVICES: Readonly<Record<string, Call['service']>> = {
  SageMaker: 'sagemaker',
  STS: 'sts',
  'CloudWatch Logs': 'logs',
  'Application Auto Scaling': 'autoscaling',
  'SageMaker Runtime': 'runtime',
  CloudWatch: 'cloudwatch',
};

interface Client {
  readonly config: {
    readonly serviceId: string;
    readonly credentials: () => Promise<{ readonly accessKeyId: string }>;
    readonly retryStrategy: () => Promise<RetryStrategy>;
  };
}

interface RetryStrategy {
  acquireInitialRetryToken(scope: string): Promise<object>;
  refreshRetryTokenForRetry(token: object, about: { error: unknown; errorType: 'CLIENT_ERROR' }): Promise<object>;
}

interface Sender {
  send(this: Client, command: Command): Promise<unknown>;
}

interface Command {
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * Thousands of histories have no time for connections, signatures and parsers: the clients' `send` hands each call to the emulator
 * in this process. Constraints, permissions, faults, error names and the programs' own retries are as they are over HTTP.
 */
export function answerNearby(): () => void {
  const everyClient: Sender = Object.getPrototypeOf(SageMakerClient.prototype);
  const send = vi.spyOn(everyClient, 'send').mockImplementation(async function (this: Client, command: Command) {
    const service = SERVICES[this.config.serviceId] ?? 'sagemaker';
    const ask = () => askOnce(this, service, command);
    return service === 'runtime' ? ask() : repeatedly(await this.config.retryStrategy(), ask);
  });
  return () => send.mockRestore();
}

/** The requests of a load that have no answer yet. */
const underWay = new WeakMap<Caller, Set<Promise<void>>>();

/** As prepareInvocations, of which no client of the SDK sends the requests. */
export const prepareNearby: typeof prepareInvocations = async ({ config }, input: InvokeEndpointCommandInput) => {
  const client = new SageMakerRuntimeClient(config);
  return {
    sign: async () => undefined,
    send(ended) {
      const caller = callers.getStore();
      const sending = client.send(new InvokeEndpointCommand(input)).then(
        () => ended({ status: 200, why: '' }),
        (error) => ended({ status: error.$metadata?.httpStatusCode ?? BROKEN, why: String(error.message) }),
      );
      const own = (caller && underWay.get(caller)) ?? new Set();
      if (caller) underWay.set(caller, own.add(sending));
      void sending.finally(() => own.delete(sending));
    },
    close: () => undefined,
  };
};

/** Waits until every request of the load of this job has its answer. */
export async function answeredNearby(): Promise<void> {
  const caller = callers.getStore();
  await Promise.all((caller && underWay.get(caller)) ?? []);
}

async function repeatedly(strategy: RetryStrategy, ask: () => Promise<unknown>): Promise<unknown> {
  let token = await strategy.acquireInitialRetryToken('');
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      // Whether it may pass, the error itself tells.
      token = await strategy.refreshRetryTokenForRetry(token, { error, errorType: 'CLIENT_ERROR' });
    }
  }
}

async function askOnce(client: Client, service: Call['service'], command: Command): Promise<unknown> {
  const caller = callers.getStore();
  if (!caller) throw new Error('A call came from no job.');
  const operation = command.constructor.name.replace(/Command$/, '');
  const authorization = operation === 'AssumeRoleWithWebIdentity' ? '' : await authorizationOf(client);
  await caller.before(operation);
  const request = requestFor(service, command.input, authorization);
  const question = service === 'runtime' ? asked(request) : questionFor(service, operation, command.input);
  if (!question) throw new Error(`The emulator does not understand ${operation}.`);
  const { calls } = caller.emulator;
  const handled = caller.emulator.exchange().handle(question, request);
  // The last by now: a job asks for several things at the same time.
  const call = calls.at(-1);
  const ending = await handled;
  if (call) caller.done(call);
  await caller.answered();
  if (ending === 'nothing') return new Promise(() => undefined);
  if (ending === 'broken') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  return service === 'runtime' ? invocationOf(ending.reply) : answerOf(ending.reply);
}

async function authorizationOf({ config }: Client): Promise<string> {
  return `AWS4-HMAC-SHA256 Credential=${(await config.credentials()).accessKeyId}/`;
}

function requestFor(service: Call['service'], input: Command['input'], authorization: string): Request {
  const accept = input.Accept === undefined ? {} : { accept: text(input.Accept) };
  const variant =
    input.TargetVariant === undefined ? {} : { 'x-amzn-sagemaker-target-variant': text(input.TargetVariant) };
  const headers = { authorization, 'content-type': text(input.ContentType), ...accept, ...variant };
  const body = input.Body instanceof Uint8Array ? Buffer.from(input.Body) : Buffer.alloc(0);
  const path = service === 'runtime' ? `/endpoints/${text(input.EndpointName)}/invocations` : '/';
  return { method: 'POST', path, query: new URLSearchParams(), headers, body };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function questionFor(service: Call['service'], operation: string, given: Command['input']): Asked {
  return {
    service,
    operation,
    model: models[service],
    input: JSON.parse(JSON.stringify(given, onTheWire)),
    answer: (members) => ({ status: 200, headers: {}, body: JSON.stringify(members ?? {}) }),
    refuse: ({ code, message, status, members }) => ({
      status,
      headers: { 'x-amzn-errortype': code },
      body: JSON.stringify({ message, ...members }),
    }),
  };
}

/** The SDK has dates where the wire has seconds. */
function onTheWire(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  const given = this[name];
  return given instanceof Date ? given.getTime() / 1000 : value;
}

function answerOf(reply: Reply): unknown {
  if (reply.status >= 400) throw errorOf(reply);
  return Object.assign(dated(JSON.parse(textOf(reply))), { $metadata: { httpStatusCode: reply.status } });
}

/** The wire has seconds where the SDK has dates; STS has them as text. CloudWatch Logs, whose members begin small, has none. */
function dated<Members extends object>(members: Members): Members {
  for (const [name, value] of Object.entries(members)) {
    const date = dateOf(name, value);
    if (date) Object.assign(members, { [name]: date });
    else if (typeof value === 'object' && value !== null) dated(value);
  }
  return members;
}

function dateOf(name: string, value: unknown): Date | undefined {
  if (typeof value === 'number' && /^[A-Z]\w*Time(stamp)?$|^Timestamp$/.test(name)) return new Date(value * 1000);
  return name === 'Expiration' && typeof value === 'string' ? new Date(value) : undefined;
}

function invocationOf(reply: Reply): unknown {
  if (reply.status >= 400) throw errorOf(reply);
  const $metadata = { httpStatusCode: reply.status };
  const { 'content-type': ContentType, 'x-amzn-invoked-production-variant': InvokedProductionVariant } = reply.headers;
  return { Body: Buffer.from(reply.body), ContentType, InvokedProductionVariant, $metadata };
}

function textOf({ body }: Pick<Reply, 'body'>): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString();
}

function errorOf({ status, headers, ...reply }: Reply): Error {
  const code = headers['x-amzn-errortype'] ?? 'UnknownError';
  const { message = '', ...members } = JSON.parse(textOf(reply));
  const $metadata = { httpStatusCode: status };
  if (code === 'ModelError') return new ModelError({ message, $metadata, ...members });
  return Object.assign(new Error(message), { name: code, $metadata });
}
