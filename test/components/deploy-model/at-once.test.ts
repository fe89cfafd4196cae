import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/emulator.ts';
import { EXECUTION_ROLE } from '../../../emulator/scene.ts';
import { arnOf } from '../../registry/package.ts';
import { emulated } from '../job.ts';
import { approved, approvedOverAnother, deploy, liveConfig, NAME, OWN_TAGS, tagsOf } from './scene.ts';

describe('two jobs of one deployment', () => {
  it('that run at the same time end in one update', async () => {
    const emulator = await emulated();
    const before = emulator.deployed({ endpoint: NAME, package: emulator.register({ status: 'Approved' }) });
    const { root } = approved(emulator);
    const [one, other] = await Promise.all([deploy({ emulator, root }), deploy({ emulator, root, job: '2' })]);
    expect([one.exit, other.exit]).toEqual([0, 0]);
    expect([one.record?.previous_config, other.record?.previous_config]).toEqual([before, before]);
    expect(
      emulator.calls.filter(({ operation, answer }) => operation === 'UpdateEndpoint' && answer === 'ok'),
    ).toHaveLength(1);
  });
});

describe('two versions that are deployed at the same time', () => {
  it('end with the newer one live, and each job tells the truth', async () => {
    const emulator = await emulated();
    const before = emulator.deployed({ endpoint: NAME, package: emulator.register({ status: 'Approved' }) });
    const older = approved(emulator);
    const newer = approved(emulator, { pipeline: '102' });
    const jobs = await Promise.all([deploy(older), deploy({ ...newer, pipeline: '102' })]);

    expect(jobs[1]).toMatchObject({ exit: 0, record: { version: 3 } });
    expect(liveConfig(emulator)).toBe(jobs[1].outputs.ENDPOINT_CONFIG_NAME);
    const olderWasLive = jobs[1].record?.previous_config !== before;
    expect(jobs[0].exit === 0 || /was superseded by|is older/.test(jobs[0].log)).toBe(true);
    if (olderWasLive) expect(jobs[1].record?.previous_config).toMatch(/-v2-/);
  });
});

describe('a foreign update that begins just before ours', () => {
  it('stands on the endpoint as what was live, before ours begins', async () => {
    const scene = await approvedOverAnother();
    const { emulator } = scene;
    emulator.scenario('foreign update at the last moment');
    let tags: Readonly<Record<string, string>> = {};
    emulator.faults.meanwhile(
      'UpdateEndpoint',
      () => {
        tags = tagsOf(emulator);
      },
      2,
    );
    const job = await deploy(scene);
    expect(tags).toMatchObject({
      'sagemaker-components:wanted': job.outputs.ENDPOINT_CONFIG_NAME,
      'sagemaker-components:previous': 'somebody-elses',
    });
  });
});

/** The tags by which a later job finds what was deployed, and what before. */
const story = (emulator: Emulator) => {
  const tags = tagsOf(emulator);
  return ['wanted', 'model', 'package', 'previous', 'previous-package'].map(
    (name) => tags[`sagemaker-components:${name}`],
  );
};

describe('an update of others that ends while this job makes ready for its own', () => {
  const LAST_REQUESTS = [
    ['AddTags', 1],
    ['DescribeModelPackage', 2],
  ] as const;

  it.each(LAST_REQUESTS)('to a newer version before %s is seen: that is not replaced', async (operation, nth) => {
    const scene = await approvedOverAnother();
    const { emulator, before } = scene;
    const newer = emulator.register({ status: 'Approved' });
    const bringNewer = () => void emulator.deployed({ endpoint: NAME, package: newer, name: 'newer' });
    emulator.faults.meanwhile(operation, bringNewer, nth);
    const job = await deploy(scene);
    expect(job.exit).toBe(1);
    expect(job.log).toContain('serves version 3, and version 2 is older');
    expect(liveConfig(emulator)).toBe('newer');
    expect(story(emulator)).toEqual(['newer', 'newer', newer, before, arnOf(1)]);
  });

  it('while yet another has begun: what that one replaces is what was live before', async () => {
    const scene = await approvedOverAnother();
    const { emulator } = scene;
    const [newer, newest] = [emulator.register({ status: 'Approved' }), emulator.register({ status: 'Approved' })];
    emulator.deployed({ endpoint: 'elsewhere', package: newest, name: 'newest' });
    emulator.faults.meanwhile('AddTags', () => {
      emulator.deployed({ endpoint: NAME, package: newer, name: 'newer' });
      emulator.do('UpdateEndpoint', { EndpointName: NAME, EndpointConfigName: 'newest' });
    });
    expect((await deploy(scene)).exit).toBe(1);
    expect(story(emulator)).toEqual(['newest', 'newest', newest, 'newer', '']);
  });

  it('to several models: no package is what serves', async () => {
    const scene = await approvedOverAnother();
    const { emulator, before, arn } = scene;
    emulator.faults.meanwhile('AddTags', () => {
      const ProductionVariants = [arn, emulator.register({ status: 'Approved' })].map((version, index) => {
        const ModelName = `by-hand-${index}`;
        const PrimaryContainer = { ModelPackageName: version };
        emulator.do('CreateModel', { ModelName, PrimaryContainer, ExecutionRoleArn: EXECUTION_ROLE });
        return { VariantName: ModelName, ModelName, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
      });
      emulator.do('CreateEndpointConfig', { EndpointConfigName: 'both', ProductionVariants });
      emulator.do('UpdateEndpoint', { EndpointName: NAME, EndpointConfigName: 'both' });
      emulator.endpoints.settle(NAME);
    });
    expect((await deploy(scene)).exit).toBe(1);
    expect(story(emulator)).toEqual(['both', '', '', before, arnOf(1)]);
  });

  it('to a model that is deleted: nobody knows what serves', async () => {
    const scene = await approvedOverAnother();
    const { emulator, before } = scene;
    emulator.faults.meanwhile('AddTags', () => {
      emulator.deployed({ endpoint: NAME, package: emulator.register({ status: 'Approved' }), name: 'newer' });
      emulator.do('DeleteModel', { ModelName: 'newer' });
    });
    expect((await deploy(scene)).exit).toBe(1);
    expect(story(emulator)).toEqual(['newer', '', '', before, arnOf(1)]);
  });

  it('to an older one is what was live before', async () => {
    const scene = await approvedOverAnother();
    const { emulator } = scene;
    const older = arnOf(1);
    emulator.faults.meanwhile(
      'AddTags',
      () => void emulator.deployed({ endpoint: NAME, package: older, name: 'older' }),
    );
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 0, record: { version: 2, previous_config: 'older' } });
    expect(tagsOf(emulator)).toMatchObject({ 'sagemaker-components:previous': 'older' });
  });

  it('and scales it out: the instances stay', async () => {
    const scene = await approvedOverAnother();
    const { emulator } = scene;
    emulator.faults.meanwhile('AddTags', () => {
      const DesiredWeightsAndCapacities = [{ VariantName: 'AllTraffic', DesiredInstanceCount: 4 }];
      emulator.do('UpdateEndpointWeightsAndCapacities', { EndpointName: NAME, DesiredWeightsAndCapacities });
      emulator.endpoints.settle(NAME);
    });
    const job = await deploy(scene);
    expect(job.exit).toBe(0);
    expect(emulator.endpoint(NAME)?.variants[0]?.instances).toBe(4);
  });

  it('and an endpoint that another project takes over meanwhile is not touched', async () => {
    const scene = await approvedOverAnother();
    const { emulator, before } = scene;
    emulator.faults.meanwhile('AddTags', () =>
      emulator.tags.put(emulator.endpoints.arn(NAME), [{ Key: 'sagemaker-components:project', Value: '43' }]),
    );
    const job = await deploy(scene);
    expect(job.exit).toBe(1);
    expect(job.log).toContain('belongs to another deployment, as its tags say (project 43, ');
    expect(liveConfig(emulator)).toBe(before);
  });

  it('and another project’s endpoint of the same name, made meanwhile, is not touched', async () => {
    const scene = await approvedOverAnother();
    const { emulator } = scene;
    emulator.faults.meanwhile('AddTags', () => {
      emulator.do('DeleteEndpoint', { EndpointName: NAME });
      emulator.endpoints.settle(NAME);
      emulator.clock.advance(1000);
      const tags = { ...OWN_TAGS, 'sagemaker-components:project': '43' };
      emulator.deployed({ endpoint: NAME, package: scene.arn, name: 'theirs', tags });
    });
    const job = await deploy(scene);
    expect(job.exit).toBe(1);
    expect(job.log).toContain('belongs to another deployment');
    expect(liveConfig(emulator)).toBe('theirs');
  });
});

describe('an endpoint that others change again and again', () => {
  const busy = (operation: string, times: number) => ({
    operation,
    kind: 'error' as const,
    times,
    error: { code: 'ValidationException', message: 'Cannot update in-progress endpoint "arn".' },
  });

  it.each([
    ['nine times: the tenth update is accepted', 9, 0],
    ['ten times: the job gives up', 10, 1],
  ])('%s, five seconds between two', async (_, times, exit) => {
    const scene = await approvedOverAnother();
    const { emulator } = scene;
    emulator.fault(busy('UpdateEndpoint', times));
    const asks: number[] = [];
    emulator.onAsked = ({ operation }) => {
      if (operation === 'UpdateEndpoint') asks.push(emulator.clock.now().getTime());
    };
    const job = await deploy(scene);
    expect(job.exit).toBe(exit);
    expect(job.log).toContain(`Another deployment changed ${NAME} first. Checking again.`);
    // What was seen is what serves: there is nobody else's deployment to write down.
    if (exit !== 0) expect(job.calls.filter((call) => call === 'AddTags')).toHaveLength(10);
    expect(asks.slice(1).map((at, index) => at - (asks[index] ?? 0))).toEqual(Array.from({ length: 9 }, () => 5000));
    if (exit !== 0) expect(job.log).toContain(`${NAME} changed each time before this job could change it`);
  });

  it.each([
    ['eight times', 8, 0, 9],
    ['ten times', 10, 1, 10],
  ])('and is Failed: its deletion is refused %s, five seconds between two', async (_, times, exit, asks) => {
    const scene = await approvedOverAnother();
    const { emulator } = scene;
    Object.assign(emulator.endpoint(NAME) ?? {}, { status: 'Failed' });
    emulator.fault(busy('DeleteEndpoint', times));
    const began = emulator.clock.now().getTime();
    const job = await deploy({ ...scene, inputs: { recreate_failed: 'true' } });
    expect(job.exit).toBe(exit);
    expect(job.log).toContain(`${NAME} is Failed, and recreate_failed is true: deleting it.`);
    expect(job.calls.filter((call) => call === 'DeleteEndpoint')).toHaveLength(asks);
    expect(emulator.clock.now().getTime() - began).toBeGreaterThanOrEqual(asks * 5000);
  });

  it.each([
    ['between two looks', 'ListTags', 1, `Somebody deleted ${NAME} just now`],
    ['right before its tags', 'AddTags', 1, `Another deployment changed ${NAME} first`],
    ['right before the last look', 'DescribeModelPackage', 2, `Another deployment changed ${NAME} first`],
    ['in the last look', 'ListTags', 2, `Another deployment changed ${NAME} first`],
    ['right before its update', 'UpdateEndpoint', 1, `Another deployment changed ${NAME} first`],
  ] as const)('or delete %s: the job looks again, and creates it', async (_, operation, nth, told) => {
    const scene = await approvedOverAnother();
    const { emulator } = scene;
    emulator.faults.meanwhile(
      operation,
      () => {
        emulator.do('DeleteEndpoint', { EndpointName: NAME });
        emulator.endpoints.settle(NAME);
      },
      nth,
    );
    const job = await deploy(scene);
    expect(job.log).toContain(told);
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(job.calls).toContain('CreateEndpoint');
  });
});

describe('a job that is stopped says what AWS continues', () => {
  const at = (emulator: Emulator, operation: string, nth = 1) =>
    new Promise<void>((seen) => {
      emulator.faults.meanwhile(operation, () => seen(), nth);
    });

  it('while it creates the endpoint', async () => {
    const scene = approved(await emulated());
    scene.emulator.endpoints.outcomes.push({ ends: 'never' });
    const job = await deploy({ ...scene, stopped: at(scene.emulator, 'DescribeEndpoint', 2) });
    expect(job.exit).toBe(143);
    expect(job.log).toMatch(
      /AWS continues the creation of the endpoint resale-price-dev with resale-price-dev-v1-\w+\./,
    );
  });

  it('while it follows a deployment of its own', async () => {
    const scene = approved(await emulated());
    scene.emulator.endpoints.outcomes.push({ ends: 'never' });
    await deploy({ ...scene, inputs: { wait: 'false' } });
    const job = await deploy({ ...scene, stopped: at(scene.emulator, 'DescribeEndpoint', 2) });
    expect(job.log).toMatch(/AWS continues the deployment of resale-price-dev-v1-\w+\./);
  });

  it('and nothing where the version serves already', async () => {
    const scene = approved(await emulated());
    await deploy(scene);
    const job = await deploy({ ...scene, stopped: at(scene.emulator, 'DescribeModelPackage', 2) });
    expect(job.exit).toBe(143);
    expect(job.log).not.toContain('AWS continues');
  });

  it('while it deletes a Failed endpoint', async () => {
    const scene = await approvedOverAnother();
    Object.assign(scene.emulator.endpoint(NAME) ?? {}, { status: 'Failed' });
    const stopped = at(scene.emulator, 'DescribeEndpoint', 2);
    const job = await deploy({ ...scene, stopped, inputs: { recreate_failed: 'true' } });
    expect(job.log).toContain(`AWS continues the deletion of the endpoint ${NAME}.`);
  });

  it('and nothing after another deployment was first', async () => {
    const scene = await approvedOverAnother();
    scene.emulator.scenario('foreign update at the last moment');
    const stopped = new Promise<void>((seen) => {
      scene.emulator.faults.meanwhile('UpdateEndpoint', () =>
        scene.emulator.faults.meanwhile('DescribeEndpoint', () => seen(), 2),
      );
    });
    const job = await deploy({ ...scene, stopped });
    expect(job.exit).toBe(143);
    expect(job.log).not.toContain('AWS continues');
  });
});

describe('the time that a job may take', () => {
  const refusing = (message: string) => ({ code: 'ValidationException', message });

  it.each([
    [
      'whose new config is not found',
      refusing('Could not find endpoint configuration "arn:aws:sagemaker".'),
      'Stopped waiting for SageMaker to find the new endpoint config (max_wait_time)',
    ],
    [
      'over which another deployment is always first',
      refusing('Cannot update in-progress endpoint "arn:aws:sagemaker".'),
      'Stopped waiting for resale-price-dev (max_wait_time). Pending: another deployment changes it.',
    ],
  ])('ends also a job %s', async (_, error, told) => {
    const { emulator, ...scene } = await approvedOverAnother();
    emulator.fault({ operation: 'UpdateEndpoint', kind: 'error', times: Number.POSITIVE_INFINITY, error });
    // So much of its time has passed before it can change the endpoint.
    emulator.fault({ operation: 'CreateEndpointConfig', kind: 'slow', milliseconds: 50_000 });
    const began = emulator.clock.now().getTime();
    const job = await deploy({ emulator, ...scene, inputs: { max_wait_time: '60' } });
    expect(job.exit, job.log).toBe(124);
    expect(job.log).toContain(told);
    expect(emulator.clock.now().getTime() - began).toBeLessThan(61_000);
  });
});
