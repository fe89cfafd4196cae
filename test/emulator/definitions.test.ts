import {
  DescribePipelineCommand,
  ListPipelineVersionsCommand,
  type SageMakerClient,
  UpdatePipelineCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

const OUTPUT = { OutputDataConfig: { S3OutputPath: 's3://resale-price/models' } };

const train = (Name: string, more: object = {}, Arguments: object = {}) => ({
  Name,
  Type: 'Training',
  ...more,
  Arguments: { AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' }, ...OUTPUT, ...Arguments },
});

const evaluate = (more: object = {}, Arguments: object = {}) => ({
  Name: 'Evaluate',
  Type: 'Processing',
  ...more,
  Arguments: { AppSpecification: { ImageUri: IMAGE }, ...Arguments },
});

const register = (Arguments: object = {}) => ({
  Name: 'Register',
  Type: 'RegisterModel',
  Arguments: { ModelPackageGroupName: 'ResalePriceModelGroup', ...Arguments },
});

const condition = (Name: string, more: object = {}) => ({
  Name,
  Type: 'Condition',
  Arguments: { Conditions: [], IfSteps: [], ElseSteps: [], ...more },
});

const fail = (ErrorMessage: unknown) => ({ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage } });
const got = (path: string) => definitionOf([train('Train'), fail({ Get: path })]);
const withParameter = (...Parameters: readonly object[]) => definitionOf([fail('no')], { Parameters });

const refused = (definition: object, message: string) =>
  expect(createPipeline(client, definition)).rejects.toMatchObject({ name: 'ValidationException', message });

const EXECUTED = 'it executes Condition, Fail, Model, Processing, RegisterModel, Training, Transform';

describe('a type of step', () => {
  test.each([
    'AutoML',
    'Callback',
    'ClarifyCheck',
    'EMR',
    'Endpoint',
    'EndpointConfig',
    'ForEach',
    'Lambda',
    'QualityCheck',
    'Tuning',
  ])('%s is refused as one that the emulator does not execute', async (Type) => {
    const message = `This emulator does not execute steps of type '${Type}', which 'Other' is: ${EXECUTED}.`;
    await refused(definitionOf([train('Train'), { Name: 'Other', Type, Arguments: {} }]), message);
  });

  test.each(['Trainning', 'training', 'constructor', ''])('that nobody knows, as %j, is refused', (Type) =>
    refused(
      definitionOf([{ ...train('Train'), Type }]),
      `Unable to parse pipeline definition. Unknown type '${Type}' of step 'Train'.`,
    ),
  );

  test('is refused inside a branch, too', () =>
    refused(
      definitionOf([condition('GoodEnough', { ElseSteps: [{ Name: 'Tell', Type: 'Lambda', Arguments: {} }] })]),
      `This emulator does not execute steps of type 'Lambda', which 'Tell' is: ${EXECUTED}.`,
    ));
});

describe('steps that wait for each other', () => {
  test.each([
    ['by DependsOn', [train('A', { DependsOn: ['B'] }), train('B', { DependsOn: ['A'] })], 'A -> B -> A'],
    ['for itself', [train('A', { DependsOn: ['A'] })], 'A -> A'],
    [
      'by reference',
      [
        train('Free'),
        train('A', {}, { HyperParameters: { of: { Get: 'Steps.B.TrainingJobName' } } }),
        train('B', { DependsOn: ['C'] }),
        train('C', { DependsOn: ['A'] }),
      ],
      'A -> B -> C -> A',
    ],
    [
      'a condition for a step of its branch',
      [
        condition('GoodEnough', { IfSteps: [train('A', { DependsOn: ['B'] })] }),
        train('B', { DependsOn: ['GoodEnough'] }),
      ],
      undefined,
    ],
    [
      'a condition for what waits for its branch',
      [{ ...condition('GoodEnough', { IfSteps: [train('A')] }), DependsOn: ['B'] }, train('B', { DependsOn: ['A'] })],
      'GoodEnough -> B -> A -> GoodEnough',
    ],
  ])('%s are refused, and steps that only follow are not', async (_, steps, cycle) => {
    if (cycle === undefined) return createPipeline(client, definitionOf(steps));
    const message = `Unable to parse pipeline definition. Cycle detected in pipeline step graph: ${cycle}.`;
    return refused(definitionOf(steps), message);
  });
});

describe('a definition is refused', () => {
  test.each([
    ['an unknown member', definitionOf([fail('no')], { Stages: [] }), "Unknown Pipeline member 'Stages'"],
    ['another version', definitionOf([fail('no')], { Version: '2030-01-01' }), "Unknown version '2030-01-01'"],
    ['a step with an unknown member', definitionOf([{ ...fail('no'), Timeout: 3 }]), "Unknown Step member 'Timeout'"],
    [
      'property files of a training',
      definitionOf([train('Train', { PropertyFiles: [] })]),
      "Unknown Step member 'PropertyFiles'",
    ],
    ['a step without arguments', definitionOf([{ Name: 'Stop', Type: 'Fail' }]), 'Expecting start of Json Object'],
    [
      'a name that is none',
      definitionOf([{ ...fail('no'), Name: 'Stop it' }]),
      "Step name 'Stop it' does not match ^[A-Za-z0-9\\-_]{1,64}$",
    ],
    [
      'a step twice',
      definitionOf([train('A'), condition('C', { IfSteps: [train('A')] })]),
      "Step names must be unique: 'A' is used twice",
    ],
    [
      'a dependency on nothing',
      definitionOf([train('A', { DependsOn: ['B'] })]),
      "Step 'A' depends on 'B', which does not exist",
    ],
    ['a dependency that is no list', definitionOf([train('A', { DependsOn: 'B' })]), 'Expecting start of Json Array'],
    [
      'a condition in a condition',
      definitionOf([condition('A', { IfSteps: [condition('B')] })]),
      "Condition step 'B' cannot be a step of condition step 'A'",
    ],
  ])('with %s', (_, definition, why) => refused(definition, `Unable to parse pipeline definition. ${why}.`));

  test('with an MlflowConfig, which the emulator does not execute', () =>
    refused(
      definitionOf([fail('no')], { MlflowConfig: { MlflowResourceArn: 'arn' } }),
      'This emulator does not execute pipelines with an MlflowConfig.',
    ));

  test.each([
    ['a member that it does not know', train('A', {}, { Colour: 'red' }), "Unknown Argument member 'Colour'"],
    [
      'such a member further inside',
      train('A', {}, { OutputDataConfig: { S3OutputPth: 's3://a' } }),
      "Unknown Argument member 'S3OutputPth'",
    ],
    [
      'such a member inside a list',
      evaluate({}, { ProcessingInputs: [{ Inputname: 'model' }] }),
      "Unknown Argument member 'Inputname'",
    ],
    ['a name for a version', register({ ModelPackageName: 'mine' }), "Unknown Argument member 'ModelPackageName'"],
    [
      'a value that is no word of its enumeration',
      evaluate({}, { ProcessingInputs: [{ S3Input: { S3InputMode: 'FastFile' } }] }),
      "Model Validation failed: Value 'FastFile' for 'ProcessingS3InputMode' failed to satisfy enum value set: [Pipe, File]",
    ],
    [
      'text for a list',
      evaluate({}, { NetworkConfig: { VpcConfig: { Subnets: 'subnet-1' } } }),
      'Expecting start of Json Array',
    ],
    ['text for an object', train('A', {}, { OutputDataConfig: 's3://a' }), 'Expecting start of Json Object'],
    ['more than a message', { ...fail('no'), Arguments: { Message: 'no' } }, "Unknown Argument member 'Message'"],
  ])('when the arguments of a step hold %s', (_, step, why) =>
    refused(definitionOf([step]), `Unable to parse pipeline definition. ${why}.`),
  );

  test.each([
    ['a property that is not described', got('Steps.Train.ModelArtefacts'), 'property reference'],
    ['too much of a property', got('Steps.Train.ModelArtifacts.S3ModelArtifacts.Size'), 'property reference'],
    ['a whole step', got('Steps.Train'), 'property reference'],
    ['a property file that nobody writes', got('Steps.Train.PropertyFiles.Report'), 'property reference'],
    ['an unknown variable of the execution', got('Execution.Owner'), 'reference'],
    ['something that is nowhere', got('ForEach.CurrentItem'), 'reference'],
  ])('for a reference to %s', (_, definition, kind) => {
    const [path] = JSON.stringify(definition).match(/(?<="Get":")[^"]+/) ?? [];
    return refused(definition, `Unable to parse pipeline definition. Unknown ${kind} '${path}'.`);
  });

  test('for the property of a Fail, which has none', () =>
    refused(
      definitionOf([fail('no'), train('Train', {}, { HyperParameters: { why: { Get: 'Steps.Stop.ErrorMessage' } } })]),
      "Unable to parse pipeline definition. Unknown property reference 'Steps.Stop.ErrorMessage'.",
    ));

  const report = { PropertyFileName: 'Report', OutputName: 'report', FilePath: 'evaluation.json' };
  const jsonGet = (argument: object) =>
    definitionOf([evaluate({ PropertyFiles: [report] }), fail({ 'Std:JsonGet': argument })]);
  const PropertyFile = { Get: 'Steps.Evaluate.PropertyFiles.Report' };

  test.each([
    ['an unknown function', definitionOf([fail({ 'Std:Split': 'a' })]), "Unknown function 'Std:Split'"],
    ['a join of nothing', definitionOf([fail({ 'Std:Join': { On: ',' } })]), 'Expecting start of Json Array'],
    [
      'a document from two places',
      jsonGet({ PropertyFile, S3Uri: 's3://a/b', Path: 'a' }),
      'Std:JsonGet needs either PropertyFile or S3Uri',
    ],
    ['a document from nowhere', jsonGet({ Path: 'a' }), 'Std:JsonGet needs either PropertyFile or S3Uri'],
    ['a document without a path', jsonGet({ PropertyFile }), 'Std:JsonGet needs a Path'],
    [
      'a document that is a property',
      jsonGet({ PropertyFile: { Get: 'Steps.Evaluate.ProcessingJobName' }, Path: 'a' }),
      'PropertyFile of Std:JsonGet must get a property file',
    ],
  ])('for %s', (_, definition, why) => refused(definition, `Unable to parse pipeline definition. ${why}.`));

  test.each(['metrics.*', '$..rmse', 'metrics[?(@.rmse>1)]', 'metrics[0:2]', ''])(
    'for the JsonPath %j, of which the emulator reads names and positions only',
    (Path) =>
      refused(
        jsonGet({ PropertyFile, Path }),
        `This emulator does not read the JsonPath '${Path}': it reads names and positions.`,
      ),
  );

  test.each([
    [[{ Name: 'A', Type: 'Number' }], "Unknown type 'Number' of parameter 'A'"],
    [[{ Name: 'A', Type: 'Float', MinValue: 1 }], "Unknown Parameter member 'MinValue'"],
    [
      [{ Name: 'A', Type: 'Integer', DefaultValue: 1.5 }],
      "Cannot assign property [A] to type [Integer] with value '1.5'",
    ],
    [
      [{ Name: 'A', Type: 'Boolean', DefaultValue: 'no' }],
      "Cannot assign property [A] to type [Boolean] with value 'no'",
    ],
    [
      [{ Name: 'A', Type: 'String', DefaultValue: 'c', EnumValues: ['a', 'b'] }],
      "The default value of 'A' is not one of [a, b]",
    ],
    [
      [
        { Name: 'A', Type: 'String' },
        { Name: 'A', Type: 'Float' },
      ],
      "Parameter names must be unique: 'A' is used twice",
    ],
  ])('for the parameters %j', (parameters, why) =>
    refused(withParameter(...parameters), `Unable to parse pipeline definition. ${why}.`),
  );
});

test('a member that is null is not there, as the Python SDK writes what it leaves out', async () => {
  const Steps = [{ ...train('Train', { DependsOn: null }, { VpcConfig: null }), DisplayName: null }];
  const { status } = await run(client, definitionOf(Steps, { MlflowConfig: null, Parameters: null }));
  expect(status).toBe('Succeeded');
});

test('an update that is refused leaves the definition as it was, and makes no version', async () => {
  const definition = definitionOf([train('Train')]);
  await createPipeline(client, definition);
  const PipelineDefinition = JSON.stringify(definitionOf([{ ...train('Train'), Type: 'Tuning' }]));
  const update = new UpdatePipelineCommand({ PipelineName: 'resale-price', PipelineDefinition });
  await expect(client.send(update)).rejects.toThrow("This emulator does not execute steps of type 'Tuning'");
  const described = await client.send(new DescribePipelineCommand({ PipelineName: 'resale-price' }));
  expect(described.PipelineDefinition).toBe(JSON.stringify(definition));
  const versions = await client.send(new ListPipelineVersionsCommand({ PipelineName: 'resale-price' }));
  expect(versions.PipelineVersionSummaries).toHaveLength(1);
});
