import { Readable } from 'node:stream';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { type HostAddress, isTrusted, otherHostRefusal } from './hosts.ts';

export interface HandlerOptions extends NodeHttpHandlerOptions {
  /** Milliseconds for a whole request: from connecting to the last byte of the answer's body. */
  readonly wholeTimeout: number;
  /** To which hosts a request may be sent; where the job's token may be, when nothing else is said. */
  trusts?(host: HostAddress): boolean;
}

type Handled = ReturnType<NodeHttpHandler['handle']>;

/** Refuses a request to a host that is not trusted, which the SDK found in a profile or a file. */
export function refuseOtherHost({ protocol, hostname }: HostAddress, trusts: (host: HostAddress) => boolean): void {
  if (trusts({ protocol, hostname })) return;
  throw otherHostRefusal(
    `  ${protocol}//${hostname}`,
    "remove the CI/CD variables AWS_CONFIG_FILE and AWS_PROFILE, or remove endpoint_url from the runner's AWS configuration.",
  );
}

/** A request that got no whole answer in its time. */
export class OverdueError extends Error {
  override readonly name = 'TimeoutError';
  /** What happened, without what the SDK adds to the message. */
  readonly what: string;

  constructor(milliseconds: number) {
    const what = `no complete answer within ${milliseconds / 1000} s`;
    super(what);
    this.what = what;
  }
}

/**
 * Sends requests only to AWS and to this machine, because the SDK may find the name of a host in a profile or a file.
 * Every request ends: the SDK's own time-outs cover neither a proxy that opens no tunnel nor a body that stops in the
 * middle.
 */
export class AwsHandler extends NodeHttpHandler {
  readonly #wholeTimeout: number;
  readonly #trusts: (host: HostAddress) => boolean;

  constructor({ wholeTimeout, trusts = isTrusted, ...options }: HandlerOptions) {
    super(options);
    this.#trusts = trusts;
    this.#wholeTimeout = wholeTimeout;
  }

  override async handle(...[request, options]: Parameters<NodeHttpHandler['handle']>): Handled {
    refuseOtherHost(request, this.#trusts);
    // A timer that is cleared: a signal with a time-out would hold each answer until that is over.
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(), this.#wholeTimeout).unref();
    try {
      const handled = await super.handle(request, { ...options, abortSignal: ending.signal });
      const { body } = handled.response;
      if (!(body instanceof Readable)) clearTimeout(timer);
      else {
        body.once('close', () => clearTimeout(timer));
        ending.signal.addEventListener('abort', () => body.destroy(this.#tooLate()));
      }
      return handled;
    } catch (error) {
      clearTimeout(timer);
      throw ending.signal.aborted ? this.#tooLate() : error;
    }
  }

  #tooLate(): OverdueError {
    return new OverdueError(this.#wholeTimeout);
  }
}
