import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/emulator.ts';
import { EXECUTION_ROLE, GROUP, IMAGE } from '../../../emulator/scene.ts';
import { BY_FILE, gitlabWith, jobOf } from '../gitlab-file.ts';
import { emulated } from '../job.ts';
import { approved, deploy, liveConfig, NAME, noWrite, OWN_TAGS, OWNER, tagsOf } from './scene.ts';

type Members = Readonly<Record<string, unknown>>;

interface ByHand {
  readonly model?: Members;
  readonly container?: Members;
  readonly variant?: Members;
  /** Of its variant, too: SageMaker took it in earlier years. */
  readonly older?: Members;
  readonly config?: Members;
  /** Further variants. */
  readonly more?: readonly Members[];
  /** Of UpdateEndpoint. */
  readonly update?: Members;
}

/** Brings a model to the endpoint as somebody does without these components. */
function byHand(emulator: Emulator, version: string, { update, ...has }: ByHand) {
  const { model, container, variant, older, config, more } = has;
  emulator.do('CreateModel', {
    ModelName: 'by-hand',
    PrimaryContainer: { ModelPackageName: version, ...container },
    ExecutionRoleArn: EXECUTION_ROLE,
    ...model,
  });
  const usual = { ModelName: 'by-hand', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
  const ProductionVariants = [{ VariantName: 'AllTraffic', ...usual, ...variant }, ...(more ?? [])];
  emulator.do('CreateEndpointConfig', { EndpointConfigName: 'by-hand', ProductionVariants, ...config });
  Object.assign(emulator.models.configs.get('by-hand')?.request.ProductionVariants[0] ?? {}, older);
  emulator.do('CreateEndpoint', { EndpointName: NAME, EndpointConfigName: 'by-hand' });
  emulator.endpoints.settle(NAME);
  if (!update) return;
  emulator.do('UpdateEndpoint', { EndpointName: NAME, EndpointConfigName: 'by-hand', ...update });
  emulator.endpoints.settle(NAME);
}

const VPC = { SecurityGroupIds: ['sg-0123456789abcdef0'], Subnets: ['subnet-0123456789abcdef0'] };
const CAPTURE = { InitialSamplingPercentage: 100, DestinationS3Uri: 's3://capture/', CaptureOptions: [] };
const variant = (members: Members): ByHand => ({ variant: members });
const first = 'ProductionVariants[0]';

/** What an endpoint file can say of an endpoint that somebody made by hand: to keep it, to change it, or to go without it. */
const STATED: readonly [kind: string, has: ByHand, stated: string][] = [
  ['a VPC', { model: { VpcConfig: VPC } }, 'vpc_config: { security_group_ids: [sg-1], subnets: [subnet-1] }'],
  ['a VPC that it is to be without', { model: { VpcConfig: VPC } }, 'vpc_config: null'],
  ['network isolation', { model: { EnableNetworkIsolation: true } }, 'enable_network_isolation: false'],
  [
    'data capture',
    { config: { DataCaptureConfig: { ...CAPTURE, EnableCapture: true } } },
    'data_capture_config: { destination_s3_uri: s3://other/, initial_sampling_percentage: 5 }',
  ],
  ['a KMS key', { config: { KmsKeyId: 'alias/endpoints' } }, 'kms_key_id: alias/others'],
  ['metrics of its own', { config: { MetricsConfig: { EnableEnhancedMetrics: true } } }, 'metrics_config: null'],
  ['a larger volume', variant({ VolumeSizeInGB: 100 }), 'volume_size_in_gb: 100'],
  [
    'another routing',
    variant({ RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' } }),
    'routing_strategy: RANDOM',
  ],
  ['access by SSM', variant({ EnableSSMAccess: true }), 'enable_ssm_access: true'],
  [
    'instance pools that it is to be without',
    variant({ InstanceType: undefined, InstancePools: [{ InstanceType: 'ml.m5.large', Priority: 1 }] }),
    'instance_pools: null',
  ],
  [
    'core dumps',
    variant({ CoreDumpConfig: { DestinationS3Uri: 's3://dumps/' } }),
    'core_dump_config: { destination_s3_uri: s3://dumps/new/ }',
  ],
];

const LOST: readonly [kind: string, has: ByHand, told: string][] = [
  ['a VPC', { model: { VpcConfig: VPC } }, 'VpcConfig: {"SecurityGroupIds":["sg-0123456789abcdef0"]'],
  ['network isolation', { model: { EnableNetworkIsolation: true } }, 'EnableNetworkIsolation: true'],
  [
    'data capture',
    { config: { DataCaptureConfig: { ...CAPTURE, EnableCapture: true } } },
    'DataCaptureConfig: {"CaptureOptions":[],"DestinationS3Uri":"s3://capture/","EnableCapture":true',
  ],
  ['a KMS key', { config: { KmsKeyId: 'alias/endpoints' } }, 'KmsKeyId: "alias/endpoints"'],
  [
    'metrics of its own',
    { config: { MetricsConfig: { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 10 } } },
    'MetricsConfig.EnableEnhancedMetrics: true (in the endpoint file: metrics_config)\n  MetricsConfig.MetricPublishFrequencyInSeconds: 10',
  ],
  [
    'a longer time for its health check',
    variant({ ContainerStartupHealthCheckTimeoutInSeconds: 600 }),
    `${first}.ContainerStartupHealthCheckTimeoutInSeconds: 600`,
  ],
  [
    'a longer time for its download',
    variant({ ModelDataDownloadTimeoutInSeconds: 900 }),
    `${first}.ModelDataDownloadTimeoutInSeconds: 900`,
  ],
  ['a larger volume', variant({ VolumeSizeInGB: 100 }), `${first}.VolumeSizeInGB: 100`],
  [
    'another routing',
    variant({ RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' } }),
    `${first}.RoutingConfig.RoutingStrategy: "LEAST_OUTSTANDING_REQUESTS"`,
  ],
  [
    'an image of its instances',
    variant({ InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-2' }),
    `${first}.InferenceAmiVersion: "al2-ami-sagemaker-inference-gpu-2"`,
  ],
  ['access by SSM', variant({ EnableSSMAccess: true }), `${first}.EnableSSMAccess: true`],
  [
    'managed scaling',
    { older: { ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 1, MaxInstanceCount: 4 } } },
    `${first}.ManagedInstanceScaling: {"MaxInstanceCount":4,"MinInstanceCount":1,"Status":"ENABLED"}`,
  ],
  [
    'instance pools',
    variant({ InstanceType: undefined, InstancePools: [{ InstanceType: 'ml.m5.large', Priority: 1 }] }),
    `${first}.InstancePools: [{"InstanceType":"ml.m5.large","Priority":1}]`,
  ],
  [
    'a capacity reservation',
    variant({ CapacityReservationConfig: { CapacityReservationPreference: 'capacity-reservations-only' } }),
    `${first}.CapacityReservationConfig: {"CapacityReservationPreference":"capacity-reservations-only"}`,
  ],
  [
    'core dumps',
    variant({ CoreDumpConfig: { DestinationS3Uri: 's3://dumps/' } }),
    `${first}.CoreDumpConfig: {"DestinationS3Uri":"s3://dumps/"}`,
  ],
  ['another variant name', variant({ VariantName: 'primary' }), `${first}.VariantName: "primary"`],
  [
    'several variants',
    { more: [{ VariantName: 'challenger', ModelName: 'by-hand', InstanceType: 'ml.m5.large' }] },
    'ProductionVariants[1]: {',
  ],
  [
    'inference components',
    { variant: { ModelName: undefined }, config: { ExecutionRoleArn: EXECUTION_ROLE } },
    'inference components: ProductionVariants[0] names no model\n  ExecutionRoleArn: ',
  ],
  [
    'a private registry',
    { container: { ModelPackageName: undefined, Image: IMAGE, ImageConfig: { RepositoryAccessMode: 'Vpc' } } },
    'PrimaryContainer.ImageConfig.RepositoryAccessMode: "Vpc"',
  ],
  ['several models', { container: { Mode: 'MultiModel' } }, 'PrimaryContainer.Mode: "MultiModel"'],
  [
    'an inference specification by name',
    { container: { InferenceSpecificationName: 'gpu' } },
    'PrimaryContainer.InferenceSpecificationName: "gpu"',
  ],
  [
    'containers that are called directly',
    {
      model: {
        PrimaryContainer: undefined,
        Containers: [{ Image: IMAGE }, { Image: IMAGE }],
        InferenceExecutionConfig: { Mode: 'Direct' },
      },
    },
    'InferenceExecutionConfig.Mode: "Direct"',
  ],
  [
    'a canary at its last update',
    {
      update: {
        DeploymentConfig: {
          BlueGreenUpdatePolicy: {
            TrafficRoutingConfiguration: {
              Type: 'CANARY',
              CanarySize: { Type: 'CAPACITY_PERCENT', Value: 50 },
              WaitIntervalInSeconds: 300,
            },
          },
        },
      },
    },
    'LastDeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type: "CANARY"',
  ],
];

describe('an endpoint that somebody made by hand', () => {
  it.each(STATED)('with %s is updated where the endpoint file says what is to become of it', async (_, has, stated) => {
    const scene = approved(await emulated());
    byHand(scene.emulator, scene.arn, has);
    const gitlab = await gitlabWith(scene.emulator, { 'endpoint.yml': `instance_type: ml.m5.large\n${stated}\n` });
    const job = await deploy({ ...scene, ...jobOf(gitlab), inputs: BY_FILE });
    expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed', previous_config: 'by-hand' } });
  });

  it.each(LOST)('with %s is refused by that name, and nothing is changed', async (_, has, told) => {
    const scene = approved(await emulated());
    byHand(scene.emulator, scene.arn, has);
    const job = await deploy({ ...scene, inputs: { take_over_endpoint: 'true', allow_downgrade: 'true' } });
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain(`\n  ${told}`);
    expect(job.log).toContain(
      'Next: write what the endpoint file can say into it: the value, or null to go without it (docs/endpoint-file.md). For the rest, deploy this endpoint as before, or set another endpoint_name',
    );
    expect(liveConfig(scene.emulator)).toBe('by-hand');
  });

  it('with SageMaker’s defaults written out is taken over, and the log and its tags say so', async () => {
    const scene = approved(await emulated());
    byHand(scene.emulator, scene.arn, {
      model: { EnableNetworkIsolation: false },
      container: { Mode: 'SingleModel', ContainerHostname: 'price', ImageConfig: { RepositoryAccessMode: 'Platform' } },
      variant: {
        EnableSSMAccess: false,
        RoutingConfig: { RoutingStrategy: 'RANDOM' },
      },
      older: { ManagedInstanceScaling: { Status: 'DISABLED', MinInstanceCount: 1 } },
      config: {
        DataCaptureConfig: { ...CAPTURE, EnableCapture: false },
        MetricsConfig: { EnableEnhancedMetrics: false, MetricPublishFrequencyInSeconds: 60 },
        ShadowProductionVariants: [],
      },
    });
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'deployed', previous_config: 'by-hand', open: [] } });
    expect(job.log).toContain(
      `Taking over ${NAME} for project 42, environment dev, group ${OWNER.group}: it had no tags that say whose it is.`,
    );
    expect(tagsOf(scene.emulator)).toMatchObject(OWN_TAGS);
  });

  it('with an instance type, a role and variables of its own gets those of the inputs', async () => {
    const scene = approved(await emulated());
    byHand(scene.emulator, scene.arn, {
      model: { ExecutionRoleArn: 'arn:aws:iam::111122223333:role/somebody' },
      container: { Environment: { LOG_LEVEL: 'debug' } },
      variant: { InstanceType: 'ml.m5.xlarge', InitialVariantWeight: 3 },
    });
    expect(await deploy(scene)).toMatchObject({ exit: 0 });
  });
});

describe('an endpoint that belongs to another', () => {
  it.each([
    ['project', { ...OWNER, project: '43' }],
    ['environment', { ...OWNER, environment: 'main' }],
    ['group', { ...OWNER, group: `${OWNER.group}-2` }],
    ['account’s group of the same name', { ...OWNER, group: OWNER.group.replace('111122223333', '444455556666') }],
  ])('%s is refused; with take_over_endpoint it changes hands, and the record says so', async (_, theirs) => {
    const scene = approved(await emulated());
    const before = scene.emulator.register({ status: 'Approved' });
    scene.emulator.deployed({ endpoint: NAME, package: before, tags: tagsFor(theirs) });
    const inputs = { allow_downgrade: 'true' };
    const refused = await deploy({ ...scene, inputs });
    expect(refused).toMatchObject({ exit: 1, calls: noWrite });
    expect(refused.log).toContain(
      `${NAME} belongs to another deployment, as its tags say (project ${theirs.project}, environment ${theirs.environment}, group ${theirs.group})`,
    );
    expect(refused.log).toContain(`This job is for project 42, environment dev, group ${OWNER.group}.`);

    const taken = await deploy({ ...scene, inputs: { ...inputs, take_over_endpoint: 'true' } });
    expect(taken).toMatchObject({ exit: 0, record: { open: ['take_over'] } });
    expect(taken.log).toContain(`Taking over ${NAME} for project 42`);
    expect(tagsOf(scene.emulator)).toMatchObject(OWN_TAGS);
  });

  it('is refused when it serves just what this job would deploy', async () => {
    const scene = approved(await emulated());
    await deploy(scene);
    scene.emulator.tags.put(scene.emulator.endpoints.arn(NAME), [{ Key: 'sagemaker-components:project', Value: '43' }]);
    expect(await deploy(scene)).toMatchObject({ exit: 1, calls: noWrite });
  });

  it('is refused when only a part of its tags says whose it is', async () => {
    const scene = approved(await emulated());
    const tags = { 'sagemaker-components:project': '42' };
    scene.emulator.deployed({ endpoint: NAME, package: scene.arn, tags });
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain('(project 42, environment (not named), group (not named))');
  });

  it('is not deleted when it is Failed, whatever recreate_failed says', async () => {
    const scene = approved(await emulated());
    scene.emulator.deployed({ endpoint: NAME, package: scene.arn, tags: tagsFor({ ...OWNER, project: '43' }) });
    Object.assign(scene.emulator.endpoint(NAME) ?? {}, { status: 'Failed' });
    expect(await deploy({ ...scene, inputs: { recreate_failed: 'true' } })).toMatchObject({ exit: 1, calls: noWrite });
  });

  it('that was taken over at the same moment stays with the one whose update SageMaker accepted', async () => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    emulator.deployed({ endpoint: NAME, package: scene.arn, name: 'before' });
    const theirs = emulator.register({ status: 'Approved' });
    emulator.deployed({ endpoint: 'elsewhere', package: theirs, name: 'theirs' });
    emulator.faults.meanwhile('UpdateEndpoint', () => {
      emulator.do('UpdateEndpoint', { EndpointName: NAME, EndpointConfigName: 'theirs' });
      emulator.tags.put(
        emulator.endpoints.arn(NAME),
        Object.entries(tagsFor({ ...OWNER, project: '43' })).map(([Key, Value]) => ({ Key, Value })),
      );
    });
    const job = await deploy({ ...scene, inputs: { allow_downgrade: 'true' } });
    expect(job.exit).toBe(1);
    expect(job.log).toContain('belongs to another deployment, as its tags say (project 43, ');
    expect(tagsOf(emulator)).toMatchObject({
      'sagemaker-components:project': '43',
      'sagemaker-components:wanted': 'theirs',
      'sagemaker-components:package': theirs,
    });
  });
});

const tagsFor = ({ project, environment, group }: typeof OWNER) => ({
  'sagemaker-components:project': project,
  'sagemaker-components:environment': environment,
  'sagemaker-components:group': group,
});

describe('a live config or model that was deleted', () => {
  const remove = {
    config: (emulator: Emulator, name: string) => emulator.do('DeleteEndpointConfig', { EndpointConfigName: name }),
    model: (emulator: Emulator, name: string) => emulator.do('DeleteModel', { ModelName: name }),
  };

  it.each(['config', 'model'] as const)('with no tag that names the version (%s) is not replaced', async (kind) => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    const before = emulator.deployed({ endpoint: NAME, package: scene.arn, tags: OWN_TAGS, name: 'before' });
    remove[kind](emulator, before);
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toMatch(
      /Nobody knows which version resale-price-dev serves: the (endpoint config|model) before was deleted/,
    );
    const anyway = await deploy({ ...scene, inputs: { allow_downgrade: 'true' } });
    expect(anyway).toMatchObject({ exit: 0, record: { previous_config: before } });
  });

  it.each(['config', 'model'] as const)(
    'of ours (%s) has its version in the tags: an older one is refused, a newer one replaces it',
    async (kind) => {
      const emulator = await emulated();
      const older = approved(emulator);
      const live = approved(emulator);
      const newer = approved(emulator);
      const { outputs } = await deploy(live);
      remove[kind](emulator, String(outputs[kind === 'config' ? 'ENDPOINT_CONFIG_NAME' : 'MODEL_NAME']));
      const refused = await deploy(older);
      expect(refused).toMatchObject({ exit: 1, calls: noWrite });
      expect(refused.log).toContain(`${NAME} serves version 2, and version 1 is older`);
      expect(await deploy(newer)).toMatchObject({ exit: 0, record: { version: 3 } });
    },
  );

  it('has no version in tags that are of two other configs', async () => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    const ours = { wanted: 'after', package: scene.arn, previous: 'earlier', 'previous-package': scene.arn };
    const tags = Object.fromEntries(
      Object.entries(ours).map(([name, value]) => [`sagemaker-components:${name}`, value]),
    );
    const before = emulator.deployed({
      endpoint: NAME,
      package: scene.arn,
      tags: { ...OWN_TAGS, ...tags },
      name: 'before',
    });
    remove.config(emulator, before);
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain(`Nobody knows which version ${NAME} serves`);
  });

  it('after a rollback has its version in the tags too', async () => {
    const emulator = await emulated();
    const [older, live, rolledBack] = [approved(emulator), approved(emulator), approved(emulator)];
    const { outputs } = await deploy(live);
    emulator.endpoints.outcomes.push({ ends: 'rolled back' });
    expect(await deploy(rolledBack)).toMatchObject({ exit: 1 });
    remove.config(emulator, String(outputs.ENDPOINT_CONFIG_NAME));
    expect((await deploy(older)).log).toContain(`${NAME} serves version 2, and version 1 is older`);
    expect(await deploy(rolledBack)).toMatchObject({ exit: 0, record: { version: 3 } });
  });

  it.each(['config', 'model'] as const)('of ours (%s) is not taken for what this job would deploy', async (kind) => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    const { outputs } = await deploy(scene);
    remove[kind](emulator, String(outputs[kind === 'config' ? 'ENDPOINT_CONFIG_NAME' : 'MODEL_NAME']));
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toMatch(
      /serves resale-price-dev-v1-\w+, but not as planned:\s+the (endpoint config|model) \S+ was deleted/,
    );
    expect(job.log).toContain('set another name_prefix');
    expect(await deploy({ ...scene, inputs: { name_prefix: 'again' } })).toMatchObject({ exit: 0 });
  });
});

describe('a live config or model that was created again', () => {
  it.each(['config', 'model'] as const)('(%s) is not what serves, even with the same content', async (kind) => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    const { outputs } = await deploy(scene);
    const { MODEL_NAME: model, ENDPOINT_CONFIG_NAME: config } = outputs;
    const [name, all, create] =
      kind === 'model'
        ? [String(model), emulator.models.models, 'CreateModel']
        : [String(config), emulator.models.configs, 'CreateEndpointConfig'];
    const { request } = all.get(name) ?? {};
    emulator.clock.advance(1000);
    emulator.do(kind === 'model' ? 'DeleteModel' : 'DeleteEndpointConfig', {
      ModelName: name,
      EndpointConfigName: name,
    });
    emulator.do(create, { ...request });
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toMatch(/was created again at 2026-\S+, after the last change of the endpoint/);
    expect(await deploy({ ...scene, inputs: { name_prefix: 'again' } })).toMatchObject({ exit: 0 });
  });

  it('does not say what an update would remove', async () => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    emulator.deployed({ endpoint: NAME, package: scene.arn, tags: OWN_TAGS, name: 'before' });
    const [name = ''] = emulator.models.models.keys();
    const { request } = emulator.models.models.get(name) ?? {};
    emulator.clock.advance(1000);
    emulator.do('DeleteModel', { ModelName: name });
    emulator.do('CreateModel', { ...request, VpcConfig: VPC });
    const job = await deploy({ ...scene, inputs: { allow_downgrade: 'true' } });
    expect(job, job.log).toMatchObject({ exit: 0, record: { previous_config: 'before' } });
  });

  it('with other content is told member by member', async () => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    const { outputs } = await deploy(scene);
    const name = String(outputs.ENDPOINT_CONFIG_NAME);
    const ProductionVariants = emulator.models.configs.get(name)?.request.ProductionVariants ?? [];
    emulator.do('DeleteEndpointConfig', { EndpointConfigName: name });
    const [first] = ProductionVariants;
    emulator.do('CreateEndpointConfig', {
      EndpointConfigName: name,
      ProductionVariants: [{ ...first, InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 30 }],
    });
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain('ProductionVariants[0].InstanceType: expected "ml.m5.large", found "ml.m5.xlarge"');
    expect(job.log).toContain('ProductionVariants[0].VolumeSizeInGB: expected nothing, found 30');
  });
});

it('a return by hand to the config before is told as that, not as a rollback of SageMaker', async () => {
  const scene = approved(await emulated());
  const { emulator } = scene;
  emulator.deployed({ endpoint: NAME, package: scene.arn, name: 'before', tags: OWN_TAGS });
  emulator.endpoints.onLive = ({ config }) => {
    if (config.name === 'before') return;
    emulator.clock.advance(60_000);
    emulator.do('UpdateEndpoint', { EndpointName: NAME, EndpointConfigName: 'before' });
    emulator.endpoints.settle(NAME);
  };
  const job = await deploy(scene);
  expect(job.exit).toBe(1);
  expect(job.log).toContain(`Somebody updated ${NAME} back to before`);
  expect(job.log).not.toContain('rolled back');
  expect(job.log).toContain(GROUP);
});
