import { describe, expect, it } from 'vitest';
import planDeployment from '../../src/components/plan-deployment.ts';
import rollbackEndpoint from '../../src/components/rollback-endpoint.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { endpointDescription } from '../../src/endpoints/description/consistent.ts';
import { projectByFile } from './by-file.ts';
import { NAME, noWrite } from './deploy-model/scene.ts';
import { BY_FILE } from './gitlab-file.ts';

const POOLS = `instance_count: 2
instance_pools:
  - { instance_type: ml.m5.xlarge, priority: 2 }
  - { instance_type: ml.m5.large, priority: 1 }
`;

async function scene() {
  const project = await projectByFile(POOLS);
  const running = () => project.emulator.endpoint(NAME)?.variants[0]?.instanceType;
  return { ...project, running };
}

describe('an endpoint on instances of several types', () => {
  it('is deployed on the first type that AWS has free, validated, and goes back to the version before', async () => {
    const { emulator, run, deploy, running } = await scene();
    const first = await deploy();
    expect(first, first.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(first.log).toContain('ml.m5.large or ml.m5.xlarge, instance_count 2).');
    expect(running()).toBe('ml.m5.large');
    expect(await run(validateEndpoint)).toMatchObject({ exit: 0 });

    emulator.endpoints.soldOut.add('ml.m5.large');
    expect(await deploy()).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(running()).toBe('ml.m5.xlarge');
    expect(await run(validateEndpoint)).toMatchObject({ exit: 0 });
    const back = await run(rollbackEndpoint);
    expect(back, back.log).toMatchObject({ exit: 0, record: { outcome: 'rolled back' } });
    expect(emulator.endpoint(NAME)?.config.request.ProductionVariants).toMatchObject([
      {
        InstancePools: [
          { InstanceType: 'ml.m5.xlarge', Priority: 2 },
          { InstanceType: 'ml.m5.large', Priority: 1 },
        ],
        InitialInstanceCount: 2,
      },
    ]);
  });

  it('comes from one type, keeps its instances, and is in the plan of a merge', async () => {
    const { emulator, run, deploy } = await scene();
    expect(await deploy('instance_type: ml.m5.large\ninstance_count: 2\n')).toMatchObject({ exit: 0 });
    const wanted = [{ VariantName: 'AllTraffic', DesiredInstanceCount: 3 }];
    emulator.do('UpdateEndpointWeightsAndCapacities', { EndpointName: NAME, DesiredWeightsAndCapacities: wanted });
    emulator.endpoints.settle(NAME);
    const plan = await run(planDeployment, POOLS, { ...BY_FILE, name_prefix: '' });
    expect(plan.log).toContain('  fleet    3 x ml.m5.large or ml.m5.xlarge (now 3 x ml.m5.large)\n');
    expect(await deploy()).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(emulator.endpoint(NAME)?.variants).toMatchObject([{ instances: 3 }]);
  });

  it('does not lose them where the file no longer says them: it says null', async () => {
    const { deploy } = await scene();
    await deploy();
    const lost = await deploy('instance_type: ml.m5.large\n');
    expect(lost).toMatchObject({ exit: 1, calls: noWrite });
    expect(lost.log).toContain('(in the endpoint file: instance_pools)');
    expect(await deploy('instance_type: ml.m5.large\ninstance_pools: null\n')).toMatchObject({ exit: 0 });
  });

  it('is rolled back where AWS has none of the types free, and the job says what to do', async () => {
    const { emulator, deploy } = await scene();
    await deploy();
    for (const type of ['ml.m5.large', 'ml.m5.xlarge']) emulator.endpoints.soldOut.add(type);
    const job = await deploy();
    expect(job.exit).toBe(1);
    expect(job.log).toContain('AWS has no free instance of this type now');
  });

  it('is refused where the version is not registered for each of them', async () => {
    const { deploy } = await scene();
    const job = await deploy(POOLS.replace('ml.m5.xlarge', 'ml.g5.xlarge'));
    expect(job).toMatchObject({ exit: 64, calls: noWrite });
    expect(job.log).toContain('instance_type: received "ml.g5.xlarge"');
  });

  it('is not updated where a pool has a model of its own, which an update would remove', async () => {
    const { emulator, deploy } = await scene();
    await deploy();
    const { config } = emulator.endpoint(NAME) ?? {};
    for (const pool of config?.request.ProductionVariants[0]?.InstancePools ?? [])
      Object.assign(pool, { ModelNameOverride: 'for-this-type' });
    const job = await deploy();
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain('ProductionVariants[0].InstancePools[0].ModelNameOverride: "for-this-type"');
  });
});

describe('the key instance_pools of an endpoint file', () => {
  const pool = (instance_type: string, priority: number) => ({ instance_type, priority });
  const [first, second] = [pool('ml.g6.2xlarge', 1), pool('ml.g6e.2xlarge', 2)];
  const problems = (given: object) =>
    (endpointDescription.safeParse(given).error?.issues ?? []).map(
      ({ path, message }) => `${path.join('.')} ${message}`,
    );

  it.each([
    { instance_pools: [first] },
    { instance_pools: [1, 2, 3, 4, 5].map((each) => pool(`ml.g6.${each}xlarge`, each)) },
    { instance_pools: [first, second], variant_instance_provision_timeout_in_seconds: 3600 },
  ])('may be in %j', (given) => {
    expect(problems(given)).toEqual([]);
  });

  it.each([
    [{ instance_pools: [] }, 'must be a list of 1 to 5 instance types'],
    [
      { instance_pools: [1, 2, 3, 4, 5, 5].map((each) => pool(`ml.g6.${each}xlarge`, each)) },
      'must be a list of 1 to 5',
    ],
    [{ instance_pools: [first, pool('ml.m5.large', 1)] }, 'must have each priority once'],
    [{ instance_pools: [first, pool('ml.g6.2xlarge', 2)] }, 'must have each instance type once'],
    [{ instance_pools: [pool('ml.m5.large', 6)] }, 'instance_pools.0.priority must be a whole number from 1 to 5'],
    [{ instance_pools: [first], instance_type: 'ml.m5.large' }, 'must not be given beside instance_type'],
    [
      { instance_pools: [first], autoscaling: { minimum: 1, maximum: 2, invocations_per_instance: 5 } },
      'autoscaling must not be given beside instance_pools',
    ],
    [
      { instance_pools: [first], variant_instance_provision_timeout_in_seconds: 299 },
      'must be a whole number from 300 to 3600',
    ],
    [
      { instance_type: 'ml.m5.large', variant_instance_provision_timeout_in_seconds: 300 },
      'must not be given without instance_pools',
    ],
    [
      {
        instance_pools: [pool('ml.inf1.xlarge', 1), second],
        instance_count: 4,
        strategy: { type: 'canary', size: 1, wait: 300 },
      },
      'canary does nothing on Inf1 instances',
    ],
  ])('is refused in %j', (given, why) => {
    expect(problems(given).join('\n')).toContain(why);
  });
});
