import { ListEndpointsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';

const ROLE = 'arn:aws:iam::111122223333:role/resale-price-deploy-dev';
const ADMINISTRATOR = 'arn:aws:iam::111122223333:user/administrator';
const INVALID = 'The security token included in the request is invalid.';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

let emulator: Emulator;
const open: { destroy(): void }[] = [];

beforeEach(async () => {
  emulator = await startEmulator();
  emulator.roles.set(ROLE, {
    arn: ROLE,
    audience: 'https://sgts.gitlab-dedicated.com',
    subject: '*',
    policies: [{ Statement: [{ Effect: 'Allow', Action: 'sagemaker:*', Resource: '*' }] }],
  });
});

afterEach(async () => {
  for (const client of open.splice(0)) client.destroy();
  await emulator.close();
});

function sts(credentials: Keys): STSClient {
  const client = new STSClient({ endpoint: emulator.url, region: emulator.region, credentials, maxAttempts: 1 });
  open.push(client);
  return client;
}

function sagemaker(credentials: Keys): SageMakerClient {
  const client = new SageMakerClient({ endpoint: emulator.url, region: emulator.region, credentials, maxAttempts: 1 });
  open.push(client);
  return client;
}

async function session(): Promise<Required<Keys>> {
  const { Credentials } = await sts({ accessKeyId: 'none', secretAccessKey: 'none' }).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: ROLE,
      RoleSessionName: 'gl-42-1001-5001',
      WebIdentityToken: emulator.mintToken(),
    }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

test.each([
  ['test', 'test'],
  ['AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
])('an administrator may have any static keys, such as %s', async (accessKeyId, secretAccessKey) => {
  const keys = { accessKeyId, secretAccessKey };
  expect(await sts(keys).send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: ADMINISTRATOR });
  expect(await sagemaker(keys).send(new ListEndpointsCommand({}))).toMatchObject({ Endpoints: [] });
  expect(emulator.calls.map(({ principal }) => principal)).toEqual([ADMINISTRATOR, ADMINISTRATOR]);
});

test('keys that come with a token are a session, and one that STS never handed out is refused', async () => {
  const made = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'made-up' };
  await expect(sts(made).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: 'InvalidClientTokenId',
    message: INVALID,
    $metadata: { httpStatusCode: 403 },
  });
  await expect(sagemaker(made).send(new ListEndpointsCommand({}))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
    message: INVALID,
  });
  expect(emulator.calls.map(({ principal }) => principal)).toEqual(['anonymous', 'anonymous']);
});

test('a temporary key that STS never handed out is nobody', async () => {
  const keys = { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', secretAccessKey: 'test' };
  await expect(sagemaker(keys).send(new ListEndpointsCommand({}))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
    message: INVALID,
  });
});

test("a session's key does not go with another's token", async () => {
  const [mine, anothers] = [await session(), await session()];
  expect(await sts(mine).send(new GetCallerIdentityCommand({}))).toMatchObject({
    Arn: 'arn:aws:sts::111122223333:assumed-role/resale-price-deploy-dev/gl-42-1001-5001',
  });
  await expect(
    sagemaker({ ...mine, sessionToken: anothers.sessionToken }).send(new ListEndpointsCommand({})),
  ).rejects.toMatchObject({ name: 'UnrecognizedClientException', message: INVALID });
});

test('a request without keys is told that it has none', async () => {
  const headers = { 'x-amz-target': 'SageMaker.ListEndpoints' };
  const answer = await fetch(emulator.url, { method: 'POST', headers, body: '{}' });
  expect(await answer.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
});
