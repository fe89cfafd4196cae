import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BY_FILE, gitlabWith, jobOf } from '../gitlab-file.ts';
import { emulated } from '../job.ts';
import { approved, deploy, liveConfig, NAME, tagsOf } from './scene.ts';

/** Deploys an approved version to dev with this endpoint file in the commit. */
async function deployBy(
  text: string,
  { inputs, tree = text }: { inputs?: Record<string, string>; tree?: string } = {},
) {
  const scene = approved(await emulated());
  writeFileSync(join(scene.root, 'endpoint.yml'), tree);
  const gitlab = await gitlabWith(scene.emulator, { 'endpoint.yml': text });
  const { claims, env } = jobOf(gitlab);
  // The job fetches the project, so that the work tree is looked at, too.
  const job = await deploy({
    ...scene,
    claims,
    env: { ...env, GIT_STRATEGY: 'fetch' },
    inputs: { ...BY_FILE, ...inputs },
  });
  return { ...scene, gitlab, job };
}

const FILE = `
instance_type: ml.m5.large
model_environment: { LOG_LEVEL: info }
tags: { team: pricing }
environments:
  dev: { instance_count: 2 }
  uat: { instance_count: 3 }
`;

const SERVERLESS = 'serverless_config: { memory_size_in_mb: 2048, max_concurrency: 20 }\n';

/** Everything that a file can say of an endpoint on instances. */
const WHOLE = `
variant_name: price
instance_type: ml.m5.large
instance_count: 2
model_environment: { LOG_LEVEL: info }
volume_size_in_gb: 100
model_data_download_timeout_in_seconds: 900
container_startup_health_check_timeout_in_seconds: 600
inference_ami_version: al2-ami-sagemaker-inference-gpu-2
routing_strategy: LEAST_OUTSTANDING_REQUESTS
enable_ssm_access: true
core_dump_config: { destination_s3_uri: s3://dumps/, kms_key_id: alias/dumps }
kms_key_id: alias/endpoints
data_capture_config:
  destination_s3_uri: s3://capture/price
  initial_sampling_percentage: 20
  capture_mode: Input
  json_content_types: [application/json]
  kms_key_id: alias/capture
metrics_config: { enable_enhanced_metrics: true, metric_publish_frequency_in_seconds: 10 }
vpc_config: { security_group_ids: [sg-0123456789abcdef0], subnets: [subnet-0123456789abcdef0] }
enable_network_isolation: true
tags: { team: pricing }
`;

describe('an endpoint that a file describes', () => {
  it('has everything that the file can say, in its config and its model', async () => {
    const { emulator, job } = await deployBy(WHOLE);
    expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(emulator.endpoint(NAME)?.config.request).toEqual({
      EndpointConfigName: liveConfig(emulator),
      KmsKeyId: 'alias/endpoints',
      ProductionVariants: [
        {
          VariantName: 'price',
          ModelName: job.outputs.MODEL_NAME,
          InstanceType: 'ml.m5.large',
          InitialInstanceCount: 2,
          InitialVariantWeight: 1,
          VolumeSizeInGB: 100,
          ModelDataDownloadTimeoutInSeconds: 900,
          ContainerStartupHealthCheckTimeoutInSeconds: 600,
          InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-2',
          RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
          EnableSSMAccess: true,
          CoreDumpConfig: { DestinationS3Uri: 's3://dumps/', KmsKeyId: 'alias/dumps' },
        },
      ],
      DataCaptureConfig: {
        EnableCapture: true,
        InitialSamplingPercentage: 20,
        DestinationS3Uri: 's3://capture/price',
        KmsKeyId: 'alias/capture',
        CaptureOptions: [{ CaptureMode: 'Input' }],
        CaptureContentTypeHeader: { JsonContentTypes: ['application/json'] },
      },
      MetricsConfig: { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 10 },
    });
    expect(emulator.models.models.get(String(job.outputs.MODEL_NAME))?.request).toMatchObject({
      VpcConfig: { SecurityGroupIds: ['sg-0123456789abcdef0'], Subnets: ['subnet-0123456789abcdef0'] },
      EnableNetworkIsolation: true,
    });
  });

  it('is as planned when the job runs again: nothing is changed', async () => {
    const { emulator, root, gitlab } = await deployBy(WHOLE);
    const again = await deploy({ emulator, root, ...jobOf(gitlab), job: '2', inputs: BY_FILE });
    expect(again, again.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(again.log).toContain('Nothing was changed.');
  });

  it('serves without instances, and says so', async () => {
    const { emulator, job } = await deployBy(SERVERLESS);
    expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(emulator.endpoint(NAME)?.config.request.ProductionVariants).toEqual([
      {
        VariantName: 'AllTraffic',
        ModelName: job.outputs.MODEL_NAME,
        InitialVariantWeight: 1,
        ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 20 },
      },
    ]);
    expect(job.log).toContain('serverless, memory_size_in_mb 2048, max_concurrency 20).');
  });

  it('without instances is as planned when the job runs again: nothing is changed', async () => {
    const { emulator, root, gitlab } = await deployBy(SERVERLESS);
    const again = await deploy({ emulator, root, ...jobOf(gitlab), job: '2', inputs: BY_FILE });
    expect(again, again.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(again.log).toContain('Nothing was changed.');
  });

  const changes = WHOLE.trim()
    .split('\n')
    .filter((line) => /^(?!variant|instance|model_env|tags)\w/.test(line))
    .map((line) => line.split(':')[0] ?? '');

  it.each(changes)('gets a config of another name where %s is otherwise', async (option) => {
    const name = async (text: string) => String(liveConfig((await deployBy(text)).emulator));
    const without = WHOLE.replace(
      /^tags: .*\n/m,
      `tags: { team: pricing }\nenvironments: { dev: { ${option}: null } }\n`,
    );
    expect(await name(without)).not.toBe(await name(WHOLE));
    expect(await name(WHOLE.replace('team: pricing', 'team: other'))).toBe(await name(WHOLE));
  });

  it('serves as the common values and the section of the environment say', async () => {
    const { emulator, job } = await deployBy(FILE);
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(job.log).toContain('ml.m5.large, instance_count 2).');
    expect(emulator.endpoint(NAME)?.config.request.ProductionVariants).toMatchObject([
      { VariantName: 'AllTraffic', InstanceType: 'ml.m5.large', InitialInstanceCount: 2 },
    ]);
    expect(tagsOf(emulator)).toMatchObject({ team: 'pricing' });
  });

  it('has the same config as one that inputs describe in the same way', async () => {
    const { emulator } = await deployBy(FILE);
    const scene = approved(await emulated());
    await deploy({ ...scene, inputs: { instance_count: '2', model_environment: 'LOG_LEVEL=info' } });
    expect(liveConfig(scene.emulator)).toBe(liveConfig(emulator));
  });

  it('is refused before AWS is reached, with every mistake of every section', async () => {
    const { job } = await deployBy('instance_typ: ml.m5.large\nenvironments:\n  uat:\n    instance_count: 0\n');
    expect(job).toMatchObject({ exit: 64, received: [] });
    expect(job.log).toContain('endpoint.yml: line 1, column 1: instance_typ is not known: did you mean instance_type?');
    expect(job.log).toContain('endpoint.yml: line 4, column 5: instance_count must be a whole number from 1 to 10000');
    expect(job.junit).toContain('line 4, column 5');
  });

  it('is not described by inputs, too: each of those is named at once, before AWS is reached', async () => {
    const inputs = {
      instance_type: 'ml.m5.large',
      instance_count: '1',
      variant_name: 'AllTraffic',
      model_environment: 'A=1',
      tags: 'a=b',
    };
    const { job } = await deployBy(FILE, { inputs });
    expect(job).toMatchObject({ exit: 64, received: [] });
    for (const input of ['instance_type', 'instance_count', 'variant_name', 'model_environment', 'tags'])
      expect(job.log).toMatch(
        new RegExp(`${input}: received ".+"; must be empty beside endpoint_file: write it into that file`),
      );
  });

  it('serves as the commit says, whatever an artifact of an earlier job put into the work tree', async () => {
    const { emulator, job } = await deployBy(FILE, { tree: 'instance_type: ml.m5.xlarge\n' });
    expect(job).toMatchObject({ exit: 0, record: { endpoint_file: 'endpoint.yml' } });
    expect(emulator.endpoint(NAME)?.config.request.ProductionVariants).toMatchObject([{ InstanceType: 'ml.m5.large' }]);
  });

  it('is told line by line where only the commit’s file is wrong, and nothing is changed in AWS', async () => {
    const { job } = await deployBy('instance_type: large\n', { tree: FILE });
    expect(job).toMatchObject({ exit: 64, calls: [] });
    expect(job.log).toContain('endpoint.yml: line 1, column 1: instance_type must be a SageMaker instance type');
  });

  it('is unknown where GitLab does not answer: nothing is changed in AWS, and GitLab runs the job again', async () => {
    const scene = approved(await emulated());
    const gitlab = await gitlabWith(scene.emulator, {});
    gitlab.trouble('bad gateway');
    const job = await deploy({ ...scene, ...jobOf(gitlab), inputs: BY_FILE });
    expect(job).toMatchObject({ exit: 75, calls: [] });
  });
});
