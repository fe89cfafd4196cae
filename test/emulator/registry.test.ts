import {
  AddTagsCommand,
  BatchDescribeModelPackageCommand,
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  ListTagsCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
  type UpdateModelPackageCommandInput,
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

const TAGS = [{ Key: 'team', Value: 'resale' }];
const NO_TAGS = 'Tags are not supported in Model Package versions. Please add them to the Model Package Group.';

test('a version takes no tags, and nothing is registered of one that is sent with some', async () => {
  await expect(create({ ModelPackageGroupName: GROUP, Tags: TAGS })).rejects.toMatchObject({
    name: 'ValidationException',
    message: NO_TAGS,
  });
  expect(emulator.registry.findGroup(GROUP)).toMatchObject({ packages: [], lastVersion: 0 });
  const ResourceArn = await create({ ModelPackageGroupName: GROUP, Tags: [] });
  await expect(client.send(new AddTagsCommand({ ResourceArn, Tags: TAGS }))).rejects.toThrow(NO_TAGS);
});

test('a group and a package without one take tags', async () => {
  const alone = await create({ ModelPackageName: 'alone', Tags: TAGS });
  const group = `${ACCOUNT}:model-package-group/${GROUP}`;
  await client.send(new AddTagsCommand({ ResourceArn: group, Tags: TAGS }));
  for (const ResourceArn of [alone, group])
    expect(await client.send(new ListTagsCommand({ ResourceArn }))).toMatchObject({ Tags: TAGS });
});

test.each([
  [
    { ModelPackageGroupName: GROUP, ModelPackageName: 'alone' },
    'Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.',
  ],
  [{}, 'Missing ARN.'],
])('a package that is called %j is refused in the words of SageMaker', async (names, message) => {
  await expect(create(names)).rejects.toMatchObject({ name: 'ValidationException', message });
});

test('a request that is sent again with its ClientToken registers nothing more', async () => {
  const request = { ModelPackageGroupName: GROUP, ClientToken: 'token-1' };
  const first = await create(request);
  expect(await create(request)).toBe(first);
  expect(await create({ ...request, ClientToken: 'token-2' })).toBe(`${ACCOUNT}:model-package/${GROUP}/2`);
});

const card = (content: object) => JSON.stringify(content);
const CARD = card({
  model_overview: { model_creator: 'Tan' },
  intended_uses: { risk_rating: 'Low', purpose: 'Prices' },
});

const update = (ModelPackageArn: string | undefined, more: Omit<UpdateModelPackageCommandInput, 'ModelPackageArn'>) =>
  client.send(new UpdateModelPackageCommand({ ModelPackageArn, ...more }));

test("an update changes what it sends of a version's model card, and leaves the rest", async () => {
  const arn = await create({
    ModelPackageGroupName: GROUP,
    ModelCard: { ModelCardContent: CARD, ModelCardStatus: 'Draft' },
  });
  await update(arn, { ModelCard: { ModelCardStatus: 'PendingReview', ModelCardContent: undefined } });
  expect((await describePackage(arn)).ModelCard).toEqual({ ModelCardContent: CARD, ModelCardStatus: 'PendingReview' });
  await update(arn, { ModelCard: { ModelCardContent: '{}', ModelCardStatus: undefined } });
  expect((await describePackage(arn)).ModelCard).toEqual({ ModelCardContent: '{}', ModelCardStatus: 'PendingReview' });
  await update(arn, { ApprovalDescription: 'Looked at' });
  expect((await describePackage(arn)).ModelCard).toEqual({ ModelCardContent: '{}', ModelCardStatus: 'PendingReview' });
});

test('the content of an archived model card stays, and nothing else of that update happens', async () => {
  const arn = await create({
    ModelPackageGroupName: GROUP,
    ModelCard: { ModelCardContent: CARD, ModelCardStatus: 'Archived' },
  });
  const another = { ModelCardContent: '{}', ModelCardStatus: undefined };
  await expect(update(arn, { ModelApprovalStatus: 'Approved', ModelCard: another })).rejects.toThrow(
    'Model Card is in Archived state',
  );
  expect(await describePackage(arn)).toMatchObject({
    ModelApprovalStatus: 'PendingManualApproval',
    ModelCard: { ModelCardContent: CARD, ModelCardStatus: 'Archived' },
  });
});

test('a model card that is no JSON is refused, and takes no number', async () => {
  const ModelCard = { ModelCardContent: 'a card', ModelCardStatus: 'Draft' } as const;
  await expect(create({ ModelPackageGroupName: GROUP, ModelCard })).rejects.toThrow('ModelCardContent must be a JSON');
  expect(await create()).toBe(`${ACCOUNT}:model-package/${GROUP}/1`);
});

test('MetadataOnly leaves of a model card what is no secret', async () => {
  const arn = await create({
    ModelPackageGroupName: GROUP,
    ModelCard: { ModelCardContent: CARD, ModelCardStatus: 'Draft' },
  });
  const request = { ModelPackageName: arn, IncludedData: 'MetadataOnly' } as const;
  const { ModelCard, ModelPackageVersion } = await client.send(new DescribeModelPackageCommand(request));
  expect(ModelPackageVersion).toBe(1);
  expect(ModelCard).toEqual({
    ModelCardContent: card({ intended_uses: { risk_rating: 'Low' } }),
    ModelCardStatus: 'Draft',
  });
});

test('an update adds additional specifications once for its ClientToken, and no more than fifteen', async () => {
  const arn = await create();
  const AdditionalInferenceSpecificationsToAdd = Array.from({ length: 8 }, (_, index) => ({
    Name: `neo-${index}`,
    Containers: [{ Image: IMAGE }],
  }));
  const request = { AdditionalInferenceSpecificationsToAdd, ClientToken: 'token-1' };
  await update(arn, request);
  await update(arn, request);
  expect((await describePackage(arn)).AdditionalInferenceSpecifications).toHaveLength(8);
  await expect(update(arn, { ...request, ClientToken: 'token-2' })).rejects.toThrow('can not exceed 15');
});
