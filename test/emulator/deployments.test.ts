import {
  type BlueGreenUpdatePolicy,
  ListEndpointsCommand,
  type SageMakerClient,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { clientOf } from './execution.ts';

const ENDPOINT = 'resale-price-dev';

let emulator: Emulator;
let client: SageMakerClient;

beforeEach(async () => {
  emulator = await startEmulator();
  client = clientOf(emulator);
  emulator.deployed({ endpoint: ENDPOINT, package: emulator.register() });
});

afterEach(async () => {
  client.destroy();
  await emulator.close();
});

/** The statuses of an update after so many minutes each, as a list tells them, which moves nothing on. */
async function updated(policy: BlueGreenUpdatePolicy, minutes: readonly number[]): Promise<unknown[]> {
  const EndpointConfigName = `${ENDPOINT}-v1`;
  const DeploymentConfig = { BlueGreenUpdatePolicy: policy };
  await client.send(new UpdateEndpointCommand({ EndpointName: ENDPOINT, EndpointConfigName, DeploymentConfig }));
  const statuses = [];
  for (const wait of minutes) {
    emulator.clock.advance(wait * 60_000);
    const { Endpoints = [] } = await client.send(new ListEndpointsCommand({}));
    statuses.push(Endpoints[0]?.EndpointStatus);
  }
  return statuses;
}

const canary = (WaitIntervalInSeconds: number) =>
  ({
    TrafficRoutingConfiguration: {
      Type: 'CANARY',
      CanarySize: { Type: 'CAPACITY_PERCENT', Value: 50 },
      WaitIntervalInSeconds,
    },
  }) as const;

test('an update with a canary is over when the canary has baked', async () => {
  expect(await updated(canary(600), [5, 9, 1])).toEqual(['Updating', 'Updating', 'InService']);
});

test('an update keeps the old fleet for as long as it is told to', async () => {
  const policy = { ...canary(0), TerminationWaitInSeconds: 600 };
  expect(await updated(policy, [5, 9, 1])).toEqual(['Updating', 'Updating', 'InService']);
});

test('an update that fails brings the old fleet back at once', async () => {
  emulator.scenario('endpoint rolls back without a reason');
  const policy = { ...canary(0), TerminationWaitInSeconds: 3600 };
  expect(await updated(policy, [5, 4, 1])).toEqual(['RollingBack', 'RollingBack', 'InService']);
});
