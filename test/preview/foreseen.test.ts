import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { EXECUTION_ROLE, GROUP } from '../../emulator/scene.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import { OWN_TAGS } from '../components/deploy-model/scene.ts';
import { aboutVersion, contentIn, enter, leaveRecord, validationValue, verdictValue } from '../components/handover.ts';
import { emulated, type FinishedJob, projectFolder, startJob } from '../components/job.ts';

const NAME = 'resale-price-uat';
const OURS = { ...OWN_TAGS, 'sagemaker-components:environment': 'uat' };

interface Scene {
  readonly emulator: Emulator;
  readonly root: string;
  /** A version below and one above the candidate, both of the group. */
  readonly older: string;
  readonly newer: string;
  readonly candidate: string;
  /** Runs deploy-model, which the approver of uat allowed. */
  deploy(inputs?: Readonly<Record<string, string>>): Promise<FinishedJob>;
  check(inputs?: Readonly<Record<string, string>>): Promise<FinishedJob>;
}

/** A version that dev validated and uat approved, and a version on either side of it. */
async function scene(): Promise<Scene> {
  const emulator = await emulated();
  const root = projectFolder();
  const [older, candidate, newer] = [1, 2, 3].map(() => emulator.register({ status: 'Approved' })) as [
    string,
    string,
    string,
  ];
  const content = contentIn(emulator, candidate);
  enter(emulator, candidate, {
    'approved.dev': verdictValue(content),
    'validated.dev': validationValue(content, { endpoint: 'resale-price-dev' }),
    'approved.uat': verdictValue(content, { pipeline: '101', at: '2026-11-22T08:00Z' }),
  });
  const about = aboutVersion(emulator, candidate);
  leaveRecord(root, 'approve-model', { environment: 'uat', outcome: 'approved', ...about });
  const usual = { emulator, root, environment: 'uat' };
  return {
    ...usual,
    older,
    newer,
    candidate,
    deploy: (inputs) => startJob(deployModel, { ...usual, inputs: { ...inputs } }),
    check: (inputs) =>
      startJob(checkModel, { ...usual, job: '2', inputs: { model_package_arn: candidate, ...inputs } }),
  };
}

const serve = ({ emulator, older }: Scene, tags: Readonly<Record<string, string>> = OURS) =>
  emulator.deployed({ endpoint: NAME, package: older, name: 'before', tags });

const become = ({ emulator }: Scene, status: 'Failed' | 'UpdateRollbackFailed') =>
  Object.assign(emulator.endpoint(NAME) ?? {}, { status });

/** Deploys the version, deletes the endpoint, and makes a config or model of its name that has other content. */
async function takeName({ emulator, deploy }: Scene, kind: 'model' | 'config') {
  const { outputs } = await deploy();
  const [model, config] = [String(outputs.MODEL_NAME), String(outputs.ENDPOINT_CONFIG_NAME)];
  emulator.do('DeleteEndpoint', { EndpointName: NAME });
  emulator.endpoints.settle(NAME);
  if (kind === 'config') {
    const [variant] = emulator.models.configs.get(config)?.request.ProductionVariants ?? [];
    emulator.do('DeleteEndpointConfig', { EndpointConfigName: config });
    const ProductionVariants = [{ ...variant, VolumeSizeInGB: 30 }];
    emulator.do('CreateEndpointConfig', { EndpointConfigName: config, ProductionVariants });
    return;
  }
  emulator.do('DeleteModel', { ModelName: model });
  const PrimaryContainer = { Image: '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/other:1' };
  emulator.do('CreateModel', { ModelName: model, PrimaryContainer, ExecutionRoleArn: EXECUTION_ROLE });
}

type Refusal = [
  refusal: string,
  set: (scene: Scene) => unknown,
  /** The input with which both go on; nothing where none does. */
  allowedBy: string | undefined,
  inputs?: Readonly<Record<string, string>>,
];

/** What deploy-model refuses, and anybody who reads can foresee. */
const FORESEEN: readonly Refusal[] = [
  [
    'the endpoint belongs to another project',
    (each) => serve(each, { ...OURS, 'sagemaker-components:project': '43' }),
    'take_over_endpoint',
  ],
  [
    'the endpoint serves a version of another group',
    ({ emulator }) => emulator.deployed({ endpoint: NAME, package: emulator.register({ group: 'Other' }), tags: OURS }),
    'take_over_endpoint',
  ],
  [
    'a newer version is live',
    ({ emulator, newer }) => emulator.deployed({ endpoint: NAME, package: newer, tags: OURS }),
    'allow_downgrade',
  ],
  [
    'nobody knows what is live',
    (each) => {
      serve(each);
      each.emulator.do('DeleteEndpointConfig', { EndpointConfigName: 'before' });
    },
    'allow_downgrade',
  ],
  [
    'the endpoint is Failed',
    (each) => {
      serve(each);
      become(each, 'Failed');
    },
    'recreate_failed',
  ],
  [
    'the last rollback of the endpoint failed',
    (each) => {
      serve(each);
      become(each, 'UpdateRollbackFailed');
    },
    undefined,
  ],
  [
    'an update would remove what somebody added to the endpoint',
    ({ emulator, older }) => {
      const PrimaryContainer = { ModelPackageName: older };
      emulator.do('CreateModel', { ModelName: 'by-hand', PrimaryContainer, ExecutionRoleArn: EXECUTION_ROLE });
      const variant = { VariantName: 'AllTraffic', ModelName: 'by-hand', InstanceType: 'ml.m5.large' };
      const ProductionVariants = [{ ...variant, InitialInstanceCount: 1, VolumeSizeInGB: 100 }];
      emulator.do('CreateEndpointConfig', { EndpointConfigName: 'by-hand', ProductionVariants });
      emulator.do('CreateEndpoint', { EndpointName: NAME, EndpointConfigName: 'by-hand' });
      emulator.endpoints.settle(NAME);
    },
    undefined,
  ],
  [
    'the tags of the deployment do not fit beside those of the endpoint',
    (each) => serve(each, { ...OURS, ...Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`tag-${n}`, 'x'])) }),
    undefined,
    { tags: 'team=pricing\ncost-centre=42' },
  ],
  [
    'the endpoint has its name in other upper and lower case',
    ({ emulator, older }) => emulator.deployed({ endpoint: 'Resale-Price-UAT', package: older, tags: OURS }),
    undefined,
  ],
  [
    'the version is not registered for the instance type',
    () => undefined,
    undefined,
    { instance_type: 'ml.g5.xlarge' },
  ],
  ['a model of the planned name has other content', (each) => takeName(each, 'model'), undefined],
  ['an endpoint config of the planned name has other content', (each) => takeName(each, 'config'), undefined],
  [
    'the config of the version is live, and somebody deleted it',
    async ({ emulator, deploy }) => {
      const { outputs } = await deploy();
      emulator.do('DeleteEndpointConfig', { EndpointConfigName: String(outputs.ENDPOINT_CONFIG_NAME) });
    },
    undefined,
  ],
];

/** What a job says at its end: why it refused, and what to do. */
const ending = ({ log }: FinishedJob) => log.slice(log.indexOf('ERROR '));

describe('what deploy-model would refuse is refused before anybody is asked to approve', () => {
  it.each<Refusal>([...FORESEEN])('%s', async (_, set, allowedBy, inputs) => {
    const each = await scene();
    await set(each);
    const [told, refused] = [await each.check(inputs), await each.deploy(inputs)];
    expect(refused.exit, refused.log).toBeOneOf([1, 64]);
    expect(told, told.log).toMatchObject({ exit: refused.exit, record: undefined });
    expect(ending(told)).toBe(ending(refused));
    expect(told.calls.filter((call) => !/^(Describe|List)/.test(call))).toEqual([]);
    if (allowedBy === undefined) return;
    const allowed = { ...inputs, [allowedBy]: 'true' };
    expect(await each.check(allowed)).toMatchObject({ exit: 0, record: { outcome: 'candidate' } });
    expect(await each.deploy(allowed)).toMatchObject({ exit: 0 });
  });

  /** The endpoint is deleted before its tags are read. */
  const deleteMeanwhile = ({ emulator }: Scene) =>
    emulator.faults.meanwhile('ListTags', () => {
      emulator.do('DeleteEndpoint', { EndpointName: NAME });
      emulator.endpoints.settle(NAME);
    });
  const NO_PLAN = { instance_type: '', execution_role_arn: '' };

  it.each([
    ['without a plan', NO_PLAN],
    ['where it may be taken over', { ...NO_PLAN, take_over_endpoint: 'true' }],
  ])('not what is deleted before it is known whose it is, %s', async (_, inputs) => {
    const each = await scene();
    serve(each, { ...OURS, 'sagemaker-components:project': '43' });
    deleteMeanwhile(each);
    expect(await each.check(inputs)).toMatchObject({ exit: 0, record: { outcome: 'candidate' } });
  });

  it('not where nothing stands against it, nor while SageMaker is busy with the endpoint', async () => {
    const each = await scene();
    serve(each);
    expect(await each.check()).toMatchObject({ exit: 0, record: { outcome: 'candidate', package: each.candidate } });
    Object.assign(each.emulator.endpoint(NAME) ?? {}, { status: 'SystemUpdating' });
    const busy = await each.check();
    expect(busy.exit, busy.log).toBe(0);
    expect(busy.log).toContain(`first    deploy-model waits first: Waiting until ${NAME} is stable: SystemUpdating`);
    expect(busy.log).toContain(`${GROUP} version 1 on ${NAME}`);
  });

  it('only as to whose the endpoint is, where the include does not say how deploy-model deploys', async () => {
    const each = await scene();
    each.emulator.deployed({ endpoint: NAME, package: each.newer, tags: OURS });
    const silent = { instance_type: '', execution_role_arn: '' };
    const told = await each.check(silent);
    expect(told.exit, told.log).toBe(0);
    expect(told.log).toContain('older    than version 3, which is live');
    each.emulator.deployed({ endpoint: NAME, package: each.newer, tags: { 'sagemaker-components:project': '43' } });
    expect(await each.check(silent)).toMatchObject({ exit: 1 });
  });
});

describe('what deploy-model would do first is told before anybody is asked to approve', () => {
  const taken = 'deploy-model would take resale-price-uat over: it belongs to project 43, environment uat, group ';

  it.each([
    ['another project’s endpoint is taken over', { ...OURS, 'sagemaker-components:project': '43' }, true],
    ['not an own one', OURS, false],
    ['nor one of nobody', {}, false],
  ])('%s', async (_, tags, told) => {
    const each = await scene();
    serve(each, tags);
    const job = await each.check({ take_over_endpoint: 'true' });
    expect(job.exit, job.log).toBe(0);
    expect(job.log.includes(taken)).toBe(told);
  });

  it.each([
    ['a Failed endpoint is deleted', 'Failed', true],
    ['not one that serves', undefined, false],
  ] as const)('%s', async (_, status, told) => {
    const each = await scene();
    serve(each);
    if (status) become(each, status);
    const job = await each.check({ recreate_failed: 'true' });
    expect(job.log.includes('deploy-model deletes the Failed endpoint first, and creates it again')).toBe(told);
  });

  it.each([
    [4, true],
    [1, false],
  ])('an endpoint with %i instances keeps them: %s', async (DesiredInstanceCount, told) => {
    const each = await scene();
    serve(each);
    const DesiredWeightsAndCapacities = [{ VariantName: 'AllTraffic', DesiredInstanceCount }];
    each.emulator.do('UpdateEndpointWeightsAndCapacities', { EndpointName: NAME, DesiredWeightsAndCapacities });
    each.emulator.endpoints.settle(NAME);
    const { log } = await each.check();
    expect(log.includes('it is scaled out, and keeps its 4 instances')).toBe(told);
    expect(log.includes('scaled out')).toBe(told);
  });

  it('nothing, where no endpoint exists: that is not the version that serves already', async () => {
    const { log } = await (await scene()).check();
    expect(log).toContain('nothing: the endpoint resale-price-uat does not exist yet');
    expect(log).not.toContain('exactly this version is live');
  });
});
