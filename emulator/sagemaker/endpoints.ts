import type * as api from '@aws-sdk/client-sagemaker';
import type { ServingEndpoint } from '../runtime.ts';
import { AwsError, type World } from '../world.ts';
import {
  type Deployment,
  type DeploymentConfig,
  type DeploymentPhase,
  type EndpointStatus,
  endOf,
  type Outcome,
  phasesOf,
  type UpdateRequest,
  type Variant,
  variantsOf,
} from './deployments.ts';
import { captureSummary, pendingSummary, variantSummary } from './endpoint-answers.ts';
import type { EndpointConfig, Models } from './models.ts';
import type { Registry } from './registry.ts';
import { arnOf, type Given, invalid, listed, page, served } from './service.ts';
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
  arrive?: (() => void) | undefined;
}

const IN_PROGRESS: readonly EndpointStatus[] = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'];

/** Endpoints, and the way from one config to the next. */
export class Endpoints {
  readonly all = new Map<string, Endpoint>();
  /** What the next deployments come to, in order. */
  readonly outcomes: Outcome[] = [];
  /** Instance type (`*`: any other) -> how many instances the account may run in endpoints. */
  readonly limits = new Map<string, number>();
  readonly pace: Pace = { describes: 2, milliseconds: 5 * 60_000 };
  readonly #world: World;
  readonly #models: Models;
  readonly #registry: Registry;
  readonly #tags: Tags;
  /** Called when containers start and stop, so that logs appear where CloudWatch has them. */
  onStart: (endpoint: Endpoint, config: EndpointConfig, outcome: Outcome) => void = () => undefined;
  /** Called when a deployment has come into service. */
  onLive: (endpoint: Endpoint) => void = () => undefined;
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
    if (found?.name !== name) return undefined;
    return { name, status: found.status, variants: found.variants.map((variant) => this.#serves(variant)) };
  }

  /** The variants that a config would serve, for what its containers write when they start. */
  servedBy(config: EndpointConfig): ServingEndpoint['variants'] {
    return config.request.ProductionVariants.map(({ VariantName, ModelName, InitialVariantWeight }) =>
      this.#serves({ name: VariantName, model: ModelName, weight: InitialVariantWeight ?? 1 }),
    );
  }

  #serves({ name, weight, model }: Pick<Variant, 'name' | 'weight' | 'model'>): ServingEndpoint['variants'][number] {
    return { name, weight, model: this.#packageOf(model)?.arn ?? this.#models.modelArn(model ?? '') };
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
      config,
      variants: [],
      deploymentConfig: DeploymentConfig,
    };
    this.all.set(name.toLowerCase(), endpoint);
    this.#deploy(endpoint, config, 'Creating');
    return { EndpointArn: arn };
  };

  #update = (input: Given<api.UpdateEndpointCommandInput>) => {
    const endpoint = this.#mustHave(input.EndpointName);
    this.#mustBeSettled(endpoint);
    const config = this.#models.mustHaveConfig(input.EndpointConfigName);
    this.#mustHaveRoom(config);
    endpoint.failureReason = undefined;
    if (!input.RetainDeploymentConfig) endpoint.deploymentConfig = input.DeploymentConfig;
    this.#deploy(endpoint, config, 'Updating', input);
    return { EndpointArn: endpoint.arn };
  };

  #deploy(
    endpoint: Endpoint,
    config: EndpointConfig,
    began: Deployment['began'],
    retain: Partial<UpdateRequest> = {},
  ): void {
    const started = this.#world.clock.now();
    const outcome = this.outcomes.shift() ?? { ends: 'in service' };
    const variants = variantsOf(config, { variants: endpoint.variants, now: started }, retain);
    const pending = { config, started, began, outcome, variants };
    endpoint.pending = pending;
    this.onStart(endpoint, config, outcome);
    this.#enter(endpoint, phasesOf(pending, this.pace, endpoint.deploymentConfig), () =>
      this.#arrive(endpoint, pending),
    );
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

  #updateWeights = (input: Given<api.UpdateEndpointWeightsAndCapacitiesCommandInput>) => {
    const endpoint = this.#mustHave(input.EndpointName);
    this.#mustBeSettled(endpoint);
    for (const { VariantName, DesiredWeight, DesiredInstanceCount } of input.DesiredWeightsAndCapacities) {
      const variant = endpoint.variants.find(({ name }) => name === VariantName);
      if (!variant)
        throw invalid(
          `The variant name(s) "${VariantName}" is/are not present within endpoint configuration "${endpoint.config.arn}".`,
        );
      variant.desiredWeight = DesiredWeight ?? variant.desiredWeight;
      variant.desiredInstances = DesiredInstanceCount ?? variant.desiredInstances;
    }
    endpoint.failureReason = undefined;
    this.#enter(endpoint, [{ status: 'Updating', ...this.pace }], () => {
      for (const variant of endpoint.variants) {
        variant.weight = variant.desiredWeight;
        variant.instances = variant.desiredInstances;
      }
      endpoint.status = 'InService';
    });
    return { EndpointArn: endpoint.arn };
  };

  #describe = (input: Given<api.DescribeEndpointCommandInput>): Given<api.DescribeEndpointCommandOutput> => {
    const endpoint = this.#mustHave(input.EndpointName);
    if (endpoint.transition) {
      endpoint.transition.look();
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
        endpoint.variants.length > 0 ? endpoint.variants.map((one) => variantSummary(one, this.#imageOf)) : undefined,
      PendingDeploymentSummary: pending && transition && pendingSummary(pending, this.#imageOf, transition),
      DataCaptureConfig: captureSummary(config),
      AsyncInferenceConfig: config.request.AsyncInferenceConfig,
      ExplainerConfig: config.request.ExplainerConfig,
      FailureReason: endpoint.failureReason,
      LastDeploymentConfig: endpoint.deploymentConfig,
      CreationTime: endpoint.created,
      LastModifiedTime: endpoint.modified,
    };
  };

  #imageOf = ({ model }: Variant): string | undefined =>
    (this.#packageOf(model)?.content.InferenceSpecification?.Containers?.[0] ?? this.#containerOf(model))?.Image;

  #list = (input: Given<api.ListEndpointsCommandInput>): Given<api.ListEndpointsCommandOutput> => {
    for (const endpoint of [...this.all.values()]) this.#advance(endpoint);
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

  #delete = (input: Given<api.DeleteEndpointCommandInput>) => {
    const endpoint = this.#mustHave(input.EndpointName);
    this.#mustNotBeInProgress(endpoint);
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

  /** Moves on as far as the describes and the time allow. */
  #advance(endpoint: Endpoint): void {
    const { transition } = endpoint;
    if (!transition) return;
    transition.advance(this.#world.clock.now());
    if (transition.phase) endpoint.status = transition.phase.status;
    else this.#settle(endpoint);
  }

  #settle(endpoint: Endpoint): void {
    const { arrive } = endpoint;
    Object.assign(endpoint, { transition: undefined, arrive: undefined, modified: this.#world.clock.now() });
    arrive?.();
  }
}
