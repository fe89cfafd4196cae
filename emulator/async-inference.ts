import { createHash } from 'node:crypto';
import type { Objects } from './objects.ts';
import type { Answer, Invocation, Runtime } from './runtime.ts';
import type { Endpoints } from './sagemaker/endpoints.ts';
import { AwsError, type World } from './world.ts';

/** The members of InvokeEndpointAsync, whose constraints hold. */
interface AsyncInput {
  readonly EndpointName?: unknown;
  readonly ContentType?: unknown;
  readonly Accept?: unknown;
  readonly CustomAttributes?: unknown;
  readonly InferenceId?: unknown;
  readonly InputLocation?: unknown;
  readonly RequestTTLSeconds?: unknown;
  readonly InvocationTimeoutSeconds?: unknown;
}

interface Queued {
  readonly invocation: Omit<Invocation, 'body'>;
  readonly input: string;
  readonly output: string;
  readonly failure: string | undefined;
  /** Milliseconds. */
  readonly ready: number;
  readonly expires: number;
  /** How long the container may take. */
  readonly longest: number;
}

interface Parts {
  readonly endpoints: Endpoints;
  readonly runtime: Runtime;
  readonly objects: Objects;
}

/** Seconds, where a request says nothing. */
const USUAL = { queued: 21_600, processed: 900 };
const TIMED_OUT =
  'Received server error (0) from primary with message "Your invocation timed out while waiting for a response from container primary."';

/**
 * The queue of asynchronous endpoints. A request is answered some time later, by an object in S3: when an instance is there, and
 * unless it has expired by then. One that expired leaves nothing.
 */
export class AsyncInference {
  /** Milliseconds that a request waits in the queue at least. */
  pace = 2_000;
  readonly #world: Pick<World, 'clock' | 'account'>;
  readonly #parts: Parts;
  #queue: Queued[] = [];
  #received = 0;

  constructor(world: Pick<World, 'clock' | 'account'>, parts: Parts) {
    this.#world = world;
    this.#parts = parts;
  }

  isAsynchronous(endpoint: string): boolean {
    return this.#outputOf(endpoint) !== undefined;
  }

  /** Refuses InvokeEndpoint. AWS's own words for it are not known. */
  refuseOtherWay(name: string): void {
    if (!this.isAsynchronous(name)) return;
    const message = `Endpoint ${name} of account ${this.#world.account} is an asynchronous endpoint. Use InvokeEndpointAsync.`;
    throw new AwsError('ValidationError', message, 400);
  }

  /** InvokeEndpointAsync: takes a request into the queue. */
  invoke(input: AsyncInput): Answer {
    const name = String(input.EndpointName);
    const { account, clock } = this.#world;
    const refuse = (message: string) => new AwsError('ValidationError', message, 400);
    if (this.#parts.endpoints.serving(name) === undefined)
      throw refuse(`Endpoint ${name} of account ${account} not found.`);
    const paths = this.#outputOf(name);
    if (!paths) throw refuse(`Endpoint ${name} of account ${account} is not an asynchronous endpoint.`);
    if (input.InputLocation === undefined) throw refuse('Exactly one of Body and InputLocation must be provided.');
    this.#received += 1;
    const key = createHash('sha256').update(`${name} ${this.#received}`).digest('hex').slice(0, 32);
    const now = clock.now().getTime();
    const output = `${folder(paths.output)}${key}.out`;
    const failure = paths.failure === undefined ? undefined : `${folder(paths.failure)}${key}-error.out`;
    this.#queue.push({
      invocation: { endpointName: name, headers: headersOf(input) },
      input: String(input.InputLocation),
      output,
      failure,
      ready: now + this.pace,
      expires: now + Number(input.RequestTTLSeconds ?? USUAL.queued) * 1000,
      longest: Number(input.InvocationTimeoutSeconds ?? USUAL.processed) * 1000,
    });
    return {
      status: 202,
      headers: {
        'content-type': 'application/json',
        'x-amzn-sagemaker-outputlocation': output,
        ...(failure !== undefined && { 'x-amzn-sagemaker-failurelocation': failure }),
      },
      body: JSON.stringify({ InferenceId: String(input.InferenceId ?? key) }),
      delay: 0,
    };
  }

  /** Answers what is due. */
  advance(): void {
    const now = this.#world.clock.now().getTime();
    const due = this.#queue.filter(
      ({ ready, invocation }) => ready <= now && this.#hasInstances(invocation.endpointName),
    );
    this.#queue = this.#queue.filter((one) => !due.includes(one) && one.expires > now);
    for (const one of due) if (one.expires > now) this.#answer(one);
  }

  #answer({ invocation, input, output, failure, longest }: Queued): void {
    const { endpoints, runtime, objects } = this.#parts;
    const fail = (text: string) => failure !== undefined && objects.put(failure, text, 'text/plain');
    const payload = objects.find(input);
    if (payload === undefined) {
      fail(`ClientError: The Amazon S3 object does not exist: ${input}`);
      return;
    }
    const began = this.#world.clock.now().getTime();
    try {
      const request = { ...invocation, body: Buffer.from(payload.text) };
      const answer = runtime.invoke(endpoints.serving(invocation.endpointName), request);
      if (this.#world.clock.now().getTime() - began > longest) fail(TIMED_OUT);
      else objects.put(output, answer.body, answer.headers['content-type']);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      fail(error.message);
    }
  }

  #hasInstances(name: string): boolean {
    return this.#parts.endpoints.find(name)?.variants.some(({ instances }) => instances > 0) === true;
  }

  #outputOf(name: string) {
    // Not found by its name, which would let time pass: this is asked while it passes.
    const config = this.#parts.endpoints.all.get(name.toLowerCase())?.config.request.AsyncInferenceConfig?.OutputConfig;
    return config && { output: config.S3OutputPath ?? '', failure: config.S3FailurePath };
  }
}

const folder = (path: string) => (path.endsWith('/') ? path : `${path}/`);

/** As a container receives them. */
function headersOf({ ContentType, Accept, CustomAttributes }: AsyncInput): Invocation['headers'] {
  const given = (name: string, value: unknown) => (value === undefined ? {} : { [name]: String(value) });
  return {
    ...given('content-type', ContentType),
    ...given('accept', Accept),
    ...given('x-amzn-sagemaker-custom-attributes', CustomAttributes),
  };
}
