import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { IMAGE } from '../../emulator/scene.ts';
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

const trained = (...RetryPolicies: readonly object[]) =>
  definitionOf([
    {
      Name: 'Train',
      Type: 'Training',
      RetryPolicies,
      Arguments: { AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' } },
    },
  ]);

/** As the Python SDK writes SageMakerJobStepRetryPolicy. */
const capacity = (more: object) => ({
  BackoffRate: 2,
  IntervalSeconds: 1,
  ExceptionType: ['SageMaker.CAPACITY_ERROR'],
  ...more,
});

const NO_CAPACITY = 'CapacityError: Unable to provision requested ML compute capacity.';

function fails(times: number, reason = NO_CAPACITY): void {
  for (let count = 0; count < times; count += 1) emulator.executions.troubles.push({ step: 'Train', reason });
}

test('a step that fails for a reason of its policy begins again', async () => {
  fails(2);
  const { status, steps } = await run(client, trained(capacity({ MaxAttempts: 3 })));
  expect(status).toBe('Succeeded');
  expect(steps.Train).toMatchObject({ StepStatus: 'Succeeded', AttemptCount: 3 });
  expect(steps.Train).not.toHaveProperty('FailureReason');
  expect(emulator.logs.streams('/aws/sagemaker/TrainingJobs')).toHaveLength(3);
});

test('a step begins again no more often than its policy says', async () => {
  fails(9);
  const { status, steps } = await run(client, trained(capacity({ MaxAttempts: 2 })));
  expect(status).toBe('Failed');
  expect(steps.Train).toMatchObject({ StepStatus: 'Failed', AttemptCount: 3, FailureReason: NO_CAPACITY });
});

test('a step begins again for no longer than its policy says', async () => {
  fails(9);
  await createPipeline(client, trained(capacity({ ExpireAfterMin: 5 })));
  const [pipeline] = emulator.pipelines.all.values();
  emulator.do('StartPipelineExecution', { PipelineName: pipeline?.name });
  emulator.clock.advance(60 * 60_000);
  emulator.do('ListPipelineExecutions', { PipelineName: pipeline?.name });
  const [execution] = emulator.executions.all.values();
  // An attempt takes three minutes: the third begins in the sixth.
  expect(execution?.run.runs).toMatchObject([{ attempts: 2, status: 'Failed' }]);
});

test.each([
  ['AlgorithmError: exit code 1', capacity({ MaxAttempts: 3 })],
  [NO_CAPACITY, { ...capacity({ MaxAttempts: 3 }), ExceptionType: ['SageMaker.RESOURCE_LIMIT'] }],
])('a step that fails for another reason, %s, fails at once', async (reason, policy) => {
  fails(1, reason);
  const { steps } = await run(client, trained(policy));
  expect(steps.Train).toMatchObject({ StepStatus: 'Failed', AttemptCount: 1, FailureReason: reason });
});

test.each([
  [{ ExceptionType: ['SageMaker.BAD_LUCK'] }, "Unknown exception type 'SageMaker.BAD_LUCK' of a retry policy."],
  [capacity({ Pause: 3 }), "Unknown RetryPolicy member 'Pause'."],
  [{ MaxAttempts: 3 }, 'Expecting start of Json Array.'],
])('the policy %j is refused', async (policy, why) => {
  await expect(createPipeline(client, trained(policy))).rejects.toThrow(`Unable to parse pipeline definition. ${why}`);
});
