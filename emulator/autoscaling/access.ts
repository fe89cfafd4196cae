import { arnOf } from '../sagemaker/service.ts';
import type { AccessRequest, World } from '../world.ts';
import { alarmsOf } from './policies.ts';
import { type ScalableTargets, serviceLinkedRole } from './targets.ts';

type Input = Readonly<Record<string, unknown>>;

const APPLICATION = 'application-autoscaling';

/**
 * What IAM is asked before Application Auto Scaling does an operation. It asks the caller, too, for what it will do itself on the
 * endpoint and in CloudWatch:
 * https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
 */
export function scalingAccess(
  world: World,
  autoscaling: { readonly targets: Pick<ScalableTargets, 'arn'>; readonly hasRole: boolean },
  operation: string,
  input: Input,
): AccessRequest[] {
  const resource = String(input.ResourceId ?? '');
  const own = { action: `${APPLICATION}:${operation}`, context: contextOf(input) };
  if (operation.startsWith('Describe')) return [{ ...own, resources: ['*'] }];
  const request = { ...own, resources: [autoscaling.targets.arn({ ResourceId: resource })] };
  const firstUse = operation === 'RegisterScalableTarget' && !autoscaling.hasRole;
  return [
    request,
    ...onEndpoint(world, operation, resource),
    ...onAlarms(world, operation, resource),
    ...(firstUse ? [roleCreation(world)] : []),
  ];
}

function roleCreation(world: World): AccessRequest {
  const context = { 'iam:AWSServiceName': `sagemaker.${APPLICATION}.amazonaws.com` };
  return { action: 'iam:CreateServiceLinkedRole', resources: [serviceLinkedRole(world)], context };
}

function contextOf(input: Input): AccessRequest['context'] {
  const { ServiceNamespace: namespace, ScalableDimension: dimension } = input;
  return {
    ...(typeof namespace === 'string' && { [`${APPLICATION}:service-namespace`]: namespace }),
    ...(typeof dimension === 'string' && { [`${APPLICATION}:scalable-dimension`]: dimension }),
  };
}

function onEndpoint(world: World, operation: string, resource: string): AccessRequest[] {
  if (operation !== 'RegisterScalableTarget') return [];
  const [, endpoint = ''] = resource.split('/');
  const arn = arnOf(world, 'endpoint', endpoint.toLowerCase());
  return ['sagemaker:DescribeEndpoint', 'sagemaker:UpdateEndpointWeightsAndCapacities'].map((action) => ({
    action,
    resources: [arn],
    context: {},
  }));
}

const ALARM_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  PutScalingPolicy: ['cloudwatch:DescribeAlarms', 'cloudwatch:PutMetricAlarm'],
  DeleteScalingPolicy: ['cloudwatch:DeleteAlarms'],
};

function onAlarms(world: World, operation: string, resource: string): AccessRequest[] {
  return (ALARM_ACTIONS[operation] ?? []).map((action) => ({
    action,
    resources: [alarmsOf(world, resource)],
    context: {},
  }));
}
