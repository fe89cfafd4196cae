import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A job that starts now: its name, and its number as the runner knows it. */
export interface StartingJob {
  readonly name: string;
  readonly number: string;
}

/** The variables of one job that starts now, in a pipeline. */
export type Attend = (pipeline: string, job: StartingJob) => Readonly<Record<string, string>>;

/** Stands beside the runner: a starting job asks it for what GitLab would have put into the job's environment. */
export async function startAttendant(attend: Attend): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { job: name, number } = request.headers;
    const variables = attend((request.url ?? '/').slice(1), { name: String(name), number: String(number) });
    response.end(
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: portOf(server), close: () => new Promise((resolve) => server.close(() => resolve())) };
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The attendant listens on no port.');
  return address.port;
}
