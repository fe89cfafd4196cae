import {
  InvokeEndpointAsyncCommand,
  InvokeEndpointCommand,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { EXECUTION_ROLE } from '../../emulator/scene.ts';
import { emulated } from '../components/job.ts';

const NAME = 'resale-price-later';
const INPUT = 's3://resale-price-async/in/payload.json';
const ON_INSTANCES = { InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
const PATHS = { S3OutputPath: 's3://resale-price-async/out', S3FailurePath: 's3://resale-price-async/failed/' };

/** An asynchronous endpoint in service, and a payload in S3. */
async function serving(output: object = PATHS): Promise<Emulator> {
  const emulator = await emulated();
  const ModelPackageName = emulator.register({ status: 'Approved' });
  const variant = { VariantName: 'AllTraffic', ModelName: 'm', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
  emulator.do('CreateModel', {
    ModelName: 'm',
    PrimaryContainer: { ModelPackageName },
    ExecutionRoleArn: EXECUTION_ROLE,
  });
  emulator.do('CreateEndpointConfig', {
    EndpointConfigName: 'c',
    ProductionVariants: [variant],
    AsyncInferenceConfig: { OutputConfig: output },
  });
  emulator.do('CreateEndpoint', { EndpointName: NAME, EndpointConfigName: 'c' });
  emulator.endpoints.settle(NAME);
  emulator.objects.put(INPUT, '{"instances": [{"floor_area_sqm": 92}]}');
  return emulator;
}

const runtime = () => new SageMakerRuntimeClient({ maxAttempts: 1 });
const invoke = (more: object = {}) => {
  const request = { EndpointName: NAME, InputLocation: INPUT, ContentType: 'application/json', ...more };
  return runtime().send(new InvokeEndpointAsyncCommand(request));
};

/** What S3 has after so many seconds. */
function later({ clock, objects }: Emulator, seconds: number) {
  clock.advance(seconds * 1000);
  objects.onRead();
  return { out: objects.keys('resale-price-async', 'out/'), failed: objects.keys('resale-price-async', 'failed/') };
}

describe('a request to an asynchronous endpoint', () => {
  it('is answered by an object at the place that it was told, and not at once', async () => {
    const emulator = await serving();
    const { OutputLocation = '', FailureLocation = '', InferenceId } = await invoke({ InferenceId: 'mine' });
    expect(InferenceId).toBe('mine');
    expect(OutputLocation).toMatch(/^s3:\/\/resale-price-async\/out\/\w{32}\.out$/);
    expect(FailureLocation).toMatch(/^s3:\/\/resale-price-async\/failed\/\w{32}-error\.out$/);
    expect(later(emulator, 0)).toEqual({ out: [], failed: [] });
    expect(later(emulator, 2)).toMatchObject({ out: [expect.any(String)], failed: [] });
    expect(emulator.objects.find(OutputLocation)).toEqual({
      text: expect.stringContaining('"price":'),
      type: 'application/json',
    });
  });

  it('that the model does not answer well leaves an object with its error', async () => {
    const emulator = await serving();
    emulator.runtime.behaviours.set(NAME, { errorRate: 1, error: { status: 500, message: 'boom' } });
    const { FailureLocation = '' } = await invoke();
    expect(later(emulator, 2)).toMatchObject({ out: [], failed: [expect.any(String)] });
    expect(emulator.objects.find(FailureLocation)?.text).toMatch(
      /^Received server error \(500\) from primary with message "boom"/,
    );
  });

  it('whose payload is gone by then, or whose container takes too long, fails', async () => {
    const emulator = await serving();
    const gone = await invoke({ InputLocation: 's3://resale-price-async/in/nothing.json' });
    later(emulator, 2);
    expect(emulator.objects.find(gone.FailureLocation ?? '')?.text).toContain('does not exist');
    emulator.runtime.behaviours.set(NAME, { latency: 61_000 });
    const slow = await invoke({ InvocationTimeoutSeconds: 60 });
    later(emulator, 2);
    expect(emulator.objects.find(slow.FailureLocation ?? '')?.text).toContain('timed out');
  });

  it('fails without a word where there is no place for failures', async () => {
    const emulator = await serving({ S3OutputPath: PATHS.S3OutputPath });
    expect((await invoke({ InputLocation: 's3://resale-price-async/in/nothing' })).FailureLocation).toBeUndefined();
    expect(later(emulator, 2)).toEqual({ out: [], failed: [] });
  });

  it('waits while there is no instance, and expires without a word', async () => {
    const emulator = await serving();
    emulator.endpoints.scale(NAME, 'AllTraffic', 0);
    emulator.endpoints.settle(NAME);
    await invoke();
    await invoke({ RequestTTLSeconds: 60 });
    expect(later(emulator, 90)).toEqual({ out: [], failed: [] });
    emulator.endpoints.scale(NAME, 'AllTraffic', 1);
    emulator.endpoints.settle(NAME);
    expect(later(emulator, 0)).toMatchObject({ out: [expect.any(String)], failed: [] });
  });

  it('is no invocation that CloudWatch counts', async () => {
    const emulator = await serving();
    await invoke();
    later(emulator, 2);
    emulator.clock.advance(600_000);
    const dimensions = { EndpointName: NAME, VariantName: 'AllTraffic' };
    const now = emulator.clock.now();
    const times = { start: now.getTime() - 1_200_000, length: 1_200_000 - 120_000, now };
    const metric = { namespace: 'AWS/SageMaker', name: 'Invocations', dimensions };
    expect(emulator.cloudwatch.metrics.values(metric, times)).toEqual([]);
  });
});

it.each([
  [
    'InvokeEndpoint on an asynchronous endpoint',
    () => runtime().send(new InvokeEndpointCommand({ EndpointName: NAME, Body: Buffer.from('{}') })),
    /is an asynchronous endpoint/,
  ],
  [
    'an endpoint that does not exist',
    () => invoke({ EndpointName: 'nobody' }),
    /Endpoint nobody of account 111122223333 not found/,
  ],
  [
    'a payload elsewhere than in S3',
    () => invoke({ InputLocation: 'file:///payload.json' }),
    /at 'inputLocation' failed to satisfy constraint/,
  ],
  ['a request without a payload', () => invoke({ InputLocation: undefined }), /Exactly one of/],
  ['a payload in the request', () => invoke({ Body: Buffer.from('{}') }), /This emulator does not do/],
  ['a request that lives shorter than a minute', () => invoke({ RequestTTLSeconds: 59 }), /at 'requestTTLSeconds'/],
])('%s is refused', async (_, act, words) => {
  await serving();
  await expect(act()).rejects.toThrow(words);
});

it.each([
  ['of the AWS Marketplace', { ProductId: 'prod-1' }, ON_INSTANCES, /Marketplace images are not supported/],
  [
    'without instances',
    {},
    { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } },
    /not supported for serverless/,
  ],
])('a model %s is not served asynchronously', async (_, container, variant, words) => {
  const emulator = await emulated();
  const Image = '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price:1';
  const InferenceSpecification = {
    Containers: [{ Image, ...container }],
    SupportedContentTypes: [],
    SupportedResponseMIMETypes: [],
  };
  const ModelPackageName = emulator.register({ more: { InferenceSpecification } });
  emulator.do('CreateModel', {
    ModelName: 'm',
    PrimaryContainer: { ModelPackageName },
    ExecutionRoleArn: EXECUTION_ROLE,
  });
  const ProductionVariants = [{ VariantName: 'AllTraffic', ModelName: 'm', ...variant }];
  const config = { EndpointConfigName: 'c', ProductionVariants, AsyncInferenceConfig: { OutputConfig: PATHS } };
  expect(() => emulator.do('CreateEndpointConfig', config)).toThrow(words);
});

it('InvokeEndpointAsync is refused on an endpoint that answers at once', async () => {
  const emulator = await emulated();
  emulator.deployed({ endpoint: NAME, package: emulator.register({ status: 'Approved' }) });
  await expect(invoke()).rejects.toThrow(/is not an asynchronous endpoint/);
});
