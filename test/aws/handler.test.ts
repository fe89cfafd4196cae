import type { RequestListener } from 'node:http';
import { ListModelsCommand } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { AwsHandler, OverdueError } from '../../src/aws/handler.ts';
import { troubleOf } from '../../src/aws/trouble.ts';
import { inItsOwnWords } from '../../src/ground/error-parts.ts';
import { localClient } from './local-client.ts';

const JSON_1_1 = { 'content-type': 'application/x-amz-json-1.1' };

/** Asks a server on this machine, which answers as the listener does. The answer has a twentieth of a second. */
async function ask(listener: RequestListener, wholeTimeout = 50): Promise<unknown> {
  const client = await localClient(listener, { maxAttempts: 1, requestHandler: new AwsHandler({ wholeTimeout }) });
  return client.send(new ListModelsCommand({})).catch((error: unknown) => error);
}

it('takes an answer that is whole in time', async () => {
  const answer = await ask((_, response) => response.writeHead(200, JSON_1_1).end('{"Models":[]}'), 10_000);
  expect(answer).toMatchObject({ Models: [] });
});

it.each<[string, RequestListener]>([
  ['that never comes', () => undefined],
  ['whose body stops in the middle', (_, response) => void response.writeHead(200, JSON_1_1).write('{"Models":')],
  [
    'that comes for ever, byte by byte',
    (_, response) => {
      response.writeHead(200, JSON_1_1);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    },
  ],
])('ends a request with an answer %s, as a broken connection', async (_, listener) => {
  const error = await ask(listener);
  expect(inItsOwnWords(error)).toBe('TimeoutError: no complete answer within 0.05 s');
  expect(error).toBeInstanceOf(OverdueError);
  expect(troubleOf(error)).toBe('broken connection');
});
