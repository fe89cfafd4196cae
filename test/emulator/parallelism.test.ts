import {
  DescribePipelineExecutionCommand,
  RetryPipelineExecutionCommand,
  type SageMakerClient,
  StopPipelineExecutionCommand,
  UpdatePipelineCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { IMAGE } from '../../emulator/scene.ts';
import { clientOf, createPipeline, definitionOf, end, start, stepsOf } from './execution.ts';

const STEPS = ['A', 'B', 'C'];

let emulator: Emulator;
let client: SageMakerClient;

beforeEach(async () => {
  emulator = await startEmulator();
  client = clientOf(emulator);
  const train = (Name: string) => ({
    Name,
    Type: 'Training',
    Arguments: { AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' } },
  });
  await createPipeline(client, definitionOf(STEPS.map(train)));
});

afterEach(async () => {
  client.destroy();
  await emulator.close();
});

const atMost = (MaxParallelExecutionSteps: number) => ({ ParallelismConfiguration: { MaxParallelExecutionSteps } });

/** How many steps run after each look, until the execution has ended. */
async function runningSteps(arn: string): Promise<number[]> {
  const counts = [];
  for (let looks = 0; looks < 30; looks += 1) {
    const { PipelineExecutionStatus } = await client.send(
      new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn }),
    );
    if (PipelineExecutionStatus !== 'Executing') return counts;
    const steps = Object.values(emulator.executions.all.get(arn)?.run.runs ?? []);
    counts.push(steps.filter(({ ended }) => ended === undefined).length);
  }
  throw new Error('The execution never ends.');
}

test('steps that need nothing of each other run at the same time', async () => {
  expect(Math.max(...(await runningSteps(await start(client))))).toBe(3);
});

test('no more steps run at the same time than the execution is started with', async () => {
  const arn = await start(client, atMost(1));
  expect(new Set(await runningSteps(arn))).toEqual(new Set([1]));
  expect(Object.keys(await stepsOf(client, arn))).toEqual(STEPS);
});

test("the pipeline's own limit holds for an execution that is started without one", async () => {
  await client.send(new UpdatePipelineCommand({ PipelineName: 'resale-price', ...atMost(2) }));
  expect(Math.max(...(await runningSteps(await start(client))))).toBe(2);
  const arn = await start(client, atMost(3));
  expect(Math.max(...(await runningSteps(arn)))).toBe(3);
  const described = await client.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn }));
  expect(described).toMatchObject(atMost(3));
});

test('a step that waited for room starts when there is some, also when nobody looked', async () => {
  const arn = await start(client, atMost(2));
  emulator.clock.advance(60 * 60_000);
  const { status, steps } = await end(client, arn);
  expect(status).toBe('Succeeded');
  const minutes = (date: Date | undefined) => (Number(date) - Date.parse('2026-11-22T08:00:00Z')) / 60_000;
  expect(STEPS.map((name) => [minutes(steps[name]?.StartTime), minutes(steps[name]?.EndTime)])).toEqual([
    [0, 3],
    [0, 3],
    [3, 6],
  ]);
});

test('a step that waits for room when the execution is stopped never starts', async () => {
  const arn = await start(client, atMost(1));
  await client.send(new StopPipelineExecutionCommand({ PipelineExecutionArn: arn, ClientRequestToken: undefined }));
  const { status, steps } = await end(client, arn);
  expect([status, Object.keys(steps)]).toEqual(['Stopped', ['A']]);
});

test('an execution that is retried goes on with as many steps at a time as the retry asks for', async () => {
  const arn = await start(client);
  const ClientRequestToken = undefined;
  await client.send(new StopPipelineExecutionCommand({ PipelineExecutionArn: arn, ClientRequestToken }));
  expect((await end(client, arn)).status).toBe('Stopped');
  await client.send(new RetryPipelineExecutionCommand({ PipelineExecutionArn: arn, ClientRequestToken, ...atMost(1) }));
  expect(new Set(await runningSteps(arn))).toEqual(new Set([1]));
  const { status, steps } = await end(client, arn);
  expect([status, ...STEPS.map((name) => steps[name]?.AttemptCount)]).toEqual(['Succeeded', 2, 2, 2]);
});
