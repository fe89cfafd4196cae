import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { machineClock } from '../../emulator/clock.ts';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { httpsProxy, refuseMalformedProxy } from '../../src/aws/proxy.ts';
import { ambientSession } from '../../src/aws/session.ts';
import { troubleOf } from '../../src/aws/trouble.ts';
import approveModel from '../../src/components/approve-model.ts';
import { emulated, projectFolder } from '../components/job.ts';
import { buildForTests, runProgram } from '../components/process.ts';

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
  ambientSession(emulator.region, {
    env,
    limit: () => undefined,
    clock: { now: () => emulator.clock.now(), sleep: async () => {}, random: () => 0.5 },
  });

const PROXIES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];
const ENDPOINTS = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS'];
const PAIRS = ENDPOINTS.flatMap((endpoint) => PROXIES.map((variable): [string, string] => [endpoint, variable]));

it.each(PAIRS)('sends nothing unencrypted through a proxy: %s with %s', async (endpoint, variable) => {
  const emulator = await emulated();
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  vi.stubEnv(endpoint, emulator.url);
  expect(await session(emulator, { [variable]: address })).toMatchObject({ account: emulator.account });
  expect(asked).toEqual([]);
});

describe('a process', () => {
  const bundle = buildForTests();

  it.each(PROXIES)('sends nothing unencrypted through a proxy where Node itself honours %s', async (variable) => {
    const emulator = await startEmulator({ clock: machineClock() });
    onTestFinished(() => emulator.close());
    const env = { [variable]: address, NODE_USE_ENV_PROXY: '1' };
    const job = await runProgram(bundle, approveModel, { emulator, root: projectFolder(), env });
    expect(job.log).toContain("This job's artifacts have no check-model record");
    expect(emulator.calls.map(({ operation }) => operation)).toEqual(['AssumeRoleWithWebIdentity']);
    expect(asked).toEqual([]);
  });
});

it.each([
  ['HTTPS_PROXY', 'http://tan:secret@:3128', '"http://:3128"'],
  ['https_proxy', 'tan:secret@proxy:no-port', '"proxy:no-port"'],
  ['HTTPS_PROXY', 'socks5://tan:secret@proxy:1080', '"socks5://proxy:1080"'],
  ['HTTPS_PROXY', 'http://tan:secret@proxy:3128\nNO_PROXY=*', '"http://proxy:3128'],
  ['HTTPS_PROXY', 'http://tan:secret%@proxy:3128', '"http://proxy:3128"'],
  ['HTTPS_PROXY', 'http://tan:secret%40proxy:3128', '"http://proxy:3128"'],
])('refuses the malformed address of %s, %s, and does not show its password', (name, value, shown) => {
  const refusal = () => refuseMalformedProxy({ [name]: value });
  expect(refusal).toThrow(`${name}: received ${shown}`);
  expect(refusal).not.toThrow('secret');
});

it('reads only the address that Node uses', () => {
  expect(() => refuseMalformedProxy({ https_proxy: 'http://proxy:3128', HTTPS_PROXY: 'proxy:3128' })).not.toThrow();
});

it('takes a line break after an address for none', () => {
  expect(httpsProxy({ HTTPS_PROXY: `${address}\n`, NO_PROXY: ' 127.0.0.1 ' })).toEqual({
    HTTPS_PROXY: address,
    NO_PROXY: '127.0.0.1',
  });
});

it.each(['http://proxy:3128', 'https://tan:secret@proxy.example.com', '', ' http://proxy:3128\n'])(
  'takes the address "%s" of a proxy',
  (value) => {
    expect(() => refuseMalformedProxy({ HTTPS_PROXY: value })).not.toThrow();
  },
);

it('asks the proxy that HTTPS_PROXY names for a tunnel to AWS itself, and calls its refusal a broken connection', async () => {
  const emulator = await emulated();
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  const refusal: unknown = await session(emulator, { HTTPS_PROXY: address }).catch((error: unknown) => error);
  expect(asked).toContain('sts.ap-southeast-1.amazonaws.com:443');
  expect(troubleOf(refusal)).toBe('broken connection');
});

it.each(['NO_PROXY', 'no_proxy'])('goes past the proxy to the hosts that %s names, and to no others', async (name) => {
  const emulator = await emulated();
  vi.stubEnv('AWS_ENDPOINT_URL', 'https://127.0.0.1:9');
  const fails = (hosts: string) =>
    session(emulator, { HTTPS_PROXY: address, [name]: hosts }).catch((error: unknown) => troubleOf(error));
  expect(await fails('127.0.0.1')).toBe('broken connection');
  expect(asked).toEqual([]);
  expect(await fails('127.0.0.2')).toBe('broken connection');
  expect(asked).toContain('127.0.0.1:9');
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
