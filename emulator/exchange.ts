import type { IncomingHttpHeaders } from 'node:http';
import type { ServiceModel } from './model.ts';
import type { AwsError, Call } from './world.ts';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** A request that found its service: what is asked, and how this service's answers and errors are written. */
export interface Asked {
  readonly service: Call['service'];
  readonly operation: string;
  readonly model: ServiceModel;
  readonly input: unknown;
  readonly answer: (members: unknown) => Reply;
  readonly refuse: (error: AwsError) => Reply;
}
