import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/emulator.ts';
import { GROUP } from '../../../emulator/scene.ts';
import { COMMIT, emulated } from '../job.ts';
import { approved, approvedOverAnother, deploy, liveConfig, NAME, noWrite, tagsOf } from './scene.ts';

/** The version once more, and beside it what may be there of earlier releases. */
/** What a job that finds its deployment done asks at the end: what there is of earlier releases, then the version. */
const LAST_LOOK = ['DescribeModelPackage', 'ListEndpointConfigs', 'ListModels'];

/** What UpdateEndpoint was asked for. */
const updates = ({ calls }: Emulator) =>
  calls.filter(({ operation }) => operation === 'UpdateEndpoint').map(({ input }) => input);

describe('an endpoint that does not exist', () => {
  it('is created on the approved version, and handed over with its config and model', async () => {
    const scene = approved(await emulated());
    const job = await deploy(scene);

    expect(job.log).toContain(`Deploying ${GROUP} version 1 to ${NAME}, approved for dev by jane.`);
    expect(job).toMatchObject({
      exit: 0,
      record: {
        outcome: 'deployed',
        environment: 'dev',
        pipeline: '101',
        package: scene.arn,
        endpoint: NAME,
        open: [],
      },
      outputs: {
        ENDPOINT_NAME: NAME,
        ENDPOINT_CONFIG_NAME: liveConfig(scene.emulator),
        ENDPOINT_URL: expect.stringMatching(
          /^https:\/\/ap-southeast-1\.console\.aws\.amazon\.com\/.*resale-price-dev$/,
        ),
      },
    });
    expect(job.log).toContain(
      `Model ${job.outputs.MODEL_NAME}: created. Endpoint config ${liveConfig(scene.emulator)}: created.`,
    );
    expect(liveConfig(scene.emulator)).toMatch(/^resale-price-dev-v1-[0-9a-f]{10}$/);
    expect(job.outputs.MODEL_NAME).toMatch(/^resale-price-dev-v1-[0-9a-f]{10}$/);
    expect(job.outputs).not.toHaveProperty('PREVIOUS_ENDPOINT_CONFIG_NAME');
    expect(job.links).toContain('logsV2:log-groups');
  });

  it('is described first, made once and followed until it is live', async () => {
    const job = await deploy(approved(await emulated()));
    expect(job.calls.slice(0, 5).sort()).toEqual([
      'DescribeEndpoint',
      'DescribeEndpointConfig',
      'DescribeModel',
      'DescribeModelPackage',
      'ListTags',
    ]);
    expect(job.calls.slice(5, 9)).toEqual([
      'CreateModel',
      'CreateEndpointConfig',
      'DescribeModelPackage',
      'CreateEndpoint',
    ]);
    expect(job.calls.slice(9, -1).sort()).toEqual([
      ...Array.from({ length: 3 }, () => 'DescribeEndpoint'),
      'ListEndpointConfigs',
      'ListModels',
    ]);
    expect(job.calls.at(-1)).toBe('DescribeModelPackage');
  });

  it('carries the team’s tags and ours, as do its model and config', async () => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    const job = await deploy({ ...scene, inputs: { tags: 'team=pricing\ncost-centre=42' } });
    const expected = {
      team: 'pricing',
      'cost-centre': '42',
      'sagemaker-components:component': 'deploy-model',
      'sagemaker-components:pipeline': 'https://sgts.gitlab-dedicated.com/wog/mlops/resale-price/-/pipelines/101',
      'sagemaker-components:package': scene.arn,
      'sagemaker-components:endpoint': NAME,
    };
    expect(tagsOf(emulator)).toMatchObject({ ...expected, 'sagemaker-components:wanted': liveConfig(emulator) });
    expect(emulator.tags.of(emulator.models.modelArn(String(job.outputs.MODEL_NAME)))).toEqual(expected);
    expect(emulator.tags.of(emulator.models.configArn(String(liveConfig(emulator))))).toEqual(expected);
  });

  it('gets the model’s environment, with the commit in place of its variable, and a dollar sign where it has two', async () => {
    const scene = approved(await emulated());
    const job = await deploy({ ...scene, inputs: { model_environment: 'COMMIT=$CI_COMMIT_SHA\nPATTERN=^a=$$HOME$$' } });
    expect(scene.emulator.models.models.get(String(job.outputs.MODEL_NAME))?.request.PrimaryContainer).toEqual({
      ModelPackageName: scene.arn,
      Environment: { COMMIT, PATTERN: '^a=$HOME$' },
    });
  });
});

describe('an endpoint in service', () => {
  it('is updated, and the config before it is noted on the endpoint before anything is changed', async () => {
    const scene = await approvedOverAnother();
    const job = await deploy(scene);
    expect(job).toMatchObject({
      exit: 0,
      record: { outcome: 'deployed', previous_config: scene.before },
      outputs: { PREVIOUS_ENDPOINT_CONFIG_NAME: scene.before },
    });
    expect(job.calls.filter((call) => /^(AddTags|UpdateEndpoint)$/.test(call))).toEqual(['AddTags', 'UpdateEndpoint']);
    expect(tagsOf(scene.emulator)).toMatchObject({
      'sagemaker-components:wanted': liveConfig(scene.emulator),
      'sagemaker-components:previous': scene.before,
    });
  });

  it('running again changes nothing, and still hands over the config before', async () => {
    const scene = await approvedOverAnother();
    const first = await deploy(scene);
    const again = await deploy(scene);
    expect(again).toMatchObject({ exit: 0, record: first.record, outputs: first.outputs, calls: noWrite });
    expect(again.calls.slice(0, 5).sort()).toEqual([
      'DescribeEndpoint',
      'DescribeEndpointConfig',
      'DescribeModel',
      'DescribeModelPackage',
      'ListTags',
    ]);
    expect(again.calls.slice(5).sort()).toEqual(LAST_LOOK);
    expect(again.log).toMatch(/resale-price-dev already serves .*\. Nothing was changed\./);
  });

  it('tags, pipeline and commit do not change what is deployed; instances do', async () => {
    const scene = await approvedOverAnother();
    const first = await deploy(scene);
    expect(await deploy({ ...scene, inputs: { tags: 'team=other' } })).toMatchObject({ calls: noWrite });
    const wider = await deploy({ ...scene, inputs: { instance_count: '2' } });
    expect(wider.outputs).toMatchObject({
      MODEL_NAME: first.outputs.MODEL_NAME,
      PREVIOUS_ENDPOINT_CONFIG_NAME: first.outputs.ENDPOINT_CONFIG_NAME,
    });
    expect(wider.outputs.ENDPOINT_CONFIG_NAME).not.toBe(first.outputs.ENDPOINT_CONFIG_NAME);
    expect(scene.emulator.endpoint(NAME)?.variants[0]?.instances).toBe(2);
  });

  it('that was scaled out keeps its instances, and the log says so', async () => {
    const scene = await approvedOverAnother();
    scene.emulator.do('UpdateEndpointWeightsAndCapacities', {
      EndpointName: NAME,
      DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 4 }],
    });
    scene.emulator.endpoints.settle(NAME);
    const job = await deploy(scene);
    expect(job.log).toContain('was scaled out to 4 instances: it keeps them');
    expect(scene.emulator.endpoint(NAME)?.variants[0]?.instances).toBe(4);
    expect(updates(scene.emulator)).toMatchObject([
      {
        RetainAllVariantProperties: true,
        ExcludeRetainedVariantProperties: [
          { VariantPropertyType: 'DesiredWeight' },
          { VariantPropertyType: 'DataCaptureConfig' },
        ],
      },
    ]);
  });

  it('whose tags name no model is asked about by the names that SageMaker tells', async () => {
    const scene = await approvedOverAnother();
    const arn = scene.emulator.endpoints.arn(NAME);
    scene.emulator.tags.put(arn, [{ Key: 'sagemaker-components:wanted', Value: scene.before }]);
    expect((await deploy(scene)).exit).toBe(0);
    const asked = scene.emulator.calls.filter(({ operation }) => operation === 'DescribeModel');
    expect(asked.length).toBeGreaterThan(0);
    for (const { input } of asked) expect(input).toHaveProperty('ModelName');
  });

  it('that was not scaled out keeps nothing of its variant: SageMaker knows exceptions only to keeping all', async () => {
    const scene = await approvedOverAnother();
    await deploy(scene);
    const [update] = updates(scene.emulator);
    expect(update).toMatchObject({ RetainAllVariantProperties: false });
    expect(update).not.toHaveProperty('ExcludeRetainedVariantProperties');
  });

  it('is scaled in when the project asks for fewer instances than its last config had', async () => {
    const scene = await approvedOverAnother();
    await deploy({ ...scene, inputs: { instance_count: '3' } });
    await deploy({ ...scene, inputs: { instance_count: '2' } });
    expect(scene.emulator.endpoint(NAME)?.variants[0]?.instances).toBe(2);
  });

  it('is not deleted, whatever recreate_failed says', async () => {
    const scene = await approvedOverAnother();
    const job = await deploy({ ...scene, inputs: { recreate_failed: 'true' } });
    expect(job.exit).toBe(0);
    expect(job.calls).not.toContain('DeleteEndpoint');
  });
});
