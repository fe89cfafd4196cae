import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import type { PolicyStatement } from '../../emulator/world.ts';

const ENDPOINT = 'resale-price-dev';
const TARGET = {
  ServiceNamespace: 'sagemaker',
  ResourceId: `endpoint/${ENDPOINT}/variant/AllTraffic`,
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
} as const;
const POLICY = {
  ...TARGET,
  PolicyName: 'invocations',
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: 300,
    PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
  },
} as const;
const NIGHT = {
  ...TARGET,
  ScheduledActionName: 'night',
  Schedule: 'cron(0 20 * * ? *)',
  ScalableTargetAction: { MinCapacity: 1, MaxCapacity: 2 },
};
const ROLE =
  'arn:aws:iam::111122223333:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint';

let emulator: Emulator;
let scaling: ApplicationAutoScalingClient;

beforeEach(async () => {
  emulator = await startEmulator();
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = emulator.env;
  scaling = client({ accessKeyId, secretAccessKey });
  emulator.deployed({ endpoint: ENDPOINT, package: emulator.register(), instanceCount: 2 });
});

afterEach(async () => {
  scaling.destroy();
  await emulator.close();
});

function client(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) {
  return new ApplicationAutoScalingClient({
    endpoint: emulator.url,
    region: emulator.region,
    maxAttempts: 1,
    credentials,
  });
}

const register = (bounds: { MinCapacity?: number; MaxCapacity?: number } = { MinCapacity: 2, MaxCapacity: 12 }) =>
  scaling.send(new RegisterScalableTargetCommand({ ...TARGET, ...bounds }));

function instances(): number | undefined {
  emulator.endpoints.settle(ENDPOINT);
  return emulator.endpoint(ENDPOINT)?.variants[0]?.instances;
}

/** A config like the one that serves, but for the instance type. */
function otherConfig(InstanceType: string, VariantName = 'AllTraffic'): string {
  const variant = { VariantName, ModelName: `${ENDPOINT}-v1`, InitialInstanceCount: 1, InstanceType };
  const EndpointConfigName = `${VariantName}-${InstanceType.replaceAll('.', '-')}`.toLowerCase();
  emulator.do('CreateEndpointConfig', { EndpointConfigName, ProductionVariants: [variant] });
  return EndpointConfigName;
}

test('a target is registered once, and changed by the bounds that a request gives', async () => {
  const { ScalableTargetARN } = await register();
  expect(await register({ MaxCapacity: 9 })).toMatchObject({ ScalableTargetARN });
  const { ScalableTargets } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker' }));
  expect(ScalableTargets).toEqual([
    {
      ...TARGET,
      MinCapacity: 2,
      MaxCapacity: 9,
      RoleARN: ROLE,
      CreationTime: new Date('2026-11-22T08:00:00Z'),
      SuspendedState: {
        DynamicScalingInSuspended: false,
        DynamicScalingOutSuspended: false,
        ScheduledScalingSuspended: false,
      },
      ScalableTargetARN,
    },
  ]);
  expect(instances()).toBe(2);
});

test.each([
  [{ MinCapacity: 4, MaxCapacity: 12 }, 4],
  [{ MinCapacity: 1, MaxCapacity: 1 }, 1],
])('a registration with %j brings two instances to %i', async (bounds, wanted) => {
  await register(bounds);
  expect(instances()).toBe(wanted);
});

test('a registration leaves an endpoint alone that is being updated', async () => {
  emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: `${ENDPOINT}-v1` });
  await register({ MinCapacity: 9, MaxCapacity: 12 });
  emulator.endpoints.settle(ENDPOINT);
  expect(instances()).toBe(2);
});

test.each([
  [{}, 'Minimum and maximum capacity must be specified for a new scalable target'],
  [{ MinCapacity: 3, MaxCapacity: 2 }, 'Maximum capacity cannot be less than minimum capacity'],
  [{ MinCapacity: -1, MaxCapacity: 2 }, 'Minimum and maximum capacity cannot be negative'],
])('bounds of %j are refused', async (bounds, message) => {
  await expect(register(bounds)).rejects.toMatchObject({ name: 'ValidationException', message });
});

test.each([
  [{ ResourceId: 'endpoint/none/variant/AllTraffic' }, 'SageMaker endpoint does not exist: none'],
  [
    { ResourceId: `endpoint/${ENDPOINT}/variant/Other` },
    `SageMaker variant does not exist: Other of endpoint ${ENDPOINT}`,
  ],
  [{ ResourceId: 'variant' }, 'Unsupported service namespace, resource type or scalable dimension'],
  [{ ServiceNamespace: 'ecs' as const }, 'This emulator does not scale ecs.'],
  [
    { ScalableDimension: 'sagemaker:variant:DesiredProvisionedConcurrency' as const },
    'This emulator does not scale sagemaker:variant:DesiredProvisionedConcurrency.',
  ],
])('a target of %j is refused', async (other, message) => {
  const request = new RegisterScalableTargetCommand({ ...TARGET, MinCapacity: 1, MaxCapacity: 2, ...other });
  await expect(scaling.send(request)).rejects.toMatchObject({ name: 'ValidationException', message });
});

test('a burstable instance type is not scaled', async () => {
  const EndpointConfigName = otherConfig('ml.t2.medium');
  emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName });
  emulator.endpoints.settle(ENDPOINT);
  await expect(register()).rejects.toThrow('Automatic scaling is not supported for the instance type ml.t2.medium');
});

test('an update that changes the instance type of a target, or removes its variant, is refused', async () => {
  await register();
  const message =
    'The variant(s) "["AllTraffic"]" must be deregistered as scalable targets with AWS Auto Scaling before they can be removed or have their instance type updated.';
  for (const EndpointConfigName of [otherConfig('ml.m5.xlarge'), otherConfig('ml.m5.large', 'Other')])
    expect(() => emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName })).toThrow(message);
  await scaling.send(new DeregisterScalableTargetCommand(TARGET));
  const EndpointConfigName = 'alltraffic-ml-m5-xlarge';
  expect(emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName })).toHaveProperty('EndpointArn');
});

test('an update that changes the model of a target only is accepted', async () => {
  await register();
  emulator.deployed({ endpoint: ENDPOINT, package: emulator.register() });
  expect(emulator.endpoint(ENDPOINT)?.config.name).toBe(`${ENDPOINT}-v2`);
});

test('a target takes its policies and scheduled actions with it, and so does an endpoint', async () => {
  const all = async () => [
    (await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker' }))).ScalableTargets,
    (await scaling.send(new DescribeScalingPoliciesCommand({ ...TARGET }))).ScalingPolicies,
    (await scaling.send(new DescribeScheduledActionsCommand({ ...TARGET }))).ScheduledActions,
  ];
  const set = async () => {
    await register();
    await scaling.send(new PutScalingPolicyCommand(POLICY));
    await scaling.send(new PutScheduledActionCommand(NIGHT));
  };
  await set();
  expect((await all()).map((each) => each?.length)).toEqual([1, 1, 1]);
  await scaling.send(new DeregisterScalableTargetCommand(TARGET));
  expect(await all()).toEqual([[], [], []]);
  await set();
  emulator.do('DeleteEndpoint', { EndpointName: ENDPOINT });
  expect(await all()).toEqual([[], [], []]);
});

test('what is not there cannot be removed or added to', async () => {
  const rejects = (answer: Promise<unknown>, message: string) =>
    expect(answer).rejects.toMatchObject({ name: 'ObjectNotFoundException', message });
  const of = `service namespace: sagemaker, resource ID: ${TARGET.ResourceId}, scalable dimension: ${TARGET.ScalableDimension}`;
  await rejects(scaling.send(new DeregisterScalableTargetCommand(TARGET)), `No scalable target found for ${of}`);
  await rejects(scaling.send(new PutScalingPolicyCommand(POLICY)), `No scalable target registered for ${of}`);
  await rejects(scaling.send(new PutScheduledActionCommand(NIGHT)), `No scalable target registered for ${of}`);
  await register();
  const { PolicyName } = POLICY;
  const { ScheduledActionName } = NIGHT;
  await rejects(
    scaling.send(new DeleteScalingPolicyCommand({ ...TARGET, PolicyName })),
    `No scaling policy found for ${of}, policy name: invocations`,
  );
  await rejects(
    scaling.send(new DeleteScheduledActionCommand({ ...TARGET, ScheduledActionName })),
    `No scheduled action found for ${of}, scheduled action name: night`,
  );
});

test('a policy that tracks a target has two alarms, and is changed but for its type', async () => {
  await register();
  const { PolicyARN, Alarms } = await scaling.send(new PutScalingPolicyCommand(POLICY));
  expect(Alarms?.map(({ AlarmName }) => AlarmName?.replace(/-[0-9a-f]+$/, ''))).toEqual([
    `TargetTracking-${TARGET.ResourceId}-AlarmHigh`,
    `TargetTracking-${TARGET.ResourceId}-AlarmLow`,
  ]);
  const TargetTrackingScalingPolicyConfiguration = {
    ...POLICY.TargetTrackingScalingPolicyConfiguration,
    TargetValue: 9,
  };
  await scaling.send(new PutScalingPolicyCommand({ ...POLICY, TargetTrackingScalingPolicyConfiguration }));
  const { ScalingPolicies } = await scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'sagemaker' }));
  expect(ScalingPolicies).toMatchObject([{ PolicyARN, TargetTrackingScalingPolicyConfiguration: { TargetValue: 9 } }]);
  const steps = { AdjustmentType: 'ChangeInCapacity' as const, StepAdjustments: [] };
  const changed = {
    ...TARGET,
    PolicyName: 'invocations',
    PolicyType: 'StepScaling' as const,
    StepScalingPolicyConfiguration: steps,
  };
  await expect(scaling.send(new PutScalingPolicyCommand(changed))).rejects.toThrow('cannot be changed');
  await scaling.send(new DeleteScalingPolicyCommand({ ...TARGET, PolicyName: 'invocations' }));
  expect(emulator.autoscaling.policies.all).toEqual([]);
});

test.each([
  [
    {
      TargetValue: 0,
      PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
    },
    'TargetValue must be greater than 0',
  ],
  [
    { TargetValue: 1 },
    'Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified',
  ],
  [
    { TargetValue: 1, CustomizedMetricSpecification: { MetricName: 'Latency' } },
    'MetricName, Namespace and Statistic must be specified',
  ],
  [
    { TargetValue: 1, PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' } },
    'Scalable dimension sagemaker:variant:DesiredInstanceCount only supports the following predefined metric types: SageMakerVariantInvocationsPerInstance',
  ],
] as const)('a policy with %j is refused', async (TargetTrackingScalingPolicyConfiguration, message) => {
  await register();
  const command = new PutScalingPolicyCommand({ ...POLICY, TargetTrackingScalingPolicyConfiguration });
  await expect(scaling.send(command)).rejects.toThrow(message);
});

test('a scheduled action changes the bounds when its time comes, and the number of instances with them', async () => {
  await register({ MinCapacity: 3, MaxCapacity: 12 });
  expect(instances()).toBe(3);
  await scaling.send(new PutScheduledActionCommand({ ...NIGHT, StartTime: new Date('2026-11-23T00:00:00Z') }));
  await scaling.send(
    new PutScheduledActionCommand({ ...TARGET, ScheduledActionName: 'night', Timezone: 'Asia/Singapore' }),
  );
  const { ScheduledActions } = await scaling.send(
    new DescribeScheduledActionsCommand({ ServiceNamespace: 'sagemaker' }),
  );
  expect(ScheduledActions).toMatchObject([{ ...NIGHT, Timezone: 'Asia/Singapore' }]);
  expect(ScheduledActions?.[0]).not.toHaveProperty('StartTime');
  emulator.autoscaling.schedules.takePlace(TARGET.ResourceId, 'night');
  expect(instances()).toBe(2);
  expect(emulator.autoscaling.targets.all.get(TARGET.ResourceId)).toMatchObject({ minimum: 1, maximum: 2 });
});

test.each([
  [{ Schedule: 'every night' }, 'Schedule expression is not valid: every night'],
  [{ Schedule: 'cron(0 20 * *)' }, 'Schedule expression is not valid'],
  [{ ScalableTargetAction: {} }, 'At least one of MinCapacity and MaxCapacity must be specified'],
  [
    { ScalableTargetAction: { MinCapacity: 3, MaxCapacity: 2 } },
    'Maximum capacity cannot be less than minimum capacity',
  ],
  [{ Timezone: 'Singapore/Changi' }, 'Timezone is not valid: Singapore/Changi'],
])('a scheduled action with %j is refused', async (other, message) => {
  await register();
  await expect(scaling.send(new PutScheduledActionCommand({ ...NIGHT, ...other }))).rejects.toThrow(message);
});

test('what was just registered may be found only after a while', async () => {
  emulator.autoscaling.delay = 1;
  await register();
  await expect(scaling.send(new PutScalingPolicyCommand(POLICY))).rejects.toThrow('No scalable target registered');
  expect(await scaling.send(new PutScalingPolicyCommand(POLICY))).toHaveProperty('PolicyARN');
});

/** A client whose role may do what these statements say. */
async function as(...Statement: PolicyStatement[]) {
  const arn = 'arn:aws:iam::111122223333:role/resale-price-deploy-dev';
  const subject = 'project_path:wog/mlops/resale-price:ref_type:branch:ref:dev';
  emulator.roles.set(arn, { arn, audience: 'https://sgts.gitlab-dedicated.com', subject, policies: [{ Statement }] });
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = emulator.env;
  const credentials = { accessKeyId, secretAccessKey };
  const sts = new STSClient({ endpoint: emulator.url, region: emulator.region, credentials });
  const { Credentials: key } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: arn,
      RoleSessionName: 'gl-1',
      WebIdentityToken: emulator.mintToken(),
    }),
  );
  sts.destroy();
  scaling = client({
    accessKeyId: key?.AccessKeyId ?? '',
    secretAccessKey: key?.SecretAccessKey ?? '',
    sessionToken: key?.SessionToken ?? '',
  });
}

const allow = (
  Action: string | string[],
  Resource = '*',
  Condition?: PolicyStatement['Condition'],
): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

test('the first target of an account needs the permission for the service-linked role, and a later one does not', async () => {
  const scale = allow(['application-autoscaling:*', 'sagemaker:*']);
  await as(scale);
  await expect(register()).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`not authorized to perform: iam:CreateServiceLinkedRole on resource: ${ROLE}`),
  });
  const service = { 'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com' };
  await as(scale, allow('iam:CreateServiceLinkedRole', ROLE, { StringEquals: service }));
  await register();
  await as(scale);
  expect(await register()).toHaveProperty('ScalableTargetARN');
});

test('Application Auto Scaling asks its caller for what it does on the endpoint and in CloudWatch', async () => {
  emulator.autoscaling.hasRole = true;
  await as(allow('application-autoscaling:*'));
  await expect(register()).rejects.toThrow('sagemaker:DescribeEndpoint on resource');
  await as(allow(['application-autoscaling:*', 'sagemaker:*']));
  await register();
  await expect(scaling.send(new PutScalingPolicyCommand(POLICY))).rejects.toThrow('cloudwatch:DescribeAlarms');
});

test('the conditions of a policy see what is scaled', async () => {
  emulator.autoscaling.hasRole = true;
  const scaled = { 'application-autoscaling:service-namespace': 'ecs' };
  await as(allow('sagemaker:*'), allow('application-autoscaling:*', '*', { StringEquals: scaled }));
  await expect(register()).rejects.toThrow('application-autoscaling:RegisterScalableTarget');
});

test('whoever deletes an endpoint needs the permission to deregister its targets', async () => {
  await register();
  const policies = [{ Statement: [allow('sagemaker:*')] }];
  const principal = { arn: 'arn:aws:sts::111122223333:assumed-role/x/y', userId: 'x', policies };
  expect(emulator.endpoints.scaling.mayDeregister(principal, ENDPOINT)).toBe(false);
  expect(emulator.endpoints.scaling.mayDeregister(emulator.administrator, ENDPOINT)).toBe(true);
});

test('throttling is answered as everywhere', async () => {
  emulator.fault({ operation: 'RegisterScalableTarget', kind: 'throttle' });
  await expect(register()).rejects.toMatchObject({ name: 'ThrottlingException' });
});
