import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/emulator.ts';
import { BY_FILE, gitlabWith, jobOf } from '../gitlab-file.ts';
import { emulated } from '../job.ts';
import { endpointFile, IN_PLACE, NOT_SCALED, NOTE, note, SECTION, scalingOf, wantedOf } from '../scaling.ts';
import { type Approved, approved, approvedOverAnother, deploy, liveConfig, NAME, record, tagsOf } from './scene.ts';

const RESOURCE = `endpoint/${NAME}/variant/AllTraffic`;
const LARGE = { instance_type: 'ml.m5.large', instance_count: 2, autoscaling: SECTION };
const XLARGE = { ...LARGE, instance_type: 'ml.m5.xlarge' };

/** Deploys by an endpoint file. */
async function deployBy(
  description: object,
  scene: Pick<Approved, 'emulator' | 'root'>,
  more: Readonly<Record<string, string>> = {},
) {
  const text = endpointFile(description);
  writeFileSync(join(scene.root, 'endpoint.yml'), text);
  const gitlab = await gitlabWith(scene.emulator, { 'endpoint.yml': text });
  return deploy({ ...scene, ...jobOf(gitlab), inputs: { ...BY_FILE, ...more } });
}

/** The endpoint is Failed. */
function fail(emulator: Emulator): void {
  Object.assign(emulator.endpoint(NAME) ?? {}, { status: 'Failed' });
}

const scaling = (emulator: Emulator) => scalingOf(emulator, NAME);
const noteOf = (emulator: Emulator) => tagsOf(emulator)[NOTE];

/** An endpoint that was deployed by a file, and a version that is newer. */
async function scaledEndpoint() {
  const emulator = await emulated();
  expect((await deployBy(LARGE, approved(emulator))).exit).toBe(0);
  return approved(emulator);
}

function scaleOut(emulator: Emulator, instances: number): void {
  emulator.endpoints.scale(NAME, 'AllTraffic', instances);
  emulator.endpoints.settle(NAME);
}

const instances = (emulator: Emulator) => emulator.endpoint(NAME)?.variants[0]?.instances;
const scalingCalls = (calls: readonly string[]) => calls.filter((each) => /Scal|Scheduled/.test(each));

describe('an endpoint whose file says how it is scaled', () => {
  it('is scaled so as soon as it serves, and the job says what it set', async () => {
    const scene = approved(await emulated());
    const job = await deployBy(LARGE, scene);
    expect(job.log).toContain('Autoscaling: from 2 to 12 instances.');
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(scaling(scene.emulator)).toEqual(IN_PLACE);
    expect(noteOf(scene.emulator)).toMatch(/^in-place section=[0-9a-f]{16}$/);
  });

  it('is left alone by a deployment that finds it so', async () => {
    const scene = await scaledEndpoint();
    const job = await deployBy(LARGE, scene);
    expect(job.exit).toBe(0);
    expect(scalingCalls(job.calls).filter((each) => !each.startsWith('Describe'))).toEqual([]);
    expect(scaling(scene.emulator)).toEqual(IN_PLACE);
  });

  it('keeps all that run, however many its config begins with', async () => {
    const scene = await scaledEndpoint();
    scaleOut(scene.emulator, 9);
    await deployBy(LARGE, scene);
    expect(instances(scene.emulator)).toBe(9);
    const again = approved(scene.emulator);
    // Nine were kept, and the config of before says two: nothing wants fewer.
    await deployBy(LARGE, again);
    expect(instances(scene.emulator)).toBe(9);
  });

  it('keeps them and its autoscaling when the instance type changes, which SageMaker refuses under a target', async () => {
    const scene = await scaledEndpoint();
    const { emulator } = scene;
    scaleOut(emulator, 9);
    const counts: (number | undefined)[] = [];
    emulator.onAnswered = () => void counts.push(instancesNow(emulator));
    const job = await deployBy(XLARGE, scene);
    expect(job.exit, job.log).toBe(0);
    expect(scalingCalls(job.calls).filter((each) => !each.startsWith('Describe'))).toEqual([
      'RegisterScalableTarget',
      'DeregisterScalableTarget',
      'RegisterScalableTarget',
      'PutScalingPolicy',
      'PutScheduledAction',
    ]);
    expect(Math.min(...counts.map((each) => each ?? 0))).toBe(9);
    expect(emulator.endpoint(NAME)?.variants[0]).toMatchObject({ instances: 9, instanceType: 'ml.m5.xlarge' });
    expect(scaling(emulator)).toEqual(IN_PLACE);
    expect(noteOf(emulator)).toMatch(/^in-place /);
  });

  it('keeps what somebody adds to it at the last moment: another instance type is then refused by its name', async () => {
    const scene = await scaledEndpoint();
    const { emulator } = scene;
    const { of, policies } = wantedOf(NAME);
    const [tracking] = policies.values();
    emulator.faults.meanwhile('AddTags', () => {
      const policy = { PolicyName: 'by-hand', TargetTrackingScalingPolicyConfiguration: tracking };
      emulator.do('PutScalingPolicy', { ...of, PolicyType: 'TargetTrackingScaling', ...policy });
    });
    const job = await deployBy(XLARGE, scene);
    expect(job.exit).toBe(1);
    expect(job.log).toContain('the scaling policy "by-hand"');
    expect(scaling(emulator).policies).toHaveLength(2);
    expect(job.calls).not.toContain('UpdateEndpoint');
  });

  it('has the bounds of the night again where the instance type changes at night', async () => {
    const scene = await scaledEndpoint();
    const { emulator } = scene;
    emulator.autoscaling.schedules.takePlace(RESOURCE, 'sagemaker-components-night');
    emulator.endpoints.settle(NAME);
    await deployBy(XLARGE, scene);
    expect(scaling(emulator)).toEqual({ ...IN_PLACE, bounds: [1, 2] });
  });

  it('is scaled as a new file says, and no longer as the old one said', async () => {
    const scene = await scaledEndpoint();
    const job = await deployBy(
      {
        ...LARGE,
        autoscaling: {
          minimum: 1,
          maximum: 3,
          metric: { namespace: 'Resale', name: 'Load', statistic: 'Average', target: 5 },
        },
      },
      scene,
    );
    expect(job.exit).toBe(0);
    expect(scaling(scene.emulator)).toEqual({ bounds: [1, 3], policies: ['sagemaker-components 5'], schedules: [] });
  });

  it('is no longer scaled where its file no longer says so', async () => {
    const scene = await scaledEndpoint();
    const { autoscaling: _, ...unscaled } = LARGE;
    const job = await deployBy(unscaled, scene);
    expect(job.exit).toBe(0);
    expect(scaling(scene.emulator)).toEqual(NOT_SCALED);
    expect(noteOf(scene.emulator)).toBe('');
    const again = await deployBy(unscaled, approved(scene.emulator));
    expect(scalingCalls(again.calls)).toEqual([]);
  });

  it('is scaled again after an update to another instance type is rolled back', async () => {
    const scene = await scaledEndpoint();
    scene.emulator.endpoints.outcomes.push({ ends: 'rolled back' });
    const job = await deployBy(XLARGE, scene);
    expect(job.exit).toBe(1);
    expect(scaling(scene.emulator)).toEqual(IN_PLACE);
    expect(noteOf(scene.emulator)).toMatch(/^in-place /);
  });

  it('is scaled again after SageMaker refuses an update to another instance type', async () => {
    const scene = await scaledEndpoint();
    scene.emulator.endpoints.limits.set('ml.m5.xlarge', 0);
    const job = await deployBy(XLARGE, scene);
    expect(job.log).toContain('ml.m5.xlarge for endpoint usage');
    expect(job.exit).toBe(1);
    expect(scaling(scene.emulator)).toEqual(IN_PLACE);
  });

  it('is created with it again where it is Failed and may be deleted', async () => {
    const scene = await scaledEndpoint();
    fail(scene.emulator);
    const job = await deployBy(LARGE, scene, { recreate_failed: 'true' });
    expect(job.exit, job.log).toBe(0);
    expect(scaling(scene.emulator)).toEqual(IN_PLACE);
  });

  it('is told what Application Auto Scaling refuses', async () => {
    const scene = approved(await emulated());
    scene.emulator.fault({
      operation: 'PutScheduledAction',
      kind: 'error',
      error: { code: 'ValidationException', message: 'Schedule expression is not valid' },
    });
    const job = await deployBy(LARGE, scene);
    expect(job.log).toContain('SMC-4302');
    expect(job.exit).toBe(1);
    // The endpoint serves: what is missing is noted.
    expect(noteOf(scene.emulator)).toMatch(/^due section=[0-9a-f]{16} minimum=2 maximum=12$/);
    const again = await deployBy(LARGE, scene);
    expect(again.exit).toBe(0);
    expect(scaling(scene.emulator)).toEqual(IN_PLACE);
  });

  it('waits for a target that AWS does not find yet', async () => {
    const scene = approved(await emulated());
    scene.emulator.autoscaling.delay = 3;
    expect((await deployBy(LARGE, scene)).exit).toBe(0);
    expect(scaling(scene.emulator)).toEqual(IN_PLACE);
  });
});

/** Without letting anything settle. */
function instancesNow({ endpoints }: Emulator): number | undefined {
  return endpoints.all.get(NAME)?.variants[0]?.instances;
}

describe('an endpoint that somebody scales by hand', () => {
  /** A target with a policy, as a person makes them. */
  function scaleByHand(emulator: Emulator): void {
    const of = {
      ServiceNamespace: 'sagemaker',
      ResourceId: RESOURCE,
      ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
    };
    emulator.do('RegisterScalableTarget', { ...of, MinCapacity: 1, MaxCapacity: 4 });
    const StepScalingPolicyConfiguration = { AdjustmentType: 'ChangeInCapacity', StepAdjustments: [] };
    emulator.do('PutScalingPolicy', {
      ...of,
      PolicyName: "by hand's",
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration,
    });
  }

  it('is updated without a look at its autoscaling, while the instance type stays', async () => {
    const scene = await approvedOverAnother();
    scaleByHand(scene.emulator);
    const job = await deploy(scene);
    expect(job.exit).toBe(0);
    expect(scalingCalls(job.calls)).toEqual([]);
    expect(scaling(scene.emulator).bounds).toEqual([1, 4]);
  });

  it.each([
    ['without a section', { ...XLARGE, autoscaling: undefined }],
    ['with a section', XLARGE],
  ])('is not changed to another instance type %s: each thing is named, with the command', async (_, description) => {
    const scene = await approvedOverAnother();
    scaleByHand(scene.emulator);
    const job = await deployBy(description, scene);
    expect(job.exit).toBe(1);
    expect(job.log).toContain('SMC-4301');
    expect(job.log).toContain(
      `the scaling policy "by hand's": aws application-autoscaling delete-scaling-policy --policy-name 'by hand'\\''s' --service-namespace sagemaker --resource-id ${RESOURCE}`,
    );
    expect(job.calls).not.toContain('CreateModel');
    expect(liveConfig(scene.emulator)).toBe(scene.before);
    expect(scaling(scene.emulator).bounds).toEqual([1, 4]);
  });

  it('is not deleted', async () => {
    const scene = await approvedOverAnother();
    scaleByHand(scene.emulator);
    fail(scene.emulator);
    const job = await deploy({ ...scene, inputs: { recreate_failed: 'true' } });
    expect(job.log).toContain('SMC-4301');
    expect(job.calls).not.toContain('DeleteEndpoint');
  });
});

describe('a job that does not wait', () => {
  it('leaves a note of what is due, which the next deployment does', async () => {
    const scene = await scaledEndpoint();
    const job = await deployBy(XLARGE, scene, { wait: 'false' });
    expect(job.exit).toBe(0);
    expect(scaling(scene.emulator)).toEqual(NOT_SCALED);
    expect(noteOf(scene.emulator)).toMatch(/^due /);
    scene.emulator.endpoints.settle(NAME);
    record(scene.emulator, scene.arn, { root: scene.root });
    expect((await deployBy(XLARGE, scene)).exit).toBe(0);
    expect(scaling(scene.emulator)).toEqual(IN_PLACE);
  });

  it('has the bounds of its file where somebody writes others into its note', async () => {
    const scene = await scaledEndpoint();
    await deployBy(XLARGE, scene, { wait: 'false' });
    const { emulator, arn, root } = scene;
    const { hash } = wantedOf(NAME);
    note(emulator, NAME, { is: 'due', section: hash, minimum: 1, maximum: 10_000 });
    emulator.endpoints.settle(NAME);
    record(emulator, arn, { root });
    expect((await deployBy(XLARGE, { emulator, root })).exit).toBe(0);
    expect(scaling(emulator)).toEqual(IN_PLACE);
  });
});
