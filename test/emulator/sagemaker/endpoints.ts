import type * as api from '@aws-sdk/client-sagemaker';
import type { ServingEndpoint } from '../runtime.ts';
import { AwsError, type World } from '../world.ts';
import type { EndpointConfig, Models } from './models.ts';
import type { Registry } from './registry.ts';
import { arnOf, digest, type Given, invalid, listed, page, served } from './service.ts';
import type { Tags } from './tags.ts';

type EndpointStatus = NonNullable<api.EndpointStatus>;
type DeploymentConfig = NonNullable<Given<api.UpdateEndpointCommandInput>['DeploymentConfig']>;

/** What becomes of a deployment. Without one of these set for it, a deployment comes into service. */
export type Outcome =
  | { readonly ends: 'in service' }
  /**
   * At creation each of these is Failed; in an update, 'failed' is the same as 'rolled back'. `reason` is the
   * endpoint's FailureReason, `trouble` what its containers write instead of the line that says they listen.
   */
  | {
      readonly ends: 'failed' | 'rolled back' | 'rollback failed';
      readonly reason?: string;
      readonly trouble?: readonly string[];
    }
  | { readonly ends: 'never' };

/** How long a transient state lasts: so many describes, or so much time, whichever is reached first. */
export interface Pace {
  describes: number;
  milliseconds: number;
}

interface Phase {
  readonly status: EndpointStatus;
  readonly variants?: 'Creating' | 'ActivatingTraffic' | 'Baking';
  readonly describes: number;
  readonly milliseconds: number;
}

interface Transition {
  readonly phases: readonly Phase[];
  readonly arrive: () => void;
  phase: number;
  seen: number;
  since: Date;
}

interface Variant {
  readonly name: string;
  readonly model: string | undefined;
  readonly instanceType: string | undefined;
  readonly serverless: Given<api.ProductionVariantServerlessConfig> | undefined;
  weight: number;
  instances: number;
  desiredWeight: number;
  desiredInstances: number;
}

interface Deployment {
  readonly config: EndpointConfig;
  readonly started: Date;
  readonly variants: readonly Variant[];
}

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
  transition?: Transition | undefined;
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
    this.all.get(name.toLowerCase())?.transition?.arrive();
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
    status: 'Creating' | 'Updating',
    retain: Partial<Given<api.UpdateEndpointCommandInput>> = {},
  ): void {
    const outcome = this.outcomes.shift() ?? { ends: 'in service' };
    const pending = { config, started: this.#world.clock.now(), variants: this.#variantsOf(config, endpoint, retain) };
    endpoint.pending = pending;
    this.onStart(endpoint, config, outcome);
    this.#enter(endpoint, this.#phasesOf(outcome, status, endpoint.deploymentConfig), () => {
      arrive(endpoint, pending, outcome, status);
      if (outcome.ends === 'in service') this.onLive(endpoint);
    });
  }

  #phasesOf(outcome: Outcome, status: 'Creating' | 'Updating', config: DeploymentConfig | undefined): Phase[] {
    const first = Math.ceil(this.pace.describes / 2);
    const half = this.pace.milliseconds / 2;
    const phases: Phase[] = [
      {
        status,
        variants: 'Creating',
        describes: outcome.ends === 'never' ? Infinity : first,
        milliseconds: outcome.ends === 'never' ? Infinity : half,
      },
      { status, variants: 'ActivatingTraffic', describes: this.pace.describes - first, milliseconds: half },
    ];
    const baking = config?.BlueGreenUpdatePolicy?.TrafficRoutingConfiguration.WaitIntervalInSeconds;
    if (status === 'Updating' && baking) {
      phases.push({ status, variants: 'Baking', describes: 1, milliseconds: baking * 1000 });
    }
    const rollsBack = status === 'Updating' && outcome.ends !== 'in service' && outcome.ends !== 'never';
    if (rollsBack) phases.push({ status: 'RollingBack', ...this.pace });
    return phases.filter(({ describes }) => describes > 0);
  }

  #variantsOf(
    config: EndpointConfig,
    endpoint: Endpoint,
    retain: Partial<Given<api.UpdateEndpointCommandInput>>,
  ): Variant[] {
    const excluded = (retain.ExcludeRetainedVariantProperties ?? []).map(
      ({ VariantPropertyType }) => VariantPropertyType,
    );
    return config.request.ProductionVariants.map((wanted) => {
      const before = retain.RetainAllVariantProperties
        ? endpoint.variants.find(({ name }) => name === wanted.VariantName)
        : undefined;
      const weight =
        (excluded.includes('DesiredWeight') ? undefined : before?.weight) ?? wanted.InitialVariantWeight ?? 1;
      const kept = excluded.includes('DesiredInstanceCount') ? undefined : before?.instances;
      const instances = kept ?? (wanted.ServerlessConfig ? 0 : (wanted.InitialInstanceCount ?? 1));
      return {
        name: wanted.VariantName,
        model: wanted.ModelName,
        instanceType: wanted.InstanceType,
        serverless: wanted.ServerlessConfig,
        weight,
        instances,
        desiredWeight: weight,
        desiredInstances: instances,
      };
    });
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
      endpoint.transition.seen += 1;
      this.#advance(endpoint);
      if (this.all.get(endpoint.name.toLowerCase()) !== endpoint) this.#mustHave(input.EndpointName);
    }
    const { config, status, pending } = endpoint;
    return {
      EndpointName: endpoint.name,
      EndpointArn: endpoint.arn,
      EndpointConfigName: config.name,
      EndpointStatus: status,
      ProductionVariants:
        endpoint.variants.length > 0
          ? endpoint.variants.map((one) => this.#variantSummary(one, endpoint.modified))
          : undefined,
      PendingDeploymentSummary: pending && this.#pendingSummary(endpoint, pending),
      DataCaptureConfig: captureOf(config),
      AsyncInferenceConfig: config.request.AsyncInferenceConfig,
      ExplainerConfig: config.request.ExplainerConfig,
      FailureReason: endpoint.failureReason,
      LastDeploymentConfig: endpoint.deploymentConfig,
      CreationTime: endpoint.created,
      LastModifiedTime: endpoint.modified,
    };
  };

  #variantSummary(variant: Variant, resolved: Date): Given<api.ProductionVariantSummary> {
    const common = {
      VariantName: variant.name,
      DeployedImages: this.#imagesOf(variant, resolved),
      CurrentWeight: variant.weight,
      DesiredWeight: variant.desiredWeight,
    };
    if (variant.serverless) return { ...common, CurrentServerlessConfig: variant.serverless };
    return { ...common, CurrentInstanceCount: variant.instances, DesiredInstanceCount: variant.desiredInstances };
  }

  #imagesOf(variant: Variant, resolved: Date) {
    const image = (
      this.#packageOf(variant.model)?.content.InferenceSpecification?.Containers?.[0] ??
      this.#containerOf(variant.model)
    )?.Image;
    if (!image) return undefined;
    const [repository = ''] = image.split(/[:@](?=[^/]*$)/);
    return [
      {
        SpecifiedImage: image,
        ResolvedImage: `${repository}@sha256:${digest('image', image)}`,
        ResolutionTime: resolved,
      },
    ];
  }

  #pendingSummary(
    { transition }: Endpoint,
    { config, started, variants }: Deployment,
  ): Given<api.PendingDeploymentSummary> {
    const state = transition?.phases[transition.phase]?.variants;
    return {
      EndpointConfigName: config.name,
      StartTime: started,
      ProductionVariants: variants.map((variant) => ({
        VariantName: variant.name,
        DeployedImages: this.#imagesOf(variant, started),
        DesiredWeight: variant.desiredWeight,
        ...(variant.serverless
          ? { DesiredServerlessConfig: variant.serverless }
          : {
              CurrentInstanceCount: state === 'Creating' ? 0 : variant.instances,
              DesiredInstanceCount: variant.desiredInstances,
              InstanceType: instanceType(config, variant.name),
            }),
        VariantStatus: state && [{ Status: state, StartTime: transition.since }],
      })),
    };
  }

  #list = (input: Given<api.ListEndpointsCommandInput>): Given<api.ListEndpointsCommandOutput> => {
    for (const endpoint of [...this.all.values()]) this.#advance(endpoint);
    const { StatusEquals: status, LastModifiedTimeAfter: after, LastModifiedTimeBefore: before } = input;
    const wanted = [...this.all.values()].filter(
      (one) =>
        (!status || one.status === status) && (!after || one.modified > after) && (!before || one.modified < before),
    );
    const { items, next } = page(listed(wanted, input, 'Descending'), input);
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

  #enter(endpoint: Endpoint, phases: readonly Phase[], arriveThere: () => void): void {
    const now = this.#world.clock.now();
    const arriveAndNote = () => {
      endpoint.transition = undefined;
      endpoint.modified = this.#world.clock.now();
      arriveThere();
    };
    endpoint.transition = { phases, phase: 0, seen: 0, since: now, arrive: arriveAndNote };
    endpoint.status = phases[0]?.status ?? endpoint.status;
    endpoint.modified = now;
    if (phases.length === 0) arriveAndNote();
  }

  /** Moves on as far as the describes and the time allow. */
  #advance(endpoint: Endpoint): void {
    for (;;) {
      const { transition } = endpoint;
      const phase = transition?.phases[transition.phase];
      if (!transition || !phase) return;
      const elapsed = this.#world.clock.now().getTime() - transition.since.getTime();
      const seenEnough = transition.seen > phase.describes;
      if (!seenEnough && elapsed < phase.milliseconds) return;
      transition.phase += 1;
      transition.seen = seenEnough ? 1 : 0;
      transition.since = seenEnough
        ? this.#world.clock.now()
        : new Date(transition.since.getTime() + phase.milliseconds);
      const next = transition.phases[transition.phase];
      if (next) endpoint.status = next.status;
      else transition.arrive();
    }
  }
}

/** The table of where a deployment ends. */
function arrive(
  endpoint: Endpoint,
  { config, variants }: Deployment,
  outcome: Outcome,
  began: 'Creating' | 'Updating',
): void {
  endpoint.pending = undefined;
  if (outcome.ends === 'in service') {
    endpoint.status = 'InService';
    endpoint.config = config;
    endpoint.variants = variants;
    return;
  }
  endpoint.failureReason = 'reason' in outcome ? outcome.reason : undefined;
  if (began === 'Creating') endpoint.status = 'Failed';
  else endpoint.status = outcome.ends === 'rollback failed' ? 'UpdateRollbackFailed' : 'InService';
}

function instanceType(config: EndpointConfig, variant: string) {
  return config.request.ProductionVariants.find(({ VariantName }) => VariantName === variant)?.InstanceType;
}

function captureOf({
  request: { DataCaptureConfig: wanted },
}: EndpointConfig): Given<api.DataCaptureConfigSummary> | undefined {
  if (!wanted) return undefined;
  return {
    EnableCapture: wanted.EnableCapture ?? true,
    CaptureStatus: 'Started',
    CurrentSamplingPercentage: wanted.InitialSamplingPercentage,
    DestinationS3Uri: wanted.DestinationS3Uri,
    KmsKeyId: wanted.KmsKeyId ?? '',
  };
}
