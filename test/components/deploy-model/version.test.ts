import { describe, expect, it } from 'vitest';
import { GROUP } from '../../../emulator/scene.ts';
import { enter, OTHER_SPECIFICATION } from '../handover.ts';
import { emulated, projectFolder } from '../job.ts';
import {
  type Approved,
  approved,
  approvedOverAnother,
  deploy,
  liveConfig,
  NAME,
  noWrite,
  OWN_TAGS,
  record,
} from './scene.ts';

describe('a version', () => {
  it.each<[why: string, change: (scene: Approved) => void, told: RegExp]>([
    [
      'was withdrawn in a later environment',
      ({ emulator, arn }) => enter(emulator, arn, { 'withdrawn.main': 'yes' }),
      /it was withdrawn in main/,
    ],
    [
      'has an approval that we did not write',
      ({ emulator, arn }) => enter(emulator, arn, { 'approved.dev': 'yes' }),
      /its approval for dev has an unknown format: "yes"/,
    ],
    [
      'was approved with another content',
      (scene) => {
        const approval = scene.emulator.package(scene.arn)?.metadata['approved.dev'] ?? '';
        enter(scene.emulator, scene.arn, {
          'approved.dev': approval.replace(/content=[\w-]+/, `content=${'d'.repeat(32)}`),
        });
      },
      /its approval for dev is for other content/,
    ],
    [
      'has an approval of this pipeline that its approve-model did not record',
      (scene) => {
        const approval = scene.emulator.package(scene.arn)?.metadata['approved.dev'] ?? '';
        enter(scene.emulator, scene.arn, { 'approved.dev': approval.replace('by=jane', 'by=mallory') });
      },
      /its approval for dev is "by=mallory .*but approve-model of this pipeline recorded "by=jane /,
    ],
    [
      'is handed over as one of another group',
      (scene) => void record(scene.emulator, scene.arn, { root: scene.root, group: 'Other' }),
      /it is in the group ResalePriceModelGroup, not in Other/,
    ],
    [
      'failed to register',
      ({ emulator, arn }) => {
        const version = emulator.package(arn);
        if (version) version.status = 'Failed';
      },
      /its status is Failed/,
    ],
    [
      'is still being registered',
      ({ emulator, arn }) => {
        const version = emulator.package(arn);
        if (version) version.status = 'InProgress';
      },
      /its status is InProgress/,
    ],
    [
      'was approved in another pipeline',
      (scene) => void record(scene.emulator, scene.arn, { root: projectFolder(), pipeline: '99' }),
      /is from pipeline 99, but this is pipeline 101/,
    ],
  ])('that %s is refused, and nothing is made', async (_, change, told) => {
    const scene = approved(await emulated());
    change(scene);
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toMatch(told);
  });

  it('that nobody approved for this environment is refused', async () => {
    const emulator = await emulated();
    const scene = approved(emulator, { entered: false });
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain('nobody approved it for dev');
  });
});

describe('a version that somebody takes back while the job runs', () => {
  const TAKEN_BACK: [string, Record<string, unknown>, RegExp][] = [
    ['rejected', { ModelApprovalStatus: 'Rejected' }, /it is Rejected/],
    ['withdrawn', { CustomerMetadataProperties: { 'withdrawn.uat': 'yes' } }, /it was withdrawn in uat/],
    ['changed', { InferenceSpecification: OTHER_SPECIFICATION }, /its content changed/],
  ];

  it.each(TAKEN_BACK)('is not deployed when it was %s while the job waited for another', async (_, change, told) => {
    const scene = await approvedOverAnother();
    const { emulator, arn } = scene;
    emulator.scenario('foreign update in progress');
    emulator.faults.meanwhile('DescribeEndpoint', () => {
      emulator.do('UpdateModelPackage', { ModelPackageArn: arn, ...change });
      emulator.endpoints.settle(NAME);
    });
    const job = await deploy(scene);
    expect(job.exit).toBe(1);
    expect(job.log).toMatch(told);
    expect(job.calls).not.toContain('UpdateEndpoint');
  });

  it.each(TAKEN_BACK)('is not deployed when it was %s just before a new endpoint is made', async (_, change, told) => {
    const scene = approved(await emulated());
    scene.emulator.faults.meanwhile('CreateEndpointConfig', () => {
      scene.emulator.do('UpdateModelPackage', { ModelPackageArn: scene.arn, ...change });
    });
    const job = await deploy(scene);
    expect(job.exit).toBe(1);
    expect(job.log).toMatch(told);
    expect(job.calls).not.toContain('CreateEndpoint');
  });

  it.each(TAKEN_BACK)(
    'is live when it was %s later: the job fails and says how to take it away',
    async (_, change, told) => {
      const scene = await approvedOverAnother();
      const before = liveConfig(scene.emulator);
      scene.emulator.faults.meanwhile('UpdateEndpoint', () => {
        scene.emulator.do('UpdateModelPackage', { ModelPackageArn: scene.arn, ...change });
      });
      const job = await deploy(scene);
      expect(job).toMatchObject({ exit: 1, outputs: {}, record: { outcome: 'deployed' } });
      expect(job.log).toMatch(told);
      expect(job.log).toMatch(new RegExp(`ERROR SMC-4111: ${NAME} serves .* version 2, but `));
      expect(job.log).toContain(`--endpoint-config-name ${before}).`);
    },
  );
});

describe('a version that somebody takes back', () => {
  const rejectedAt = ({ emulator, arn }: Approved, operation: string) =>
    emulator.faults.meanwhile(operation, () => {
      emulator.do('UpdateModelPackage', { ModelPackageArn: arn, ModelApprovalStatus: 'Rejected' });
    });

  it('is on its way when it was rejected after the last look: the job that does not wait fails, too', async () => {
    const scene = await approvedOverAnother();
    rejectedAt(scene, 'UpdateEndpoint');
    const job = await deploy({ ...scene, inputs: { wait: 'false' } });
    expect(job).toMatchObject({ exit: 1, outputs: {}, record: { outcome: 'progressing' } });
    expect(job.log).toContain(`ERROR SMC-4111: ${NAME} is progressing to ${GROUP} version 2, but it is Rejected.`);
    expect(job.log).toContain(`--endpoint-config-name ${scene.before}).`);
  });

  it('is no reason to delete a Failed endpoint any more', async () => {
    const scene = await approvedOverAnother();
    Object.assign(scene.emulator.endpoint(NAME) ?? {}, { status: 'Failed' });
    rejectedAt(scene, 'DescribeEndpoint');
    const job = await deploy({ ...scene, inputs: { recreate_failed: 'true' } });
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain('it is Rejected now');
  });
});

describe('the version that is deployed', () => {
  it('is the one of the chosen group when two models were approved', async () => {
    const emulator = await emulated();
    const { root } = approved(emulator);
    const other = emulator.register({ group: 'Other', status: 'Approved' });
    record(emulator, other, { root, job: '2' });
    expect(await deploy({ emulator, root })).toMatchObject({ exit: 64, calls: [] });
    const job = await deploy({ emulator, root, inputs: { model_package_group_name: 'other' } });
    expect(job).toMatchObject({ exit: 0, record: { package: other } });
  });

  it('without require_approval comes from check-model, and the record says that the safety input was open', async () => {
    const emulator = await emulated();
    const arn = emulator.register();
    const root = record(emulator, arn, { by: 'check-model', entered: false });
    expect(await deploy({ emulator, root })).toMatchObject({ exit: 64, calls: [] });
    const job = await deploy({ emulator, root, inputs: { require_approval: 'false' } });
    expect(job).toMatchObject({ exit: 0, record: { package: arn, open: ['approval'] } });
  });
});

describe('an older version', () => {
  it('replaces a newer one when allow_downgrade says so', async () => {
    const emulator = await emulated();
    const scene = approved(emulator);
    emulator.deployed({ endpoint: NAME, package: emulator.register({ status: 'Approved' }) });
    const job = await deploy({ ...scene, inputs: { allow_downgrade: 'true' } });
    expect(job).toMatchObject({ exit: 0, record: { version: 1 } });
  });

  it('is told by the model that serves, whatever the tags of the endpoint say', async () => {
    const emulator = await emulated();
    const scene = approved(emulator);
    const newer = emulator.register({ status: 'Approved' });
    const tags = { 'sagemaker-components:wanted': 'live', 'sagemaker-components:package': scene.arn };
    emulator.deployed({ endpoint: NAME, package: newer, name: 'live', tags: { ...OWN_TAGS, ...tags } });
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain(`${NAME} serves version 2, and version 1 is older`);
  });

  it('does not replace a newer one that became live while this job made its model', async () => {
    const scene = await approvedOverAnother();
    const { emulator } = scene;
    const newer = emulator.register({ status: 'Approved' });
    emulator.faults.meanwhile('CreateModel', () => {
      emulator.deployed({ endpoint: NAME, package: newer, name: 'newer' });
    });
    const job = await deploy(scene);
    expect(job.exit).toBe(1);
    expect(job.log).toContain('serves version 3, and version 2 is older');
    expect(liveConfig(emulator)).toBe('newer');
  });

  it('is not looked for where the endpoint serves another group’s version: that is refused, whatever the numbers', async () => {
    const emulator = await emulated();
    const scene = approved(emulator);
    emulator.deployed({ endpoint: NAME, package: emulator.register({ group: 'Other' }), tags: OWN_TAGS });
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toMatch(/resale-price-dev serves arn:\S+Other\/1, a version of another model package group/);
    expect(await deploy({ ...scene, inputs: { take_over_endpoint: 'true' } })).toMatchObject({ exit: 0 });
  });
});
