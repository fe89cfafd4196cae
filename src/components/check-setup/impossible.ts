import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  type ModelApprovalStatus,
  UpdateEndpointCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import type { Aws } from '../../aws/session.ts';
import { OURS } from '../../gitlab/tags.ts';
import type { Ask, Probe, ProbeHands } from './ask.ts';
import { noTarget } from './names.ts';

/**
 * Requests that would change something, if what they are about were there: `action on`. AWS refuses each of them, whatever the
 * role may do, because the version, the model, the config or the variant does not exist.
 */
export const IMPOSSIBLE: Readonly<Record<string, Ask>> = {
  'sagemaker:CreateModel model': (asking) => creatingModel(asking, asking.names.noModel),
  'sagemaker:CreateModel temporary model': (asking) => creatingModel(asking, asking.names.noComparison),
  'sagemaker:CreateEndpointConfig endpoint config': (asking) => creatingConfig(asking, asking.names.noModel),
  'sagemaker:CreateEndpointConfig temporary endpoint config': (asking) =>
    creatingConfig(asking, asking.names.noComparison),
  'sagemaker:CreateEndpoint endpoint': ({ aws, names }) => creatingEndpoint(aws, names.endpoint, names.noConfig),
  'sagemaker:CreateEndpoint endpoint config': ({ aws, names }) => creatingEndpoint(aws, names.endpoint, names.noConfig),
  'sagemaker:CreateEndpoint temporary endpoint': ({ aws, names }) =>
    creatingEndpoint(aws, names.noComparison, names.noComparison),
  'sagemaker:CreateEndpoint temporary endpoint config': ({ aws, names }) =>
    creatingEndpoint(aws, names.noComparison, names.noComparison),
  'sagemaker:UpdateEndpoint endpoint': ({ aws, names }) => updatingEndpoint(aws, names.endpoint, names.noConfig),
  'sagemaker:UpdateEndpoint endpoint config': ({ aws, names }) => updatingEndpoint(aws, names.endpoint, names.noConfig),
  'sagemaker:InvokeEndpoint endpoint': ({ aws, names }) => invoking(aws, names.endpoint, names.noVariant),
  'sagemaker:InvokeEndpoint temporary endpoint': ({ aws, names }) => invoking(aws, names.noComparison, names.noVariant),
  'application-autoscaling:DeregisterScalableTarget scalable target': async ({ aws, names }) => {
    const { DeregisterScalableTargetCommand } = await import('../../aws/application-auto-scaling.ts');
    return (await aws.autoscaling()).send(new DeregisterScalableTargetCommand(noTarget(names)));
  },
  'application-autoscaling:DeleteScalingPolicy scalable target': async ({ aws, names }) => {
    const { DeleteScalingPolicyCommand } = await import('../../aws/application-auto-scaling.ts');
    return (await aws.autoscaling()).send(new DeleteScalingPolicyCommand({ ...noTarget(names), PolicyName: NONE }));
  },
  'application-autoscaling:DeleteScheduledAction scalable target': async ({ aws, names }) => {
    const { DeleteScheduledActionCommand } = await import('../../aws/application-auto-scaling.ts');
    return (await aws.autoscaling()).send(
      new DeleteScheduledActionCommand({ ...noTarget(names), ScheduledActionName: NONE }),
    );
  },
};

const NONE = 'none';

/** An entry as a component writes it, and the status that it sets with it in the first environment. */
export interface WrittenEntry {
  readonly keys: readonly string[];
  /** Keys that it takes away, which no component does. */
  readonly removes?: readonly string[];
  readonly status?: ModelApprovalStatus | undefined;
}

/** The request that writes an entry, for a version that there is not. */
export function writing({ aws, names }: ProbeHands, { keys, removes, status }: WrittenEntry): Probe {
  const input = {
    ModelPackageArn: names.noVersion,
    ...(keys.length > 0 && { CustomerMetadataProperties: Object.fromEntries(keys.map((key) => [key, 'check-setup'])) }),
    ...(removes && { CustomerMetadataPropertiesToRemove: [...removes] }),
    ...(status && { ModelApprovalStatus: status }),
  };
  return { kind: 'impossible', ask: () => aws.sagemaker.send(new UpdateModelPackageCommand(input)) };
}

/** The requests for an endpoint that is no project's: with a config as one's own are named, which a role may well use. */
export function deletingAny({ aws, names }: ProbeHands): Probe {
  const command = () => new DeleteEndpointCommand({ EndpointName: names.noEndpoint });
  return { kind: 'impossible', ask: () => aws.sagemaker.send(command()) };
}

export function updatingAny({ aws, names }: ProbeHands): Probe {
  return { kind: 'impossible', ask: () => updatingEndpoint(aws, names.noEndpoint, names.noConfig) };
}

/** The request that would take a deployment to the endpoint of this environment. */
export function updatingOwn({ aws, names }: ProbeHands): Probe {
  return { kind: 'impossible', ask: () => updatingEndpoint(aws, names.endpoint, names.noConfig) };
}

const OWN_TAG = [{ Key: `${OURS}component`, Value: 'check-setup' }];

function creatingModel({ aws, names }: ProbeHands, name: string) {
  const { noVersion, executionRole } = names;
  return aws.sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      PrimaryContainer: { ModelPackageName: noVersion },
      ExecutionRoleArn: executionRole,
      Tags: OWN_TAG,
    }),
  );
}

/** Its model is one that no request asks to make. */
function creatingConfig({ aws, names }: ProbeHands, name: string) {
  return aws.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        { VariantName: NONE, ModelName: names.noConfig, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
      ],
      Tags: OWN_TAG,
    }),
  );
}

const creatingEndpoint = ({ sagemaker }: Aws, EndpointName: string, EndpointConfigName: string) =>
  sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName }));

const updatingEndpoint = ({ sagemaker }: Aws, EndpointName: string, EndpointConfigName: string) =>
  sagemaker.send(new UpdateEndpointCommand({ EndpointName, EndpointConfigName }));

async function invoking(aws: Aws, EndpointName: string, TargetVariant: string) {
  const { InvokeEndpointCommand } = await import('../../aws/sagemaker-runtime.ts');
  const command = new InvokeEndpointCommand({ EndpointName, TargetVariant, Body: '' });
  const answer = await (await aws.runtime()).send(command);
  // A model may answer anything, and so may what stands before AWS: only SageMaker says which variant answered.
  if (answer.InvokedProductionVariant === undefined) throw new Error('what answered is not SageMaker');
  return answer;
}
