import {
  CreatePipelineCommand,
  DescribeModelPackageCommand,
  DescribePipelineExecutionCommand,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  ListPipelineExecutionStepsCommand,
  ListPipelineParametersForExecutionCommand,
  type PipelineExecutionStep,
  RetryPipelineExecutionCommand,
  SageMakerClient,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
  UpdatePipelineCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';

const IMAGE = '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price:1';
const ROLE = 'arn:aws:iam::111122223333:role/resale-price-pipeline';
const cluster = {
  ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: { Get: 'Parameters.Instances' }, VolumeSizeInGB: 30 },
};

const processing = (Name: string, output: string, more: object = {}) => ({
  Name,
  Type: 'Processing',
  Arguments: {
    AppSpecification: { ImageUri: IMAGE },
    ProcessingResources: cluster,
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: output,
          S3Output: {
            S3Uri: {
              'Std:Join': { On: '/', Values: ['s3://resale', { Get: 'Execution.PipelineExecutionId' }, output] },
            },
            S3UploadMode: 'EndOfJob',
            LocalPath: '/opt/ml/processing/out',
          },
        },
      ],
    },
    ...more,
  },
});

const definition = {
  Version: '2020-12-01',
  Parameters: [
    { Name: 'Instances', Type: 'Integer', DefaultValue: 1 },
    { Name: 'MaxRmse', Type: 'Float', DefaultValue: 50_000 },
    { Name: 'Commit', Type: 'String' },
  ],
  Steps: [
    processing('Prepare', 'train'),
    {
      Name: 'Train',
      Type: 'Training',
      Arguments: {
        AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
        InputDataConfig: [
          {
            ChannelName: 'train',
            DataSource: {
              S3DataSource: {
                S3DataType: 'S3Prefix',
                S3Uri: { Get: "Steps.Prepare.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri" },
              },
            },
          },
        ],
        OutputDataConfig: { S3OutputPath: 's3://resale/models' },
      },
    },
    {
      ...processing('Evaluate', 'report', {
        Environment: { MODEL: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' } },
      }),
      PropertyFiles: [{ PropertyFileName: 'Report', OutputName: 'report', FilePath: 'evaluation.json' }],
    },
    {
      Name: 'GoodEnough',
      Type: 'Condition',
      Arguments: {
        Conditions: [
          {
            Type: 'LessThanOrEqualTo',
            LeftValue: {
              'Std:JsonGet': { PropertyFile: { Get: 'Steps.Evaluate.PropertyFiles.Report' }, Path: 'metrics.rmse' },
            },
            RightValue: { Get: 'Parameters.MaxRmse' },
          },
        ],
        IfSteps: [
          {
            Name: 'Register',
            Type: 'RegisterModel',
            Arguments: {
              ModelPackageGroupName: 'ResalePriceModelGroup',
              ModelApprovalStatus: 'PendingManualApproval',
              InferenceSpecification: {
                Containers: [{ Image: IMAGE, ModelDataUrl: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' } }],
                SupportedContentTypes: ['application/json'],
                SupportedResponseMIMETypes: ['application/json'],
              },
              MetadataProperties: { CommitId: { Get: 'Parameters.Commit' } },
            },
          },
        ],
        ElseSteps: [
          {
            Name: 'TooBad',
            Type: 'Fail',
            Arguments: {
              ErrorMessage: { 'Std:Join': { On: ' ', Values: ['RMSE is above', { Get: 'Parameters.MaxRmse' }] } },
            },
          },
        ],
      },
    },
  ],
};

let emulator: Emulator;
let client: SageMakerClient;

beforeEach(async () => {
  emulator = await startEmulator();
  const credentials = { accessKeyId: String(emulator.env.AWS_ACCESS_KEY_ID), secretAccessKey: 'secret' };
  client = new SageMakerClient({ endpoint: emulator.url, region: emulator.region, credentials, maxAttempts: 1 });
  await client.send(
    new CreatePipelineCommand({
      PipelineName: 'resale-price',
      RoleArn: ROLE,
      PipelineDefinition: JSON.stringify(definition),
    }),
  );
});

afterEach(async () => {
  client.destroy();
  await emulator.close();
});

async function start(parameters: Record<string, string> = { Commit: 'a1b2c3' }, token?: string): Promise<string> {
  const { PipelineExecutionArn } = await client.send(
    new StartPipelineExecutionCommand({
      PipelineName: 'resale-price',
      PipelineParameters: Object.entries(parameters).map(([Name, Value]) => ({ Name, Value })),
      ClientRequestToken: token,
    }),
  );
  return String(PipelineExecutionArn);
}

async function finish(arn: string): Promise<{ status: string; reason: string | undefined; polls: number }> {
  for (let polls = 1; polls < 30; polls += 1) {
    const { PipelineExecutionStatus: status = '', FailureReason: reason } = await client.send(
      new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn }),
    );
    if (status !== 'Executing' && status !== 'Stopping') return { status, reason, polls };
  }
  throw new Error('The execution never ends.');
}

async function steps(arn: string): Promise<Record<string, PipelineExecutionStep>> {
  const { PipelineExecutionSteps = [] } = await client.send(
    new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: arn, SortOrder: 'Ascending' }),
  );
  return Object.fromEntries(PipelineExecutionSteps.map((step) => [step.StepName, step]));
}

test('an execution walks its definition and registers a version of what it trained', async () => {
  const arn = await start();
  expect((await finish(arn)).status).toBe('Succeeded');

  const done = await steps(arn);
  expect(Object.keys(done)).toEqual(['Prepare', 'Train', 'Evaluate', 'GoodEnough', 'Register']);
  expect(done.GoodEnough?.Metadata).toEqual({ Condition: { Outcome: 'True' } });

  const registered = done.Register?.Metadata?.RegisterModel?.Arn;
  const training = done.Train?.Metadata?.TrainingJob?.Arn?.split('/').at(-1);
  const job = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: training }));
  const version = await client.send(new DescribeModelPackageCommand({ ModelPackageName: registered }));
  expect(job.InputDataConfig?.[0]?.DataSource?.S3DataSource?.S3Uri).toBe(`s3://resale/${arn.split('/').at(-1)}/train`);
  expect(version.InferenceSpecification?.Containers?.[0]?.ModelDataUrl).toBe(job.ModelArtifacts?.S3ModelArtifacts);
  expect(version).toMatchObject({
    ModelPackageVersion: 1,
    ModelApprovalStatus: 'PendingManualApproval',
    MetadataProperties: { CommitId: 'a1b2c3' },
    CreatedBy: { IamIdentity: { Arn: 'arn:aws:sts::111122223333:assumed-role/resale-price-pipeline/SageMaker' } },
  });
  const evaluation = done.Evaluate?.Metadata?.ProcessingJob?.Arn?.split('/').at(-1);
  const report = await client.send(new DescribeProcessingJobCommand({ ProcessingJobName: evaluation }));
  expect(report).toMatchObject({
    ProcessingJobStatus: 'Completed',
    Environment: { MODEL: job.ModelArtifacts?.S3ModelArtifacts },
  });
});

test('a condition that is false takes the other branch', async () => {
  emulator.metrics = { Evaluate: { Report: { metrics: { rmse: 61_000 } } } };
  const arn = await start();
  expect(await finish(arn)).toMatchObject({ status: 'Failed', reason: 'Step failure: One or multiple steps failed.' });
  const done = await steps(arn);
  expect(done.GoodEnough?.Metadata).toEqual({ Condition: { Outcome: 'False' } });
  expect(done.TooBad).toMatchObject({ StepStatus: 'Failed', FailureReason: 'RMSE is above 50000' });
  expect(emulator.registry.findGroup('ResalePriceModelGroup')).toBeUndefined();
});

test('a parameter changes what a condition compares with', async () => {
  const arn = await start({ Commit: 'a', MaxRmse: '1000.5' });
  expect((await finish(arn)).status).toBe('Failed');
  const { PipelineParameters } = await client.send(
    new ListPipelineParametersForExecutionCommand({ PipelineExecutionArn: arn }),
  );
  expect(PipelineParameters).toContainEqual({ Name: 'MaxRmse', Value: '1000.5' });
});

test('the same token starts no second execution, another token does', async () => {
  const first = await start({ Commit: 'a' }, 'token-of-32-characters-0000000001');
  expect(await start({ Commit: 'a' }, 'token-of-32-characters-0000000001')).toBe(first);
  expect(await start({ Commit: 'a' }, 'token-of-32-characters-0000000002')).not.toBe(first);
});

test('a step that fails ends the execution, is explained in its log, and a retry goes on from it', async () => {
  emulator.executions.troubles.push({
    step: 'Train',
    reason: 'AlgorithmError: exit code 1',
    log: ['Traceback: no data'],
  });
  const arn = await start();
  expect((await finish(arn)).status).toBe('Failed');
  const failed = (await steps(arn)).Train;
  expect(failed).toMatchObject({ StepStatus: 'Failed', FailureReason: 'AlgorithmError: exit code 1', AttemptCount: 1 });
  const [stream] = emulator.logs.streams('/aws/sagemaker/TrainingJobs');
  expect(stream?.events.map(({ message }) => message)).toContain('Traceback: no data');

  await client.send(
    new RetryPipelineExecutionCommand({
      PipelineExecutionArn: arn,
      ClientRequestToken: 'token-of-32-characters-0000000003',
    }),
  );
  expect((await finish(arn)).status).toBe('Succeeded');
  expect((await steps(arn)).Train?.AttemptCount).toBe(2);
});

test('a stopped execution ends Stopped and registers nothing', async () => {
  const arn = await start();
  await client.send(
    new StopPipelineExecutionCommand({
      PipelineExecutionArn: arn,
      ClientRequestToken: 'token-of-32-characters-0000000004',
    }),
  );
  expect((await finish(arn)).status).toBe('Stopped');
  expect(Object.keys(await steps(arn))).toEqual(['Prepare']);
});

test('a step may go on for ever', async () => {
  emulator.scenario('step never ends', { step: 'Prepare' });
  const arn = await start();
  emulator.clock.advance(24 * 3600_000);
  await client.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn }));
  expect((await steps(arn)).Prepare?.StepStatus).toBe('Executing');
});

test('somebody may stop an execution while it is watched', async () => {
  emulator.scenario('execution is stopped');
  expect((await finish(await start())).status).toBe('Stopped');
});

test('somebody may create the pipeline a moment before', async () => {
  emulator.scenario('pipeline name taken');
  const text = JSON.stringify(definition);
  const create = new CreatePipelineCommand({ PipelineName: 'other', RoleArn: ROLE, PipelineDefinition: text });
  await expect(client.send(create)).rejects.toThrow(
    'Pipeline names must be unique within an AWS account and region. Pipeline with name (other) already exists.',
  );
});

test('time alone finishes an execution, with the end of each step where it would have been', async () => {
  const arn = await start();
  emulator.clock.advance(60 * 60_000);
  expect(await finish(arn)).toMatchObject({ status: 'Succeeded', polls: 1 });
  expect((await steps(arn)).Register?.EndTime).toEqual(new Date('2026-11-22T08:09:00Z'));
});

test('an update makes a version, and an execution runs the version that it names', async () => {
  const other = { ...definition, Steps: [processing('Prepare', 'train')] };
  const { PipelineVersionId } = await client.send(
    new UpdatePipelineCommand({ PipelineName: 'resale-price', PipelineDefinition: JSON.stringify(other) }),
  );
  expect(PipelineVersionId).toBe(2);
  const { PipelineExecutionArn: arn } = await client.send(
    new StartPipelineExecutionCommand({
      PipelineName: 'resale-price',
      PipelineVersionId: 1,
      PipelineParameters: [{ Name: 'Commit', Value: 'a' }],
    }),
  );
  await finish(String(arn));
  expect(Object.keys(await steps(String(arn)))).toHaveLength(5);
});

test.each([
  ['no JSON', '{', 'The definition is not valid JSON'],
  ['no steps', JSON.stringify({ Version: '2020-12-01', Steps: [] }), 'The pipeline has no steps'],
  [
    'an undeclared parameter',
    JSON.stringify({
      Version: '2020-12-01',
      Steps: [{ Name: 'A', Type: 'Fail', Arguments: { ErrorMessage: { Get: 'Parameters.X' } } }],
    }),
    "Parameter 'X' is not declared",
  ],
])('a definition with %s is refused', async (_, text, why) => {
  const create = new CreatePipelineCommand({ PipelineName: 'other', RoleArn: ROLE, PipelineDefinition: text });
  await expect(client.send(create)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(why),
  });
});
