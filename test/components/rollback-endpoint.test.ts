import { describe, expect, it } from 'vitest';
import approveModel from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import {
  decideRollback,
  type EarlierRelease,
  type RollbackQuestion,
} from '../../src/components/rollback-endpoint/decision.ts';
import rollbackEndpoint from '../../src/components/rollback-endpoint.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import type { EndpointTags } from '../../src/endpoints/tags.ts';
import { readComment } from '../../src/registry/companions.ts';
import { readApproval, readWithdrawal } from '../../src/registry/entries.ts';
import { standingWithdrawal } from '../../src/registry/withdrawal.ts';
import { endpoint } from '../endpoints/endpoint.ts';
import { arnOf, modelPackage } from '../registry/package.ts';
import { projectByFile } from './by-file.ts';
import { NAME } from './deploy-model/scene.ts';
import { contentIn, enter, entriesOf, timeIn, validationValue } from './handover.ts';
import { projectFolder, startJob } from './job.ts';
import { configOf, live, ours, release, released, rollBack } from './rollback-endpoint/scene.ts';
import { IN_PLACE, scaleBy, scalingOf } from './scaling.ts';

describe('where an endpoint goes back to', () => {
  const config = (version: number) => configOf(arnOf(version));
  const good = (version: number, at = `2026-11-22T08:0${version}Z`): EarlierRelease => ({
    version: modelPackage({ version, approval: 'Approved' }),
    configs: [config(version)],
    named: true,
    at,
  });
  const brought = (component: string, version: number, before = version - 1): Partial<EndpointTags> => ({
    component,
    wanted: config(version),
    package: arnOf(version),
    previous: config(before),
    previousPackage: arnOf(before),
  });
  interface Seen {
    readonly live?: number;
    readonly status?: 'UpdateRollbackFailed';
    readonly tags?: Partial<EndpointTags>;
    readonly releases: readonly EarlierRelease[];
    readonly named?: number;
  }
  const question = ({ live: serves, status, tags = {}, releases, named }: Seen): RollbackQuestion => ({
    endpoint: endpoint({ config: serves === undefined ? 'made-by-hand' : config(serves), ...(status && { status }) }),
    tags: { ...NO_TAGS, ...tags },
    served:
      serves === undefined
        ? { is: 'model from outside the registry' }
        : { is: 'version', version: serves, package: arnOf(serves) },
    releases,
    named,
  });
  const NO_TAGS: EndpointTags = {
    owner: undefined,
    keys: [],
    alarms: false,
    autoscaling: undefined,
    bakeTraffic: undefined,
    component: undefined,
    wanted: undefined,
    model: undefined,
    package: undefined,
    previous: undefined,
    previousPackage: undefined,
  };
  const three = [good(1), good(2), good(3)];

  it.each<[given: string, seen: Seen, to: readonly number[] | 'nothing' | 'ask', leaving?: number]>([
    ['the last deployment is live', { live: 3, tags: brought('deploy-model', 3), releases: three }, [2, 1], 3],
    [
      'the last deployment is live, and nobody validated it',
      { live: 4, tags: brought('deploy-model', 4), releases: three },
      [3, 2, 1],
      4,
    ],
    [
      'an older version was deployed last',
      { live: 1, tags: brought('deploy-model', 1, 3), releases: [good(1, '2026-11-22T09:00Z'), good(2), good(3)] },
      [3, 2],
      1,
    ],
    [
      'a version was deployed twice',
      {
        live: 3,
        tags: brought('deploy-model', 3),
        releases: [good(1, '2026-11-22T08:02Z'), good(2, '2026-11-22T08:01Z'), good(3)],
      },
      [1, 2],
      3,
    ],
    [
      'a rollback brought what is live',
      { live: 2, tags: brought('rollback-endpoint', 2, 3), releases: [good(1), good(2)] },
      'nothing',
    ],
    [
      'a rollback brought what is live, and that is no longer fit',
      { live: 2, tags: brought('rollback-endpoint', 2, 3), releases: [good(1)] },
      [1],
      2,
    ],
    [
      'a rollback was to bring another, and did not',
      { live: 3, tags: brought('rollback-endpoint', 2, 3), releases: [good(1), good(2)] },
      [2, 1],
      3,
    ],
    [
      'SageMaker rolled the last deployment back',
      { live: 3, tags: brought('deploy-model', 4), releases: three },
      'nothing',
    ],
    ['nobody knows who brought what is live', { live: 3, releases: three }, 'ask'],
    [
      'nobody knows who brought what is live, and a person says where to go',
      { live: 3, releases: three, named: 1 },
      [1],
      3,
    ],
    ['nobody knows who brought what is live, and nothing else is fit', { live: 3, releases: [good(3)] }, [], 3],
    ['somebody put a model of their own there', { tags: brought('deploy-model', 3), releases: three }, [3, 2, 1]],
    ['nothing else is fit', { live: 3, tags: brought('deploy-model', 3), releases: [good(3)] }, [], 3],
    ['a person names an older one', { live: 3, tags: brought('deploy-model', 3), releases: three, named: 1 }, [1], 3],
    [
      'a person names an older one after a rollback',
      { live: 2, tags: brought('rollback-endpoint', 2, 3), releases: [good(1), good(2)], named: 1 },
      [1],
      2,
    ],
    [
      'a person names the one that is live',
      { live: 3, tags: brought('deploy-model', 3), releases: three, named: 3 },
      'nothing',
    ],
    [
      'a person names a newer one, which says nothing against what is live',
      { live: 1, tags: brought('rollback-endpoint', 1, 3), releases: [good(1), good(2)], named: 2 },
      [2],
    ],
    [
      'a person names one that is not fit',
      { live: 3, tags: brought('deploy-model', 3), releases: three, named: 9 },
      [],
    ],
    [
      'an update and its rollback failed',
      { live: 2, status: 'UpdateRollbackFailed', tags: brought('deploy-model', 3), releases: three },
      [2, 1],
      3,
    ],
    [
      'a rollback failed, and SageMaker’s rollback of that, too',
      {
        live: 3,
        status: 'UpdateRollbackFailed',
        tags: brought('rollback-endpoint', 2, 3),
        releases: [good(1), good(2)],
      },
      [2, 1],
      3,
    ],
  ])('when %s', (_, seen, to, leaving) => {
    const decision = decideRollback(question(seen));
    if (to === 'nothing' || to === 'ask') return expect(decision).toMatchObject({ do: to });
    expect(decision).toMatchObject({ do: 'return', leaving: leaving === undefined ? undefined : arnOf(leaving) });
    expect(decision.do === 'return' && decision.candidates.map(({ version }) => version.version)).toEqual(to);
  });
});

describe('a rollback', () => {
  it('brings back the release before the one that is live, and withdraws that with nothing but its own entry', async () => {
    const { emulator, root, versions } = await released(3);
    const [first = '', second = '', third = ''] = versions;

    const job = await rollBack({ emulator, root, job: '55', inputs: { comment: 'Wrong prices' } });

    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('The protected environment dev/rollback in GitLab says who may do so.');
    expect(job.log).toContain('serves ResalePriceModelGroup version 2 again');
    expect(live(emulator)).toBe(configOf(second));
    expect(readWithdrawal(entriesOf(emulator, third), 'dev')).toMatchObject({
      is: 'read',
      value: { by: 'jane', job: '55', to: '2' },
    });
    expect(readComment(entriesOf(emulator, third), 'withdrawn', 'dev')).toBe('Wrong prices');
    expect(emulator.package(third)?.approval).toBe('Approved');
    const update = job.received.find(({ operation }) => operation === 'UpdateModelPackage')?.input;
    expect(Object.keys(Object(update)).sort()).toEqual(['CustomerMetadataProperties', 'ModelPackageArn']);
    for (const arn of [first, second]) expect(emulator.package(arn)?.metadata).not.toHaveProperty('withdrawn.dev');
    expect(job.record).toMatchObject({ outcome: 'rolled back', version: 2, previous_config: configOf(third) });
  });

  it('withdraws before it updates, so that a job that is killed between the two can go on', async () => {
    const { emulator, root } = await released(2);
    const { calls } = await rollBack({ emulator, root });
    const changes = calls.filter((call) => /^(Update|Add|Create|Delete)/.test(call));
    expect(changes).toEqual(['UpdateModelPackage', 'AddTags', 'UpdateEndpoint']);
  });

  it.each([
    ['is not protected', { environment_protected: 'false' }, 'The environment dev/rollback is not protected in GitLab'],
    ['is protected', { environment_protected: 'true' }, 'The protected environment dev/rollback in GitLab says who'],
  ])('says who may start it where its environment %s', async (_, claims, words) => {
    const { emulator, root } = await released(2);
    expect((await rollBack({ emulator, root, claims })).log).toContain(words);
  });

  it('reads no record, so that it works when every artifact is gone', async () => {
    const { emulator } = await released(2);
    expect((await rollBack({ emulator, root: projectFolder() })).exit).toBe(0);
  });

  it('does not take a config that was made for another endpoint, or for another version', async () => {
    for (const [tags, validatedOn] of [
      [{ endpoint: 'churn-dev' }, 'churn-dev'],
      [{ package: arnOf(1) }, NAME],
    ] as const) {
      const { emulator, root, versions } = await released(1);
      const second = release(emulator, { configTags: ours(tags) });
      enter(emulator, second, {
        'validated.dev': validationValue(contentIn(emulator, second), {
          at: timeIn(emulator),
          endpoint: validatedOn,
          config: configOf(second),
        }),
      });
      release(emulator);
      const job = await rollBack({ emulator, root });
      expect(job.log).toContain(
        'Passed over version 2: its tags do not say that deploy-model made the endpoint config',
      );
      expect(live(emulator)).toBe(configOf(versions[0] ?? ''));
    }
  });

  it('takes a config that it shares with another endpoint, whose name its tags have, where it was validated on this one', async () => {
    const { emulator, root } = await released(1);
    const second = release(emulator, { configTags: ours({ endpoint: 'resale-price-dev-2' }) });
    release(emulator);
    expect((await rollBack({ emulator, root })).exit).toBe(0);
    expect(live(emulator)).toBe(configOf(second));
  });

  it('takes a config of an earlier release of these components, whose tags name no endpoint, where the validation does', async () => {
    const { emulator, root, versions } = await released(2);
    const [first = ''] = versions;
    const ResourceArn = emulator.models.configArn(configOf(first));
    emulator.do('DeleteTags', { ResourceArn, TagKeys: ['sagemaker-components:endpoint'] });
    expect((await rollBack({ emulator, root })).exit).toBe(0);
    expect(live(emulator)).toBe(configOf(first));
  });

  it('does not take a config that somebody made again after it was validated, with its tags', async () => {
    const { emulator, root, versions } = await released(3);
    const [first = '', second = ''] = versions;
    const EndpointConfigName = configOf(second);
    const tags = emulator.tags.of(emulator.models.configArn(EndpointConfigName));
    emulator.clock.advance(120_000);
    emulator.do('DeleteEndpointConfig', { EndpointConfigName });
    emulator.do('CreateEndpointConfig', {
      EndpointConfigName,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: EndpointConfigName,
          InstanceType: 'ml.p4d.24xlarge',
          InitialInstanceCount: 5,
        },
      ],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
    const job = await rollBack({ emulator, root });
    expect(job.log).toContain(
      `Passed over version 2: the endpoint config ${EndpointConfigName} was created again after it was validated.`,
    );
    expect(live(emulator)).toBe(configOf(first));
  });

  it('does not withdraw a version of another group, whatever the tags of an endpoint name that is UpdateRollbackFailed', async () => {
    const { emulator, root } = await released(2);
    const other = emulator.register({ group: 'ChurnModels', status: 'Approved' });
    const forged = Object.entries(ours({ package: other, wanted: 'churn-v1' }));
    emulator.tags.put(
      emulator.endpoints.arn(NAME),
      forged.map(([Key, Value]) => ({ Key, Value })),
    );
    emulator.scenario('endpoint is UpdateRollbackFailed');
    const job = await rollBack({ emulator, root });
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain(`${other} is no version of ResalePriceModelGroup: it is not withdrawn.`);
    expect(job.calls).not.toContain('UpdateModelPackage');
  });

  it('does not take a version of another group with its number', async () => {
    const { emulator, root } = await released(2);
    emulator.register({ group: 'ChurnModels', status: 'Approved' });
    const job = await rollBack({ emulator, root, inputs: { model_package_group_name: 'ChurnModels' } });
    expect(job.exit).toBe(1);
    expect(job.calls).not.toContain('UpdateModelPackage');
    expect(job.calls).not.toContain('UpdateEndpoint');
  });

  it('does not replace a rejection by a withdrawal that an approval could overrule', async () => {
    const { emulator, root, versions } = await released(2);
    const [, second = ''] = versions;
    const rejection = 'by=lim pipeline=90 job=8 commit=c at=2026-11-22T08:02Z content=cccccccccccccccccccccccccccccccc';
    emulator.do('UpdateModelPackage', {
      ModelPackageArn: second,
      CustomerMetadataProperties: { 'withdrawn.dev': rejection },
    });
    const job = await rollBack({ emulator, root });
    expect(job.exit, job.log).toBe(0);
    expect(emulator.package(second)?.metadata['withdrawn.dev']).toBe(rejection);
  });
});

describe('a version that was rolled back', () => {
  const again = { pipeline: '102', user: 'lim.wei.jie', environment: 'dev' } as const;

  async function rolledBack() {
    const { emulator, root, versions } = await released(2);
    await rollBack({ emulator, root, job: '55', inputs: { comment: 'Wrong prices' } });
    return { emulator, root: projectFolder(), arn: versions[1] ?? '' };
  }

  it('is not offered, unless the include names it', async () => {
    const { emulator, root } = await rolledBack();
    const job = await startJob(checkModel, { emulator, root, ...again, inputs: { source: 'registry' } });
    expect(job.exit).toBe(80);
    expect(job.log).toContain('it was live in dev until');
  });

  it('comes back by an approval that names the rollback, and then stands', async () => {
    const { emulator, root, arn } = await rolledBack();
    const inputs = { source: 'registry', model_package_arn: arn };
    const check = await startJob(checkModel, { emulator, root, ...again, inputs });
    expect(check.exit, check.log).toBe(0);
    expect(check.log).toMatch(
      /was live here until .*, withdrawn by jane \(user ID 7\) in pipeline 101, who went back to version 1, because "Wrong prices"\. Your approval would overrule that/,
    );
    expect(check.record).toMatchObject({ over: '55' });

    const approve = await startJob(approveModel, { emulator, root, ...again });
    expect(approve.exit, approve.log).toBe(0);
    expect(readApproval(entriesOf(emulator, arn), 'dev')).toMatchObject({ value: { over: '55', by: 'lim.wei.jie' } });

    const deploy = await startJob(deployModel, { emulator, root, ...again });
    expect(deploy.exit, deploy.log).toBe(0);

    // A later approval keeps what it overrules.
    const later = { emulator, root: projectFolder(), ...again, pipeline: '103' };
    await startJob(checkModel, { ...later, inputs: { ...inputs, source: 'run' } });
    expect((await startJob(approveModel, later)).exit).toBe(0);
    expect(readApproval(entriesOf(emulator, arn), 'dev')).toMatchObject({ value: { over: '55', pipeline: '103' } });
    expect(standingWithdrawal(entriesOf(emulator, arn), 'dev')).toBeUndefined();
  });

  it('is not approved over a rollback that came after it was shown', async () => {
    const { emulator, root, arn } = await rolledBack();
    const inputs = { source: 'registry', model_package_arn: arn };
    await startJob(checkModel, { emulator, root, ...again, inputs });
    const value = emulator.package(arn)?.metadata['withdrawn.dev']?.replace('job=55', 'job=56');
    emulator.do('UpdateModelPackage', { ModelPackageArn: arn, CustomerMetadataProperties: { 'withdrawn.dev': value } });
    const approve = await startJob(approveModel, { emulator, root, ...again });
    expect(approve.exit).toBe(1);
    expect(approve.log).toContain('cannot be approved for dev: it was live in dev until');
  });

  it('is not deployed by a job of an earlier pipeline that runs again', async () => {
    const { emulator, root, versions } = await released(1);
    const arn = emulator.register();
    const job = { emulator, root, ...again, inputs: { source: 'registry' } };
    await startJob(checkModel, job);
    await startJob(approveModel, { ...job, inputs: {} });
    await startJob(deployModel, { ...job, inputs: {} });
    expect(live(emulator)).not.toBe(configOf(versions[0] ?? ''));
    expect((await rollBack({ emulator, root: projectFolder(), pipeline: '103' })).exit).toBe(0);
    const old = await startJob(deployModel, { ...job, inputs: {}, job: '9' });
    expect(old.exit).toBe(1);
    expect(old.log).toContain('cannot be deployed to dev: it was live in dev until');
    expect(live(emulator)).toBe(configOf(versions[0] ?? ''));
    expect(emulator.package(arn)?.approval).toBe('Approved');
  });
});

describe('a rollback of an endpoint that its endpoint file scales', () => {
  it('keeps all that run and what scales it, and asks nobody about that', async () => {
    const scene = await released(2);
    const { emulator } = scene;
    scaleBy(emulator, 'resale-price-dev');
    const job = await rollBack({ ...scene, environment: 'dev' });
    expect(job.exit, job.log).toBe(0);
    expect(emulator.endpoint('resale-price-dev')?.variants[0]?.instances).toBe(2);
    expect(scalingOf(emulator, 'resale-price-dev')).toEqual(IN_PLACE);
    expect(job.calls.filter((each) => /Scal/.test(each))).toEqual([]);
  });
});

describe('a rollback of an endpoint whose file says more of it', () => {
  const PLAIN = 'instance_type: ml.m5.large\n';
  const MORE = `${PLAIN}kms_key_id: alias/endpoints\nvolume_size_in_gb: 100\nvpc_config: { security_group_ids: [sg-1], subnets: [subnet-1] }\n`;

  it.each([
    ['the release before had the same', MORE, MORE, 'alias/endpoints'],
    ['the release before had none of it', PLAIN, MORE, undefined],
    ['the release before had it', MORE, PLAIN, 'alias/endpoints'],
  ])('brings back the release as it was made, where %s', async (_, before, after, key) => {
    const { emulator, deploy, run } = await projectByFile(PLAIN);
    for (const [index, text] of [before, after].entries()) {
      const taken =
        index === 0 ? '' : after === PLAIN ? 'kms_key_id: null\nvolume_size_in_gb: null\nvpc_config: null\n' : '';
      const job = await deploy(text + taken);
      expect(job, job.log).toMatchObject({ exit: 0 });
      expect(await run(validateEndpoint)).toMatchObject({ exit: 0 });
    }
    const back = await run(rollbackEndpoint);
    expect(back, back.log).toMatchObject({ exit: 0, record: { outcome: 'rolled back', version: 1 } });
    expect(emulator.endpoint('resale-price-dev')?.config.request.KmsKeyId).toBe(key);
  });

  it('is refused where somebody else gave the endpoint what the release before does not have', async () => {
    const { emulator, deploy, run } = await projectByFile(PLAIN);
    for (let version = 1; version <= 2; version++) {
      expect(await deploy()).toMatchObject({ exit: 0 });
      expect(await run(validateEndpoint)).toMatchObject({ exit: 0 });
    }
    const { ProductionVariants } = emulator.endpoint('resale-price-dev')?.config.request ?? {};
    const byHand = { EndpointConfigName: 'by-hand', ProductionVariants, KmsKeyId: 'alias/theirs' };
    emulator.do('CreateEndpointConfig', byHand);
    emulator.do('UpdateEndpoint', { EndpointName: 'resale-price-dev', EndpointConfigName: 'by-hand' });
    emulator.endpoints.settle('resale-price-dev');
    const back = await run(rollbackEndpoint, PLAIN, { version: '1' });
    expect(back.log).toContain('KmsKeyId: "alias/theirs"');
    expect(back).toMatchObject({ exit: 1 });
  });
});
