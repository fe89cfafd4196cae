import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeEndpointCommand,
  DescribeModelPackageCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';

let emulator: Emulator;
let sagemaker: SageMakerClient;
let settings: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };

beforeEach(async () => {
  emulator = await startEmulator();
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = emulator.env;
  settings = { endpoint: emulator.url, region: emulator.region, credentials: { accessKeyId, secretAccessKey } };
  sagemaker = new SageMakerClient({ ...settings, maxAttempts: 1 });
});

afterEach(async () => {
  sagemaker.destroy();
  await emulator.close();
});

test('a model goes from the registry to an endpoint that answers', async () => {
  await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'ResalePriceModelGroup' }));
  const { ModelPackageArn } = await sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: 'ResalePriceModelGroup',
      InferenceSpecification: {
        Containers: [
          {
            Image: '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale:1',
            ModelDataUrl: 's3://models/1/model.tar.gz',
          },
        ],
      },
    }),
  );
  expect(ModelPackageArn).toBe('arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ResalePriceModelGroup/1');
  const described = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }));
  expect(described).toMatchObject({
    ModelApprovalStatus: 'PendingManualApproval',
    CreationTime: new Date('2026-11-22T08:00:00Z'),
  });

  await sagemaker.send(
    new CreateModelCommand({
      ModelName: 'resale-1',
      PrimaryContainer: { ModelPackageName: ModelPackageArn },
      ExecutionRoleArn: 'arn:aws:iam::111122223333:role/resale-execution',
    }),
  );
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'resale-1',
      ProductionVariants: [
        { VariantName: 'AllTraffic', ModelName: 'resale-1', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
      ],
    }),
  );
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'resale-price-dev', EndpointConfigName: 'resale-1' }));
  const statuses = [];
  for (let i = 0; i < 3; i += 1) {
    const { EndpointStatus } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'resale-price-dev' }));
    statuses.push(EndpointStatus);
  }
  expect(statuses).toEqual(['Creating', 'Creating', 'InService']);

  const runtime = new SageMakerRuntimeClient(settings);
  const answer = await runtime.send(
    new InvokeEndpointCommand({
      EndpointName: 'resale-price-dev',
      ContentType: 'application/json',
      Body: '{"town":"Bedok"}',
    }),
  );
  expect(JSON.parse(new TextDecoder().decode(answer.Body))).toMatchObject({
    predictions: [{ price: expect.any(Number) }],
  });
  expect(answer.InvokedProductionVariant).toBe('AllTraffic');
});

test('what is not there is a ValidationException that begins with Could not find', async () => {
  await expect(sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'resale-price-dev' }))).rejects.toMatchObject(
    {
      name: 'ValidationException',
      message: 'Could not find endpoint "arn:aws:sagemaker:ap-southeast-1:111122223333:endpoint/resale-price-dev".',
    },
  );
});

test('a request that breaks constraints is told every one of them', async () => {
  const wrong = new CreateEndpointCommand({ EndpointName: 'under_score', EndpointConfigName: undefined });
  await expect(sagemaker.send(wrong)).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      "2 validation errors detected: Value null at 'endpointConfigName' failed to satisfy constraint: Member must not be null; " +
      "Value 'under_score' at 'endpointName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
  });
});

test('static keys are the administrator', async () => {
  const identity = await new STSClient(settings).send(new GetCallerIdentityCommand());
  expect(identity).toMatchObject({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/administrator' });
});
