import type * as api from '@aws-sdk/client-application-auto-scaling';
import { digest, type Given } from '../sagemaker/service.ts';
import type { World } from '../world.ts';
import { described, invalid, notFound, type ScalableTargets } from './targets.ts';

export type Policy = Given<api.ScalingPolicy>;
type Put = Given<api.PutScalingPolicyCommandInput>;

/** Scaling policies, each with the alarms that AWS makes for it. */
export class Policies {
  all: Policy[] = [];
  readonly #world: World;
  readonly #targets: ScalableTargets;

  constructor(world: World, targets: ScalableTargets) {
    this.#world = world;
    this.#targets = targets;
  }

  put = (input: Put): Given<api.PutScalingPolicyCommandOutput> => {
    this.#targets.mustHave(input, 'registered');
    const before = this.#find(input);
    const type = input.PolicyType ?? before?.PolicyType ?? 'StepScaling';
    if (before && before.PolicyType !== type)
      throw invalid(`The policy type of the scaling policy ${input.PolicyName} cannot be changed`);
    mustBeOfItsType(type, input);
    const { region, account } = this.#world;
    const id = digest('scaling policy', input.ResourceId, input.PolicyName).slice(0, 36);
    const arn = `arn:aws:autoscaling:${region}:${account}:scalingPolicy:${id}:resource/sagemaker/${input.ResourceId}:policyName/${input.PolicyName}`;
    const policy: Policy = {
      ...input,
      PolicyARN: arn,
      PolicyType: type,
      CreationTime: before?.CreationTime ?? this.#world.clock.now(),
      Alarms: type === 'TargetTrackingScaling' ? this.#alarmsOf(input, id) : [],
    };
    this.all = [...this.all.filter((each) => each !== before), policy];
    return { PolicyARN: arn, ...(policy.Alarms && { Alarms: policy.Alarms }) };
  };

  delete = (input: Given<api.DeleteScalingPolicyCommandInput>): void => {
    const found = this.#find(input);
    if (!found) throw notFound(`No scaling policy found for ${described(input)}, policy name: ${input.PolicyName}`);
    this.all = this.all.filter((each) => each !== found);
  };

  #find({ ResourceId, PolicyName }: Pick<Put, 'ResourceId' | 'PolicyName'>): Policy | undefined {
    return this.all.find((each) => each.ResourceId === ResourceId && each.PolicyName === PolicyName);
  }

  #alarmsOf({ ResourceId, ScalableDimension }: Put, id: string): Given<api.Alarm>[] {
    const { region, account } = this.#world;
    return ['AlarmHigh', 'AlarmLow'].map((which) => {
      const name = `TargetTracking-${ResourceId}-${which}-${digest(id, ScalableDimension, which).slice(0, 12)}`;
      return { AlarmName: name, AlarmARN: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}` };
    });
  }
}

/** The alarms of a target's policies, as IAM names them. */
export function alarmsOf({ region, account }: World, resource: string): string {
  return `arn:aws:cloudwatch:${region}:${account}:alarm:TargetTracking-${resource}-AlarmHigh`;
}

function mustBeOfItsType(type: Policy['PolicyType'], input: Put): void {
  if (type === 'PredictiveScaling')
    throw invalid('PredictiveScaling is not supported for the service namespace sagemaker');
  const { TargetTrackingScalingPolicyConfiguration: tracking, StepScalingPolicyConfiguration: steps } = input;
  if (type === 'StepScaling') {
    if (!steps) throw invalid('StepScalingPolicyConfiguration must be specified for policy type StepScaling');
    return;
  }
  if (!tracking)
    throw invalid('TargetTrackingScalingPolicyConfiguration must be specified for policy type TargetTrackingScaling');
  mustTrack(tracking);
}

/** What AWS can track of a variant: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html */
const VARIANT_METRICS = [
  'SageMakerVariantInvocationsPerInstance',
  'SageMakerVariantConcurrentRequestsPerModelHighResolution',
];

function mustTrack(tracking: Given<api.TargetTrackingScalingPolicyConfiguration>): void {
  const { PredefinedMetricSpecification: known, CustomizedMetricSpecification: custom } = tracking;
  if ((known === undefined) === (custom === undefined))
    throw invalid('Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified');
  if (known && !VARIANT_METRICS.includes(known.PredefinedMetricType))
    throw invalid(
      `Scalable dimension sagemaker:variant:DesiredInstanceCount only supports the following predefined metric types: ${VARIANT_METRICS.join(', ')}`,
    );
  if (custom && !custom.Metrics && (!custom.MetricName || !custom.Namespace || !custom.Statistic))
    throw invalid('MetricName, Namespace and Statistic must be specified in CustomizedMetricSpecification');
  if (tracking.TargetValue <= 0) throw invalid('TargetValue must be greater than 0');
  const { ScaleInCooldown: scaleIn = 0, ScaleOutCooldown: scaleOut = 0 } = tracking;
  if (scaleIn < 0 || scaleOut < 0) throw invalid('Cooldown must not be negative');
}
