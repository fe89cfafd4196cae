import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { EXECUTION_ROLE, GROUP, IMAGE } from '../../emulator/scene.ts';
import { clientOf, createPipeline, definitionOf, run } from './execution.ts';

let emulator: Emulator;
let client: SageMakerClient;

beforeEach(async () => {
  emulator = await startEmulator();
  client = clientOf(emulator);
});

afterEach(async () => {
  client.destroy();
  await emulator.close();
});

const ENDPOINT = 'resale-price-dev';
const authorization = 'AWS4-HMAC-SHA256 Credential=test/20261122/ap-southeast-1/sagemaker/aws4_request';

async function ask(operation: string, input: object): Promise<unknown> {
  const headers = { 'x-amz-target': `SageMaker.${operation}`, authorization };
  return (await fetch(emulator.url, { method: 'POST', headers, body: JSON.stringify(input) })).json();
}

const refused = (message: string) => ({
  __type: 'ValidationException',
  message: `This emulator does not do ${message}.`,
});

const variant = { VariantName: 'AllTraffic', ModelName: 'm', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
const config = (more: object, ofVariant: object = {}) => ({
  EndpointConfigName: 'c',
  ProductionVariants: [{ ...variant, ...ofVariant }],
  ...more,
});
const { ModelName: _, ...nameless } = variant;

describe('an endpoint config', () => {
  test.each([
    [
      'with ExplainerConfig',
      config({ ExplainerConfig: { ClarifyExplainerConfig: { ShapConfig: { ShapBaselineConfig: {} } } } }),
    ],
    ['with ShadowProductionVariants', config({ ShadowProductionVariants: [{ ...variant, VariantName: 'Shadow' }] })],
    [
      "with ProductionVariants[].InstancePools[].ModelNameOverride 'n'",
      config({}, { InstancePools: [{ InstanceType: 'ml.m5.large', Priority: 1, ModelNameOverride: 'n' }] }),
    ],
    ['without ProductionVariants[].ModelName', { EndpointConfigName: 'c', ProductionVariants: [nameless] }],
  ])('%s is refused by name', async (what, input) => {
    expect(await ask('CreateEndpointConfig', input)).toMatchObject(refused(`CreateEndpointConfig ${what}`));
    expect(emulator.models.configs.size).toBe(0);
  });

  test('with what is only recorded is taken and described', async () => {
    await ask('CreateModel', { ModelName: 'm', PrimaryContainer: { Image: IMAGE }, ExecutionRoleArn: EXECUTION_ROLE });
    const recorded = { VolumeSizeInGB: 30, ContainerStartupHealthCheckTimeoutInSeconds: 600, EnableSSMAccess: true };
    const wanted = config({ KmsKeyId: 'alias/resale' }, recorded);
    expect(await ask('CreateEndpointConfig', wanted)).toHaveProperty('EndpointConfigArn');
    expect(await ask('DescribeEndpointConfig', { EndpointConfigName: 'c' })).toMatchObject(wanted);
  });
});

describe('a model', () => {
  const model = (more: object) => ({ ModelName: 'm', ExecutionRoleArn: EXECUTION_ROLE, ...more });
  const container = { Image: IMAGE };

  test.each([
    ['with Containers', model({ Containers: [container, container] })],
    [
      'with InferenceExecutionConfig',
      model({ PrimaryContainer: container, InferenceExecutionConfig: { Mode: 'Direct' } }),
    ],
    ["with PrimaryContainer.Mode 'MultiModel'", model({ PrimaryContainer: { ...container, Mode: 'MultiModel' } })],
    [
      "with Containers[].InferenceSpecificationName 'neo'",
      model({ Containers: [{ ...container, InferenceSpecificationName: 'neo' }] }),
    ],
  ])('%s is refused by name', async (what, input) => {
    expect(await ask('CreateModel', input)).toMatchObject(refused(`CreateModel ${what}`));
    expect(emulator.models.models.size).toBe(0);
  });

  test('of one container may be written either way', async () => {
    expect(await ask('CreateModel', model({ Containers: [{ ...container, Mode: 'SingleModel' }] }))).toHaveProperty(
      'ModelArn',
    );
  });

  test("that a pipeline makes is refused like anybody's", async () => {
    const PrimaryContainer = { ...container, Mode: 'MultiModel' };
    const { steps } = await run(
      client,
      definitionOf([{ Name: 'Create', Type: 'Model', Arguments: { PrimaryContainer } }]),
    );
    expect(steps.Create?.FailureReason).toContain("does not do CreateModel with PrimaryContainer.Mode 'MultiModel'");
  });
});

describe('a model package', () => {
  const version = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/resale/1';
  const profile = { ProfileName: 'p', TransformJobDefinition: { TransformInput: {} } };

  test.each([
    [
      'with SourceAlgorithmSpecification',
      { SourceAlgorithmSpecification: { SourceAlgorithms: [{ AlgorithmName: 'linear' }] } },
    ],
    ["with ManagedStorageType 'Restricted'", { ManagedStorageType: 'Restricted' }],
    [`with SourceUri '${version}'`, { SourceUri: version }],
  ])('%s is refused by name', async (what, more) => {
    const input = { ModelPackageGroupName: GROUP, ...more };
    expect(await ask('CreateModelPackage', input)).toMatchObject(refused(`CreateModelPackage ${what}`));
  });

  test('from elsewhere keeps its source', async () => {
    await ask('CreateModelPackageGroup', { ModelPackageGroupName: GROUP });
    const SourceUri = 'https://mlflow.example.gov.sg/models/7';
    await ask('CreateModelPackage', { ModelPackageGroupName: GROUP, SourceUri });
    const described = await ask('DescribeModelPackage', { ModelPackageName: `${version.replace('resale', GROUP)}` });
    expect(described).toMatchObject({ SourceUri });
  });

  test('that is to be validated by transform jobs is refused by name', async () => {
    const TransformJobDefinition = {
      TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://resale/test' } } },
      TransformOutput: { S3OutputPath: 's3://resale/out' },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    };
    const ValidationSpecification = {
      ValidationRole: EXECUTION_ROLE,
      ValidationProfiles: [{ ...profile, TransformJobDefinition }],
    };
    const input = { ModelPackageGroupName: GROUP, ValidationSpecification };
    expect(await ask('CreateModelPackage', input)).toMatchObject(
      refused('CreateModelPackage with ValidationSpecification'),
    );
  });
});

test('a deployment with a batch size for its rollback is refused by name, at creation and in an update', async () => {
  const size = { Type: 'CAPACITY_PERCENT', Value: 25 };
  const RollingUpdatePolicy = {
    MaximumBatchSize: size,
    RollbackMaximumBatchSize: size,
    WaitIntervalInSeconds: 60,
  };
  for (const operation of ['CreateEndpoint', 'UpdateEndpoint']) {
    const input = { EndpointName: ENDPOINT, EndpointConfigName: 'c', DeploymentConfig: { RollingUpdatePolicy } };
    const what = `${operation} with DeploymentConfig.RollingUpdatePolicy.RollbackMaximumBatchSize`;
    expect(await ask(operation, input)).toMatchObject(refused(what));
  }
});

test.each([
  ['SelectiveExecutionConfig', { SelectiveExecutionConfig: { SelectedSteps: [{ StepName: 'Stop' }] } }],
  ["MlflowExperimentName 'resale'", { MlflowExperimentName: 'resale' }],
])('an execution with %s is refused by name', async (what, more) => {
  await createPipeline(client, definitionOf([{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: 'no' } }]));
  const input = { PipelineName: 'resale-price', ClientRequestToken: 'a'.repeat(32), ...more };
  expect(await ask('StartPipelineExecution', input)).toMatchObject(refused(`StartPipelineExecution with ${what}`));
  expect(emulator.executions.all.size).toBe(0);
});

test('a group in managed storage is refused by name', async () => {
  const input = { ModelPackageGroupName: GROUP, ManagedConfiguration: { ManagedStorageType: 'Restricted' } };
  expect(await ask('CreateModelPackageGroup', input)).toMatchObject(
    refused('CreateModelPackageGroup with ManagedConfiguration'),
  );
});

test.each([
  ['TargetModel', 'x-amzn-sagemaker-target-model', 'a.tar.gz'],
  ['SessionId', 'x-amzn-sagemaker-session-id', 'NEW_SESSION'],
  ['InferenceComponentName', 'x-amzn-sagemaker-inference-component', 'a'],
])('an invocation with %s is refused by name', async (member, header, value) => {
  emulator.deployed({ endpoint: ENDPOINT, package: emulator.register() });
  const headers = { authorization, [header]: value, 'content-type': 'text/csv' };
  const answer = await fetch(`${emulator.url}/endpoints/${ENDPOINT}/invocations`, {
    method: 'POST',
    headers,
    body: '1',
  });
  expect(answer.headers.get('x-amzn-errortype')).toBe('ValidationError');
  expect(await answer.json()).toMatchObject({
    message: `This emulator does not do InvokeEndpoint with ${member} '${value}'.`,
  });
});

test.each([
  ['Policy', '{}'],
  ['ProviderId', 'www.amazon.com'],
])('a session that is narrowed by %s is refused by name', async (member, value) => {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: EXECUTION_ROLE,
    RoleSessionName: 'gl-42',
    WebIdentityToken: emulator.mintToken(),
    [member]: value,
  });
  const answer = await fetch(emulator.url, { method: 'POST', body });
  expect(await answer.text()).toContain(
    `<Message>This emulator does not do AssumeRoleWithWebIdentity with ${member} '${value}'.</Message>`,
  );
});
