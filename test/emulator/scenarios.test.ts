import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  ListModelPackagesCommand,
  ListTagsCommand,
  SageMakerClient,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import type { ScenarioName } from '../../emulator/scenarios.ts';
import { EXECUTION_ROLE } from '../../emulator/scene.ts';

const ENDPOINT = 'resale-price-dev';
const ENDPOINT_ARN = `arn:aws:sagemaker:ap-southeast-1:111122223333:endpoint/${ENDPOINT}`;

let emulator: Emulator;
let client: SageMakerClient;
let first: string;
let second: string;

beforeEach(async () => {
  emulator = await startEmulator();
  const credentials = { accessKeyId: String(emulator.env.AWS_ACCESS_KEY_ID), secretAccessKey: 'secret' };
  client = new SageMakerClient({ endpoint: emulator.url, region: emulator.region, credentials, maxAttempts: 1 });
  first = emulator.register({ status: 'Approved' });
  second = emulator.register({ status: 'Approved' });
  emulator.deployed({ endpoint: ENDPOINT, package: first, tags: { team: 'resale' } });
});

afterEach(async () => {
  client.destroy();
  await emulator.close();
});

/** A model and a config of the second version, ready to be deployed. */
async function prepare(name = 'v2'): Promise<void> {
  const container = { ModelPackageName: second };
  await client.send(
    new CreateModelCommand({ ModelName: name, PrimaryContainer: container, ExecutionRoleArn: EXECUTION_ROLE }),
  );
  await client.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        { VariantName: 'AllTraffic', ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
      ],
    }),
  );
}

const update = () => client.send(new UpdateEndpointCommand({ EndpointName: ENDPOINT, EndpointConfigName: 'v2' }));
const look = () => client.send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }));

/** The statuses on the way, and where it ends. */
async function watch(): Promise<{ statuses: (string | undefined)[]; last: DescribeEndpointCommandOutput }> {
  const statuses = [];
  for (;;) {
    const last = await look();
    statuses.push(last.EndpointStatus);
    if (statuses.length > 12 || /^(InService|Failed|UpdateRollbackFailed)$/.test(last.EndpointStatus ?? ''))
      return { statuses, last };
  }
}

describe('an update', () => {
  beforeEach(() => prepare());

  test('shows its config as pending until it is live', async () => {
    await update();
    const during = await look();
    expect(during.EndpointConfigName).toBe(`${ENDPOINT}-v1`);
    expect(during.PendingDeploymentSummary).toMatchObject({
      EndpointConfigName: 'v2',
      ProductionVariants: [{ VariantName: 'AllTraffic', VariantStatus: [{ Status: 'Creating' }] }],
    });
    const { statuses, last } = await watch();
    expect(statuses).toEqual(['Updating', 'InService']);
    expect(last).toMatchObject({
      EndpointConfigName: 'v2',
      ProductionVariants: [{ CurrentInstanceCount: 1, DesiredInstanceCount: 1 }],
    });
    expect(last.PendingDeploymentSummary).toBeUndefined();
  });

  test('may not begin during another, nor may weights change or the endpoint be deleted', async () => {
    await update();
    const refusal = { name: 'ValidationException', message: `Cannot update in-progress endpoint "${ENDPOINT_ARN}".` };
    const weights = [{ VariantName: 'AllTraffic', DesiredWeight: 2 }];
    await expect(update()).rejects.toMatchObject(refusal);
    await expect(
      client.send(
        new UpdateEndpointWeightsAndCapacitiesCommand({ EndpointName: ENDPOINT, DesiredWeightsAndCapacities: weights }),
      ),
    ).rejects.toMatchObject(refusal);
    await expect(client.send(new DeleteEndpointCommand({ EndpointName: ENDPOINT }))).rejects.toMatchObject(refusal);
  });

  test('that rolls back silently ends InService with the old config and no reason', async () => {
    emulator.scenario('endpoint rolls back without a reason');
    await update();
    const { statuses, last } = await watch();
    expect(statuses).toEqual(['Updating', 'Updating', 'RollingBack', 'RollingBack', 'InService']);
    expect(last.EndpointConfigName).toBe(`${ENDPOINT}-v1`);
    expect(last.FailureReason).toBeUndefined();
  });

  test('that rolls back may say why, until the next update erases it', async () => {
    emulator.scenario('endpoint rolls back with a reason');
    await update();
    expect((await watch()).last.FailureReason).toContain('did not pass the ping health check');
    await update();
    expect((await look()).FailureReason).toBeUndefined();
  });

  test('whose rollback fails too ends UpdateRollbackFailed', async () => {
    emulator.scenario('endpoint rollback fails');
    await update();
    expect((await watch()).statuses.at(-1)).toBe('UpdateRollbackFailed');
  });

  test('that is stuck stays Updating, however long it is watched', async () => {
    emulator.scenario('endpoint is stuck');
    await update();
    emulator.clock.advance(24 * 3600_000);
    expect(new Set((await watch()).statuses)).toEqual(new Set(['Updating']));
  });

  test('that is superseded leaves an endpoint that serves a third config', async () => {
    emulator.scenario('superseded');
    await update();
    expect((await watch()).last.EndpointConfigName).toBe('somebody-elses');
  });

  test('that would need more instances than the quota has room for is refused with the numbers', async () => {
    emulator.scenario('quota reached');
    await expect(update()).rejects.toMatchObject({
      name: 'ResourceLimitExceeded',
      message: expect.stringContaining(
        "The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances, with current utilization of 1 Instances and a request delta of 1 Instances.",
      ),
    });
  });

  test('that finds its config not yet visible is refused twice and then begins', async () => {
    emulator.scenario('endpoint config not yet visible');
    const refusal = {
      message:
        'Could not find endpoint configuration "arn:aws:sagemaker:ap-southeast-1:111122223333:endpoint-config/v2".',
    };
    await expect(update()).rejects.toMatchObject(refusal);
    await expect(update()).rejects.toMatchObject(refusal);
    expect((await update()).EndpointArn).toBe(ENDPOINT_ARN);
  });

  test('that somebody else forestalls is refused', async () => {
    emulator.scenario('foreign update at the last moment');
    await expect(update()).rejects.toThrow('Cannot update in-progress endpoint');
    expect((await look()).PendingDeploymentSummary?.EndpointConfigName).toBe('somebody-elses');
  });

  test('keeps the running number of instances when it retains variant properties', async () => {
    const more = [{ VariantName: 'AllTraffic', DesiredInstanceCount: 4 }];
    await client.send(
      new UpdateEndpointWeightsAndCapacitiesCommand({ EndpointName: ENDPOINT, DesiredWeightsAndCapacities: more }),
    );
    await watch();
    await client.send(
      new UpdateEndpointCommand({ EndpointName: ENDPOINT, EndpointConfigName: 'v2', RetainAllVariantProperties: true }),
    );
    expect((await watch()).last.ProductionVariants?.[0]?.CurrentInstanceCount).toBe(4);
  });

  test('ends when its time has passed, without being looked at', async () => {
    await update();
    emulator.clock.advance(5 * 60_000);
    expect(emulator.endpoint(ENDPOINT)).toMatchObject({ status: 'InService', config: { name: 'v2' } });
  });
});

describe('a new endpoint', () => {
  const create = (name: string) =>
    client.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: 'v2' }));
  beforeEach(() => prepare());

  const failing: [ScenarioName, string][] = [
    ['container does not answer ping', 'did not pass the ping health check'],
    ['no capacity', 'Unable to provision requested ML compute capacity'],
    ['image missing', 'Please make sure all images included in the model'],
    ['model data does not download', 'Failed to download model data for container "container_1"'],
  ];
  test.each(failing)('when %s is Failed, says why, and can only be deleted', async (scenario, reason) => {
    emulator.scenario(scenario);
    await create('resale-price-uat');
    emulator.clock.advance(600_000);
    const described = await client.send(new DescribeEndpointCommand({ EndpointName: 'resale-price-uat' }));
    expect(described).toMatchObject({ EndpointStatus: 'Failed', FailureReason: expect.stringContaining(reason) });
    await expect(
      client.send(new UpdateEndpointCommand({ EndpointName: 'resale-price-uat', EndpointConfigName: 'v2' })),
    ).rejects.toThrow('It can only be deleted');
    await client.send(new DeleteEndpointCommand({ EndpointName: 'resale-price-uat' }));
    emulator.clock.advance(600_000);
    expect(emulator.endpoint('resale-price-uat')).toBeUndefined();
  });

  test('whose container does not answer leaves the reason in its log', async () => {
    emulator.scenario('container does not answer ping');
    await create('resale-price-uat');
    const [stream] = emulator.logs.streams('/aws/sagemaker/Endpoints/resale-price-uat');
    expect(stream?.events.map(({ message }) => message)).toContain("ModuleNotFoundError: No module named 'xgboost'");
  });

  test('may not have the name of another, whatever its case', async () => {
    await expect(create('Resale-Price-DEV')).rejects.toThrow(
      `Cannot create already existing endpoint "${ENDPOINT_ARN}".`,
    );
  });

  test('that somebody created a moment before is refused as existing', async () => {
    emulator.scenario('conflict on create');
    await expect(create('resale-price-uat')).rejects.toThrow('Cannot create already existing endpoint');
    expect(emulator.endpoint('resale-price-uat')?.config.name).toBe('v2');
  });

  test('may be invisible right after it was created', async () => {
    emulator.scenario('endpoint not yet visible');
    await create('resale-price-uat');
    const describeIt = () => client.send(new DescribeEndpointCommand({ EndpointName: 'resale-price-uat' }));
    await expect(describeIt()).rejects.toThrow('Could not find endpoint');
    await expect(describeIt()).rejects.toThrow('Could not find endpoint');
    expect((await describeIt()).EndpointStatus).toBe('Creating');
  });

  test('may be there although the connection broke before the answer', async () => {
    emulator.scenario('CreateEndpoint unknown');
    await expect(create('resale-price-uat')).rejects.toThrow();
    expect(emulator.endpoint('resale-price-uat')?.status).toBe('Creating');
    expect(emulator.calls.at(-1)).toMatchObject({
      operation: 'CreateEndpoint',
      answer: 'connection broken after the effect',
    });
  });
});

describe('the registry', () => {
  const set = (metadata: Record<string, string>) =>
    client.send(new UpdateModelPackageCommand({ ModelPackageArn: second, CustomerMetadataProperties: metadata }));
  const read = async () =>
    (await client.send(new DescribeModelPackageCommand({ ModelPackageName: second }))).CustomerMetadataProperties;

  test('adds to the metadata of a version', async () => {
    await set({ team: 'resale' });
    await set({ 'validated.dev': 'pipeline=1' });
    expect(await read()).toEqual({ team: 'resale', 'validated.dev': 'pipeline=1' });
  });

  test('replaces the metadata of a version in the scene that says so', async () => {
    emulator.scenario('metadata replaced');
    await set({ team: 'resale' });
    await set({ 'validated.dev': 'pipeline=1' });
    expect(await read()).toEqual({ 'validated.dev': 'pipeline=1' });
  });

  test('has no room for a fifty-first entry', async () => {
    emulator.scenario('metadata is full');
    await expect(set({ 'validated.dev': 'pipeline=1' })).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await read()).not.toHaveProperty(['validated.dev']);
  });

  test('lists the oldest first unless asked otherwise', async () => {
    const list = async (SortOrder?: 'Descending') => {
      const answer = await client.send(
        new ListModelPackagesCommand({ ModelPackageGroupName: 'ResalePriceModelGroup', SortOrder }),
      );
      return answer.ModelPackageSummaryList?.map(({ ModelPackageVersion }) => ModelPackageVersion);
    };
    expect(await list()).toEqual([1, 2]);
    expect(await list('Descending')).toEqual([2, 1]);
  });

  test('may answer a filtered page that is empty and has a token', async () => {
    emulator.scenario('empty filtered pages');
    emulator.register();
    const ask = (NextToken?: string) =>
      client.send(
        new ListModelPackagesCommand({
          ModelPackageGroupName: 'ResalePriceModelGroup',
          ModelApprovalStatus: 'PendingManualApproval',
          MaxResults: 2,
          NextToken,
        }),
      );
    const page = await ask();
    expect(page.ModelPackageSummaryList).toEqual([]);
    expect((await ask(page.NextToken)).ModelPackageSummaryList).toMatchObject([{ ModelPackageVersion: 3 }]);
  });

  test('may write names in lower case in ARNs, and finds what it wrote', async () => {
    emulator.scenario('ARNs in lower case');
    const arn = emulator.register();
    expect(arn).toBe('arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/resalepricemodelgroup/3');
    const described = await client.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
    expect(described.ModelPackageGroupName).toBe('ResalePriceModelGroup');
  });

  test('says of a group that it does not exist, in its own words', async () => {
    const ask = new DescribeModelPackageGroupCommand({ ModelPackageGroupName: 'Other' });
    await expect(client.send(ask)).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        'ModelPackageGroup arn:aws:sagemaker:ap-southeast-1:111122223333:model-package-group/Other does not exist.',
    });
  });

  test('may lose a race against a rejection', async () => {
    emulator.scenario('rejected at the last moment');
    await set({ 'approved.uat': 'by=tan' });
    expect(emulator.package(second)).toMatchObject({ approval: 'Rejected', metadata: { 'approved.uat': 'by=tan' } });
  });

  test('shows another digest when the content of a version is swapped', async () => {
    const before = emulator.package(second)?.content.InferenceSpecification?.Containers?.[0]?.ImageDigest;
    emulator.scenario('content swapped');
    expect(emulator.package(second)?.content.InferenceSpecification?.Containers?.[0]?.ImageDigest).not.toBe(before);
  });
});

describe('trouble on the way', () => {
  test('throttles the calls it is asked to throttle, and no more', async () => {
    emulator.fault({ operation: 'DescribeEndpoint', kind: 'throttle', nth: 2, times: 1 });
    await look();
    await expect(look()).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
    await look();
    expect(emulator.calls.map(({ answer }) => answer)).toEqual(['ok', 'ThrottlingException', 'ok']);
  });

  test('has no effect when the connection breaks before', async () => {
    await prepare();
    emulator.fault({ operation: 'UpdateEndpoint', kind: 'reset before' });
    await expect(update()).rejects.toThrow();
    expect(emulator.endpoint(ENDPOINT)?.status).toBe('InService');
  });

  test('takes effect and never answers when it hangs', async () => {
    await prepare();
    emulator.fault({ operation: 'UpdateEndpoint', kind: 'hang after' });
    const answered = new Promise<string>((resolve) => {
      emulator.onAnswered = (call, number) => resolve(`${number} ${call.operation} ${call.answer}`);
    });
    const abort = new AbortController();
    const sent = client.send(new UpdateEndpointCommand({ EndpointName: ENDPOINT, EndpointConfigName: 'v2' }), {
      abortSignal: abort.signal,
    });
    expect(await answered).toBe('3 UpdateEndpoint no answer after the effect');
    abort.abort();
    await expect(sent).rejects.toThrow();
    expect(emulator.endpoint(ENDPOINT)?.status).toBe('Updating');
  });

  test('moves the clock when an answer is slow', async () => {
    emulator.fault({ operation: 'DescribeEndpoint', kind: 'slow', milliseconds: 30_000 });
    await look();
    expect(emulator.clock.now()).toEqual(new Date('2026-11-22T08:00:30Z'));
  });

  test('denies with the action and the resource', async () => {
    emulator.fault({ operation: 'DescribeEndpoint', kind: 'access denied' });
    await expect(look()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:iam::111122223333:user/administrator is not authorized to perform: sagemaker:DescribeEndpoint on ' +
        `resource: ${ENDPOINT_ARN} because no identity-based policy allows the sagemaker:DescribeEndpoint action`,
    });
  });

  test('knows neither an expired session nor one that nobody was given', async () => {
    emulator.sessions.set('ASIAEXPIRED000000000', { arn: 'x', userId: 'x', expires: emulator.clock.now() });
    const as = (accessKeyId: string, session = {}) =>
      new SageMakerClient({
        endpoint: emulator.url,
        region: emulator.region,
        credentials: { accessKeyId, secretAccessKey: 'secret', ...session },
        maxAttempts: 1,
      }).send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }));
    await expect(as('ASIAEXPIRED000000000')).rejects.toMatchObject({
      name: 'ExpiredTokenException',
      message: 'The security token included in the request is expired',
    });
    const unknown = as('AKIAUNKNOWN000000000', { sessionToken: 'made-up' });
    await expect(unknown).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });
});

describe('races, and states that somebody left', () => {
  test('a model that somebody created a moment before is refused as existing, with the same content or another', async () => {
    emulator.scenario('model already there');
    await expect(prepare('same')).rejects.toThrow(
      'Cannot create already existing model "arn:aws:sagemaker:ap-southeast-1:111122223333:model/same".',
    );
    expect(emulator.models.models.get('same')?.request.PrimaryContainer?.ModelPackageName).toBe(second);
    emulator.scenario('model name taken by other content');
    await expect(prepare('other')).rejects.toThrow('Cannot create already existing model');
    expect(emulator.models.models.get('other')?.request.PrimaryContainer?.ModelPackageName).toBeUndefined();
  });

  test('a config that somebody created a moment before is refused as existing', async () => {
    emulator.scenario('endpoint config already there');
    await expect(prepare()).rejects.toThrow('Cannot create already existing endpoint configuration');
  });

  test('an endpoint that AWS patches may not be touched until it is back', async () => {
    await prepare();
    emulator.scenario('endpoint is being patched');
    expect((await look()).EndpointStatus).toBe('SystemUpdating');
    await expect(update()).rejects.toThrow('Cannot update in-progress endpoint');
    emulator.clock.advance(600_000);
    expect((await look()).EndpointStatus).toBe('InService');
  });

  test.each<[ScenarioName, string]>([
    ['endpoint is Failed', 'Failed'],
    ['endpoint is OutOfService', 'OutOfService'],
    ['endpoint is UpdateRollbackFailed', 'UpdateRollbackFailed'],
  ])('%s: so it is described', async (scenario, status) => {
    emulator.scenario(scenario);
    expect((await look()).EndpointStatus).toBe(status);
  });

  test('a config can be deleted while it serves, and is missed later', async () => {
    emulator.scenario('live config deleted');
    expect((await look()).EndpointStatus).toBe('InService');
    await expect(
      client.send(new UpdateEndpointCommand({ EndpointName: ENDPOINT, EndpointConfigName: `${ENDPOINT}-v1` })),
    ).rejects.toThrow('Could not find endpoint configuration');
  });

  test('a scalable target may be in the way of a delete', async () => {
    emulator.scenario('autoscaling in the way');
    await expect(client.send(new DeleteEndpointCommand({ EndpointName: ENDPOINT }))).rejects.toThrow('scalable target');
  });

  test.each<[ScenarioName, string]>([
    ['model data missing', 'Could not find model data at s3://'],
    ['model data unreadable', 'Could not access model data at s3://'],
  ])('%s: the model is refused', async (scenario, message) => {
    emulator.scenario(scenario);
    await expect(prepare()).rejects.toThrow(message);
  });

  test('the newest version may be one that cannot be deployed', () => {
    emulator.scenario('newest version failed');
    emulator.scenario('newest version has no specification');
    expect(emulator.registry.findGroup('ResalePriceModelGroup')?.packages.slice(2)).toMatchObject([
      { version: 3, status: 'Failed' },
      { version: 4, content: { InferenceSpecification: undefined } },
    ]);
  });
});

describe('a job of GitLab', () => {
  const ROLE = 'arn:aws:iam::111122223333:role/deploy-dev';
  const sts = () =>
    new STSClient({
      endpoint: emulator.url,
      region: emulator.region,
      maxAttempts: 1,
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
  const assume = () =>
    sts().send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: ROLE,
        RoleSessionName: 'gl-42-1-2',
        WebIdentityToken: emulator.mintToken(),
      }),
    );
  const as = ({ Credentials: given }: Awaited<ReturnType<typeof assume>>) =>
    new SageMakerClient({
      endpoint: emulator.url,
      region: emulator.region,
      credentials: { accessKeyId: String(given?.AccessKeyId), secretAccessKey: String(given?.SecretAccessKey) },
      maxAttempts: 1,
    });

  beforeEach(() => {
    const statement = { Effect: 'Allow' as const, Action: 'sagemaker:DescribeEndpoint', Resource: ENDPOINT_ARN };
    const role = {
      arn: ROLE,
      audience: 'https://sgts.gitlab-dedicated.com',
      subject: 'project_path:wog/mlops/resale-price:ref_type:branch:ref:dev',
      policies: [{ Version: '2012-10-17', Statement: [statement] }],
    };
    emulator.roles.set(ROLE, role);
  });

  test('may do what its role allows, and nothing else', async () => {
    const own = as(await assume());
    expect((await own.send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }))).EndpointStatus).toBe('InService');
    await expect(own.send(new DeleteEndpointCommand({ EndpointName: ENDPOINT }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::111122223333:assumed-role/deploy-dev/gl-42-1-2 is not authorized to perform: sagemaker:DeleteEndpoint ' +
        `on resource: ${ENDPOINT_ARN} because no identity-based policy allows the sagemaker:DeleteEndpoint action`,
    });
  });

  test('may lose its session while it watches', async () => {
    const own = as(await assume());
    emulator.scenario('session expires');
    await own.send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }));
    await expect(own.send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }))).rejects.toMatchObject({
      name: 'ExpiredTokenException',
    });
    expect(
      (await as(await assume()).send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }))).EndpointStatus,
    ).toBe('InService');
  });

  test.each<[ScenarioName, string, string]>([
    ['identity provider unreachable', 'IDPCommunicationErrorException', 'Unable to reach the identity provider'],
    ['identity provider key unknown', 'InvalidIdentityToken', "Couldn't retrieve verification key"],
    ['audience missing', 'InvalidIdentityToken', 'Missing a required claim: aud'],
    ['role does not trust the token', 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'],
  ])('is told when %s', async (scenario, name, message) => {
    emulator.scenario(scenario);
    await expect(assume()).rejects.toMatchObject({
      name: expect.stringContaining(name),
      message: expect.stringContaining(message),
    });
  });
});

test('tags of a scene are read through the API', async () => {
  const { Tags } = await client.send(new ListTagsCommand({ ResourceArn: ENDPOINT_ARN }));
  expect(Tags).toEqual([{ Key: 'team', Value: 'resale' }]);
});
