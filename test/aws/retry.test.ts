import type { RequestListener, ServerResponse } from 'node:http';
import { ListModelsCommand, type SageMakerClientConfig } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { createRetryStrategy } from '../../src/aws/retry.ts';
import { localClient } from './local-client.ts';

type Answer = (response: ServerResponse) => void;

const HTML = { 'content-type': 'text/html' };
const JSON_1_1 = { 'content-type': 'application/x-amz-json-1.1' };
const page =
  (status: number): Answer =>
  (response) =>
    void response.writeHead(status, HTML).end('<h1>No</h1>');
const empty =
  (status: number): Answer =>
  (response) =>
    void response.writeHead(status).end();
const error =
  (status: number, __type: string, headers = {}): Answer =>
  (response) =>
    void response.writeHead(status, { ...JSON_1_1, ...headers }).end(JSON.stringify({ __type, message: 'No.' }));
const anHourAgo = { date: new Date(Date.now() - 3_600_000).toUTCString() };

/** What a request may meet once, before it is answered well. */
const ANSWERS: readonly (readonly [string, Answer])[] = [
  ...[429, 500, 502, 503, 504].flatMap((status): [string, Answer][] => [
    [`a page with ${status}`, page(status)],
    [`nothing with ${status}`, empty(status)],
    [`an error of the service with ${status}`, error(status, 'InternalFailure')],
  ]),
  ['a throttle', error(400, 'ThrottlingException')],
  ['another throttle', error(400, 'RequestLimitExceeded')],
  ['a time-out of the service', error(408, 'RequestTimeout')],
  ['a clock that is an hour off', error(403, 'RequestTimeTooSkewed', anHourAgo)],
  ['a signature that an hour made invalid', error(403, 'InvalidSignatureException', anHourAgo)],
  ['a broken connection', (response) => void response.destroy()],
  [
    'a body that is cut off',
    (response) => {
      response.writeHead(200, { ...JSON_1_1, 'content-length': '100' }).write('{"Models":');
      setImmediate(() => response.destroy());
    },
  ],
  ['a denial', error(400, 'AccessDeniedException')],
  ['a bad request', error(400, 'ValidationException')],
  ['a page that says no', page(403)],
  ['a redirection', (response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
];

/** Whether a client gets its answer although the first one is a bad one. */
async function heals(first: Answer, strategy: SageMakerClientConfig): Promise<boolean> {
  let requests = 0;
  const answer: RequestListener = (_, response) => {
    requests++;
    if (requests === 1) first(response);
    else response.writeHead(200, JSON_1_1).end('{"Models":[]}');
  };
  const client = await localClient(answer, strategy);
  return client.send(new ListModelsCommand({})).then(
    () => true,
    () => false,
  );
}

function ours({ random = 0.5, now = 0, deadline = Number.POSITIVE_INFINITY } = {}) {
  const pauses: number[] = [];
  const clock = {
    now: () => new Date(now),
    sleep: async (milliseconds: number) => void pauses.push(milliseconds),
    random: () => random,
  };
  const limit = Number.isFinite(deadline) ? { at: new Date(deadline), because: 'a test' } : undefined;
  return { pauses, strategy: createRetryStrategy(clock, () => limit) };
}

describe('a request that first meets', () => {
  it.each(ANSWERS)('%s is healed wherever the SDK heals it', async (_, first) => {
    const sdk = await heals(first, { maxAttempts: 3 });
    const own = await heals(first, { retryStrategy: ours().strategy });
    expect(own || !sdk, `the SDK heals it: ${sdk}, we: ${own}`).toBe(true);
  });

  it.each([
    ['a denial', error(400, 'AccessDeniedException')],
    ['a bad request', error(400, 'ValidationException')],
  ])('%s is not sent again', async (_, first) => {
    const { strategy, pauses } = ours();
    expect(await heals(first, { retryStrategy: strategy })).toBe(false);
    expect(pauses).toEqual([]);
  });
});

describe('a pause', () => {
  const attempt = { error: new Error('No.'), errorType: 'TRANSIENT' as const };
  const first = { getRetryCount: () => 0, getRetryDelay: () => 0 };

  it.each([
    [0, 500],
    [0.5, 750],
    [1, 1000],
  ])('is left to chance by half: %s makes it %s ms', async (random, pause) => {
    const { strategy, pauses } = ours({ random });
    await strategy.refreshRetryTokenForRetry(first, attempt);
    expect(pauses).toEqual([pause]);
  });

  it('is as long as the service asks, but not more than five seconds longer', async () => {
    const { strategy, pauses } = ours();
    const asked = (seconds: number) => ({ ...attempt, retryAfterHint: new Date(Date.now() + seconds * 1000) });
    await strategy.refreshRetryTokenForRetry(first, asked(3));
    await strategy.refreshRetryTokenForRetry(first, asked(60));
    expect(pauses.map((each) => Math.round(each / 1000))).toEqual([3, 6]);
    expect(pauses[1]).toBe(5750);
  });

  it('that would outlast the deadline is not begun: the error is thrown instead', async () => {
    const { strategy, pauses } = ours({ now: 1000, deadline: 1700 });
    await expect(strategy.refreshRetryTokenForRetry(first, attempt)).rejects.toThrow('No.');
    expect(pauses).toEqual([]);
  });

  it('comes seven times at most', async () => {
    const { strategy, pauses } = ours();
    let token = first;
    for (let count = 0; count < 7; count++) token = await strategy.refreshRetryTokenForRetry(token, attempt);
    await expect(strategy.refreshRetryTokenForRetry(token, attempt)).rejects.toThrow('No.');
    expect(pauses).toEqual([750, 1500, 3000, 6000, 12000, 15000, 15000]);
  });
});
