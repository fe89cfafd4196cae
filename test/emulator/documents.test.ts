import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
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

const RUN = { 'Std:Join': { On: '/', Values: ['s3://resale-price/runs', { Get: 'Execution.PipelineExecutionId' }] } };

const evaluate = {
  Name: 'Evaluate',
  Type: 'Processing',
  Arguments: {
    AppSpecification: { ImageUri: IMAGE },
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: 'evaluation',
          S3Output: { S3Uri: RUN, LocalPath: '/opt/ml/processing/evaluation', S3UploadMode: 'EndOfJob' },
        },
      ],
    },
  },
  PropertyFiles: [{ PropertyFileName: 'Report', OutputName: 'evaluation', FilePath: 'evaluation.json' }],
};

const train = {
  Name: 'Train',
  Type: 'Training',
  Arguments: {
    AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
    OutputDataConfig: { S3OutputPath: 's3://resale-price/models/' },
  },
};

/** As the Python SDK writes JsonGet with `s3_uri`: always a join. */
const inS3 = (place: unknown, file: string) => ({ S3Uri: { 'Std:Join': { On: '/', Values: [place, file] } } });
const OUTPUT = { Get: "Steps.Evaluate.ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri" };
const REPORT = { PropertyFile: { Get: 'Steps.Evaluate.PropertyFiles.Report' } };

/** Runs steps, then a Fail that tells what it read. */
async function read(steps: readonly object[], document: object, Path: string): Promise<string | undefined> {
  const ErrorMessage = { 'Std:Join': { On: '', Values: ['read ', { 'Std:JsonGet': { ...document, Path } }] } };
  const tell = {
    Name: 'Tell',
    Type: 'Fail',
    DependsOn: steps.map((step) => Object(step).Name),
    Arguments: { ErrorMessage },
  };
  return (await run(client, definitionOf([...steps, tell]))).steps.Tell?.FailureReason;
}

test.each([
  ['by its property file', REPORT],
  ['by its S3 address', inS3(OUTPUT, 'evaluation.json')],
])('what a scene says of an evaluation is read %s', async (_, document) => {
  emulator.metrics = { Evaluate: { Report: { metrics: { rmse: 61_000 } } } };
  expect(await read([evaluate], document, 'metrics.rmse')).toBe('read 61000');
});

test('a file beside the property file is what the scene says of that file', async () => {
  emulator.metrics = { Evaluate: { Report: { a: 1 }, 'more/fairness.json': { gap: [0.1, 0.2] } } };
  expect(await read([evaluate], inS3(OUTPUT, 'more/fairness.json'), 'gap[1]')).toBe('read 0.2');
});

test('an evaluation of which the scene says nothing is a good one', async () => {
  expect(await read([evaluate], inS3(OUTPUT, 'evaluation.json'), 'regression_metrics.rmse.value')).toBe('read 41250');
});

test('what lies at an address of S3 is read there', async () => {
  emulator.pipelines.objects.set('thresholds/dev.json', '{"rmse":{"most":45000}}');
  expect(await read([], inS3('s3://thresholds', 'dev.json'), "$.rmse['most']")).toBe('read 45000');
});

test('what a function of the Python SDK returns lies in the output of its job', async () => {
  emulator.metrics = { Train: { 'results.json': { Result: [0.9, 0.8] } } };
  const place = { Get: 'Steps.Train.OutputDataConfig.S3OutputPath' };
  const returned = { S3Uri: { 'Std:Join': { On: '', Values: [place, 'results.json'] } } };
  expect(await read([train], returned, 'Result[1]')).toBe('read 0.8');
});

test.each([
  ['nobody wrote', inS3('s3://resale-price', 'none.json'), 'There is no object at s3://resale-price/none.json.'],
  [
    'a training does not leave',
    inS3('s3://resale-price/models', 'results.json'),
    'There is no object at s3://resale-price/models/results.json.',
  ],
  ['is no JSON', inS3('s3://texts', 'readme.md'), 'The object at s3://texts/readme.md is not JSON.'],
])('a step that reads what %s fails and says so', async (_, document, why) => {
  emulator.pipelines.objects.set('texts/readme.md', '# Read me');
  expect(await read([train], document, 'a')).toBe(`ClientError: ${why}`);
});

test.each([
  ['the property file', REPORT],
  ['s3://resale-price/thresholds.json', inS3('s3://resale-price', 'thresholds.json')],
])('a path that is not in %s fails the step', async (place, document) => {
  emulator.pipelines.objects.set('resale-price/thresholds.json', '{}');
  expect(await read([evaluate], document, 'metrics.f1')).toBe(
    `ClientError: The path metrics.f1 does not exist in ${place}.`,
  );
});
