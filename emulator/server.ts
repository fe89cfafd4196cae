import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Reply, Request } from './exchange.ts';
import { asked } from './protocols.ts';
import { AwsError } from './world.ts';

/** How a request ends: with an answer, with a broken connection, or with neither. */
export type Ending = { readonly reply: Reply; readonly delay?: number } | 'broken' | 'nothing';

export interface Exchange {
  /** Handles what was asked. Called once per request that is some service's. */
  readonly handle: (question: NonNullable<ReturnType<typeof asked>>, request: Request) => Promise<Ending>;
  /** The answer has left, or the connection is gone. */
  readonly ended: () => void;
}

/** Serves on the loopback address only; port 0 is any free one. */
export async function listen(port: number, open: () => Exchange): Promise<{ server: Server; url: string }> {
  const server = createServer((incoming, response) => {
    serve(incoming, response, open()).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The emulator listens on no port.');
  return { server, url: `http://127.0.0.1:${address.port}` };
}

async function serve(incoming: IncomingMessage, response: ServerResponse, exchange: Exchange): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { pathname: path, searchParams: query } = new URL(incoming.url ?? '/', 'http://emulator');
  const request: Request = {
    method: incoming.method ?? 'GET',
    path,
    query,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
  const question = asked(request);
  if (!question) return send(response, unknownRequest(request), exchange.ended);
  const ending = await exchange.handle(question, request);
  if (ending === 'nothing') return exchange.ended();
  if (ending === 'broken') {
    incoming.socket.destroy();
    return exchange.ended();
  }
  if (ending.delay) await new Promise((resolve) => setTimeout(resolve, ending.delay));
  send(response, ending.reply, exchange.ended);
}

function send(response: ServerResponse, { status, headers, body }: Reply, ended: () => void): void {
  response.once('close', ended);
  response.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(body);
}

function unknownRequest({ method, path, headers }: Request): Reply {
  const error = new AwsError(
    'UnknownOperationException',
    `This emulator serves no ${method} ${path} for ${headers['x-amz-target']}.`,
    404,
  );
  return {
    status: error.status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ __type: error.code, message: error.message }),
  };
}
