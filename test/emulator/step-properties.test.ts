import { DescribeModelCommand, DescribeTrainingJobCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { EXECUTION_ROLE, GROUP, IMAGE } from '../../emulator/scene.ts';
import { clientOf, definitionOf, type Ended, run } from './execution.ts';

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

const train = (more: object = {}) => ({
  Name: 'Train',
  Type: 'Training',
  Arguments: {
    AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
    OutputDataConfig: { S3OutputPath: 's3://resale-price/models' },
    ...more,
  },
});

const register = {
  Name: 'Register',
  Type: 'RegisterModel',
  Arguments: {
    ModelPackageGroupName: GROUP,
    ModelApprovalStatus: 'PendingManualApproval',
    InferenceSpecification: {
      Containers: [{ Image: IMAGE, ModelDataUrl: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' } }],
    },
  },
};

const create = (more: object = {}) => ({
  Name: 'Create',
  Type: 'Model',
  Arguments: { PrimaryContainer: { Image: IMAGE }, ExecutionRoleArn: EXECUTION_ROLE, ...more },
});

const decide = {
  Name: 'Decide',
  Type: 'Condition',
  Arguments: { Conditions: [{ Type: 'Equals', LeftValue: 1, RightValue: 1 }], IfSteps: [], ElseSteps: [] },
};

/** What a Fail tells of what it refers to. */
async function told(steps: readonly object[], path: string): Promise<string | undefined> {
  const ErrorMessage = { 'Std:Join': { On: '', Values: ['is ', { Get: path }] } };
  const tell = { Name: 'Tell', Type: 'Fail', Arguments: { ErrorMessage } };
  return (await run(client, definitionOf([...steps, tell]))).steps.Tell?.FailureReason;
}

test.each([
  ['Steps.Train.TrainingJobStatus', [train()], 'is Completed'],
  ['Steps.Train.TrainingEndTime', [train()], 'is 2026-11-22T08:00:00.000Z'],
  ['Steps.Train.AlgorithmSpecification.TrainingImage', [train()], `is ${IMAGE}`],
  ['Steps.Register.ModelApprovalStatus', [train(), register], 'is PendingManualApproval'],
  ['Steps.Register.ModelPackageVersion', [train(), register], 'is 1'],
  ['Steps.Create.PrimaryContainer.Image', [create()], `is ${IMAGE}`],
  ['Steps.Decide.Outcome', [decide], 'is True'],
])('a later step can refer to %s', async (path, steps, expected) => {
  expect(await told(steps, path)).toBe(expected);
});

test.each([
  [
    'Steps.Train.FinalMetricDataList[0].Value',
    [train()],
    'Steps.Train.FinalMetricDataList[0].Value could not be resolved.',
  ],
  ['Steps.Train.ModelArtifacts', [train()], 'Std:Join cannot join'],
  ['Execution.TrainingJobName', [], 'Execution.TrainingJobName could not be resolved.'],
])('a step that refers to %s, which the emulator does not know, fails and says so', async (path, steps, why) => {
  expect(await told(steps, path)).toContain(`ClientError: ${why}`);
});

const jobOf = ({ steps }: Ended) => String(steps.Train?.Metadata?.TrainingJob?.Arn?.split('/').at(-1));

test('a job knows its own name, and begins as the definition names it', async () => {
  const HyperParameters = { job: { Get: 'Execution.TrainingJobName' } };
  const TrainingJobName = 'resale-price-training';
  const name = jobOf(await run(client, definitionOf([train({ TrainingJobName, HyperParameters })])));
  expect(name).toMatch(/^resale-price-training-[0-9a-f]{10}$/);
  const job = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
  expect(job).toMatchObject({ TrainingJobName: name, HyperParameters: { job: name } });
});

test('a model begins as the definition names it, else as its step', async () => {
  const Steps = [create({ ModelName: 'resale' }), { ...create(), Name: 'Other' }];
  const { steps } = await run(client, definitionOf(Steps));
  const names = [steps.Create, steps.Other].map((step) => String(step?.Metadata?.Model?.Arn?.split('/').at(-1)));
  expect(names).toEqual([
    expect.stringMatching(/^resale-[0-9a-f]{10}$/),
    expect.stringMatching(/^pipelines-[a-z0-9]+-other-[0-9a-f]{10}$/),
  ]);
  for (const ModelName of names) await client.send(new DescribeModelCommand({ ModelName }));
});
