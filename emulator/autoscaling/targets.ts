import type * as api from '@aws-sdk/client-application-auto-scaling';
import type { Endpoint, Endpoints } from '../sagemaker/endpoints.ts';
import { digest, type Given } from '../sagemaker/service.ts';
import { AwsError, type World } from '../world.ts';

export const DIMENSION = 'sagemaker:variant:DesiredInstanceCount';

/** What names one target: all of its operations have these three members. */
export interface Named {
  readonly ServiceNamespace: string;
  readonly ResourceId: string;
  readonly ScalableDimension: string;
}

export interface ScalableTarget {
  readonly resource: string;
  readonly arn: string;
  readonly created: Date;
  readonly role: string;
  minimum: number;
  maximum: number;
  suspended: Given<api.SuspendedState>;
}

interface Variant {
  readonly endpoint: Endpoint;
  readonly name: string;
}

/** The variants of endpoints that Application Auto Scaling scales, and within which bounds. */
export class ScalableTargets {
  /** Resource ID -> target. */
  readonly all = new Map<string, ScalableTarget>();
  readonly #world: World;
  readonly #endpoints: Endpoints;

  constructor(world: World, endpoints: Endpoints) {
    this.#world = world;
    this.#endpoints = endpoints;
  }

  /** The ARN of a target, which has an ID of its own in place of the resource's. */
  arn({ ResourceId }: Pick<Named, 'ResourceId'>): string {
    const { region, account } = this.#world;
    const id = digest('scalable target', ResourceId).slice(0, 37);
    return `arn:aws:application-autoscaling:${region}:${account}:scalable-target/${id}`;
  }

  mustHave(named: Named, missing: 'found' | 'registered' = 'found'): ScalableTarget {
    mustBeOfAVariant(named);
    const target = this.all.get(named.ResourceId);
    if (!target) throw notFound(`No scalable target ${missing} for ${described(named)}`);
    return target;
  }

  /** Registers a target or changes it, and brings the number of instances within its bounds. */
  put(input: Given<api.RegisterScalableTargetCommandInput>): ScalableTarget {
    mustBeOfAVariant(input);
    const { ResourceId: resource, MinCapacity, MaxCapacity, SuspendedState } = input;
    const before = this.all.get(resource);
    const variant = this.#mustBeThere(resource);
    const [minimum, maximum] = [MinCapacity ?? before?.minimum, MaxCapacity ?? before?.maximum];
    const bounds = mustBeBounds(minimum, maximum);
    mustNotBeBurstable(variant);
    mustKeepAnInstance(variant, bounds.minimum);
    const target = before ?? this.#create(resource, bounds);
    Object.assign(target, bounds, { suspended: { ...target.suspended, ...SuspendedState } });
    this.all.set(resource, target);
    this.#bringWithin(variant, target);
    return target;
  }

  /** A scheduled action takes place: AWS changes the bounds, and then the number of instances. */
  rebound(resource: string, action: Given<api.ScalableTargetAction>): void {
    const target = this.all.get(resource);
    if (!target) return;
    target.minimum = action.MinCapacity ?? target.minimum;
    target.maximum = action.MaxCapacity ?? target.maximum;
    this.#bringWithin(this.#mustBeThere(resource), target);
  }

  /** The variants of an endpoint that are targets. */
  variantsOf(endpoint: string): string[] {
    const start = `endpoint/${endpoint}/variant/`;
    return [...this.all.keys()].flatMap((one) => (one.startsWith(start) ? one.slice(start.length) : []));
  }

  #create(resource: string, bounds: Pick<ScalableTarget, 'minimum' | 'maximum'>): ScalableTarget {
    return {
      resource,
      arn: this.arn({ ResourceId: resource }),
      created: this.#world.clock.now(),
      role: serviceLinkedRole(this.#world),
      ...bounds,
      suspended: {
        DynamicScalingInSuspended: false,
        DynamicScalingOutSuspended: false,
        ScheduledScalingSuspended: false,
      },
    };
  }

  #mustBeThere(resource: string): Variant {
    const [, endpoint = '', name = ''] = /^endpoint\/([^/]+)\/variant\/([^/]+)$/.exec(resource) ?? [];
    const found = this.#endpoints.find(endpoint);
    if (!found) throw invalid(`SageMaker endpoint does not exist: ${endpoint}`);
    const names = [...found.variants, ...(found.pending?.variants ?? [])].map((each) => each.name);
    if (!names.includes(name)) throw invalid(`SageMaker variant does not exist: ${name} of endpoint ${endpoint}`);
    return { endpoint: found, name };
  }

  /** Only where the endpoint is in service: another is left as it is. */
  #bringWithin({ endpoint, name }: Variant, { minimum, maximum }: ScalableTarget): void {
    const variant = endpoint.variants.find((each) => each.name === name);
    if (endpoint.status !== 'InService' || !variant) return;
    const wanted = Math.min(maximum, Math.max(minimum, variant.desiredInstances));
    if (wanted !== variant.desiredInstances) this.#endpoints.scale(endpoint.name, name, wanted);
  }
}

/** Where AWS keeps the role with which Application Auto Scaling acts on endpoints. */
export function serviceLinkedRole({ account }: Pick<World, 'account'>): string {
  const path = 'aws-service-role/sagemaker.application-autoscaling.amazonaws.com';
  return `arn:aws:iam::${account}:role/${path}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`;
}

export function described({ ServiceNamespace, ResourceId, ScalableDimension }: Named): string {
  return `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`;
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function notFound(message: string): AwsError {
  return new AwsError('ObjectNotFoundException', message);
}

export function mustBeOfAVariant({ ServiceNamespace, ResourceId, ScalableDimension }: Named): void {
  if (ServiceNamespace !== 'sagemaker') throw invalid(`This emulator does not scale ${ServiceNamespace}.`);
  if (!/^(endpoint\/[^/]+\/variant\/[^/]+|inference-component\/[^/]+)$/.test(ResourceId))
    throw invalid('Unsupported service namespace, resource type or scalable dimension');
  if (ScalableDimension !== DIMENSION || !ResourceId.startsWith('endpoint/'))
    throw invalid(`This emulator does not scale ${ScalableDimension}.`);
}

function mustBeBounds(minimum: number | undefined, maximum: number | undefined) {
  if (minimum === undefined || maximum === undefined)
    throw invalid('Minimum and maximum capacity must be specified for a new scalable target');
  if (minimum < 0 || maximum < 0) throw invalid('Minimum and maximum capacity cannot be negative');
  if (minimum > maximum) throw invalid('Maximum capacity cannot be less than minimum capacity');
  return { minimum, maximum };
}

/** Only an asynchronous endpoint keeps requests until an instance is there. AWS's own words for it are not known. */
function mustKeepAnInstance({ endpoint }: Variant, minimum: number): void {
  if (minimum > 0 || endpoint.config.request.AsyncInferenceConfig !== undefined) return;
  throw invalid('Minimum capacity must be at least 1 for a variant of an endpoint that is not asynchronous');
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html */
function mustNotBeBurstable({ endpoint, name }: Variant): void {
  const type = endpoint.variants.find((each) => each.name === name)?.instanceType;
  if (type?.startsWith('ml.t')) throw invalid(`Automatic scaling is not supported for the instance type ${type}`);
}
