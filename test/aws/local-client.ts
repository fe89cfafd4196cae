import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { SageMakerClient, type SageMakerClientConfig } from '@aws-sdk/client-sagemaker';
import { onTestFinished } from 'vitest';

/** A client of a server on this machine, which answers as the listener does until the test ends. */
export async function localClient(listener: RequestListener, config: SageMakerClientConfig): Promise<SageMakerClient> {
  return new SageMakerClient({ ...(await localServer(listener)), ...config });
}

/** A server on this machine, which answers as the listener does until the test ends, as a client is told of it. */
export async function localServer(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    region: 'ap-southeast-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}
