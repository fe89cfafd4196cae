import {
  CreatePipelineCommand,
  DescribePipelineExecutionCommand,
  ListPipelineExecutionStepsCommand,
  type PipelineExecutionStep,
  SageMakerClient,
  StartPipelineExecutionCommand,
  type StartPipelineExecutionCommandInput,
} from '@aws-sdk/client-sagemaker';
import type { Emulator } from '../../emulator/emulator.ts';

const PIPELINE = 'resale-price';

/** What a client sees of an execution that has ended. */
export interface Ended {
  readonly arn: string;
  readonly status: string;
  readonly reason: string | undefined;
  /** In the order of their start. */
  readonly steps: Readonly<Record<string, PipelineExecutionStep>>;
}

export function clientOf(emulator: Emulator): SageMakerClient {
  return new SageMakerClient(clientSettings(emulator));
}

/** What a client needs to ask the emulator, once, as its administrator. */
export function clientSettings({ url, region }: Emulator) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { endpoint: url, region, credentials, maxAttempts: 1 };
}

/** A definition with these steps and, if any, these parameters. */
export const definitionOf = (Steps: readonly object[], more: object = {}): object => ({
  Version: '2020-12-01',
  ...more,
  Steps,
});

export async function createPipeline(client: SageMakerClient, definition: object): Promise<void> {
  const RoleArn = 'arn:aws:iam::111122223333:role/resale-price-pipeline';
  const PipelineDefinition = JSON.stringify(definition);
  await client.send(new CreatePipelineCommand({ PipelineName: PIPELINE, RoleArn, PipelineDefinition }));
}

export async function start(
  client: SageMakerClient,
  more: Partial<StartPipelineExecutionCommandInput> = {},
): Promise<string> {
  const request = { PipelineName: PIPELINE, ClientRequestToken: undefined, ...more };
  return String((await client.send(new StartPipelineExecutionCommand(request))).PipelineExecutionArn);
}

/** Looks until the execution has ended. */
export async function end(client: SageMakerClient, arn: string): Promise<Ended> {
  for (let looks = 0; looks < 30; looks += 1) {
    const { PipelineExecutionStatus: status = '', FailureReason: reason } = await client.send(
      new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn }),
    );
    if (status !== 'Executing' && status !== 'Stopping')
      return { arn, status, reason, steps: await stepsOf(client, arn) };
  }
  throw new Error('The execution never ends.');
}

export async function stepsOf(client: SageMakerClient, arn: string): Promise<Ended['steps']> {
  const { PipelineExecutionSteps = [] } = await client.send(
    new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: arn, SortOrder: 'Ascending', MaxResults: 100 }),
  );
  return Object.fromEntries(PipelineExecutionSteps.map((step) => [step.StepName, step]));
}

/** Creates the pipeline, and runs it to its end. */
export async function run(
  client: SageMakerClient,
  definition: object,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  await createPipeline(client, definition);
  const PipelineParameters = Object.entries(parameters).map(([Name, Value]) => ({ Name, Value }));
  return end(client, await start(client, { PipelineParameters }));
}
