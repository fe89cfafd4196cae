import type * as api from '@aws-sdk/client-sagemaker';
import type { Rollout, Step } from './deployment-config.ts';
import type { EndpointConfig } from './models.ts';
import type { Given } from './service.ts';
import { typesOf } from './serving-rules.ts';
import type { Pace, Phase } from './transitions.ts';

export type EndpointStatus = NonNullable<api.EndpointStatus>;
export type UpdateRequest = Given<api.UpdateEndpointCommandInput>;

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

export interface Variant {
  readonly name: string;
  readonly model: string | undefined;
  /** Of the pools, the one that was taken. */
  readonly instanceType: NonNullable<api.ProductionVariantInstanceType> | undefined;
  readonly pools: readonly Given<api.InstancePool>[] | undefined;
  serverless: Given<api.ProductionVariantServerlessConfig> | undefined;
  /** What it is to have, once somebody has changed it. */
  desiredServerless?: Given<api.ProductionVariantServerlessConfig>;
  /** When its images were resolved: with its instances, which a rollback keeps. */
  readonly resolved: Date;
  weight: number;
  instances: number;
  desiredWeight: number;
  desiredInstances: number;
}

/** What a serverless variant has after a change of some of it. */
export function withChange(
  before: NonNullable<Variant['serverless']>,
  {
    MaxConcurrency = before.MaxConcurrency,
    ProvisionedConcurrency = before.ProvisionedConcurrency,
  }: Given<api.ProductionVariantServerlessUpdateConfig>,
): NonNullable<Variant['serverless']> {
  return { ...before, MaxConcurrency, ...(ProvisionedConcurrency !== undefined && { ProvisionedConcurrency }) };
}

export interface Deployment {
  readonly config: EndpointConfig;
  readonly started: Date;
  readonly variants: readonly Variant[];
  readonly began: 'Creating' | 'Updating';
  readonly outcome: Outcome;
  readonly rollout: Rollout;
}

/** What is being watched on the way: the new fleet comes up, takes the traffic, bakes; and goes back again. */
export type DeploymentPhase = Phase<EndpointStatus> & {
  readonly variants?: 'Creating' | 'ActivatingTraffic' | 'Baking';
  /** The share of the traffic that the new fleet has, from 0 to 1. */
  readonly traffic?: number;
  /** The share of the new fleet's instances that run. */
  readonly running?: number;
  /** Whether the alarms of the update roll it back. */
  readonly watched?: true;
};

/** For as long as its time says, however often it is looked at. */
export const FOR_EVER = Number.POSITIVE_INFINITY;

export function phasesOf({ began: status, outcome, rollout }: Deployment, pace: Pace): DeploymentPhase[] {
  if (outcome.ends === 'never')
    return [{ status, variants: 'Creating', describes: FOR_EVER, milliseconds: FOR_EVER, running: 0 }];
  const first = Math.ceil(pace.describes / 2);
  const milliseconds = pace.milliseconds / 2;
  const [begin, ...more] = rollout.steps;
  const phases: DeploymentPhase[] = [
    { status, variants: 'Creating', describes: first, milliseconds, running: 0 },
    { ...activating(begin, rollout), status, describes: pace.describes - first, milliseconds },
  ];
  if (status === 'Updating') {
    phases.push(...baking(begin, rollout));
    phases.push(
      ...(outcome.ends === 'in service' ? untilDone(more, rollout) : [{ status: 'RollingBack', ...pace } as const]),
    );
  }
  return phases.filter((phase) => phase.describes > 0 && phase.milliseconds > 0);
}

/** What an update waits for once the first step has baked: the further steps; then that the old fleet goes. */
function untilDone(more: readonly Step[], rollout: Rollout): DeploymentPhase[] {
  const status = 'Updating';
  const steps = more.flatMap((step) => [
    { ...activating(step, rollout), status, describes: 1, milliseconds: SWITCH } as const,
    ...baking(step, rollout),
  ]);
  const last = {
    status,
    describes: FOR_EVER,
    milliseconds: rollout.termination * 1000,
    traffic: 1,
    running: 1,
  } as const;
  return [...steps, last];
}

/** Milliseconds that it takes to move a further part of the traffic. */
const SWITCH = 10_000;

function activating(step: Step | undefined, { rolling }: Rollout) {
  const traffic = step?.traffic ?? 1;
  return { variants: 'ActivatingTraffic', traffic, running: rolling ? traffic : 1, watched: true } as const;
}

/** Time alone ends it, however often it is looked at. */
function baking(step: Step | undefined, rollout: Rollout): DeploymentPhase[] {
  const milliseconds = (step?.seconds ?? 0) * 1000;
  return [{ ...activating(step, rollout), status: 'Updating', variants: 'Baking', describes: FOR_EVER, milliseconds }];
}

interface Running {
  readonly variants: readonly Variant[];
  readonly now: Date;
  /** The instance types of which AWS has none free. */
  readonly soldOut: ReadonlySet<string>;
}

/** The variants that a config asks for, each with what it keeps of the running one. */
export function variantsOf(
  config: EndpointConfig,
  { variants: running, now, soldOut }: Running,
  retain: Partial<UpdateRequest>,
): Variant[] {
  const excluded = (retain.ExcludeRetainedVariantProperties ?? []).map(
    ({ VariantPropertyType }) => VariantPropertyType,
  );
  return config.request.ProductionVariants.map((wanted) => {
    const before = retain.RetainAllVariantProperties
      ? running.find(({ name }) => name === wanted.VariantName)
      : undefined;
    const keptWeight = excluded.includes('DesiredWeight') ? undefined : before?.weight;
    const keptInstances = excluded.includes('DesiredInstanceCount') ? undefined : before?.instances;
    const weight = keptWeight ?? wanted.InitialVariantWeight ?? 1;
    const instances = keptInstances ?? (wanted.ServerlessConfig ? 0 : (wanted.InitialInstanceCount ?? 1));
    return {
      name: wanted.VariantName,
      model: wanted.ModelName,
      instanceType: typesOf(wanted).find((type) => !soldOut.has(type)) ?? typesOf(wanted)[0],
      pools: wanted.InstancePools,
      serverless: wanted.ServerlessConfig,
      resolved: now,
      weight,
      instances,
      desiredWeight: weight,
      desiredInstances: instances,
    };
  });
}

/** The table of where a deployment ends. */
export function endOf({ began, outcome }: Deployment): EndpointStatus {
  if (outcome.ends === 'in service') return 'InService';
  if (began === 'Creating') return 'Failed';
  return outcome.ends === 'rollback failed' ? 'UpdateRollbackFailed' : 'InService';
}
