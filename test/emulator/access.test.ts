import { beforeEach, expect, test } from 'vitest';
import { accessRequests } from '../../emulator/access.ts';
import { virtualClock } from '../../emulator/clock.ts';
import { Emulator } from '../../emulator/emulator.ts';

const SAGEMAKER = 'arn:aws:sagemaker:ap-southeast-1:111122223333';
const ROLE = 'arn:aws:iam::111122223333:role/resale-price-execution';

let emulator: Emulator;
const asked = (operation: string, input: Record<string, unknown>) =>
  accessRequests(emulator, emulator.registry, operation, input);

beforeEach(() => {
  emulator = new Emulator(virtualClock());
});

test('a deployment is asked about the endpoint and about the config', () => {
  expect(asked('UpdateEndpoint', { EndpointName: 'resale-price-dev', EndpointConfigName: 'v2' })).toEqual([
    {
      action: 'sagemaker:UpdateEndpoint',
      resources: [`${SAGEMAKER}:endpoint/resale-price-dev`, `${SAGEMAKER}:endpoint-config/v2`],
      context: {},
    },
  ]);
});

test('a role and tags need permissions of their own', () => {
  const [, tags, role] = asked('CreateModel', {
    ModelName: 'v2',
    ExecutionRoleArn: ROLE,
    Tags: [{ Key: 'team', Value: 'resale' }],
  });
  expect(tags).toEqual({
    action: 'sagemaker:AddTags',
    resources: [`${SAGEMAKER}:model/v2`],
    context: { 'sagemaker:TaggingAction': 'CreateModel', 'aws:RequestTag/team': 'resale', 'aws:TagKeys': ['team'] },
  });
  expect(role).toEqual({
    action: 'iam:PassRole',
    resources: [ROLE],
    context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
  });
});

test('IAM sees each metadata key that an update sends, the status, and what it removes', () => {
  const ModelPackageArn = emulator.register();
  const [request] = asked('UpdateModelPackage', {
    ModelPackageArn,
    ModelApprovalStatus: 'Approved',
    CustomerMetadataProperties: { 'approved.dev': 'by=tan' },
    CustomerMetadataPropertiesToRemove: ['team'],
    ModelLifeCycle: { Stage: 'Production', StageStatus: 'Approved' },
  });
  expect(request).toEqual({
    action: 'sagemaker:UpdateModelPackage',
    resources: [ModelPackageArn],
    context: {
      'sagemaker:ModelApprovalStatus': 'Approved',
      'sagemaker:CustomerMetadataProperties/approved.dev': 'by=tan',
      'sagemaker:CustomerMetadataPropertiesToRemove': ['team'],
      'sagemaker:ModelLifeCycle:Stage': 'Production',
      'sagemaker:ModelLifeCycle:StageStatus': 'Approved',
    },
  });
});

test('IAM sees the ARN as AWS builds it, however the caller spells it', () => {
  emulator.scenario('ARNs in lower case');
  emulator.register();
  const [request] = asked('DescribeModelPackage', {
    ModelPackageName: `${SAGEMAKER}:model-package/ResalePriceModelGroup/1`,
  });
  expect(request?.resources).toEqual([`${SAGEMAKER}:model-package/resalepricemodelgroup/1`]);
});

test('a list of versions is asked about the versions of its group', () => {
  emulator.register();
  expect(asked('ListModelPackages', { ModelPackageGroupName: 'ResalePriceModelGroup' })[0]?.resources).toEqual([
    `${SAGEMAKER}:model-package/ResalePriceModelGroup/*`,
  ]);
});

test.each([
  ['StartPipelineExecution', { PipelineName: 'resale-price' }, 'pipeline/resale-price'],
  ['StartPipelineExecution', { PipelineName: `${SAGEMAKER}:pipeline/resale-price` }, 'pipeline/resale-price'],
  [
    'ListPipelineExecutionSteps',
    { PipelineExecutionArn: `${SAGEMAKER}:pipeline/resale-price/execution/a` },
    'pipeline/resale-price/execution/a',
  ],
  ['ListPipelineExecutions', { PipelineName: 'resale-price' }, 'pipeline/resale-price'],
  ['AddTags', { ResourceArn: `${SAGEMAKER}:endpoint/resale-price-dev`, Tags: [] }, 'endpoint/resale-price-dev'],
  ['DescribeTrainingJob', { TrainingJobName: 'train' }, 'training-job/train'],
  ['CreateModelPackage', { ModelPackageGroupName: 'New' }, 'model-package/New/1'],
  ['DescribeModelPackageGroup', { ModelPackageGroupName: 'New' }, 'model-package-group/New'],
])('%s of %j is asked about %s', (operation, input, resource) => {
  expect(asked(operation, input)[0]?.resources).toEqual([`${SAGEMAKER}:${resource}`]);
});

test('a list of all endpoints is asked about *: its action names no kind of resource', () => {
  expect(asked('ListEndpoints', {})[0]?.resources).toEqual(['*']);
});
