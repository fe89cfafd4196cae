import { beforeEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/emulator.ts';
import { EXECUTION_ROLE } from '../../../emulator/scene.ts';
import { arnOf } from '../../registry/package.ts';
import { contentIn, enter, timeIn, validationValue, verdictValue } from '../handover.ts';
import { emulated, type JobOptions } from '../job.ts';
import { approved, deploy, liveConfig, NAME } from './scene.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await emulated();
});

const configs = () => [...emulator.models.configs.values()].map(({ name }) => name);
const models = () => [...emulator.models.models.values()].map(({ name }) => name);

type Inputs = NonNullable<JobOptions['inputs']>;
let pipeline = 100;

/** The next version is approved and deployed by a pipeline of its own; nobody validates it. */
async function deployNext(inputs: Inputs = {}, more: Partial<JobOptions> = {}) {
  emulator.clock.advance(60_000);
  const number = String(++pipeline);
  const scene = approved(emulator, { pipeline: number, entered: false });
  const approval = verdictValue(contentIn(emulator, scene.arn), { pipeline: number, at: timeIn(emulator) });
  enter(emulator, scene.arn, { 'approved.dev': approval });
  const { root, arn } = approved(emulator, { pipeline: number, entered: false, of: scene.arn });
  const job = await deploy({ emulator, root, pipeline: number, inputs, ...more });
  return { ...job, arn, config: String(job.record?.config), model: String(job.record?.model) };
}

/** So many versions, one after the other. */
async function deployMany(versions: number, inputs: Inputs = {}) {
  const jobs = [];
  for (let each = 0; each < versions; each++) {
    const job = await deployNext(inputs);
    expect(job.exit, job.log).toBe(0);
    jobs.push(job);
  }
  return jobs;
}

function validate({ arn, config }: { readonly arn: string; readonly config: string }): void {
  const validation = validationValue(contentIn(emulator, arn), { at: timeIn(emulator), config });
  enter(emulator, arn, { 'validated.dev': validation });
}

const deletions = ({ calls }: { readonly calls: readonly string[] }) =>
  calls.filter((call) => call.startsWith('Delete'));
const CLEANED = ['DeleteEndpointConfig', 'DeleteModel'];

describe('a version that was rejected', () => {
  const reject = (arn: string) =>
    void emulator.do('UpdateModelPackage', { ModelPackageArn: arn, ModelApprovalStatus: 'Rejected' });

  it('while older ones were deleted does not end well, whatever was deleted', async () => {
    await deployMany(3, { keep_versions: 'all' });
    emulator.faults.meanwhile('DeleteModel', () => reject(arnOf(4)));
    const job = await deployNext({ keep_versions: '1' });
    expect(job).toMatchObject({ exit: 1, log: expect.stringMatching(/ERROR SMC-4111: .* it is Rejected/) });
    expect(job.calls.at(-1)).toBe('DescribeModelPackage');
  });

  it('before the job is sure what serves lets nothing be deleted', async () => {
    await deployMany(3, { keep_versions: 'all' });
    emulator.faults.meanwhile('ListModels', () => reject(arnOf(4)));
    const job = await deployNext({ keep_versions: '1' });
    expect(job).toMatchObject({ exit: 1, log: expect.stringMatching(/ERROR SMC-4111: .* it is Rejected/) });
    expect(deletions(job)).toEqual([]);
  });
});

it('a model that the clean-up of another deployment deletes before the config names it is made again', async () => {
  const [first] = await deployMany(1);
  const gone = String(first?.model);
  emulator.do('DeleteEndpointConfig', { EndpointConfigName: first?.config });
  emulator.faults.meanwhile('CreateEndpointConfig', () => void emulator.do('DeleteModel', { ModelName: gone }));
  emulator.do('DeleteEndpoint', { EndpointName: NAME });
  emulator.clock.advance(60_000);
  const same = { pipeline: String(pipeline) };
  const { root } = approved(emulator, { ...same, entered: false, of: String(first?.arn) });
  const job = await deploy({ emulator, root, ...same });
  expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed', model: gone } });
  expect(job.log).toContain(`SageMaker does not find the model ${gone} for its endpoint config.`);
});

describe('after a good deployment', () => {
  it('the newest five configs and models stay, and the log names each that is deleted', async () => {
    const jobs = await deployMany(7);
    const kept = jobs.slice(-5);
    expect(configs()).toEqual(kept.map(({ config }) => config));
    expect(models()).toEqual(kept.map(({ model }) => model));
    expect(liveConfig(emulator)).toBe(kept.at(-1)?.config);
    expect(jobs.map((job) => deletions(job).length)).toEqual([0, 0, 0, 0, 0, 2, 2]);
    expect(jobs.at(-1)?.log).toContain(`Cleaned up: deleted the endpoint config ${jobs[1]?.config}.`);
    expect(jobs.at(-1)?.log).toContain(`Cleaned up: deleted the model ${jobs[1]?.model}.`);
  });

  it('nothing is deleted with keep_versions: all, and nothing is asked', async () => {
    const jobs = await deployMany(7, { keep_versions: 'all' });
    expect(configs()).toHaveLength(7);
    expect(jobs.at(-1)?.calls).not.toContain('ListEndpointConfigs');
  });

  it('what served before stays, however few are kept', async () => {
    const jobs = await deployMany(4, { keep_versions: '1' });
    expect(configs()).toEqual(jobs.slice(-2).map(({ config }) => config));
    expect(models()).toEqual(jobs.slice(-2).map(({ model }) => model));
  });

  it('a version to which the endpoint may return stays, whatever was deployed after it and never validated', async () => {
    const [good] = await deployMany(1);
    if (!good) return expect.fail();
    validate(good);
    const later = await deployMany(4, { keep_versions: '2' });
    expect(configs()).toEqual([good, ...later.slice(-2)].map(({ config }) => config));
    expect(models()).toEqual([good, ...later.slice(-2)].map(({ model }) => model));
  });

  it('a version that was withdrawn, or changed since it was validated, does not stay for that', async () => {
    const [withdrawn, changed] = await deployMany(2);
    if (!withdrawn || !changed) return expect.fail();
    for (const one of [withdrawn, changed]) validate(one);
    enter(emulator, withdrawn.arn, { 'withdrawn.uat': verdictValue(contentIn(emulator, withdrawn.arn)) });
    enter(emulator, changed.arn, { 'validated.dev': validationValue('c'.repeat(32), { at: timeIn(emulator) }) });
    const later = await deployMany(3, { keep_versions: '2' });
    expect(configs()).toEqual(later.slice(-2).map(({ config }) => config));
  });

  it('the same version again and again, each time with another config, does not push out the other versions', async () => {
    const [good] = await deployMany(1);
    if (!good) return expect.fail();
    validate(good);
    const next = await deployNext({ keep_versions: '2' });
    validate(next);
    const root = approved(emulator, { pipeline: String(pipeline), entered: false, of: next.arn }).root;
    for (const count of ['2', '3', '4']) {
      emulator.clock.advance(60_000);
      const again = { instance_count: count, keep_versions: '2' };
      const job = await deploy({ emulator, root, pipeline: String(pipeline), inputs: again });
      expect(job.exit, job.log).toBe(0);
    }
    expect(configs()).toEqual(expect.arrayContaining([good.config, next.config]));
    expect(configs(), 'the two that were validated, and the newest two').toHaveLength(4);
    expect(models()).toEqual([good.model, next.model]);
  });

  it('the config that was validated stays, not only the newest of its version', async () => {
    const [good] = await deployMany(1);
    if (!good) return expect.fail();
    validate(good);
    const root = approved(emulator, { pipeline: String(pipeline), entered: false, of: good.arn }).root;
    emulator.clock.advance(60_000);
    const wider = { emulator, root, pipeline: String(pipeline), inputs: { instance_count: '2' } };
    expect((await deploy(wider)).exit).toBe(0);
    await deployMany(3, { keep_versions: '1' });
    expect(configs()).toContain(good.config);
    expect(models()).toContain(good.model);
  });

  it('deletes ten of each at most, and the rest after the next deployment', async () => {
    await deployMany(14, { keep_versions: 'all' });
    const first = await deployNext({ keep_versions: '2' });
    expect(deletions(first)).toEqual([...Array(10).fill('DeleteEndpointConfig'), ...Array(10).fill('DeleteModel')]);
    await deployNext({ keep_versions: '2' });
    expect(configs()).toHaveLength(2);
    expect(models()).toHaveLength(2);
  });

  it('finds a model again whose config was deleted by a job that ended in between', async () => {
    const jobs = await deployMany(3, { keep_versions: 'all' });
    emulator.do('DeleteEndpointConfig', { EndpointConfigName: jobs[0]?.config });
    await deployNext({ keep_versions: '2' });
    expect(models()).not.toContain(jobs[0]?.model);
    expect(models()).toHaveLength(2);
  });

  it('does nothing of the kind when it does not wait for the endpoint', async () => {
    await deployMany(3, { keep_versions: 'all' });
    const job = await deployNext({ keep_versions: '1', wait: 'false' });
    expect(job.calls).not.toContain('ListEndpointConfigs');
    emulator.endpoints.settle(NAME);
  });
});

/** Another endpoint, which serves this config. */
function serveElsewhere(config: string, name = 'churn-dev'): void {
  const exists = emulator.endpoint(name) !== undefined;
  emulator.do(exists ? 'UpdateEndpoint' : 'CreateEndpoint', { EndpointName: name, EndpointConfigName: config });
  emulator.endpoints.settle(name);
}

describe('what others need', () => {
  it('stays where another endpoint serves it, with its model', async () => {
    const [old] = await deployMany(1);
    serveElsewhere(String(old?.config));
    await deployMany(3, { keep_versions: '1' });
    expect(configs()).toContain(old?.config);
    expect(models()).toContain(old?.model);
  });

  it('stays where another endpoint is on its way to it', async () => {
    const [old, other] = await deployMany(2);
    serveElsewhere(String(other?.config));
    emulator.endpoints.pace.describes = 1_000;
    emulator.endpoints.pace.milliseconds = 10 ** 9;
    emulator.do('UpdateEndpoint', { EndpointName: 'churn-dev', EndpointConfigName: old?.config });
    emulator.endpoints.pace.describes = 0;
    emulator.endpoints.pace.milliseconds = 0;
    await deployMany(3, { keep_versions: '1' });
    expect(configs()).toEqual(expect.arrayContaining([old?.config, other?.config]));
    expect(models()).toEqual(expect.arrayContaining([old?.model, other?.model]));
  });

  it('stays where another endpoint begins to serve it at the last moment', async () => {
    const [old] = await deployMany(3, { keep_versions: 'all' });
    emulator.faults.meanwhile('ListEndpoints', () => serveElsewhere(String(old?.config)));
    const job = await deployNext({ keep_versions: '1' });
    expect(job.exit, job.log).toBe(0);
    expect(configs()).toContain(old?.config);
    expect(models()).toContain(old?.model);
  });

  it('stays where another endpoint begins to serve it between two deletions', async () => {
    const [, second] = await deployMany(4, { keep_versions: 'all' });
    emulator.faults.meanwhile('DeleteEndpointConfig', () => serveElsewhere(String(second?.config)));
    await deployNext({ keep_versions: '1' });
    expect(configs()).toContain(second?.config);
    expect(models()).toContain(second?.model);
  });

  it('stays where it has no tag of this endpoint, or that of another with the same names', async () => {
    const jobs = await deployMany(4, { keep_versions: 'all' });
    const [one, other] = jobs;
    const arn = (config = '') => emulator.models.configArn(config);
    emulator.do('DeleteTags', { ResourceArn: arn(one?.config), TagKeys: ['sagemaker-components:endpoint'] });
    emulator.tags.put(arn(other?.config), [{ Key: 'sagemaker-components:endpoint', Value: `${NAME}-eu` }]);
    await deployNext({ keep_versions: '1' });
    expect(configs().slice(0, 2)).toEqual([one?.config, other?.config]);
    expect(models().slice(0, 2), 'their configs name them').toEqual([one?.model, other?.model]);
  });

  it('stays where a config of another endpoint names the same model, although nothing serves it now', async () => {
    const [old] = await deployMany(1);
    const variant = { VariantName: 'AllTraffic', ModelName: old?.model, InstanceType: 'ml.m5.large' };
    emulator.do('CreateEndpointConfig', {
      EndpointConfigName: `${NAME}-v1-0123456789`,
      ProductionVariants: [{ ...variant, InitialInstanceCount: 4 }],
      Tags: [{ Key: 'sagemaker-components:endpoint', Value: 'resale-price-partners-dev' }],
    });
    await deployMany(3, { keep_versions: '1' });
    expect(configs()).not.toContain(old?.config);
    expect(models()).toContain(old?.model);
  });

  it('stays as a whole while an endpoint serves several configs, so that nobody knows which', async () => {
    await deployMany(3, { keep_versions: 'all' });
    serveElsewhere(String(configs()[0]));
    const other = emulator.endpoint('churn-dev');
    if (other) other.status = 'UpdateRollbackFailed';
    const job = await deployNext({ keep_versions: '1' });
    expect(job.exit).toBe(0);
    expect(deletions(job)).toEqual([]);
    expect(job.log).toContain('Not cleaned up: churn-dev is UpdateRollbackFailed: it may serve several configs.');
  });

  it('keeps every model while an endpoint serves a config that was deleted, so that nobody knows its model', async () => {
    const jobs = await deployMany(3, { keep_versions: 'all' });
    emulator.do('CreateModel', {
      ModelName: 'churn',
      PrimaryContainer: { ModelPackageName: jobs[0]?.arn },
      ExecutionRoleArn: EXECUTION_ROLE,
    });
    const variant = { VariantName: 'AllTraffic', ModelName: 'churn', InstanceType: 'ml.m5.large' };
    const ProductionVariants = [{ ...variant, InitialInstanceCount: 1 }];
    emulator.do('CreateEndpointConfig', { EndpointConfigName: 'churn', ProductionVariants });
    serveElsewhere('churn');
    emulator.do('DeleteEndpointConfig', { EndpointConfigName: 'churn' });
    const job = await deployNext({ keep_versions: '1' });
    expect(job.log).toContain('No model is cleaned up: an endpoint serves churn, which was deleted');
    expect(models()).toHaveLength(5);
  });
});

describe('a clean-up that fails', () => {
  it.each([
    ['ListEndpointConfigs', 'ListEndpointConfigs'],
    ['ListModels', 'ListModels'],
    ['the list of endpoints', 'ListEndpoints'],
    ['the deletion of a config', 'DeleteEndpointConfig'],
    ['the deletion of a model', 'DeleteModel'],
  ])('because %s is denied warns, and the job ends well', async (_, operation) => {
    await deployMany(3, { keep_versions: 'all' });
    emulator.fault({ operation, kind: 'access denied', error: denied(operation), times: 9 });
    const job = await deployNext({ keep_versions: '1' });
    expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(job.log).toContain(
      'Warning: the endpoint serves the version, but older ones were not cleaned up. SMC-1208: ',
    );
    expect(job.log).toContain(`sagemaker:${operation}`);
    expect(job.log.trimEnd().split('\n').at(-1)).toContain(`${NAME} serves `);
  });

  it('leaves for the next deployment what it has no time for', async () => {
    await deployMany(4, { keep_versions: 'all' });
    emulator.fault({ operation: 'ListEndpoints', kind: 'slow', milliseconds: 130_000 });
    const late = await deployNext({ keep_versions: '1' });
    expect(late.exit).toBe(0);
    expect(deletions(late)).toEqual([]);
    const next = await deployNext({ keep_versions: '1' });
    expect(new Set(deletions(next))).toEqual(new Set(CLEANED));
    expect(configs()).toHaveLength(2);
  });

  it('does not delete a config a second time that somebody else deleted a moment before', async () => {
    const [old] = await deployMany(3, { keep_versions: 'all' });
    emulator.faults.meanwhile('DeleteEndpointConfig', () => {
      emulator.do('DeleteEndpointConfig', { EndpointConfigName: old?.config });
    });
    const job = await deployNext({ keep_versions: '1' });
    expect(job).toMatchObject({ exit: 0, log: expect.not.stringContaining('Warning') });
  });
});

function denied(operation: string) {
  const message = `User: arn:aws:sts::111122223333:assumed-role/x is not authorized to perform: sagemaker:${operation} on resource: * because no identity-based policy allows the sagemaker:${operation} action`;
  return { code: 'AccessDeniedException', message };
}
