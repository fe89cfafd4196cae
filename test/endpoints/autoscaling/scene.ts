import type { LiveAutoscaling } from '../../../src/endpoints/autoscaling/live.ts';
import { type WantedAutoscaling, wantedAutoscaling } from '../../../src/endpoints/autoscaling/wanted.ts';
import { autoscaling } from '../../../src/endpoints/description/autoscaling.ts';

/** What a section means for the example's endpoint. */
export function wantedBy(section: object): WantedAutoscaling {
  return wantedAutoscaling(autoscaling.parse(section), 'resale-price-uat', 'AllTraffic');
}

/** What Application Auto Scaling tells when a section is in place. */
export function liveBy({ bounds, policies, schedules }: WantedAutoscaling): LiveAutoscaling {
  return {
    target: { ...bounds, suspended: [] },
    policies: [...policies].map(([PolicyName, TargetTrackingScalingPolicyConfiguration]) => ({
      ...unused,
      PolicyName,
      PolicyARN: 'arn:policy',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration,
    })),
    schedules: [...schedules].map(([ScheduledActionName, request]) => ({
      ...unused,
      ScheduledActionName,
      ScheduledActionARN: 'arn:schedule',
      ...request,
    })),
  };
}

const unused = {
  ServiceNamespace: 'sagemaker',
  ResourceId: 'endpoint/resale-price-uat/variant/AllTraffic',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  CreationTime: new Date(0),
} as const;

export const NOT_SCALED: LiveAutoscaling = { target: undefined, policies: [], schedules: [] };
