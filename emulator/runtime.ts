import { createHash, randomUUID } from 'node:crypto';
import type { Logs } from './logs.ts';
import { Machines } from './machines.ts';
import { AwsError, type World } from './world.ts';

const BODY_LIMIT = 6_291_456;
/** https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html */
const SERVERLESS_BODY_LIMIT = 4_194_304;
/** A Creating or Failed endpoint has no fleet, and the runtime knows of it as little as of none. */
const SERVING = new Set(['InService', 'Updating', 'SystemUpdating', 'RollingBack', 'UpdateRollbackFailed']);

/** What an endpoint serves right now: the variants of its live config, and where an update gives it traffic, the new fleet of each. */
export interface ServingEndpoint {
  readonly name: string;
  readonly status: string;
  readonly variants: readonly ServingVariant[];
}

export interface ServingVariant {
  readonly name: string;
  readonly weight: number;
  /** ARN of the model package, or of the model when it was not made from one. */
  readonly model: string;
  /** The endpoint config that its instances are of. */
  readonly config: string;
  /** The name of its instances, of which others that start have another; those of its config, when nothing else is said. */
  readonly fleet?: string;
  /** How many instances it has; one, when nothing else is said. */
  readonly instances?: number;
  /** Whether it runs without instances. */
  readonly serverless?: boolean;
  /** Its new fleet, while an update moves the traffic over: the share of it, from 0 to 1. */
  readonly next?: Omit<ServingVariant, 'next'> & { readonly share: number };
}

/** An invocation that reached a fleet: what CloudWatch counts. */
export interface Invoked {
  readonly endpoint: string;
  readonly variant: string;
  readonly config: string;
  readonly status: number;
  /** Milliseconds that the model took. */
  readonly latency: number;
}

/** How a model misbehaves. Without any of these it answers each instance with a price, at once. */
export interface Behaviour {
  /** Milliseconds by which the emulator's clock moves during an invocation. */
  readonly latency?: number;
  /** Milliseconds that a client really waits; for programs that measure by the machine's clock. */
  readonly delay?: number;
  /** The share of invocations that fail, from 0 to 1, spread evenly: 0.25 is every fourth. */
  readonly errorRate?: number;
  /** What the container answers when it fails; the status 0 when it gives none. */
  readonly error?: { readonly status: number; readonly message: string };
  readonly contentType?: string;
  readonly answer?: string;
  /** What the model multiplies its prices by: 1.2 is a model that asks a fifth too much. */
  readonly scale?: number;
  /** By how much each price is off, up or down, as the instance has it: 0.08 is a model that misses by up to 8 %. */
  readonly spread?: number;
  /** What the model says of an instance, in place of a price: a number, or whatever else it answers with. */
  readonly predict?: (instance: unknown) => unknown;
  /** The model answers only who accepts its licence: the custom attribute accept_eula=true. */
  readonly eula?: true;
  /** What the service itself answers instead, such as ServiceUnavailable. */
  readonly refusal?: { readonly code: string; readonly status: number; readonly message: string };
}

export interface Invocation {
  readonly endpointName: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds for the server to wait before it sends this. */
  readonly delay: number;
}

interface ContainerAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export class Runtime {
  /** Endpoint name, or ARN of a model package -> how it misbehaves; the package's goes first. */
  readonly behaviours = new Map<string, Behaviour>();
  readonly machines = new Machines();
  readonly #world: Pick<World, 'region' | 'account' | 'clock'>;
  readonly #logs: Logs;
  readonly #invocations = new Map<string, number>();
  /** Called when a fleet has answered, well or not. */
  onInvoked: (invoked: Invoked) => void = () => undefined;

  constructor(world: Pick<World, 'region' | 'account' | 'clock'>, logs: Logs) {
    this.#world = world;
    this.#logs = logs;
  }

  /** InvokeEndpoint: throws AwsError, ModelError among them. */
  invoke(endpoint: ServingEndpoint | undefined, request: Invocation): Answer {
    if (!endpoint || !SERVING.has(endpoint.status)) {
      const message = `Endpoint ${request.endpointName} of account ${this.#world.account} not found.`;
      throw new AwsError('ValidationError', message, 400);
    }
    if (request.body.byteLength > BODY_LIMIT) {
      throw new AwsError('413', `HTTP content length exceeded ${BODY_LIMIT} bytes.`, 413);
    }
    if (endpoint.variants.some(({ serverless }) => serverless) && request.body.byteLength > SERVERLESS_BODY_LIMIT)
      throw new AwsError('ValidationError', `Request ${randomUUID()} has oversize body.`, 400);
    const count = (this.#invocations.get(endpoint.name) ?? 0) + 1;
    this.#invocations.set(endpoint.name, count);
    const variant = fleetFor(variantFor(endpoint, request, count), count);
    const behaviour = this.behaviourOf(variant.model, endpoint.name);
    const latency = this.#latencyOf(variant, behaviour, count);
    const isTold = behaviour.latency !== undefined || this.machines.habits !== undefined;
    const wait = isTold ? this.#world.clock.takes(latency) : 0;
    if (behaviour.refusal) {
      throw new AwsError(behaviour.refusal.code, behaviour.refusal.message, behaviour.refusal.status);
    }
    const answer = fails(behaviour, count) ? failure(behaviour) : predict(variant.model, request, behaviour);
    this.#logInvocation(endpoint, variant, answer);
    const { name, config } = variant;
    this.onInvoked({ endpoint: endpoint.name, variant: name, config, status: answer.status, latency });
    if (answer.status !== 200) throw this.#modelError(endpoint, answer);
    return {
      status: 200,
      headers: { 'content-type': answer.contentType, 'x-amzn-invoked-production-variant': variant.name },
      body: answer.body,
      delay: (behaviour.delay ?? 0) + wait,
    };
  }

  /** Milliseconds that a model takes on the instance that a request meets. */
  #latencyOf(variant: ServingVariant, { latency = USUAL_LATENCY }: Behaviour, count: number): number {
    const { config, fleet = config, instances = 1 } = variant;
    return this.machines.timeOn(`${fleet} ${count % Math.max(1, instances)}`, count, latency);
  }

  /** How a model behaves, or the endpoint that it serves on. */
  behaviourOf(model: string, endpoint: string): Behaviour {
    return this.behaviours.get(model) ?? this.behaviours.get(endpoint) ?? {};
  }

  /** What a container writes when it cannot answer. */
  writeError(
    endpoint: Pick<ServingEndpoint, 'name'>,
    variant: ServingVariant,
    { behaviour, at }: { readonly behaviour: Behaviour; readonly at: Date },
  ): void {
    this.#logInvocation(endpoint, variant, failure(behaviour), at);
  }

  /** What the containers of new instances write when they start; `trouble` instead of the line that says they listen. */
  containersStart(endpoint: Pick<ServingEndpoint, 'name' | 'variants'>, trouble?: readonly string[]): void {
    for (const variant of endpoint.variants) {
      this.#log(endpoint, variant, `[${this.#time()}] [1] [INFO] Loading the model of ${variant.model}`);
      for (const line of trouble ?? [`[${this.#time()}] [1] [INFO] Listening at: http://0.0.0.0:8080 (1)`]) {
        this.#log(endpoint, variant, line);
      }
      this.#log(endpoint, variant, this.#access('GET /ping', trouble ? 500 : 200, 0));
    }
  }

  #logInvocation(
    endpoint: Pick<ServingEndpoint, 'name'>,
    variant: ServingVariant,
    { status, body }: ContainerAnswer,
    at = this.#world.clock.now(),
  ): void {
    if (status >= 500) this.#log(endpoint, variant, `[${this.#time(at)}] [1] [ERROR] ${body}`);
    this.#log(endpoint, variant, this.#access('POST /invocations', status, Buffer.byteLength(body), at));
  }

  #modelError(endpoint: ServingEndpoint, { status, body }: ContainerAnswer): AwsError {
    const { region, account } = this.#world;
    const group = groupOf(endpoint);
    const message =
      `Received ${status >= 400 && status < 500 ? 'client' : 'server'} error (${status}) from primary with message "${body}". ` +
      `See https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=${group} ` +
      `in account ${account} for more information.`;
    return new AwsError('ModelError', message, 424, {
      OriginalStatusCode: status,
      OriginalMessage: body,
      LogStreamArn: `arn:aws:logs:${region}:${account}:log-group:${group}`,
    });
  }

  #log(endpoint: Pick<ServingEndpoint, 'name'>, variant: ServingVariant, line: string): void {
    const instance = hash(endpoint.name, variant.name, variant.model).slice(0, 17);
    this.#logs.put(groupOf(endpoint), `${variant.name}/i-${instance}`, line);
  }

  #access(request: string, status: number, bytes: number, at?: Date): string {
    return `169.254.178.2 - - [${this.#time(at)}] "${request} HTTP/1.1" ${status} ${bytes} "-" "AHC/2.0"`;
  }

  #time(at = this.#world.clock.now()): string {
    return at.toISOString().replace('T', ' ').replace(/\..*$/, ' +0000');
  }
}

function groupOf(endpoint: Pick<ServingEndpoint, 'name'>): string {
  return `/aws/sagemaker/Endpoints/${endpoint.name}`;
}

/** The variant asked for, else each by its weight, in an order that is the same every time. */
function variantFor(endpoint: ServingEndpoint, { headers }: Invocation, count: number): ServingVariant {
  const target = headers['x-amzn-sagemaker-target-variant'];
  const total = endpoint.variants.reduce((sum, { weight }) => sum + weight, 0);
  // Multiples of the golden ratio spread evenly over [0, 1) without repeating.
  let place = ((count * 0.618_033_988_749_895) % 1) * total;
  const chosen = endpoint.variants.find(({ name, weight }) => {
    place -= weight;
    return target === undefined ? place < 0 : name === target;
  });
  if (chosen) return chosen;
  const message = `Variant ${String(target ?? '')} not found for endpoint ${endpoint.name}.`;
  throw new AwsError('ValidationError', message, 400);
}

/** The old fleet or the new one, by the share of the traffic that the new one has. */
function fleetFor({ next, ...variant }: ServingVariant, count: number): ServingVariant {
  // Another irrational multiple, so that no variant always meets the same fleet.
  return next && (count * 0.754_877_666_246_693) % 1 < next.share ? next : variant;
}

/** Milliseconds that a model takes which nothing is set for. */
export const USUAL_LATENCY = 40;

export function fails({ errorRate = 0 }: Behaviour, count: number): boolean {
  return Math.floor(count * errorRate) > Math.floor((count - 1) * errorRate);
}

function failure({ error }: Behaviour): ContainerAnswer {
  return { status: error?.status ?? 500, contentType: 'text/plain', body: error?.message ?? 'Internal Server Error' };
}

/** As the models of JumpStart answer. */
const LICENCE_NOT_ACCEPTED: ContainerAnswer = {
  status: 424,
  contentType: 'application/json',
  body: `{"code":424,"message":"prediction failure","error":"Need to pass custom_attributes='accept_eula=true' as part of header."}`,
};

/** Attributes are pairs, divided by ";" or ",". */
function acceptsLicence(attributes: string | string[] | undefined): boolean {
  return String(attributes ?? '')
    .split(/[;,]/)
    .some((pair) => pair.trim() === 'accept_eula=true');
}

/** The container: prices for JSON or CSV, in JSON or CSV. */
function predict(model: string, { headers, body }: Invocation, behaviour: Behaviour): ContainerAnswer {
  if (behaviour.eula && !acceptsLicence(headers['x-amzn-sagemaker-custom-attributes'])) return LICENCE_NOT_ACCEPTED;
  const instances = instancesOf(mediaType(headers['content-type']), Buffer.from(body).toString());
  if ('status' in instances) return instances;
  const { predict: own } = behaviour;
  if (own) return answered(instances.map(own), { accept: mediaType(headers.accept ?? '*/*'), behaviour });
  const prices = instances.map((instance) => priceOf(model, instance, behaviour));
  const accept = mediaType(headers.accept ?? '*/*');
  const said = accept === 'text/csv' ? prices : prices.map((price) => ({ price }));
  return answered(said, { accept, behaviour });
}

/** The predictions as JSON or CSV, whichever is asked for. */
function answered(
  said: readonly unknown[],
  { accept, behaviour }: { readonly accept: string; readonly behaviour: Behaviour },
): ContainerAnswer {
  if (!['application/json', '*/*', 'text/csv'].includes(accept)) {
    return { status: 406, contentType: 'text/plain', body: `Accept type ${accept} is not supported.` };
  }
  const csv = accept === 'text/csv';
  return {
    status: 200,
    contentType: behaviour.contentType ?? (csv ? 'text/csv' : 'application/json'),
    body: behaviour.answer ?? (csv ? said.join('\n') : JSON.stringify({ predictions: said })),
  };
}

function instancesOf(type: string, text: string): readonly unknown[] | ContainerAnswer {
  const refuse = (status: number, message: string) => ({ status, contentType: 'text/plain', body: message });
  if (type === 'text/csv') return text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (type !== 'application/json') return refuse(415, `Content type ${type} is not supported.`);
  try {
    const document: unknown = JSON.parse(text);
    if (Array.isArray(document)) return document;
    if (typeof document !== 'object' || document === null) return refuse(400, 'The document has no instances.');
    return 'instances' in document && Array.isArray(document.instances) ? document.instances : [document];
  } catch {
    return refuse(400, 'The document is not JSON.');
  }
}

/** The input makes the price; another version of the model differs by a few per cent, and a worse one by more. */
function priceOf(model: string, instance: unknown, { scale = 1, spread = 0 }: Behaviour): number {
  const share = (text: string) => Number.parseInt(text.slice(0, 8), 16) / 2 ** 32;
  const own = share(hash(JSON.stringify(instance)));
  const base = priceOfFlat(instance) ?? 250_000 + 800_000 * own;
  const off = 1 + spread * (2 * own - 1);
  return Math.round(base * scale * off * (0.97 + 0.06 * share(hash(model))));
}

/** What a flat costs that is described as in the example project; `undefined` for anything else. */
function priceOfFlat(instance: unknown): number | undefined {
  if (typeof instance !== 'object' || instance === null) return undefined;
  const { floor_area_sqm: area, storey, lease_years_left: lease } = Object.fromEntries(Object.entries(instance));
  if (typeof area !== 'number' || typeof storey !== 'number' || typeof lease !== 'number') return undefined;
  return 60_000 + area * 5200 * (0.4 + 0.6 * (lease / 99)) + storey * 3500;
}

function mediaType(header: string | readonly string[] | undefined): string {
  return String(header ?? 'application/octet-stream')
    .replace(/;.*$/, '')
    .trim()
    .toLowerCase();
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
