import { accessRequests, alarmAccess, keyAccess, withResourceTags } from './access.ts';
import { AsyncInference } from './async-inference.ts';
import { authenticate, callerOf } from './authentication.ts';
import { scalingAccess } from './autoscaling/access.ts';
import { Autoscaling } from './autoscaling/service.ts';
import { virtualClock } from './clock.ts';
import { CloudWatch } from './cloudwatch/service.ts';
import { validate } from './constraints.ts';
import { credentialScope } from './credential-scope.ts';
import type { Asked, Reply, Request } from './exchange.ts';
import { type Due, errorOf, type Fault, Faults } from './faults.ts';
import { authorise, authoriseAcross, isAllowed } from './iam.ts';
import { Images, imageAccess, imageOperations } from './images.ts';
import { Logs, logResource, logsOperations } from './logs.ts';
import { dataOf, Objects, objectAccess, objectOperations } from './objects.ts';
import { Runtime } from './runtime.ts';
import { mustBeWhole } from './s3-protocol.ts';
import { type Endpoint, Endpoints } from './sagemaker/endpoints.ts';
import { Executions } from './sagemaker/executions.ts';
import { Jobs } from './sagemaker/jobs.ts';
import { Models } from './sagemaker/models.ts';
import type { Package } from './sagemaker/packages.ts';
import { Pipelines } from './sagemaker/pipelines.ts';
import { Registry } from './sagemaker/registry.ts';
import { Tags } from './sagemaker/tags.ts';
import { type ScenarioName, scenarios, type Target, usualTarget } from './scenarios.ts';
import { type Deployed, deployed, type Registration, register } from './scene.ts';
import { type Ending, listen } from './server.ts';
import { simulationOperations } from './simulation.ts';
import { type Claims, createIssuer, stsOperations } from './sts.ts';
import { Traffic } from './traffic.ts';
import { refuseUndone } from './undone.ts';
import { decode, encode, isRecord } from './wire.ts';
import {
  type AccessRequest,
  AwsError,
  type Call,
  type EmulatorClock,
  type Operations,
  type Principal,
  type Role,
  type World,
} from './world.ts';

export interface EmulatorOptions {
  /** 0 or nothing: any free one. */
  readonly port?: number;
  /** Without one, time starts at 2026-11-22T08:00:00Z and stands still until it is moved. */
  readonly clock?: EmulatorClock;
  /** ap-southeast-1, when nothing else is said. */
  readonly region?: string;
}

/** Any other static keys would do as well. */
const ACCESS_KEY = 'AKIAEMULATORADMIN000';
const SECRET_KEY = 'only-good-for-the-emulator-00000000000000';

/** An embedded SageMaker, with the STS, CloudWatch Logs and runtime that belong to it. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = new Emulator(options.clock ?? virtualClock(), options.region);
  await emulator.listen(options.port ?? 0);
  return emulator;
}

/** Nobody answers at this port of this machine: without an address, a program would ask AWS itself. */
const NOWHERE = 'http://127.0.0.1:1';

export class Emulator implements World {
  readonly region: string;
  readonly account = '111122223333';
  readonly clock: EmulatorClock;
  readonly roles = new Map<string, Role>();
  readonly sessions = new Map<string, Principal>();
  readonly secrets = new Set<string>();
  readonly administrator: Principal;
  /** Every request, in the order of arrival. */
  readonly calls: Call[] = [];
  /** Called when a request has arrived; it takes effect only after that. */
  onAsked: (call: Call, number: number) => void | Promise<void> = () => undefined;
  /** Called when the answer to a call has left, or its connection broke. */
  onAnswered: (call: Call, number: number) => void = () => undefined;
  readonly faults = new Faults();
  /** Milliseconds by which the clock of AWS is ahead of that of the jobs. */
  awsAhead = 0;
  readonly logs: Logs;
  readonly objects: Objects;
  readonly images: Images;
  readonly runtime: Runtime;
  readonly cloudwatch: CloudWatch;
  readonly traffic: Traffic;
  readonly asynchronous: AsyncInference;
  readonly registry: Registry;
  readonly models: Models;
  readonly endpoints: Endpoints;
  readonly autoscaling: Autoscaling;
  readonly tags: Tags;
  readonly pipelines: Pipelines;
  readonly executions: Executions;
  readonly jobs: Jobs;
  readonly #issuer;
  readonly #operations: Readonly<Record<Call['service'], Operations>>;
  #listening: Awaited<ReturnType<typeof listen>> | undefined;

  constructor(clock: EmulatorClock, region = 'ap-southeast-1') {
    this.clock = clock;
    this.region = region;
    this.administrator = { arn: `arn:aws:iam::${this.account}:user/administrator`, userId: 'AIDAADMINISTRATOR000' };
    this.logs = new Logs(this);
    this.runtime = new Runtime(this, this.logs);
    this.cloudwatch = new CloudWatch(this);
    this.traffic = new Traffic(this.runtime, this.cloudwatch.metrics);
    this.tags = new Tags((arn) => this.#exists(arn));
    this.registry = new Registry(this, this.tags);
    this.models = new Models(this, this.registry, this.tags);
    this.endpoints = new Endpoints(this, this.models, this.registry, this.tags);
    this.endpoints.onStart = (endpoint, config, outcome) => {
      const trouble = 'trouble' in outcome ? outcome.trouble : undefined;
      this.runtime.containersStart({ name: endpoint.name, variants: this.endpoints.servedBy(config) }, trouble);
    };
    this.#watch();
    this.autoscaling = new Autoscaling(this, this.endpoints);
    this.pipelines = new Pipelines(this, this.tags);
    this.jobs = new Jobs(this, this.logs);
    this.executions = new Executions(this, this.pipelines, {
      world: this,
      jobs: this.jobs,
      registry: this.registry,
      models: this.models,
    });
    this.objects = new Objects(this.pipelines.objects, {
      leftAt: (address) => this.executions.leftAt(address),
      dataOfPackages: () => this.registry.containers().flatMap(dataOf),
    });
    this.images = new Images(() => this.registry.containers().flatMap(({ Image }) => Image ?? []));
    const { endpoints, runtime, objects } = this;
    this.asynchronous = new AsyncInference(this, { endpoints, runtime, objects });
    this.objects.onRead = () => this.asynchronous.advance();
    this.#issuer = createIssuer(clock);
    this.#operations = {
      sagemaker: {
        ...this.registry.operations(),
        ...this.models.operations(),
        ...this.endpoints.operations(),
        ...this.tags.operations(),
        ...this.pipelines.operations(),
        ...this.executions.operations(),
        ...this.jobs.operations(),
      },
      logs: logsOperations(this.logs),
      cloudwatch: this.cloudwatch.operations(),
      autoscaling: this.autoscaling.operations(),
      sts: stsOperations(this, this.#issuer),
      iam: simulationOperations(this),
      runtime: {},
      s3: objectOperations(this.objects, isAllowed),
      ecr: imageOperations(this.images, this),
    };
  }

  /** Endpoints are watched by CloudWatch, whose alarms roll an update back. */
  #watch(): void {
    const { alarms } = this.cloudwatch;
    // An asynchronous endpoint publishes other metrics.
    const isCounted = (endpoint: string) => !this.asynchronous.isAsynchronous(endpoint);
    this.runtime.onInvoked = (invoked) => {
      if (isCounted(invoked.endpoint)) this.traffic.measure(invoked, this.clock.now());
    };
    this.cloudwatch.onRead = () => {
      this.endpoints.advance();
      alarms.judge(this.clock.now());
    };
    this.endpoints.alarms = {
      exists: (name) => alarms.all.has(name),
      ringing: (names) => names.filter((name) => alarms.all.get(name)?.state === 'ALARM'),
    };
    this.endpoints.minutes = {
      matter: () => this.traffic.perMinute.size > 0 || alarms.all.size > 0,
      pass: (serving, at) => {
        if (isCounted(serving.name)) this.traffic.pass(serving, at);
        alarms.judge(at, serving.name);
      },
    };
  }

  get url(): string {
    return this.#listening?.url ?? NOWHERE;
  }

  /** What a program needs in its environment to talk to this emulator as its administrator. */
  get env(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
    };
  }

  /** A GitLab job's token, as its `id_tokens` would hold it. */
  mintToken(claims: Claims = {}): string {
    const token = this.#issuer.mint(claims);
    this.secrets.add(token);
    return token;
  }

  /** The account has an OIDC provider for this issuer, too. */
  trust(issuer: string): void {
    this.#issuer.trust(issuer);
  }

  fault(fault: Fault): void {
    this.faults.plan(fault);
  }

  /** Scene: a version in the registry, and its group. Returns the version's ARN. */
  register(wanted: Registration = {}): string {
    return register(this, wanted);
  }

  /** Scene: a version behind an endpoint that is in service. Returns the name of its config and model. */
  deployed(wanted: Deployed): string {
    return deployed(this, wanted);
  }

  /** Scene: what evaluations find, by step and property file or file; the executions started from now on read it. */
  set metrics(metrics: Executions['metrics']) {
    this.executions.metrics = metrics;
  }

  /** An endpoint as it is now; undefined when there is none. */
  endpoint(name: string): Endpoint | undefined {
    return this.endpoints.find(name);
  }

  /** A model package as it is now, by ARN. */
  package(arn: string): Package | undefined {
    return this.registry.find(arn);
  }

  /** Sets one of the named scenes of what can go wrong. */
  scenario(name: ScenarioName, target: Partial<Target> = {}): void {
    scenarios[name].set(this, { ...usualTarget, ...target });
  }

  async listen(port: number): Promise<void> {
    this.#listening = await listen(port, () => this.exchange());
  }

  async close(): Promise<void> {
    const server = this.#listening?.server;
    if (!server?.listening) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  /** Does one operation of SageMaker or Application Auto Scaling at once, as the administrator: no connection, no fault, no line in `calls`. */
  do(operation: string, input: Record<string, unknown>): Record<string, unknown> {
    const { sagemaker, autoscaling } = this.#operations;
    const perform = sagemaker[operation] ?? autoscaling[operation];
    if (!perform) throw new Error(`The emulator has no operation ${operation}.`);
    const answer = perform(input, this.administrator);
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  }

  /** One request and its answer, over a connection or without one. */
  exchange() {
    let call: Call | undefined;
    let number = 0;
    return {
      handle: async (question: Asked, request: Request) => {
        call = {
          service: question.service,
          operation: question.operation,
          input: question.input,
          principal: callerOf(this, request)?.arn ?? 'anonymous',
          answer: 'ok',
          actions: [],
        };
        number = this.calls.push(call);
        await this.onAsked(call, number);
        return this.#handle(question, request, call);
      },
      ended: () => {
        if (call) this.onAnswered(call, number);
      },
    };
  }

  async #handle(question: Asked, request: Request, call: Call): Promise<Ending> {
    const { fault, actions } = this.faults.take(question.operation);
    if (fault?.kind === 'reset before') {
      call.answer = 'connection broken before the effect';
      return 'broken';
    }
    if (fault?.kind === 'proxy page') {
      call.answer = 'kept from AWS by a proxy';
      const body = '<html><body><h1>Access denied</h1><br>Ask your administrator.</body></html>';
      return { reply: { status: fault.status ?? 403, headers: { 'content-type': 'text/html' }, body } };
    }
    if (fault?.kind === 'slow') this.clock.advance(fault.milliseconds ?? 5000);
    const ending = await this.#answer(question, request, call, { fault, actions });
    if (fault?.kind === 'reset after') {
      call.answer = 'connection broken after the effect';
      return 'broken';
    }
    if (fault?.kind === 'hang after') {
      call.answer = 'no answer after the effect';
      return 'nothing';
    }
    return fault?.delay ? { ...ending, delay: fault.delay } : ending;
  }

  async #answer(
    question: Asked,
    request: Request,
    call: Call,
    { fault, actions }: Due,
  ): Promise<{ reply: ReturnType<Asked['answer']>; delay?: number }> {
    try {
      const input = isRecord(question.input) ? question.input : {};
      for (const action of actions) await action(input);
      const error = errorOf(fault, input);
      if (error) throw error;
      const principal = authenticate(this, question, request);
      const answer = this.#perform(question, request, principal, { fault, call });
      const delay = isRecord(answer) && typeof answer.delay === 'number' ? answer.delay : 0;
      return { reply: this.#dated(question, question.answer(answer)), delay };
    } catch (thrown) {
      const error = thrown instanceof AwsError ? thrown : broken(thrown);
      call.answer = error.code;
      return { reply: question.refuse(error) };
    }
  }

  /** STS tells the time of AWS, to the second. What another service tells, nobody reads. */
  #dated({ service }: Asked, reply: Reply): Reply {
    if (service !== 'sts') return reply;
    const date = new Date(this.clock.now().getTime() + this.awsAhead).toUTCString();
    return { ...reply, headers: { ...reply.headers, date } };
  }

  #perform(
    question: Asked,
    request: Request,
    principal: Principal,
    { fault, call }: { readonly fault: Fault | undefined; readonly call: Call },
  ): unknown {
    const { service, operation, model } = question;
    if (!model.operations[operation])
      throw new AwsError('UnknownOperationException', `This emulator does not serve ${operation}.`);
    const input = decode(model, operation, question.input);
    const code =
      service === 'runtime' || service === 'sts' || service === 's3' ? 'ValidationError' : 'ValidationException';
    validate(model, operation, input, code);
    const accesses = this.#accessOf(question, input);
    call.actions = accesses.map(({ action }) => action);
    for (const access of accesses) {
      if (fault?.kind === 'access denied') throw denied(principal, access);
      authorise(principal, this.#whereSigned(access, request));
      const { owner, resourcePolicy } = this.registry.habits;
      if (owner && access.resources.some((arn) => arn.includes(`:${owner}:`)))
        authoriseAcross(principal, access, resourcePolicy);
    }
    refuseUndone(operation, input, code);
    if (service === 's3') mustBeWhole(request);
    if (operation === 'InvokeEndpointAsync') return this.asynchronous.invoke(input);
    if (service === 'runtime') {
      const name = String(input.EndpointName);
      this.asynchronous.refuseOtherWay(name);
      return this.runtime.invoke(this.endpoints.serving(name), {
        endpointName: name,
        headers: request.headers,
        body: request.body,
      });
    }
    const perform = this.#operations[service][operation];
    if (!perform) throw new AwsError('UnknownOperationException', `This emulator does not serve ${operation}.`);
    const answer = perform(input, principal);
    return service === 'sts' || service === 'iam' || service === 's3' ? answer : encode(model, operation, answer);
  }

  /** The key of the config that an endpoint is to serve. */
  #keysUsed(operation: string, { EndpointConfigName: config }: Record<string, unknown>): AccessRequest[] {
    if (operation !== 'CreateEndpoint' && operation !== 'UpdateEndpoint') return [];
    const key = this.models.configs.get(String(config).toLowerCase())?.request.KmsKeyId;
    return key === undefined ? [] : [keyAccess(this, key)];
  }

  /** GetCallerIdentity needs no permission; who assumes a role is asked by the role's trust policy. */
  #accessOf({ service, operation }: Asked, input: Record<string, unknown>): AccessRequest[] {
    if (service === 'sagemaker')
      return [
        ...accessRequests(this, this.registry, operation, input).map((one) => withResourceTags(one, this.tags)),
        ...this.#keysUsed(operation, input),
      ];
    if (service === 'iam')
      return [{ action: `iam:${operation}`, resources: [String(input.PolicySourceArn)], context: {} }];
    if (service === 's3') return [objectAccess(operation, input)];
    if (service === 'ecr') return [imageAccess(this, input)];
    if (service === 'autoscaling') return scalingAccess(this, this.autoscaling, operation, input);
    if (service === 'logs')
      return [{ action: `logs:${operation}`, resources: [logResource(this, input)], context: {} }];
    if (service === 'cloudwatch') return [alarmAccess(this, operation, input)];
    if (service === 'runtime') {
      return [
        {
          action: `sagemaker:${operation}`,
          resources: [this.endpoints.arn(String(input.EndpointName))],
          context: {},
        },
      ];
    }
    return [];
  }

  /** A request that is signed for another region means that region's resources. */
  #whereSigned(access: AccessRequest, request: Request): AccessRequest {
    const region = credentialScope(request.headers)?.region ?? this.region;
    return { ...access, resources: access.resources.map((arn) => arn.replace(`:${this.region}:`, `:${region}:`)) };
  }

  #exists(arn: string): boolean {
    const [kind = '', ...rest] = arn.replace(/^(?:[^:]*:){5}/, '').split('/');
    const name = rest.join('/');
    if (kind === 'endpoint') return this.endpoints.find(name) !== undefined;
    if (kind === 'endpoint-config') return this.models.configs.has(name.toLowerCase());
    if (kind === 'model') return this.models.models.has(name.toLowerCase());
    if (kind === 'model-package-group') return this.registry.findGroup(name) !== undefined;
    if (kind === 'pipeline') return this.pipelines.find(name) !== undefined;
    if (kind === 'model-package') return this.registry.find(name) !== undefined;
    return false;
  }
}

function denied({ arn }: Principal, { action, resources }: AccessRequest): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resources[0]} because no identity-based policy allows the ${action} action`,
  );
}

/** A mistake of the emulator must not look like one of AWS's errors, nor be retried. */
function broken(thrown: unknown): AwsError {
  return new AwsError('EmulatorMistake', thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
}
