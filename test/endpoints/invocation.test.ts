import type { RequestListener } from 'node:http';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { expect, it } from 'vitest';
import { AwsHandler } from '../../src/aws/handler.ts';
import { invoke } from '../../src/endpoints/invocation.ts';
import { localServer } from '../aws/local-client.ts';

it.each<[string, RequestListener]>([
  ['never answers', () => undefined],
  ['stops in the middle of its answer', (_, response) => void response.writeHead(200).write('{"price":')],
])('finds an endpoint that %s not available, as one that answers 503', async (_, listener) => {
  const requestHandler = new AwsHandler({ wholeTimeout: 50 });
  const runtime = new SageMakerRuntimeClient({ ...(await localServer(listener)), maxAttempts: 1, requestHandler });
  const clock = { now: () => new Date(0), sleep: () => Promise.resolve(), random: () => 0 };
  const request = { endpoint: 'resale-price-dev', payload: new Uint8Array(), contentType: 'application/json' };
  const seen = await invoke({ runtime, clock }, { ...request, accept: undefined, customAttributes: undefined });
  expect(seen).toEqual({ is: 'not available', seen: 'no complete answer within 0.05 s' });
});
