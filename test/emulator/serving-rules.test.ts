import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { EXECUTION_ROLE, IMAGE } from '../../emulator/scene.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator();
  create('m');
});

afterEach(() => emulator.close());

const container = { Image: IMAGE };

function create(ModelName: string, more: object = {}): void {
  const PrimaryContainer = 'Containers' in more ? {} : { PrimaryContainer: container };
  emulator.do('CreateModel', { ModelName, ...PrimaryContainer, ExecutionRoleArn: EXECUTION_ROLE, ...more });
}

const SERVERLESS = { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 20 } };
const ON_INSTANCES = { InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
const CAPTURE = {
  DataCaptureConfig: {
    EnableCapture: true,
    InitialSamplingPercentage: 5,
    DestinationS3Uri: 's3://capture/',
    CaptureOptions: [{ CaptureMode: 'Input' }],
  },
};

/** What SageMaker says of a config with this variant; nothing where it takes it. */
function refusal(variant: object, more: object = {}): string {
  const ProductionVariants = [{ VariantName: 'AllTraffic', ModelName: 'm', ...variant }];
  try {
    emulator.do('CreateEndpointConfig', { EndpointConfigName: 'c', ProductionVariants, ...more });
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('a variant', () => {
  it.each([
    ['on instances', ON_INSTANCES],
    [
      'on instances of several types',
      { InstancePools: [{ InstanceType: 'ml.m5.large', Priority: 1 }], InitialInstanceCount: 1 },
    ],
    ['without instances', SERVERLESS],
  ])('%s is taken', (_, variant) => {
    expect(refusal(variant)).toBe('');
  });

  it.each<[what: string, variant: object, more: object, says: string]>([
    [
      'on two things',
      { ...ON_INSTANCES, ...SERVERLESS },
      {},
      'Exactly one of InstanceType, InstancePools and ServerlessConfig',
    ],
    ['on nothing', {}, {}, 'Exactly one of InstanceType, InstancePools and ServerlessConfig'],
    [
      'without instances, and with a count',
      { ...SERVERLESS, InitialInstanceCount: 1 },
      {},
      'InitialInstanceCount cannot be specified',
    ],
    [
      'with a memory size that SageMaker does not offer',
      { ServerlessConfig: { MemorySizeInMB: 2000, MaxConcurrency: 1 } },
      {},
      'MemorySizeInMB must be one of',
    ],
    [
      'with more concurrency provisioned than there is',
      { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 2, ProvisionedConcurrency: 3 } },
      {},
      'ProvisionedConcurrency must be less than or equal to MaxConcurrency',
    ],
    [
      'without instances, that captures data',
      SERVERLESS,
      CAPTURE,
      'Data capture is not supported for serverless inference',
    ],
    [
      'without instances, with a key',
      SERVERLESS,
      { KmsKeyId: 'alias/k' },
      'KMS key for the storage volume is not supported',
    ],
    [
      'without instances, with a routing',
      { ...SERVERLESS, RoutingConfig: { RoutingStrategy: 'RANDOM' } },
      {},
      'RoutingConfig is not supported',
    ],
    ['without instances, in a VPC', { ...SERVERLESS, ModelName: 'in-vpc' }, {}, 'VPC configuration is not supported'],
    ['without instances, isolated', { ...SERVERLESS, ModelName: 'isolated' }, {}, 'Network isolation is not supported'],
    [
      'without instances, of several containers',
      { ...SERVERLESS, ModelName: 'series' },
      {},
      'Inference pipeline is not supported',
    ],
    [
      'that scales itself, of a model',
      { ...ON_INSTANCES, ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 1, MaxInstanceCount: 2 } },
      {},
      'ManagedInstanceScaling is only supported for inference component endpoints.',
    ],
    [
      'of a model, in a VPC of its config',
      ON_INSTANCES,
      { VpcConfig: { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] } },
      'VpcConfig is only supported for inference component endpoints.',
    ],
    [
      'with disks of its own, and a key',
      { ...ON_INSTANCES, InstanceType: 'ml.g5.xlarge' },
      { KmsKeyId: 'alias/k' },
      'KmsKeyId is not supported for instance types with local storage volumes: [ml.g5.xlarge].',
    ],
    [
      'with disks of its own, and a size',
      { ...ON_INSTANCES, InstanceType: 'ml.m5d.large', VolumeSizeInGB: 50 },
      {},
      'VolumeSizeInGB is not supported',
    ],
  ])('%s is refused', (_, variant, more, says) => {
    create('in-vpc', { VpcConfig: { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] } });
    create('isolated', { EnableNetworkIsolation: true });
    create('series', { Containers: [container, container] });
    expect(refusal(variant, more)).toContain(says);
  });
});

describe('an endpoint', () => {
  const update = (variant: object) => {
    const ProductionVariants = [{ VariantName: 'AllTraffic', ModelName: 'm', ...variant }];
    emulator.do('CreateEndpointConfig', { EndpointConfigName: 'next', ProductionVariants });
    emulator.do('UpdateEndpoint', { EndpointName: 'e', EndpointConfigName: 'next' });
  };
  const live = (variant: object) => {
    expect(refusal(variant)).toBe('');
    emulator.do('CreateEndpoint', { EndpointName: 'e', EndpointConfigName: 'c' });
    emulator.endpoints.settle('e');
  };

  it('on instances does not become serverless', () => {
    live(ON_INSTANCES);
    expect(() => update(SERVERLESS)).toThrow('An instance-based endpoint cannot be updated to a serverless endpoint.');
  });

  it('that is serverless may get instances', () => {
    live(SERVERLESS);
    update(ON_INSTANCES);
    emulator.endpoints.settle('e');
    expect(emulator.endpoint('e')?.variants).toMatchObject([{ instanceType: 'ml.m5.large' }]);
  });

  it.each([
    ['instances', SERVERLESS, { DesiredInstanceCount: 2 }],
    ['concurrency', ON_INSTANCES, { ServerlessUpdateConfig: { MaxConcurrency: 5 } }],
  ])('is given no %s that its kind does not have', (_, variant, more) => {
    live(variant);
    const wanted = [{ VariantName: 'AllTraffic', ...more }];
    expect(() =>
      emulator.do('UpdateEndpointWeightsAndCapacities', { EndpointName: 'e', DesiredWeightsAndCapacities: wanted }),
    ).toThrow('cannot be specified for the');
  });
});
