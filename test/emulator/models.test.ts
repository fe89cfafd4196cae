import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  SageMakerClient,
  type VpcConfig,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { EXECUTION_ROLE, IMAGE } from '../../emulator/scene.ts';

let emulator: Emulator;
let client: SageMakerClient;

beforeEach(async () => {
  emulator = await startEmulator();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new SageMakerClient({ endpoint: emulator.url, region: emulator.region, credentials, maxAttempts: 1 });
});

afterEach(async () => {
  client.destroy();
  await emulator.close();
});

const NONE: Partial<VpcConfig> = {};

async function create(vpc: Partial<VpcConfig>): Promise<void> {
  const VpcConfig = { SecurityGroupIds: undefined, Subnets: undefined, ...vpc };
  const model = { ModelName: 'm', PrimaryContainer: { Image: IMAGE }, ExecutionRoleArn: EXECUTION_ROLE, VpcConfig };
  await client.send(new CreateModelCommand(model));
}

test('a VpcConfig that is empty is none, of a model and of an endpoint config', async () => {
  await create(NONE);
  expect(await client.send(new DescribeModelCommand({ ModelName: 'm' }))).not.toHaveProperty('VpcConfig');
  const variant = { VariantName: 'AllTraffic', ModelName: 'm', InstanceType: 'ml.m5.large' } as const;
  await client.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'c',
      ProductionVariants: [{ ...variant, InitialInstanceCount: 1 }],
      VpcConfig: { SecurityGroupIds: undefined, Subnets: undefined },
    }),
  );
  const config = await client.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'c' }));
  expect(config).not.toHaveProperty('VpcConfig');
});

test('a VpcConfig that lacks one of the two is told so, and a whole one is described', async () => {
  await expect(create({ Subnets: ['subnet-1'] })).rejects.toThrow(
    "Value null at 'vpcConfig.securityGroupIds' failed to satisfy constraint: Member must not be null",
  );
  const whole = { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] };
  await create(whole);
  expect(await client.send(new DescribeModelCommand({ ModelName: 'm' }))).toMatchObject({ VpcConfig: whole });
});
