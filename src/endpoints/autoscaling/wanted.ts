import type {
  CustomizedMetricSpecification,
  ScalableTargetAction,
  TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { hashOf } from '../../ground/canonical-json.ts';
import type { AutoscalingSection } from '../description/autoscaling.ts';

/** What names the variant that is scaled, in every request to Application Auto Scaling. */
export interface ScaledVariant {
  readonly ServiceNamespace: 'sagemaker';
  /** `endpoint/resale-price-uat/variant/AllTraffic`. */
  readonly ResourceId: string;
  readonly ScalableDimension: 'sagemaker:variant:DesiredInstanceCount';
}

/** The fewest and the most instances. */
export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** A scheduled action, without its name. */
export interface ScheduleRequest {
  readonly Schedule: string;
  readonly Timezone?: string;
  readonly ScalableTargetAction: ScalableTargetAction;
}

/** What a file's section means for one variant. */
export interface WantedAutoscaling {
  readonly of: ScaledVariant;
  readonly bounds: Bounds;
  /** The bounds that may hold at some time of the day: those of the section, and those of its schedules. */
  readonly minima: readonly number[];
  readonly maxima: readonly number[];
  /** Name -> how it tracks. */
  readonly policies: ReadonlyMap<string, TargetTrackingScalingPolicyConfiguration>;
  /** Name -> what it does, and when. */
  readonly schedules: ReadonlyMap<string, ScheduleRequest>;
  /** Names the section: a note of it holds no more than this. */
  readonly hash: string;
}

/** The beginning of the names that these components give: what has another name is somebody else's. */
const OUR_NAME = 'sagemaker-components';

export function isOurs(name: string): boolean {
  return name === OUR_NAME || name.startsWith(`${OUR_NAME}-`);
}

export function scaledVariant(endpoint: string, variant: string): ScaledVariant {
  return {
    ServiceNamespace: 'sagemaker',
    ResourceId: `endpoint/${endpoint}/variant/${variant}`,
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  };
}

/** What a section means for a variant of an endpoint. */
export function wantedAutoscaling(section: AutoscalingSection, endpoint: string, variant: string): WantedAutoscaling {
  const { minimum, maximum } = section;
  const planned = Object.entries(section.schedules);
  const tracked = trackingOf(section, endpoint, variant);
  return {
    of: scaledVariant(endpoint, variant),
    bounds: { minimum, maximum },
    minima: [minimum, ...planned.flatMap(([, each]) => each.minimum ?? [])],
    maxima: [maximum, ...planned.flatMap(([, each]) => each.maximum ?? [])],
    policies: new Map(tracked ? [[OUR_NAME, tracked]] : []),
    schedules: new Map(planned.map(([name, each]) => [`${OUR_NAME}-${name}`, scheduleOf(each)])),
    hash: hashOf({ section, variant }, 16),
  };
}

/** Every member is told, also where it is AWS's default: of what a request leaves out, AWS keeps the old value. */
function trackingOf(
  section: AutoscalingSection,
  endpoint: string,
  variant: string,
): TargetTrackingScalingPolicyConfiguration | undefined {
  const { invocations_per_instance: requests, metric } = section;
  const habits = {
    ScaleOutCooldown: section.scale_out_cooldown,
    ScaleInCooldown: section.scale_in_cooldown,
    DisableScaleIn: !section.scale_in,
  };
  if (requests !== undefined) {
    const predefined = { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' as const };
    return { TargetValue: requests, PredefinedMetricSpecification: predefined, ...habits };
  }
  if (!metric) return undefined;
  const usual = { EndpointName: endpoint, ...(!isOfQueue(metric) && { VariantName: variant }) };
  return { TargetValue: metric.target, CustomizedMetricSpecification: metricOf(metric, usual), ...habits };
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html: the queue is that of the endpoint, not of a variant. */
const OF_QUEUE = [
  'ApproximateAgeOfOldestRequest',
  'ApproximateBacklogSize',
  'ApproximateBacklogSizePerInstance',
  'HasBacklogWithoutCapacity',
];

function isOfQueue({ namespace, name }: NonNullable<AutoscalingSection['metric']>): boolean {
  return namespace === 'AWS/SageMaker' && OF_QUEUE.includes(name);
}

function metricOf(
  { name, namespace, statistic, unit, dimensions }: NonNullable<AutoscalingSection['metric']>,
  usual: Readonly<Record<string, string>>,
): CustomizedMetricSpecification {
  const pairs = Object.entries(dimensions ?? usual);
  return {
    MetricName: name,
    Namespace: namespace,
    Statistic: statistic,
    ...(unit !== undefined && { Unit: unit }),
    ...(pairs.length > 0 && { Dimensions: pairs.map(([Name, Value]) => ({ Name, Value })) }),
  };
}

type SectionSchedule = AutoscalingSection['schedules'][string];

function scheduleOf({ schedule, timezone = 'UTC', minimum, maximum }: SectionSchedule): ScheduleRequest {
  return {
    Schedule: schedule,
    // A rate has no time of day.
    ...(!schedule.startsWith('rate') && { Timezone: timezone }),
    ScalableTargetAction: {
      ...(minimum !== undefined && { MinCapacity: minimum }),
      ...(maximum !== undefined && { MaxCapacity: maximum }),
    },
  };
}
