import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Emulator } from '../emulator/emulator.ts';
import { ambientSession } from '../src/aws/session.ts';
import { troubleOf } from '../src/aws/trouble.ts';
import { emulated } from './components/job.ts';

/** What the proxy was asked for. */
let asked: string[] = [];
let proxy: Server;
let address: string;

/** A proxy that passes plain requests on to wherever they were for, and refuses tunnels. */
beforeAll(async () => {
  proxy = createServer((request, response) => {
    const url = new URL(request.url ?? '');
    asked.push(url.host);
    const there = connect(Number(url.port), url.hostname);
    there.pipe(response.socket ?? there);
    const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    there.write(
      `${request.method} ${url.pathname}${url.search} HTTP/1.1\r\n${headers.join('')}connection: close\r\n\r\n`,
    );
    request.pipe(there, { end: false });
  });
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((ready) => void proxy.listen(0, '127.0.0.1', ready));
  const bound = proxy.address();
  address = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
});
afterAll(() => void proxy.close());
beforeEach(() => {
  asked = [];
});

const session = (emulator: Emulator, env: Record<string, string>) =>
  ambientSession(emulator.region, { env, clock: { now: () => emulator.clock.now(), sleep: async () => {} } });

it('reaches AWS through the proxy that HTTP_PROXY names', async () => {
  const emulator = await emulated();
  expect(await session(emulator, { HTTP_PROXY: address })).toMatchObject({ account: emulator.account });
  expect(asked).toEqual([new URL(emulator.url).host]);
});

it('goes past the proxy to what NO_PROXY names', async () => {
  const emulator = await emulated();
  const env = { HTTP_PROXY: address, NO_PROXY: '127.0.0.1' };
  expect(await session(emulator, env)).toMatchObject({ account: emulator.account });
  expect(asked).toEqual([]);
});

it('asks the proxy that HTTPS_PROXY names for a tunnel to AWS itself, and calls its refusal a broken connection', async () => {
  const emulator = await emulated();
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  const refusal: unknown = await session(emulator, { HTTPS_PROXY: address }).catch((error: unknown) => error);
  expect(asked).toContain('sts.ap-southeast-1.amazonaws.com:443');
  expect(troubleOf(refusal)).toBe('broken connection');
});

it.each([
  ['not trusted', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ['not trusted', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  ['not trusted', 'CERT_HAS_EXPIRED'],
  ['broken connection', 'EPROTO'],
  ['broken connection', 'ENETUNREACH'],
])('calls a connection %s that ends with %s', (trouble, code) => {
  expect(troubleOf(Object.assign(new Error('It broke.'), { code }))).toBe(trouble);
});
