import {
  BatchDescribeModelPackageCommand,
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { GROUP, IMAGE } from '../../emulator/scene.ts';

const ACCOUNT = 'arn:aws:sagemaker:ap-southeast-1:111122223333';

let emulator: Emulator;
let client: SageMakerClient;

beforeEach(async () => {
  emulator = await startEmulator();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new SageMakerClient({ endpoint: emulator.url, region: emulator.region, credentials, maxAttempts: 1 });
  await client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: GROUP }));
});

afterEach(async () => {
  client.destroy();
  await emulator.close();
});

async function create(more: Partial<CreateModelPackageCommandInput> = { ModelPackageGroupName: GROUP }) {
  const Containers = [{ Image: IMAGE, ModelDataUrl: 's3://resale-price-models/model.tar.gz' }];
  const request = { InferenceSpecification: { Containers }, ...more };
  return (await client.send(new CreateModelPackageCommand(request))).ModelPackageArn;
}

const describePackage = (ModelPackageName: string | undefined) =>
  client.send(new DescribeModelPackageCommand({ ModelPackageName }));

test('a version has no ModelPackageName of its own, wherever it is told of', async () => {
  const arn = await create();
  const described = await describePackage(arn);
  expect(described).toMatchObject({ ModelPackageGroupName: GROUP, ModelPackageVersion: 1, ModelPackageArn: arn });
  expect(described).not.toHaveProperty('ModelPackageName');
  const { ModelPackageSummaryList } = await client.send(new ListModelPackagesCommand({ ModelPackageGroupName: GROUP }));
  expect(ModelPackageSummaryList?.[0]).not.toHaveProperty('ModelPackageName');
  const ModelPackageArnList = [String(arn)];
  const batch = await client.send(new BatchDescribeModelPackageCommand({ ModelPackageArnList }));
  expect(batch.ModelPackageSummaries?.[String(arn)]).toMatchObject({ ModelPackageVersion: 1 });
});

test('a package without a group is told of by its name', async () => {
  await create({ ModelPackageName: 'alone' });
  const described = await describePackage('alone');
  expect(described).toMatchObject({ ModelPackageName: 'alone', ModelPackageArn: `${ACCOUNT}:model-package/alone` });
  expect(described).not.toHaveProperty('ModelPackageGroupName');
  const { ModelPackageSummaryList } = await client.send(new ListModelPackagesCommand({}));
  expect(ModelPackageSummaryList).toMatchObject([{ ModelPackageName: 'alone' }]);
});
