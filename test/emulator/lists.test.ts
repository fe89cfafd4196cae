import {
  ListEndpointsCommand,
  type ListEndpointsCommandInput,
  ListModelPackageGroupsCommand,
  ListModelPackagesCommand,
  ListModelsCommand,
  ListPipelineExecutionsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { models, shapeOf } from '../../emulator/model.ts';

let emulator: Emulator;
let client: SageMakerClient;

beforeEach(async () => {
  emulator = await startEmulator();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new SageMakerClient({ endpoint: emulator.url, region: emulator.region, credentials, maxAttempts: 1 });
});

afterEach(async () => {
  client.destroy();
  await emulator.close();
});

const MINUTE = 60_000;

/** Three endpoints, made a minute apart: one that serves, one that failed, one that is being created. */
function threeEndpoints(): void {
  const version = emulator.register();
  emulator.deployed({ endpoint: 'b-serves', package: version });
  emulator.clock.advance(MINUTE);
  emulator.deployed({ endpoint: 'c-failed', package: version });
  emulator.scenario('endpoint is Failed', { endpoint: 'c-failed' });
  emulator.clock.advance(MINUTE);
  emulator.do('CreateEndpoint', { EndpointName: 'a-begins', EndpointConfigName: 'b-serves-v1' });
}

async function endpoints(request: ListEndpointsCommandInput): Promise<unknown> {
  const { Endpoints = [] } = await client.send(new ListEndpointsCommand(request));
  return Endpoints.map(({ EndpointName }) => EndpointName);
}

test.each([
  [{}, ['a-begins', 'c-failed', 'b-serves']],
  [{ SortOrder: 'Ascending' }, ['b-serves', 'c-failed', 'a-begins']],
  [{ SortBy: 'Name' }, ['c-failed', 'b-serves', 'a-begins']],
  [{ SortBy: 'Status' }, ['b-serves', 'c-failed', 'a-begins']],
  [{ SortBy: 'Status', SortOrder: 'Ascending' }, ['a-begins', 'c-failed', 'b-serves']],
] as const)('endpoints that are listed by %j come in the order of SageMaker', async (request, names) => {
  threeEndpoints();
  expect(await endpoints(request)).toEqual(names);
});

test('endpoints that sort alike come in the order of their creation, in either direction', async () => {
  const version = emulator.register();
  for (const endpoint of ['second', 'first']) emulator.deployed({ endpoint, package: version });
  expect(await endpoints({ SortBy: 'Status', SortOrder: 'Ascending' })).toEqual(['second', 'first']);
  expect(await endpoints({ SortBy: 'Status', SortOrder: 'Descending' })).toEqual(['first', 'second']);
});

test('versions that are listed by name keep the order of their numbers', async () => {
  for (let count = 0; count < 3; count += 1) emulator.register();
  const request = { ModelPackageGroupName: 'ResalePriceModelGroup', SortBy: 'Name', SortOrder: 'Descending' } as const;
  const { ModelPackageSummaryList = [] } = await client.send(new ListModelPackagesCommand(request));
  expect(ModelPackageSummaryList.map(({ ModelPackageVersion }) => ModelPackageVersion)).toEqual([3, 2, 1]);
});

test('the moment after which endpoints and models are asked for is among them, and that of versions is not', async () => {
  threeEndpoints();
  const [CreationTimeAfter, CreationTimeBefore] = [emulator.endpoint('c-failed')?.created, emulator.clock.now()];
  expect(await endpoints({ CreationTimeAfter, CreationTimeBefore })).toEqual(['c-failed']);
  const { Models } = await client.send(new ListModelsCommand({ CreationTimeAfter }));
  expect(Models?.map(({ ModelName }) => ModelName)).toEqual(['c-failed-v1']);

  emulator.register({ group: 'Another' });
  const ofVersions = { ModelPackageGroupName: 'Another', CreationTimeAfter: emulator.clock.now() };
  expect(await client.send(new ListModelPackagesCommand(ofVersions))).toMatchObject({ ModelPackageSummaryList: [] });
});

test('executions can be listed by their ARN', async () => {
  const Steps = [{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: 'no' } }];
  emulator.do('CreatePipeline', {
    PipelineName: 'resale-price',
    RoleArn: 'arn:aws:iam::111122223333:role/pipeline',
    PipelineDefinition: JSON.stringify({ Version: '2020-12-01', Steps }),
  });
  for (let count = 0; count < 4; count += 1) emulator.do('StartPipelineExecution', { PipelineName: 'resale-price' });
  const arns = [...emulator.executions.all.keys()].sort();
  const request = { PipelineName: 'resale-price', SortBy: 'PipelineExecutionArn', SortOrder: 'Ascending' } as const;
  const { PipelineExecutionSummaries = [] } = await client.send(new ListPipelineExecutionsCommand(request));
  expect(PipelineExecutionSummaries.map(({ PipelineExecutionArn }) => PipelineExecutionArn)).toEqual(arns);
});

test('no other account shares a group with this one', async () => {
  emulator.register();
  const groups = async (CrossAccountFilterOption?: 'SameAccount' | 'CrossAccount') =>
    (await client.send(new ListModelPackageGroupsCommand({ CrossAccountFilterOption }))).ModelPackageGroupSummaryList
      ?.length;
  expect([await groups(), await groups('SameAccount'), await groups('CrossAccount')]).toEqual([1, 1, 0]);
});

/** Each operation that sorts, with each of its keys. */
const sortable = Object.entries(models.sagemaker.operations).flatMap(([operation, { input }]) => {
  const by = shapeOf(models.sagemaker, input?.shape ?? '').members?.SortBy;
  const keys = by ? (shapeOf(models.sagemaker, by.shape).enum ?? []) : [];
  return keys.map((key): [string, string] => [operation, key]);
});

test.each(sortable)('%s sorts by %s', async (operation, SortBy) => {
  threeEndpoints();
  emulator.do('CreatePipeline', {
    PipelineName: 'p',
    RoleArn: 'arn:aws:iam::111122223333:role/pipeline',
    PipelineDefinition:
      '{"Version":"2020-12-01","Steps":[{"Name":"A","Type":"Fail","Arguments":{"ErrorMessage":"no"}}]}',
  });
  const named = operation === 'ListPipelineExecutions' ? { PipelineName: 'p' } : {};
  const headers = {
    'x-amz-target': `SageMaker.${operation}`,
    authorization: 'AWS4-HMAC-SHA256 Credential=test/20261122/ap-southeast-1/sagemaker/aws4_request',
  };
  const answer = await fetch(emulator.url, { method: 'POST', headers, body: JSON.stringify({ ...named, SortBy }) });
  expect(await answer.json()).not.toHaveProperty('__type');
});
