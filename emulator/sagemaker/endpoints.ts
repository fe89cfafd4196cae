import type * as api from '@aws-sdk/client-sagemaker';
import type { ServingEndpoint, ServingVariant } from '../runtime.ts';
import { AwsError, type Principal, type World } from '../world.ts';
import { type DeploymentConfig, type Fleet, rolloutOf } from './deployment-config.ts';
import {
  type Deployment,
  type DeploymentPhase,
  type EndpointStatus,
  endOf,
  FOR_EVER,
  type Outcome,
  phasesOf,
  type UpdateRequest,
  type Variant,
  variantsOf,
  withChange,
} from './deployments.ts';
import { captureSummary, pendingSummary, variantSummary } from './endpoint-answers.ts';
import type { EndpointConfig, Models } from './models.ts';
import type { Registry } from './registry.ts';
import { arnOf, type Given, invalid, listed, page, served } from './service.ts';
import { mustBeOfItsKind, mustStayOnInstances, typesOf } from './serving-rules.ts';
import type { Tags } from './tags.ts';
import { type Pace, Transition } from './transitions.ts';

export interface Endpoint {
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  readonly number: number;
  modified: Date;
  status: EndpointStatus;
  /** The config that serves; from the start on, the one that is being created. */
  config: EndpointConfig;
  variants: readonly Variant[];
  pending?: Deployment | undefined;
  failureReason?: string | undefined;
  deploymentConfig?: DeploymentConfig | undefined;
  transition?: Transition<EndpointStatus, DeploymentPhase> | undefined;
  /** What the last look at it saw. */
  seen?: DeploymentPhase | undefined;
  /** The time up to which its minutes were watched. */
  watched: number;
  arrive?: (() => void) | undefined;
}

export interface RollbackAlarms {
  exists(name: string): boolean;
  /** Those of the names that are in ALARM. */
  ringing(names: readonly string[]): readonly string[];
}

export interface Minutes {
  /** Whether there is anything to see in them. */
  matter(): boolean;
  pass(serving: ServingEndpoint, at: Date): void;
}

export const NO_CAPACITY =
  'CapacityError: Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a different ML instance type.';

const MINUTE = 60_000;

interface Scaling {
  /** The variants that are scalable targets. */
  readonly scaled: (endpoint: string) => readonly string[];
  readonly mayDeregister: (principal: Principal, endpoint: string) => boolean;
  readonly forget: (endpoint: string) => void;
}

const IN_PROGRESS: readonly EndpointStatus[] = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'];

/** Endpoints, and the way from one config to the next. */
export class Endpoints {
  readonly all = new Map<string, Endpoint>();
  /** What the next deployments come to, in order. */
  readonly outcomes: Outcome[] = [];
  /** Instance type (`*`: any other) -> how many instances the account may run in endpoints. */
  readonly limits = new Map<string, number>();
  /** The instance types of which AWS has none free. */
  readonly soldOut = new Set<string>();
  readonly pace: Pace = { describes: 2, milliseconds: 5 * 60_000 };
  readonly #world: World;
  readonly #models: Models;
  readonly #registry: Registry;
  readonly #tags: Tags;
  /** Called when containers start and stop, so that logs appear where CloudWatch has them. */
  onStart: (endpoint: Endpoint, config: EndpointConfig, outcome: Outcome) => void = () => undefined;
  /** Called when a deployment has come into service. */
  onLive: (endpoint: Endpoint) => void = () => undefined;
  /** The alarms that may roll an update back. */
  alarms: RollbackAlarms = { exists: () => false, ringing: () => [] };
  /** What happens in each minute of an endpoint: traffic, and alarms that judge it. */
  minutes: Minutes = { matter: () => false, pass: () => undefined };
  /** Milliseconds that pass with each look at a fleet that bakes, for who cannot wait as long as that takes. */
  perLook = 0;
  /** What Application Auto Scaling knows of an endpoint's variants; without it none is scaled. */
  scaling: Scaling = { scaled: () => [], mayDeregister: () => true, forget: () => undefined };
  #made = 0;

  constructor(world: World, models: Models, registry: Registry, tags: Tags) {
    this.#world = world;
    this.#models = models;
    this.#registry = registry;
    this.#tags = tags;
  }

  operations = () =>
    served({
      CreateEndpoint: this.#create,
      UpdateEndpoint: this.#update,
      DescribeEndpoint: this.#describe,
      ListEndpoints: this.#list,
      DeleteEndpoint: this.#delete,
      UpdateEndpointWeightsAndCapacities: this.#updateWeights,
    });

  arn(name: string): string {
    return arnOf(this.#world, 'endpoint', name.toLowerCase());
  }

  /** As it is at this time; undefined when there is none (or no longer). */
  find(name: string): Endpoint | undefined {
    const found = this.all.get(name.toLowerCase());
    if (found) this.#advance(found);
    return this.all.get(name.toLowerCase());
  }

  /** What InvokeEndpoint reaches: the name's case must match here. */
  serving(name: string): ServingEndpoint | undefined {
    const found = this.find(name);
    return found?.name === name ? this.#serving(found) : undefined;
  }

  /** What an endpoint serves: while the traffic goes over, each variant by its old fleet and by its new one. */
  #serving(endpoint: Endpoint): ServingEndpoint {
    const { name, status, config, variants, pending, transition } = endpoint;
    const share = transition?.phase?.traffic ?? 0;
    const next = (variant: Variant): Partial<ServingVariant> => {
      const coming = share > 0 ? pending?.variants.find((one) => one.name === variant.name) : undefined;
      return coming && pending
        ? { next: { ...this.#serves(coming, pending.config.name, endpoint.number), share } }
        : {};
    };
    const serving = variants.map((variant) => ({
      ...this.#serves(variant, config.name, endpoint.number),
      ...next(variant),
    }));
    return { name, status, variants: serving };
  }

  /** The variants that a config would serve, for what its containers write when they start. */
  servedBy(config: EndpointConfig): ServingEndpoint['variants'] {
    return config.request.ProductionVariants.map(({ VariantName, ModelName, InitialVariantWeight }) =>
      this.#serves(
        { name: VariantName, model: ModelName, weight: InitialVariantWeight ?? 1, serverless: undefined, instances: 1 },
        config.name,
        0,
      ),
    );
  }

  #serves(
    {
      name,
      weight,
      model,
      serverless,
      instances,
      resolved,
    }: Pick<Variant, 'name' | 'weight' | 'model' | 'serverless' | 'instances'> & { readonly resolved?: Date },
    config: string,
    endpoint: number,
  ): ServingVariant {
    return {
      name,
      weight,
      config,
      fleet: [endpoint, name, config, resolved?.getTime()].join(' '),
      instances,
      serverless: serverless !== undefined,
      model: this.#packageOf(model)?.arn ?? this.#models.modelArn(model ?? ''),
    };
  }

  #containerOf(model: string | undefined) {
    const request = this.#models.models.get(model?.toLowerCase() ?? '')?.request;
    return request?.PrimaryContainer ?? request?.Containers?.[0];
  }

  #packageOf(model: string | undefined) {
    const name = this.#containerOf(model)?.ModelPackageName;
    return name === undefined ? undefined : this.#registry.find(name);
  }

  /** Lets whatever is under way end at once, without time passing. */
  settle(name: string): void {
    const found = this.all.get(name.toLowerCase());
    if (found?.transition) this.#settle(found);
  }

  /** AWS is at work on the endpoint by itself; nobody may touch it meanwhile. */
  systemUpdate(name: string): void {
    const endpoint = this.#mustHave(name);
    const back = endpoint.status;
    this.#enter(endpoint, [{ status: 'SystemUpdating', ...this.pace }], () => {
      endpoint.status = back;
    });
  }

  #create = (input: Given<api.CreateEndpointCommandInput>) => {
    const { EndpointName: name, EndpointConfigName, Tags, DeploymentConfig } = input;
    const arn = this.arn(name);
    if (this.find(name)) throw invalid(`Cannot create already existing endpoint "${arn}".`);
    const config = this.#models.mustHaveConfig(EndpointConfigName);
    this.#mustHaveRoom(config);
    this.#tags.put(arn, Tags);
    const now = this.#world.clock.now();
    this.#made += 1;
    const endpoint: Endpoint = {
      name,
      arn,
      created: now,
      number: this.#made,
      modified: now,
      status: 'Creating',
      watched: now.getTime(),
      config,
      variants: [],
      deploymentConfig: DeploymentConfig,
    };
    const rollout = rolloutOf(undefined, this.#fleet(endpoint, config, {}));
    rolloutOf(DeploymentConfig, this.#fleet(endpoint, config, {}));
    this.all.set(name.toLowerCase(), endpoint);
    this.#deploy(endpoint, config, { began: 'Creating', rollout, retain: {} });
    return { EndpointArn: arn };
  };

  #update = (input: Given<api.UpdateEndpointCommandInput>) => {
    const endpoint = this.#mustHave(input.EndpointName);
    this.#mustBeSettled(endpoint);
    const config = this.#models.mustHaveConfig(input.EndpointConfigName);
    this.#mustKeepScaled(endpoint, config);
    mustStayOnInstances(endpoint.config.request, config.request);
    this.#mustHaveRoom(config);
    const wanted = input.RetainDeploymentConfig ? endpoint.deploymentConfig : input.DeploymentConfig;
    const rollout = rolloutOf(wanted, this.#fleet(endpoint, config, input));
    this.#mustHaveAlarms(rollout.alarms);
    endpoint.failureReason = undefined;
    endpoint.deploymentConfig = wanted;
    this.#deploy(endpoint, config, { began: 'Updating', rollout, retain: input });
    return { EndpointArn: endpoint.arn };
  };

  /** What of the new fleet decides how it is rolled out. */
  #fleet(endpoint: Endpoint, config: EndpointConfig, retain: Partial<UpdateRequest>): Fleet {
    const variants = variantsOf(
      config,
      { variants: endpoint.variants, now: this.#world.clock.now(), soldOut: this.soldOut },
      retain,
    );
    const instances = variants.reduce((sum, { instances: each }) => sum + each, 0);
    const isOffered = variants.some(({ model }) => this.#isOfMarketplace(model));
    const isOld = variants.some(({ instanceType }) => instanceType?.startsWith('ml.inf1.'));
    const allAtOnce = variants.length > 1 || isOffered || isOld;
    return {
      variants: variants.map(({ name }) => name),
      before: endpoint.variants.map(({ name }) => name),
      instances,
      allAtOnce,
    };
  }

  #isOfMarketplace(model: string | undefined): boolean {
    const containers = this.#packageOf(model)?.content.InferenceSpecification?.Containers ?? [];
    return containers.some(({ ProductId }) => ProductId !== undefined);
  }

  #mustHaveAlarms(names: readonly string[]): void {
    const missing = names.filter((name) => !this.alarms.exists(name));
    if (missing.length > 0) throw invalid(`Could not find CloudWatch alarm(s) [${missing.join(', ')}].`);
  }

  #deploy(
    endpoint: Endpoint,
    config: EndpointConfig,
    { began, rollout, retain }: Pick<Deployment, 'began' | 'rollout'> & { readonly retain: Partial<UpdateRequest> },
  ): void {
    const started = this.#world.clock.now();
    const outcome = this.#withoutCapacity(config) ?? this.outcomes.shift() ?? { ends: 'in service' };
    const variants = variantsOf(config, { variants: endpoint.variants, now: started, soldOut: this.soldOut }, retain);
    const pending = { config, started, began, outcome, variants, rollout };
    endpoint.pending = pending;
    this.onStart(endpoint, config, outcome);
    this.#enter(endpoint, phasesOf(pending, this.pace), () => this.#arrive(endpoint, pending));
  }

  /** What becomes of a fleet of whose instance types AWS has none free. */
  #withoutCapacity({ request }: EndpointConfig): Outcome | undefined {
    const types = request.ProductionVariants.map(typesOf).filter((all) => all.length > 0);
    const isSoldOut = types.some((all) => all.every((type) => this.soldOut.has(type)));
    return isSoldOut ? { ends: 'failed', reason: NO_CAPACITY } : undefined;
  }

  #arrive(endpoint: Endpoint, deployment: Deployment): void {
    const { config, variants, outcome } = deployment;
    endpoint.pending = undefined;
    endpoint.status = endOf(deployment);
    endpoint.failureReason = 'reason' in outcome ? outcome.reason : undefined;
    if (outcome.ends !== 'in service') return;
    Object.assign(endpoint, { config, variants });
    this.onLive(endpoint);
  }

  /** Changes how many instances a variant has, as Application Auto Scaling does. */
  scale(name: string, VariantName: string, DesiredInstanceCount: number): void {
    this.#updateWeights({ EndpointName: name, DesiredWeightsAndCapacities: [{ VariantName, DesiredInstanceCount }] });
  }

  #updateWeights = (input: Given<api.UpdateEndpointWeightsAndCapacitiesCommandInput>) => {
    const endpoint = this.#mustHave(input.EndpointName);
    this.#mustBeSettled(endpoint);
    for (const wanted of input.DesiredWeightsAndCapacities) {
      const { VariantName, DesiredWeight, DesiredInstanceCount, ServerlessUpdateConfig } = wanted;
      const variant = endpoint.variants.find(({ name }) => name === VariantName);
      if (!variant)
        throw invalid(
          `The variant name(s) "${VariantName}" is/are not present within endpoint configuration "${endpoint.config.arn}".`,
        );
      mustBeOfItsKind(variant, wanted);
      variant.desiredWeight = DesiredWeight ?? variant.desiredWeight;
      if (variant.serverless && ServerlessUpdateConfig)
        variant.desiredServerless = withChange(variant.serverless, ServerlessUpdateConfig);
      variant.desiredInstances = DesiredInstanceCount ?? variant.desiredInstances;
    }
    endpoint.failureReason = undefined;
    this.#enter(endpoint, [{ status: 'Updating', ...this.pace }], () => {
      for (const variant of endpoint.variants) {
        variant.weight = variant.desiredWeight;
        variant.instances = variant.desiredInstances;
        variant.serverless = variant.desiredServerless ?? variant.serverless;
      }
      endpoint.status = 'InService';
    });
    return { EndpointArn: endpoint.arn };
  };

  #describe = (input: Given<api.DescribeEndpointCommandInput>): Given<api.DescribeEndpointCommandOutput> => {
    const endpoint = this.#mustHave(input.EndpointName);
    if (endpoint.transition) {
      endpoint.transition.look();
      this.#hurry(endpoint, endpoint.transition.phase);
      this.#advance(endpoint);
      if (this.all.get(endpoint.name.toLowerCase()) !== endpoint) this.#mustHave(input.EndpointName);
    }
    const { config, status, pending, transition } = endpoint;
    return {
      EndpointName: endpoint.name,
      EndpointArn: endpoint.arn,
      EndpointConfigName: config.name,
      EndpointStatus: status,
      ProductionVariants:
        endpoint.variants.length > 0 ? endpoint.variants.map((one) => variantSummary(one, this.#imagesOf)) : undefined,
      PendingDeploymentSummary: pending && transition && pendingSummary(pending, this.#imagesOf, transition),
      DataCaptureConfig: captureSummary(config),
      AsyncInferenceConfig: config.request.AsyncInferenceConfig,
      ExplainerConfig: config.request.ExplainerConfig,
      FailureReason: endpoint.failureReason,
      LastDeploymentConfig: endpoint.deploymentConfig,
      CreationTime: endpoint.created,
      LastModifiedTime: endpoint.modified,
    };
  };

  #imagesOf = ({ model }: Variant): string[] => {
    const containers = this.#packageOf(model)?.content.InferenceSpecification?.Containers;
    return (containers ?? [this.#containerOf(model)]).flatMap((container) => container?.Image ?? []);
  };

  #list = (input: Given<api.ListEndpointsCommandInput>): Given<api.ListEndpointsCommandOutput> => {
    this.advance();
    const { StatusEquals: status, LastModifiedTimeAfter: after, LastModifiedTimeBefore: before } = input;
    const wanted = [...this.all.values()].filter(
      (one) =>
        (!status || one.status === status) && (!after || one.modified > after) && (!before || one.modified < before),
    );
    const keys = { Status: ({ status: one }: Endpoint) => one };
    const { items, next } = page(listed(wanted, input, { order: 'Descending', after: 'included', keys }), input);
    return {
      Endpoints: items.map((endpoint) => ({
        EndpointName: endpoint.name,
        EndpointArn: endpoint.arn,
        CreationTime: endpoint.created,
        LastModifiedTime: endpoint.modified,
        EndpointStatus: endpoint.status,
      })),
      NextToken: next,
    };
  };

  #delete = (input: Given<api.DeleteEndpointCommandInput>, principal: Principal) => {
    const endpoint = this.#mustHave(input.EndpointName);
    this.#mustNotBeInProgress(endpoint);
    if (this.scaling.scaled(endpoint.name).length > 0 && !this.scaling.mayDeregister(principal, endpoint.name))
      throw invalid(
        'An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity used to invoke DeleteEndpoint ' +
          'does not have application-autoscaling:DeregisterScalableTarget permission to deregister the scalable target.',
      );
    this.scaling.forget(endpoint.name);
    endpoint.pending = undefined;
    this.#enter(endpoint, [{ status: 'Deleting', ...this.pace }], () => {
      this.all.delete(endpoint.name.toLowerCase());
      this.#tags.forget(endpoint.arn);
    });
  };

  #mustHave(name: string): Endpoint {
    const found = this.find(name);
    if (!found) throw invalid(`Could not find endpoint "${this.arn(name)}".`);
    return found;
  }

  #mustBeSettled(endpoint: Endpoint): void {
    this.#mustNotBeInProgress(endpoint);
    if (endpoint.status === 'Failed')
      throw invalid(`Cannot update endpoint "${endpoint.arn}" with status "Failed". It can only be deleted.`);
  }

  #mustNotBeInProgress(endpoint: Endpoint): void {
    if (IN_PROGRESS.includes(endpoint.status)) throw invalid(`Cannot update in-progress endpoint "${endpoint.arn}".`);
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html */
  #mustKeepScaled(endpoint: Endpoint, { request }: EndpointConfig): void {
    const broken = this.scaling.scaled(endpoint.name).filter((scaled) => {
      const before = endpoint.variants.find(({ name }) => name === scaled);
      const after = request.ProductionVariants.find(({ VariantName }) => VariantName === scaled);
      return before?.instanceType !== after?.InstanceType;
    });
    if (broken.length > 0)
      throw invalid(
        `The variant(s) "${JSON.stringify(broken)}" must be deregistered as scalable targets with AWS Auto Scaling before they can be ` +
          'removed or have their instance type updated.',
      );
  }

  /** An update needs room for both fleets. */
  #mustHaveRoom(config: EndpointConfig): void {
    for (const { InstanceType: type, InitialInstanceCount: delta = 1 } of config.request.ProductionVariants) {
      const limit = type === undefined ? undefined : (this.limits.get(type) ?? this.limits.get('*'));
      const used = type === undefined ? 0 : this.#instancesOf(type);
      if (limit === undefined || used + delta <= limit) continue;
      const count = (n: number) => `${n} Instances`;
      throw new AwsError(
        'ResourceLimitExceeded',
        `The account-level service limit '${type} for endpoint usage' is ${count(limit)}, with current utilization of ${count(used)} ` +
          `and a request delta of ${count(delta)}. Please use AWS Service Quotas to request an increase for this quota. ` +
          'If AWS Service Quotas is not available, contact AWS support to request an increase for this quota.',
      );
    }
  }

  #instancesOf(type: string): number {
    const fleets = [...this.all.values()].flatMap(({ variants, pending }) => [
      ...variants,
      ...(pending?.variants ?? []),
    ]);
    return fleets.filter(({ instanceType: one }) => one === type).reduce((sum, { instances }) => sum + instances, 0);
  }

  #enter(endpoint: Endpoint, phases: readonly DeploymentPhase[], arrive: () => void): void {
    const now = this.#world.clock.now();
    endpoint.modified = now;
    endpoint.transition = new Transition(phases, now);
    endpoint.arrive = arrive;
    this.#advance(endpoint);
  }

  /** A fleet that is seen again while it bakes has baked for longer. */
  #hurry(endpoint: Endpoint, phase: DeploymentPhase | undefined): void {
    if (phase?.describes === FOR_EVER && endpoint.seen === phase) this.#world.clock.advance(this.perLook);
    endpoint.seen = phase;
  }

  /** Moves every endpoint on, as far as the time allows. */
  advance(): void {
    for (const endpoint of [...this.all.values()]) this.#advance(endpoint);
  }

  /** Moves on as far as the describes and the time allow, minute by minute. */
  #advance(endpoint: Endpoint): void {
    const now = this.#world.clock.now();
    while (this.minutes.matter() && endpoint.watched + MINUTE <= now.getTime()) {
      endpoint.watched += MINUTE;
      const at = new Date(endpoint.watched);
      this.#moveTo(endpoint, at);
      this.minutes.pass(this.#serving(endpoint), at);
      this.#heedAlarms(endpoint, at);
    }
    // What came before anything mattered is over.
    if (!this.minutes.matter()) endpoint.watched = now.getTime();
    this.#moveTo(endpoint, now);
  }

  #moveTo(endpoint: Endpoint, now: Date): void {
    const { transition } = endpoint;
    if (!transition) return;
    transition.advance(now);
    if (transition.phase) endpoint.status = transition.phase.status;
    else this.#settle(endpoint);
  }

  /** An alarm of the update that is in ALARM while the new fleet has traffic brings the old one back. */
  #heedAlarms(endpoint: Endpoint, at: Date): void {
    const { pending, transition } = endpoint;
    const ringing = pending && transition?.phase?.watched ? this.alarms.ringing(pending.rollout.alarms) : [];
    if (!pending || ringing.length === 0) return;
    const reason = `One or more of the configured auto-rollback alarms went into ALARM state: [${ringing.join(', ')}]. The endpoint was rolled back to the previous endpoint configuration.`;
    const ended = { ...pending, outcome: { ends: 'rolled back', reason } as const };
    endpoint.pending = ended;
    endpoint.transition = new Transition([{ status: 'RollingBack', ...this.pace }], at);
    endpoint.arrive = () => this.#arrive(endpoint, ended);
    this.#moveTo(endpoint, at);
  }

  #settle(endpoint: Endpoint): void {
    const { arrive } = endpoint;
    Object.assign(endpoint, { transition: undefined, arrive: undefined, modified: this.#world.clock.now() });
    arrive?.();
  }
}
