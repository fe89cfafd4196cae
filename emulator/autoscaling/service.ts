import type * as api from '@aws-sdk/client-application-auto-scaling';
import { isAllowed } from '../iam.ts';
import type { Endpoints } from '../sagemaker/endpoints.ts';
import { type Given, page, served } from '../sagemaker/service.ts';
import type { World } from '../world.ts';
import { scalingAccess } from './access.ts';
import { Policies } from './policies.ts';
import { Schedules } from './schedules.ts';
import { DIMENSION, mustBeOfAVariant, notFound, type ScalableTarget, ScalableTargets } from './targets.ts';

const MOST_PER_PAGE = 50;

interface Listing {
  readonly ResourceId?: string | undefined;
  readonly ScalableDimension?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** Application Auto Scaling, for the variants of endpoints. */
export class Autoscaling {
  readonly targets: ScalableTargets;
  readonly policies: Policies;
  readonly schedules: Schedules;
  /** Whether the account has the service-linked role: AWS makes it at the first registration. */
  hasRole = false;
  /** How many puts after a new registration do not find the target yet: "there might be a brief delay". */
  delay = 0;
  #unseen = 0;

  constructor(world: World, endpoints: Endpoints) {
    this.targets = new ScalableTargets(world, endpoints);
    this.policies = new Policies(world, this.targets);
    this.schedules = new Schedules(world, this.targets);
    endpoints.scaling = {
      scaled: (endpoint) => this.targets.variantsOf(endpoint),
      mayDeregister: (principal, endpoint) =>
        this.#resourcesOf(endpoint).every((resource) =>
          scalingAccess(world, this, 'DeregisterScalableTarget', targetOf(resource)).every((access) =>
            isAllowed(principal, access),
          ),
        ),
      forget: (endpoint) => {
        for (const resource of this.#resourcesOf(endpoint)) this.#forget(resource);
      },
    };
  }

  operations = () =>
    served({
      RegisterScalableTarget: this.#register,
      DeregisterScalableTarget: this.#deregister,
      DescribeScalableTargets: this.#describeTargets,
      PutScalingPolicy: (input: Given<api.PutScalingPolicyCommandInput>) => {
        this.#mustBeSeen(input);
        return this.policies.put(input);
      },
      DeleteScalingPolicy: this.policies.delete,
      DescribeScalingPolicies: this.#describePolicies,
      PutScheduledAction: (input: Given<api.PutScheduledActionCommandInput>) => {
        this.#mustBeSeen(input);
        this.schedules.put(input);
      },
      DeleteScheduledAction: this.schedules.delete,
      DescribeScheduledActions: this.#describeSchedules,
    });

  #resourcesOf(endpoint: string): string[] {
    return this.targets.variantsOf(endpoint).map((variant) => `endpoint/${endpoint}/variant/${variant}`);
  }

  #register = (input: Given<api.RegisterScalableTargetCommandInput>) => {
    const isNew = !this.targets.all.has(input.ResourceId);
    const target = this.targets.put(input);
    this.hasRole = true;
    if (isNew) this.#unseen = this.delay;
    return { ScalableTargetARN: target.arn };
  };

  #deregister = (input: Given<api.DeregisterScalableTargetCommandInput>): void => {
    this.#forget(this.targets.mustHave(input).resource);
  };

  /** A target takes its policies and scheduled actions with it. */
  #forget(resource: string): void {
    this.targets.all.delete(resource);
    this.policies.all = this.policies.all.filter(({ ResourceId }) => ResourceId !== resource);
    this.schedules.all = this.schedules.all.filter(({ ResourceId }) => ResourceId !== resource);
  }

  #mustBeSeen(input: { ServiceNamespace: string; ResourceId: string; ScalableDimension: string }): void {
    if (this.#unseen === 0) return;
    this.#unseen -= 1;
    mustBeOfAVariant(input);
    throw notFound(
      `No scalable target registered for service namespace: sagemaker, resource ID: ${input.ResourceId}, scalable dimension: ${DIMENSION}`,
    );
  }

  #describeTargets = ({ ResourceIds: ids, ...input }: Given<api.DescribeScalableTargetsCommandInput>) => {
    const wanted = [...this.targets.all.values()].filter(({ resource }) => ids?.includes(resource) ?? true);
    const { items, next } = pageOf(wanted, input);
    return { ScalableTargets: items.map(shown), NextToken: next };
  };

  #describePolicies = ({ PolicyNames: names, ...input }: Given<api.DescribeScalingPoliciesCommandInput>) => {
    const named = this.policies.all.filter(({ PolicyName }) => names?.includes(PolicyName) ?? true);
    const { items, next } = pageOf(named.filter(isOf(input)), input);
    return { ScalingPolicies: items, NextToken: next };
  };

  #describeSchedules = ({ ScheduledActionNames: names, ...input }: Given<api.DescribeScheduledActionsCommandInput>) => {
    const named = this.schedules.all.filter(({ ScheduledActionName: name }) => names?.includes(name) ?? true);
    const { items, next } = pageOf(named.filter(isOf(input)), input);
    return { ScheduledActions: items, NextToken: next };
  };
}

const targetOf = (ResourceId: string) => ({ ServiceNamespace: 'sagemaker', ResourceId, ScalableDimension: DIMENSION });

const isOf =
  ({ ResourceId }: Listing) =>
  (one: { readonly ResourceId: string }): boolean =>
    ResourceId === undefined || one.ResourceId === ResourceId;

function pageOf<T>(all: readonly T[], { MaxResults = MOST_PER_PAGE, NextToken }: Listing) {
  return page(all, { MaxResults: Math.min(MaxResults, MOST_PER_PAGE), NextToken });
}

function shown(target: ScalableTarget): Given<api.ScalableTarget> {
  return {
    ServiceNamespace: 'sagemaker',
    ResourceId: target.resource,
    ScalableDimension: DIMENSION,
    MinCapacity: target.minimum,
    MaxCapacity: target.maximum,
    RoleARN: target.role,
    CreationTime: target.created,
    SuspendedState: target.suspended,
    ScalableTargetARN: target.arn,
  };
}
