import { describe, expect, it } from 'vitest';
import { IMAGE } from '../../emulator/scene.ts';
import rollbackEndpoint from '../../src/components/rollback-endpoint.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { projectByFile } from './by-file.ts';
import { NAME, noWrite } from './deploy-model/scene.ts';

const FILE = 'instance_type: ml.m5.large\n';
const PREPARES = '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/prepare:1';

/** A version of two containers: the first prepares what the second is asked. */
const SERIES = {
  InferenceSpecification: {
    Containers: [
      { Image: PREPARES, ModelDataUrl: 's3://resale-price-models/prepare/model.tar.gz' },
      { Image: IMAGE, ModelDataUrl: 's3://resale-price-models/price/model.tar.gz' },
    ],
    SupportedContentTypes: ['application/json'],
    SupportedResponseMIMETypes: ['application/json'],
    SupportedRealtimeInferenceInstanceTypes: ['ml.m5.large'],
  },
};

describe('a version of containers in series', () => {
  it('is one version: it is deployed, validated and brought back as a whole', async () => {
    const { emulator, deploy, run } = await projectByFile(FILE);
    for (const more of [SERIES, {}]) {
      const job = await deploy(FILE, more);
      expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
      const validation = await run(validateEndpoint);
      expect(validation, validation.log).toMatchObject({ exit: 0, record: { outcome: 'validated' } });
    }
    const back = await run(rollbackEndpoint);
    expect(back, back.log).toMatchObject({ exit: 0, record: { outcome: 'rolled back', version: 1 } });
    const { ProductionVariants } = emulator.do('DescribeEndpoint', { EndpointName: NAME });
    expect(ProductionVariants).toMatchObject([
      { DeployedImages: [{ SpecifiedImage: PREPARES }, { SpecifiedImage: IMAGE }] },
    ]);
  });

  it.each([
    [
      'serverless_config: { memory_size_in_mb: 2048, max_concurrency: 5 }\n',
      '2 containers in series, which SageMaker does not',
    ],
    [`${FILE}model_environment: { LOG_LEVEL: info }\n`, 'nothing tells which of them gets model_environment'],
  ])('is refused where the file says %j', async (text, why) => {
    const { deploy } = await projectByFile(text);
    const job = await deploy(text, SERIES);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain('ERROR SMC-4022');
    expect(job.log).toContain(why);
  });

  it.each([
    [
      'containers: [{ image: a }]',
      'containers is not known: containers in series are registered together, as one version',
    ],
    ['shadow_production_variants: []', 'shadow_production_variants is not known: an endpoint has one variant'],
    ['inference_components: []', 'inference_components is not known: an endpoint serves one version'],
    [
      'managed_instance_scaling: {}',
      'managed_instance_scaling is not known: SageMaker has it for inference components only',
    ],
  ])('and what else SageMaker has: the file is told why it cannot say %s', async (line, why) => {
    const { deploy } = await projectByFile(FILE);
    const job = await deploy(`${FILE}${line}\n`);
    expect(job).toMatchObject({ exit: 64, calls: [] });
    expect(job.log).toContain(`line 2, column 1: ${why}`);
  });
});
