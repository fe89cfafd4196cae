import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { ListModelsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { expect, it, onTestFinished } from 'vitest';
import { AwsHandler } from '../../src/aws/handler.ts';
import { troubleOf } from '../../src/aws/trouble.ts';
import { inItsOwnWords } from '../../src/ground/error-parts.ts';

const JSON_1_1 = { 'content-type': 'application/x-amz-json-1.1' };

/** Asks a server on this machine, which answers as the listener does. The answer has a twentieth of a second. */
async function ask(listener: RequestListener, wholeTimeout = 50): Promise<unknown> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  const client = new SageMakerClient({
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    region: 'ap-southeast-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: new AwsHandler({ wholeTimeout }),
  });
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
  expect(troubleOf(error)).toBe('broken connection');
});
