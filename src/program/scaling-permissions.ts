import type { Permission } from './component.ts';

/** What a component needs to see how an endpoint is scaled: AWS narrows these to no resource. */
export function permissionsToSeeScaling(when?: string): Permission[] {
  return READS.map((name) => ({ action: `application-autoscaling:${name}`, on: 'anything', ...(when && { when }) }));
}

const READS = ['DescribeScalableTargets', 'DescribeScalingPolicies', 'DescribeScheduledActions'] as const;

/**
 * What a component needs to scale an endpoint. Application Auto Scaling asks its caller, too, for what it does itself on the endpoint
 * and in CloudWatch: https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
 */
export function permissionsToScale(when: string): Permission[] {
  const each = { when, of: 'autoscaling' } as const;
  return [
    ...WRITES.map((name) => ({ action: `application-autoscaling:${name}`, on: 'scalable target', ...each }) as const),
    { action: 'sagemaker:UpdateEndpointWeightsAndCapacities', on: 'endpoint', ...each },
    { action: 'cloudwatch:DescribeAlarms', on: 'alarms', ...each },
    { action: 'cloudwatch:PutMetricAlarm', on: 'scaling alarms', ...each },
    {
      action: 'iam:CreateServiceLinkedRole',
      on: 'scaling role',
      when: 'the endpoint is the first of the account that is scaled',
      of: 'autoscaling',
    },
  ];
}

const WRITES = ['RegisterScalableTarget', 'PutScalingPolicy', 'PutScheduledAction'] as const;

/** What a component needs to take away what scales an endpoint, or a part of it. */
export function permissionsToUnscale(): Permission[] {
  const of = 'autoscaling';
  const when = 'the endpoint file no longer has what it had under autoscaling';
  return [
    { action: 'application-autoscaling:DeleteScalingPolicy', on: 'scalable target', when, of },
    { action: 'application-autoscaling:DeleteScheduledAction', on: 'scalable target', when, of },
    { action: 'cloudwatch:DeleteAlarms', on: 'scaling alarms', when, of },
    {
      action: 'application-autoscaling:DeregisterScalableTarget',
      on: 'scalable target',
      when: 'an endpoint that is scaled is deleted, gets another instance type, or is no longer to be scaled',
      of,
    },
  ];
}
