import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { findEndpoint } from '../../src/endpoints/endpoint.ts';
import { packagesServed, whyUntold } from '../../src/endpoints/live.ts';
import { Look } from '../../src/endpoints/look.ts';
import { emulated } from '../components/job.ts';
import { endpoint } from './endpoint.ts';

describe('a config or model behind an endpoint', () => {
  const { answer } = endpoint({ config: 'before' });
  const why = (CreationTime: Date | undefined, changed: Date | undefined) =>
    whyUntold('the model price', { CreationTime }, { answer: { ...answer, LastModifiedTime: changed } });

  it('tells what serves when it was there at the last change of the endpoint', () => {
    expect(why(new Date(999), new Date(1000))).toBeUndefined();
    expect(why(new Date(1000), new Date(1000))).toBeUndefined();
  });

  it('does not tell it when it was created after that', () => {
    expect(why(new Date(1001), new Date(1000))).toBe(
      'the model price was created again at 1970-01-01T00:00:01.001Z, after the last change of the endpoint',
    );
  });

  it('does not tell it when a time is unknown', () => {
    expect(why(undefined, new Date(1000))).toContain('created again at an unknown time');
    expect(why(new Date(1000), undefined)).toContain('created again');
    expect(why(undefined, undefined)).toContain('created again');
  });

  it('does not tell it when it was deleted', () => {
    expect(whyUntold('the model price', undefined, { answer })).toBe('the model price was deleted');
  });
});

it('one of two models that was deleted leaves unknown what serves', async () => {
  const emulator = await emulated();
  const variants = ['champion', 'challenger'].map((ModelName) => {
    const PrimaryContainer = { ModelPackageName: emulator.register({ status: 'Approved' }) };
    emulator.do('CreateModel', { ModelName, PrimaryContainer, ExecutionRoleArn: 'arn:aws:iam::111122223333:role/e' });
    return { VariantName: ModelName, ModelName, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
  });
  emulator.do('CreateEndpointConfig', { EndpointConfigName: 'both', ProductionVariants: variants });
  emulator.do('CreateEndpoint', { EndpointName: 'price', EndpointConfigName: 'both' });
  emulator.endpoints.settle('price');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sagemaker = new SageMakerClient({ region: emulator.region, credentials });
  const clock = { now: () => new Date(), sleep: async () => undefined, random: () => 0.5 };
  const served = async () => {
    const found = await findEndpoint(sagemaker, 'price');
    return found && packagesServed(new Look({ sagemaker, clock }), found);
  };
  expect(await served()).toHaveLength(2);
  emulator.do('DeleteModel', { ModelName: 'challenger' });
  expect(await served()).toEqual([]);
});
