import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
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

const Parameters = [
  { Name: 'Rmse', Type: 'Float', DefaultValue: 41_250.5 },
  { Name: 'Stage', Type: 'String', DefaultValue: 'dev' },
  { Name: 'Force', Type: 'Boolean', DefaultValue: false },
];
const RMSE = { Get: 'Parameters.Rmse' };
const STAGE = { Get: 'Parameters.Stage' };

const decides = (...Conditions: readonly object[]) =>
  definitionOf([{ Name: 'GoodEnough', Type: 'Condition', Arguments: { Conditions, IfSteps: [], ElseSteps: [] } }], {
    Parameters,
  });

const compared = (Type: string, LeftValue: unknown, RightValue: unknown) => ({ Type, LeftValue, RightValue });
const within = (QueryValue: unknown, Values: readonly unknown[]) => ({ Type: 'In', QueryValue, Values });
const not = (Condition: object) => ({ Type: 'Not', Condition });
const or = (...Conditions: readonly object[]) => ({ Type: 'Or', Conditions });

test.each([
  [compared('LessThan', RMSE, 41_250.5), 'False'],
  [compared('LessThanOrEqualTo', RMSE, 41_250.5), 'True'],
  [compared('GreaterThan', RMSE, 41_250.5), 'False'],
  [compared('GreaterThanOrEqualTo', RMSE, 41_250.5), 'True'],
  [compared('Equals', STAGE, 'dev'), 'True'],
  [compared('Equals', { Get: 'Parameters.Force' }, true), 'False'],
  [within(STAGE, ['dev', 'uat']), 'True'],
  [within(STAGE, ['main']), 'False'],
  [not(compared('GreaterThan', RMSE, 50_000)), 'True'],
  [not(within(STAGE, ['dev', 'uat'])), 'False'],
  [or(compared('Equals', STAGE, 'main'), compared('LessThan', RMSE, 50_000)), 'True'],
  [or(compared('Equals', STAGE, 'main'), not(compared('LessThan', RMSE, 50_000))), 'False'],
  [not(or(compared('Equals', STAGE, 'main'), not(compared('Equals', STAGE, 'dev')))), 'True'],
])('%j as the Python SDK writes it is %s', async (condition, Outcome) => {
  const { status, steps } = await run(client, decides(condition));
  expect(status).toBe('Succeeded');
  expect(steps.GoodEnough?.Metadata).toEqual({ Condition: { Outcome } });
});

test('all conditions of a step have to hold', async () => {
  const { steps } = await run(client, decides(compared('LessThan', RMSE, 50_000), compared('Equals', STAGE, 'uat')));
  expect(steps.GoodEnough?.Metadata).toEqual({ Condition: { Outcome: 'False' } });
});

test.each([
  [{ Type: 'Not', Expression: compared('Equals', STAGE, 'dev') }, "Unknown Condition member 'Expression'."],
  [{ Type: 'Not' }, "Condition of type 'Not' lacks 'Condition'."],
  [not({ Type: 'Maybe' }), "Unknown condition type 'Maybe'."],
  [or(compared('LessTan', RMSE, 1)), "Unknown condition type 'LessTan'."],
  [{ Type: 'constructor' }, "Unknown condition type 'constructor'."],
  [{ Type: 'In', Value: STAGE, In: ['dev'] }, "Unknown Condition member 'Value'."],
  [{ Type: 'LessThan', LeftValue: RMSE }, "Condition of type 'LessThan' lacks 'RightValue'."],
  [{ Type: 'Or', Conditions: 'all' }, 'Expecting start of Json Array.'],
])('a definition with the condition %j is refused', async (condition, why) => {
  await expect(createPipeline(client, decides(condition))).rejects.toMatchObject({
    name: 'ValidationException',
    message: `Unable to parse pipeline definition. ${why}`,
  });
});

test.each(['NotEquals', 'NotIn'])(
  'a condition of type %s is refused as one that the emulator does not do',
  async (Type) => {
    await expect(createPipeline(client, decides({ Type }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: `This emulator does not evaluate conditions of type '${Type}'.`,
    });
  },
);

test.each([true, '', 'many'])(
  'what is no number cannot be compared: the step fails and says so of %j',
  async (value) => {
    const { status, steps } = await run(client, decides(compared('LessThan', value, 1)));
    expect(status).toBe('Failed');
    expect(steps.GoodEnough?.FailureReason).toBe(`ClientError: LessThan cannot compare ${value} with 1.`);
  },
);
