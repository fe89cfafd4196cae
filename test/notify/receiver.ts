import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, createServer as createRawServer } from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { type Certified, certificate } from './certificate.ts';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Behaviour {
  /** The status of its answer; "never" answers nothing. */
  readonly answer?: number | 'never';
  /** Its certificate; plain http without one. */
  readonly tls?: Certified;
}

/** A webhook on this machine for one test: what it receives. */
export async function webhook({ answer = 200, tls: certified }: Behaviour = {}) {
  const received: Received[] = [];
  const listener: RequestListener = async (request, response) => {
    received.push({ path: request.url ?? '', headers: request.headers, body: await text(request) });
    if (answer !== 'never') response.writeHead(answer, { location: '/elsewhere' }).end('no_service T0/B0/a-secret');
  };
  const server = certified ? createSecureServer({ ...certified }, listener) : createServer(listener);
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    received,
    address: `${certified ? 'https' : 'http'}://localhost:${portOf(server.address())}/services/T0/B0/a-secret`,
  };
}

/** A webhook on this machine for one test that answers with these bytes, and then with nothing more. */
export async function rawWebhook(bytes: string, answered: () => void = () => undefined) {
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(bytes, answered));
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://localhost:${portOf(server.address())}/services/T0/B0/a-secret`;
}

/** A proxy on this machine for one test, which opens a tunnel to whatever it is asked for. */
export async function tunnel() {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    const { hostname, port } = new URL(`http://${url}`);
    const there = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    for (const each of [there, socket]) each.on('error', () => undefined);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { asked, at: `http://localhost:${portOf(server.address())}` };
}

/** Makes this process trust a certificate, as NODE_EXTRA_CA_CERTS makes a job, until the test ends. */
export function trust({ cert }: Certified): void {
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...before, cert]);
  onTestFinished(() => tls.setDefaultCACertificates(before));
}

interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly secure: boolean;
  readonly source: string;
}

/** A mail server on this machine for one test. */
export async function mailServer(options: SMTPServerOptions = {}) {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    ...certificate(),
    authOptional: true,
    logger: false,
    onAuth({ username, password }, _session, done) {
      if (password === PASSWORD && username) done(null, { user: username });
      else done(new Error(`Invalid password ${password}`));
    },
    async onData(stream, { envelope, user, secure }, done) {
      const source = await text(stream);
      const from = envelope.mailFrom ? envelope.mailFrom.address : '';
      received.push({
        from,
        to: envelope.rcptTo.map(({ address }) => address),
        user: user?.toString(),
        secure,
        source,
      });
      done();
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, 'localhost');
  await once(server.server, 'listening');
  onTestFinished(() => void server.close());
  return { received, at: `localhost:${portOf(server.server.address())}` };
}

export const PASSWORD = 'a-password-of-the-mail-server';

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  return typeof address === 'object' && address ? address.port : 0;
}
