import { type SageMakerClient, UpdatePipelineCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { IMAGE } from '../../emulator/scene.ts';
import { clientOf, createPipeline, definitionOf, type Ended, end, start } from './execution.ts';

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

const DAY = 24 * 3600_000;

/** A training that may be cached, and a Fail that tells what it trained. */
function trained(CacheConfig: object | undefined, more: object = {}): object {
  const train = {
    Name: 'Train',
    Type: 'Training',
    ...(CacheConfig && { CacheConfig }),
    Arguments: {
      AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
      HyperParameters: { depth: { Get: 'Parameters.Depth' } },
      OutputDataConfig: { S3OutputPath: 's3://resale-price/models' },
      ...more,
    },
  };
  const tell = {
    Name: 'Tell',
    Type: 'Fail',
    Arguments: { ErrorMessage: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' } },
  };
  return definitionOf([train, tell], { Parameters: [{ Name: 'Depth', Type: 'String', DefaultValue: '6' }] });
}

const HOUR = { Enabled: true, ExpireAfter: 'PT1H' };

async function again(Depth = '6'): Promise<Ended> {
  return end(client, await start(client, { PipelineParameters: [{ Name: 'Depth', Value: Depth }] }));
}

const jobOf = ({ steps }: Ended) => steps.Train?.Metadata?.TrainingJob?.Arn;

test('a step that runs alike again takes what the run before came to, and says whose it is', async () => {
  await createPipeline(client, trained(HOUR));
  const [first, second] = [await again(), await again()];
  expect(first.steps.Train).not.toHaveProperty('CacheHitResult');
  expect(second.steps.Train).toMatchObject({
    StepStatus: 'Succeeded',
    CacheHitResult: { SourcePipelineExecutionArn: first.arn },
    Metadata: { TrainingJob: { Arn: jobOf(first) } },
  });
  expect(second.steps.Tell?.FailureReason).toBe(first.steps.Tell?.FailureReason);
  expect(emulator.logs.streams('/aws/sagemaker/TrainingJobs')).toHaveLength(1);
});

test.each([
  ['caching is off', undefined],
  ['caching is not enabled', { Enabled: false, ExpireAfter: 'PT1H' }],
])('a step runs again when %s', async (_, config) => {
  await createPipeline(client, trained(config));
  expect(jobOf(await again())).not.toBe(jobOf(await again()));
});

test('a step runs again with another argument, and finds each of both later', async () => {
  await createPipeline(client, trained(HOUR));
  const [six, seven] = [await again('6'), await again('7')];
  expect(jobOf(seven)).not.toBe(jobOf(six));
  expect([jobOf(await again('6')), jobOf(await again('7'))]).toEqual([jobOf(six), jobOf(seven)]);
});

test('a step that differs only in its instances takes the run before', async () => {
  await createPipeline(client, trained(HOUR));
  const first = await again();
  const ResourceConfig = { InstanceType: 'ml.m5.4xlarge', InstanceCount: 1, VolumeSizeInGB: 30 };
  const PipelineDefinition = JSON.stringify(trained(HOUR, { ResourceConfig }));
  await client.send(new UpdatePipelineCommand({ PipelineName: 'resale-price', PipelineDefinition }));
  expect(jobOf(await again())).toBe(jobOf(first));
});

test.each([
  ['PT1H', 3600_000],
  ['T16m', 16 * 60_000],
  ['30d', 30 * DAY],
  ['P2W', 14 * DAY],
  ['30dT5h', 30 * DAY + 5 * 3600_000],
  ['5y', 5 * 365 * DAY],
])('a run is taken for %s after its end, and no longer', async (ExpireAfter, milliseconds) => {
  await createPipeline(client, trained({ Enabled: true, ExpireAfter }));
  const first = await again();
  emulator.clock.advance(milliseconds);
  expect(jobOf(await again())).toBe(jobOf(first));
  emulator.clock.advance(1);
  expect(jobOf(await again())).not.toBe(jobOf(first));
});

test('a run that failed is never taken', async () => {
  await createPipeline(client, trained(HOUR));
  emulator.scenario('training fails');
  expect((await again()).steps.Train?.StepStatus).toBe('Failed');
  const second = await again();
  expect(second.steps.Train).toMatchObject({ StepStatus: 'Succeeded' });
  expect(second.steps.Train).not.toHaveProperty('CacheHitResult');
});

test.each([
  [{ Enabled: true }, "CacheConfig needs an ExpireAfter in ISO 8601, and has 'undefined'."],
  [{ Enabled: true, ExpireAfter: 'soon' }, "CacheConfig needs an ExpireAfter in ISO 8601, and has 'soon'."],
  [{ Enabled: true, ExpireAfter: 'PT1H', Key: 'mine' }, "Unknown CacheConfig member 'Key'."],
])('the CacheConfig %j is refused', async (config, why) => {
  await expect(createPipeline(client, trained(config))).rejects.toThrow(`Unable to parse pipeline definition. ${why}`);
});
