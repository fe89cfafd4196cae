import { CloudWatchLogsClient, FilterLogEventsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';

const role = 'arn:aws:iam::111122223333:role/resale-price-validate-dev';
const session = 'arn:aws:sts::111122223333:assumed-role/resale-price-validate-dev/gl-42-1001-5001';
const endpoint = 'arn:aws:sagemaker:ap-southeast-1:111122223333:endpoint/resale-price-dev';

let emulator: Emulator;
const open: { destroy(): void }[] = [];

beforeEach(async () => {
  emulator = await startEmulator();
  emulator.roles.set(role, {
    arn: role,
    audience: 'https://sgts.gitlab-dedicated.com',
    subject: 'project_path:wog/mlops/resale-price:ref_type:branch:ref:dev',
    policies: [{ Statement: [{ Effect: 'Allow', Action: 'sagemaker:InvokeEndpoint', Resource: endpoint }] }],
  });
});

afterEach(async () => {
  for (const client of open.splice(0)) client.destroy();
  await emulator.close();
});

type Key = {
  AccessKeyId?: string | undefined;
  SecretAccessKey?: string | undefined;
  SessionToken?: string | undefined;
};

function settings(key: Key = {}) {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = emulator.env;
  const { AccessKeyId = AWS_ACCESS_KEY_ID, SecretAccessKey = AWS_SECRET_ACCESS_KEY, SessionToken = '' } = key;
  return {
    endpoint: emulator.url,
    region: emulator.region,
    maxAttempts: 1,
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  };
}

function client<T extends { destroy(): void }>(made: T): T {
  open.push(made);
  return made;
}

function assume(token: string, more: { DurationSeconds?: number; RoleSessionName?: string } = {}) {
  const request = { RoleArn: role, RoleSessionName: 'gl-42-1001-5001', WebIdentityToken: token, ...more };
  return client(new STSClient(settings())).send(new AssumeRoleWithWebIdentityCommand(request));
}

function serve(name: string): void {
  emulator.do('CreateModel', {
    ModelName: `${name}-v1`,
    PrimaryContainer: { Image: '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale:1' },
    ExecutionRoleArn: 'arn:aws:iam::111122223333:role/execution',
  });
  const variant = { VariantName: 'AllTraffic', ModelName: `${name}-v1`, InitialInstanceCount: 1 };
  const ProductionVariants = [{ ...variant, InstanceType: 'ml.m5.large' }];
  emulator.do('CreateEndpointConfig', { EndpointConfigName: `${name}-v1`, ProductionVariants });
  emulator.do('CreateEndpoint', { EndpointName: name, EndpointConfigName: `${name}-v1` });
  for (let looks = 0; looks < 4; looks += 1) emulator.do('DescribeEndpoint', { EndpointName: name });
}

test("a job's token becomes a session that may do what its role may, and nothing else, until it expires", async () => {
  serve('resale-price-dev');
  const { Credentials, AssumedRoleUser } = await assume(emulator.mintToken(), { DurationSeconds: 900 });
  expect(AssumedRoleUser?.Arn).toBe(session);
  expect(Credentials?.Expiration).toEqual(new Date('2026-11-22T08:15:00Z'));

  const key = settings(Credentials);
  const sts = client(new STSClient(key));
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: '111122223333', Arn: session });

  const request = { EndpointName: 'resale-price-dev', ContentType: 'text/csv', Body: 'BISHAN,93,12' };
  const runtime = client(new SageMakerRuntimeClient(key));
  const { Body, ContentType, InvokedProductionVariant } = await runtime.send(new InvokeEndpointCommand(request));
  expect({ ContentType, InvokedProductionVariant }).toEqual({
    ContentType: 'application/json',
    InvokedProductionVariant: 'AllTraffic',
  });
  expect(Body.transformToString()).toMatch(/^\{"predictions":\[\{"price":\d+\}\]\}$/);

  const sagemaker = client(new SageMakerClient(key));
  await expect(sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'resale-price-dev' }))).rejects.toMatchObject(
    {
      name: 'AccessDeniedException',
      message:
        `User: ${session} is not authorized to perform: sagemaker:DescribeEndpoint on resource: ${endpoint} ` +
        'because no identity-based policy allows the sagemaker:DescribeEndpoint action',
    },
  );

  emulator.clock.advance(15 * 60_000);
  await expect(runtime.send(new InvokeEndpointCommand(request))).rejects.toMatchObject({
    name: expect.stringMatching(/^ExpiredToken/),
    message: 'The security token included in the request is expired',
  });
});

test.each([
  [{ ref: 'uat' }, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403],
  [{ aud: 'sts.amazonaws.com' }, 'InvalidIdentityTokenException', 'Incorrect token audience', 400],
  [{ exp: 1 }, 'ExpiredTokenException', 'Token expired: current date/time 1795334400 must be before', 400],
])('a token with %j is refused as %s', async (claims, name, message, httpStatusCode) => {
  await expect(assume(emulator.mintToken(claims))).rejects.toMatchObject({
    name,
    message: expect.stringContaining(message),
    $metadata: { httpStatusCode },
  });
});

test('a session has a name and a length that STS accepts', async () => {
  await expect(assume(emulator.mintToken(), { RoleSessionName: 'gl 42', DurationSeconds: 60 })).rejects.toMatchObject({
    message: expect.stringMatching(/^2 validation errors detected: .*durationSeconds.*900/),
  });
});

test('an error of the model arrives with what its container said, and its log can be read', async () => {
  serve('resale-price-dev');
  emulator.runtime.behaviours.set('resale-price-dev', {
    errorRate: 1,
    error: { status: 500, message: 'no such town' },
  });
  const runtime = client(new SageMakerRuntimeClient(settings()));
  await expect(
    runtime.send(new InvokeEndpointCommand({ EndpointName: 'resale-price-dev', Body: '{}' })),
  ).rejects.toMatchObject({
    name: 'ModelError',
    OriginalStatusCode: 500,
    OriginalMessage: 'no such town',
    message: expect.stringContaining('Received server error (500) from primary with message "no such town".'),
  });

  const logs = client(new CloudWatchLogsClient(settings()));
  const logGroupName = '/aws/sagemaker/Endpoints/resale-price-dev';
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern: 'ERROR' }));
  expect(events.map(({ message }) => message)).toEqual(['[2026-11-22 08:00:00 +0000] [1] [ERROR] no such town']);
  const [{ logStreamName } = {}] = events;
  const last = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 1 }));
  expect(last.events?.[0]?.message).toContain('"POST /invocations HTTP/1.1" 500');
});

test('an endpoint or a log that is not there is told in the words of its service', async () => {
  const runtime = client(new SageMakerRuntimeClient(settings()));
  await expect(
    runtime.send(new InvokeEndpointCommand({ EndpointName: 'resale-price-uat', Body: '{}' })),
  ).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Endpoint resale-price-uat of account 111122223333 not found.',
  });
  const logs = client(new CloudWatchLogsClient(settings()));
  await expect(logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  });
});
