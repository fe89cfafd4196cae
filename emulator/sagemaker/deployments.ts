import type * as api from '@aws-sdk/client-sagemaker';
import type { EndpointConfig } from './models.ts';
import type { Given } from './service.ts';
import type { Pace, Phase } from './transitions.ts';

export type EndpointStatus = NonNullable<api.EndpointStatus>;
export type UpdateRequest = Given<api.UpdateEndpointCommandInput>;
export type DeploymentConfig = NonNullable<UpdateRequest['DeploymentConfig']>;

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
  readonly instanceType: NonNullable<api.ProductionVariantInstanceType> | undefined;
  readonly serverless: Given<api.ProductionVariantServerlessConfig> | undefined;
  /** When its images were resolved: with its instances, which a rollback keeps. */
  readonly resolved: Date;
  weight: number;
  instances: number;
  desiredWeight: number;
  desiredInstances: number;
}

export interface Deployment {
  readonly config: EndpointConfig;
  readonly started: Date;
  readonly variants: readonly Variant[];
  readonly began: 'Creating' | 'Updating';
  readonly outcome: Outcome;
}

/** What is being watched on the way: the new fleet comes up, takes the traffic, bakes; and goes back again. */
export type DeploymentPhase = Phase<EndpointStatus> & {
  readonly variants?: 'Creating' | 'ActivatingTraffic' | 'Baking';
};

export function phasesOf(
  { began: status, outcome }: Deployment,
  pace: Pace,
  config?: DeploymentConfig,
): DeploymentPhase[] {
  if (outcome.ends === 'never') {
    return [
      { status, variants: 'Creating', describes: Number.POSITIVE_INFINITY, milliseconds: Number.POSITIVE_INFINITY },
    ];
  }
  const first = Math.ceil(pace.describes / 2);
  const milliseconds = pace.milliseconds / 2;
  const phases: DeploymentPhase[] = [
    { status, variants: 'Creating', describes: first, milliseconds },
    { status, variants: 'ActivatingTraffic', describes: pace.describes - first, milliseconds },
  ];
  if (status === 'Updating') phases.push(...afterTraffic(outcome, pace, config));
  return phases.filter(({ describes }) => describes > 0);
}

/** What an update waits for once the new fleet has traffic: that it bakes; then that the old one goes, or comes back. */
function afterTraffic(outcome: Outcome, pace: Pace, config: DeploymentConfig = {}): DeploymentPhase[] {
  const { TrafficRoutingConfiguration: routing, TerminationWaitInSeconds: termination } =
    config.BlueGreenUpdatePolicy ?? {};
  const baking = routing?.WaitIntervalInSeconds;
  const status = 'Updating';
  return [
    ...(baking ? [{ status, variants: 'Baking', describes: 1, milliseconds: baking * 1000 } as const] : []),
    ...(outcome.ends === 'in service' ? [] : [{ status: 'RollingBack', ...pace } as const]),
    ...(outcome.ends === 'in service' && termination
      ? [{ status, describes: 1, milliseconds: termination * 1000 } as const]
      : []),
  ];
}

interface Running {
  readonly variants: readonly Variant[];
  readonly now: Date;
}

/** The variants that a config asks for, each with what it keeps of the running one. */
export function variantsOf(
  config: EndpointConfig,
  { variants: running, now }: Running,
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
      instanceType: wanted.InstanceType,
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
