import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** A registry on loopback that forgets everything when it is closed. */
export interface Registry {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves crane's own. */
export async function startRegistry(tools: string): Promise<Registry> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(join(tools, 'crane'), ['registry', 'serve', '--address', address], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await answering(address, child);
  return {
    address,
    close: () => {
      child.kill();
      return ended;
    },
  };
}

async function answering(address: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answered = await fetch(`http://${address}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`crane registry serve ended with ${child.exitCode}.`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port was free.');
  return address.port;
}
