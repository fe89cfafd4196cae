import { readFileSync } from 'node:fs';
import { DescribeModelPackageCommand, ListTagsCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { IMAGE } from '../../emulator/scene.ts';
import { clientOf, definitionOf, run } from './execution.ts';

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

const evaluation = (rmse: number, r2: number) => ({ Evaluate: { Report: { metrics: { rmse, r2 } } } });

describe.each([
  ['v2', ['Register-RegisterModel', 'Create-CreateModel']],
  ['v3', ['Register']],
])('a definition that the SageMaker Python SDK %s rendered', (version, branch) => {
  const text = readFileSync(new URL(`python-sdk/${version}.json`, import.meta.url), 'utf8');
  const definition: object = JSON.parse(text);
  const before = ['Prepare', 'Train', 'Evaluate', 'GoodEnough'];

  test('runs to its end, and registers what it trained', async () => {
    emulator.metrics = evaluation(41_250, 0.91);
    const { status, steps } = await run(client, definition);
    expect([status, Object.keys(steps)]).toEqual(['Succeeded', [...before, ...branch]]);
    const [register = ''] = branch;
    const ModelPackageName = steps[register]?.Metadata?.RegisterModel?.Arn;
    const version = await client.send(new DescribeModelPackageCommand({ ModelPackageName }));
    expect(version).toMatchObject({
      ModelPackageGroupName: 'FromTheSdk',
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [
          { ModelDataUrl: expect.stringMatching(/^s3:\/\/resale-price\/models\/pipelines-.*\/model.tar.gz$/) },
        ],
      },
    });
  });

  test.each([
    ['an error that is not below the bound: Not of GreaterThan', evaluation(98_765, 0.91), {}, 'False'],
    ['another bound: Not of GreaterThan', evaluation(98_765, 0.91), { MaxRmse: '100000' }, 'True'],
    ['a fit that is bad, read by its address in S3: Or', evaluation(41_250, 0.42), {}, 'False'],
    ['the same, when forced: Or', evaluation(41_250, 0.42), { Force: 'true' }, 'True'],
    ['the other stage: In', evaluation(41_250, 0.91), { Stage: 'uat' }, 'True'],
  ] as const)('decides for %s', async (_, metrics, parameters, Outcome) => {
    emulator.metrics = metrics;
    const { steps } = await run(client, definition, parameters);
    expect(steps.GoodEnough?.Metadata).toEqual({ Condition: { Outcome } });
    const after = Outcome === 'True' ? branch : ['TooBad'];
    expect(Object.keys(steps)).toEqual([...before, ...after]);
  });
});

test('the tags of RegisterModel are those of the group that it makes, and of none that is there', async () => {
  const register = (Name: string, Value: string) => ({
    Name,
    Type: 'RegisterModel',
    Arguments: {
      ModelPackageGroupName: 'FromTheSdk',
      InferenceSpecification: { Containers: [{ Image: IMAGE }] },
      Tags: [{ Key: 'team', Value }],
    },
  });
  const later = { ...register('Second', 'sales'), DependsOn: ['First'] };
  expect(await run(client, definitionOf([register('First', 'resale'), later]))).toMatchObject({ status: 'Succeeded' });
  const ResourceArn = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package-group/FromTheSdk';
  const { Tags } = await client.send(new ListTagsCommand({ ResourceArn }));
  expect(Tags).toEqual([{ Key: 'team', Value: 'resale' }]);
});
