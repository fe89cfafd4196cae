import type { SimulatedRequest } from '../../aws/simulation.ts';
import { OURS } from '../../gitlab/tags.ts';
import type { Permission } from '../../program/component.ts';
import { type CheckedNames, noTarget } from './names.ts';

type Thought = Pick<SimulatedRequest, 'resource' | 'context'>;

/**
 * The resource and the condition keys that a request would have, for what no harmless request shows. `undefined` where this job
 * does not know them: the buckets of a project, say.
 */
export function simulatedRequest(permission: Permission, names: CheckedNames): Thought | undefined {
  const resource = resourceOf(permission.on, names);
  return resource === undefined ? undefined : { resource, context: contextOf(permission, names) };
}

function resourceOf(on: Permission['on'], names: CheckedNames): string | undefined {
  const { region, account, endpoint, noConfig, noComparison } = names;
  const sagemaker = (resource: string) => `arn:aws:sagemaker:${region}:${account}:${resource}`;
  const alarm = (name: string) => `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
  const { ResourceId } = noTarget(names);
  const resources: Readonly<Partial<Record<Permission['on'], string | undefined>>> = {
    pipeline: names.pipeline && sagemaker(`pipeline/${names.pipeline}`),
    'pipeline role': names.pipelineRole,
    'execution role': names.executionRole,
    endpoint: sagemaker(`endpoint/${endpoint.toLowerCase()}`),
    model: sagemaker(`model/${noConfig}`),
    'endpoint config': sagemaker(`endpoint-config/${noConfig}`),
    'temporary endpoint': sagemaker(`endpoint/${noComparison}`),
    'temporary model': sagemaker(`model/${noComparison}`),
    'temporary endpoint config': sagemaker(`endpoint-config/${noComparison}`),
    'release alarms': alarm(names.noAlarm),
    'scaling alarms': alarm(`TargetTracking-${ResourceId}-AlarmHigh`),
    'scalable target': `arn:aws:application-autoscaling:${region}:${account}:scalable-target/${names.noVariant}`,
    'scaling role': `arn:aws:iam::${account}:role/aws-service-role/${SCALING}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
  };
  return resources[on];
}

const SCALING = 'sagemaker.application-autoscaling.amazonaws.com';

/** In which request the tags of a thing are set. */
const CREATIONS: Readonly<Partial<Record<Permission['on'], string>>> = {
  model: 'CreateModel',
  'endpoint config': 'CreateEndpointConfig',
  'temporary model': 'CreateModel',
  'temporary endpoint config': 'CreateEndpointConfig',
  'temporary endpoint': 'CreateEndpoint',
};

function contextOf({ action, on, of }: Permission, names: CheckedNames): Record<string, string> {
  const creation = CREATIONS[on];
  if (action === 'iam:PassRole') return { 'iam:PassedToService': 'sagemaker.amazonaws.com' };
  if (action === 'iam:CreateServiceLinkedRole') return { 'iam:AWSServiceName': SCALING };
  if (action === 'sagemaker:AddTags' && creation) return { 'sagemaker:TaggingAction': creation };
  if (action === 'sagemaker:AddTags')
    return { 'aws:TagKeys': OURS + (of === 'autoscaling' ? 'autoscaling' : 'component') };
  if (action.startsWith('sagemaker:Delete'))
    return {
      [`aws:ResourceTag/${OURS}endpoint`]: names.endpoint,
      [`aws:ResourceTag/${OURS}environment`]: names.environment,
    };
  if (on === 'scalable target') {
    const { ServiceNamespace, ScalableDimension } = noTarget(names);
    return {
      'application-autoscaling:service-namespace': ServiceNamespace,
      'application-autoscaling:scalable-dimension': ScalableDimension,
    };
  }
  return {};
}
