import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import type { Fault } from '../../emulator/faults.ts';
import { GROUP } from '../../emulator/scene.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { checksOf, type Expectations, type InvocationResponse, judgeResponse } from '../../src/endpoints/invocation.ts';
import { PatternMatcher } from '../../src/endpoints/pattern-matcher.ts';
import { readAsked } from '../../src/registry/companions.ts';
import { entryValue, readValidation } from '../../src/registry/entries.ts';
import type { ModelPackage } from '../../src/registry/packages.ts';
import {
  type DeployedVersion,
  refusalToValidate,
  validatedAlready,
  validationEntry,
} from '../../src/registry/validation.ts';
import { arnOf, CONTENT, modelPackage } from '../registry/package.ts';
import { aboutVersion, entriesOf, leaveRecord, OTHER_SPECIFICATION, verdictValue } from './handover.ts';
import { COMMIT, emulated, type JobOptions, projectFolder, startJob } from './job.ts';
import { deregister, IN_PLACE, NOT_SCALED, NOTE, note, SECTION, scaleBy, scalingOf, wantedOf } from './scaling.ts';

const ENDPOINT = 'resale-price-dev';
const OTHER = 'deadbeefdeadbeefdeadbeefdeadbeef';

const deployed: DeployedVersion = {
  group: GROUP,
  package: arnOf(3),
  content: CONTENT,
  endpoint: ENDPOINT,
  config: 'resale-price-dev-v3-0123456789',
  promotion_path: ['dev', 'uat', 'main'],
  open: [],
};

const version = (more: Partial<ModelPackage> = {}) => modelPackage({ version: 3, approval: 'Approved', ...more });

describe('whether what is live may be validated', () => {
  it.each<[given: string, served: string[], now: ModelPackage, why: string | undefined]>([
    ['the deployed version alone', [arnOf(3)], version(), undefined],
    ['the deployed version, its ARN in lower case', [arnOf(3).toLowerCase()], version(), undefined],
    [
      'a version whose approval was taken back',
      [arnOf(3)],
      version({ approval: 'PendingManualApproval' }),
      'is PendingManualApproval',
    ],
    ['another version', [arnOf(2)], version(), `serves ${arnOf(2)}`],
    ['another version beside it', [arnOf(3), arnOf(2)], version(), `serves ${arnOf(2)}, not only`],
    ['a model from outside the registry', [], version(), 'not created from a model package'],
    ['a content that changed', [arnOf(3)], version({ content: OTHER }), `to ${OTHER}`],
    ['a version of another group', [arnOf(3)], version({ group: 'ChurnModels' }), 'in the group ChurnModels'],
    [
      'a version withdrawn here',
      [arnOf(3)],
      version({ metadata: { 'withdrawn.dev': verdictValue(CONTENT) } }),
      'withdrawn in dev',
    ],
    [
      'a version withdrawn later on',
      [arnOf(3)],
      version({ metadata: { 'withdrawn.main': 'x' } }),
      'withdrawn in main ("x")',
    ],
    ['a rejected version', [arnOf(3)], version({ approval: 'Rejected' }), 'is Rejected'],
  ])('%s', (_given, served, now, why) => {
    const refusal = refusalToValidate(served, now, deployed);
    expect(refusal?.why ?? 'validated').toContain(why ?? 'validated');
  });

  it('a version deployed without an approval may, unless it is rejected', () => {
    const unasked = { ...deployed, open: ['approval'] };
    expect(refusalToValidate([arnOf(3)], version({ approval: 'PendingManualApproval' }), unasked)).toBeUndefined();
    expect(refusalToValidate([arnOf(3)], version({ approval: 'Rejected' }), unasked)?.why).toContain('is Rejected');
  });

  it('a validation is repeated only when a word of it changed', () => {
    const wanted = {
      pipeline: '101',
      job: '9',
      at: '2026-11-22T08:00Z',
      content: CONTENT,
      endpoint: ENDPOINT,
      config: 'c',
    };
    const holding = (more: object) =>
      version({ metadata: { 'validated.dev': entryValue({ ...wanted, job: '8', at: '2026-11-22T08:00Z', ...more }) } });
    expect(validatedAlready(version(), 'dev', wanted)).toBeUndefined();
    expect(validatedAlready(holding({}), 'dev', wanted)).toMatchObject({ job: '8' });
    expect(validatedAlready(holding({}), 'uat', wanted)).toBeUndefined();
    for (const other of [
      { pipeline: '90' },
      { content: OTHER },
      { endpoint: 'e' },
      { config: 'd' },
      { open: 'validation' },
    ])
      expect(validatedAlready(holding(other), 'dev', wanted)).toBeUndefined();
  });
});

it('a validation fits into what SageMaker takes, however long the names, and an open safety input is never lost', () => {
  const long = {
    ...deployed,
    endpoint: 'e'.repeat(63),
    config: 'c'.repeat(60),
    open: ['validation', 'protected', 'approval'],
  };
  const job = { pipeline: '1234567890', job: '12345678901', at: '2026-11-22T08:00Z' };
  const written = entryValue(validationEntry(long, job));
  expect(written).toHaveLength(256);
  expect(
    readValidation(modelPackage({ version: 1, approval: 'Approved', metadata: { 'validated.dev': written } }), 'dev'),
  ).toMatchObject({
    value: { ...job, endpoint: long.endpoint, config: long.config, open: expect.stringMatching(/^validation.*\+$/) },
  });
});

/** A pattern that tries each way to divide the text. */
const FOR_EVER = { pattern: /^(a+)+$/u, text: `${'a'.repeat(50)}!` };

describe('whether an answer is as expected', () => {
  const matcher = new PatternMatcher();
  afterAll(() => matcher.close());
  const judge = (got: InvocationResponse, expectations: Expectations, milliseconds = 10_000) =>
    judgeResponse(got, expectations, { matcher, milliseconds });

  const asked: Expectations = { accept: undefined, expect: undefined, max_latency_ms: undefined };
  const answer = (more: Partial<Omit<InvocationResponse, 'body'>> & { body?: string } = {}): InvocationResponse => ({
    status: 200,
    contentType: 'application/json',
    milliseconds: 20,
    ...more,
    body: Buffer.from(more.body ?? '{"price": 1}'),
  });

  it.each<[given: string, answer: InvocationResponse, expectations: Partial<Expectations>, wrong: object]>([
    ['nothing but an answer', answer(), {}, {}],
    ['an answer of any type', answer({ contentType: '' }), {}, {}],
    ['an error', answer({ status: 500, body: 'boom' }), {}, { status: 'HTTP 500: boom' }],
    ['the type that was asked for', answer(), { accept: 'application/json' }, {}],
    [
      'the type with a parameter',
      answer({ contentType: 'Application/JSON; charset=utf-8' }),
      { accept: 'application/json' },
      {},
    ],
    ['one of several types', answer({ contentType: 'text/csv' }), { accept: 'application/json, text/csv;q=0.5' }, {}],
    ['any type of a family', answer({ contentType: 'text/csv' }), { accept: 'text/*' }, {}],
    ['any type at all', answer({ contentType: 'text/csv' }), { accept: '*/*' }, {}],
    [
      'another type',
      answer({ contentType: 'text/csv' }),
      { accept: 'application/json' },
      { contentType: '"text/csv" instead of "application/json"' },
    ],
    ['a matching text', answer(), { expect: /"price": \d+/u }, {}],
    ['a text that does not match', answer(), { expect: /error/u }, { match: 'no match of /error/u in "{"price": 1}"' }],
    [
      'a text that would match without its last newline',
      answer({ body: '42\n' }),
      { expect: /^\d+$/u },
      { match: 'no match of /^\\d+$/u in "42\\n"' },
    ],
    [
      'an error without a word',
      answer({ status: 0, body: '' }),
      {},
      { status: 'HTTP 0: the container ended, closed the connection, or took longer than 60 s' },
    ],
    [
      'an error of the container without a word',
      answer({ status: 500, body: '' }),
      {},
      { status: 'HTTP 500: its body is empty' },
    ],
    ['a pattern with a memory', answer(), { expect: /price/gu }, {}],
    ['just in time', answer({ milliseconds: 50 }), { max_latency_ms: 50 }, {}],
    ['too late', answer({ milliseconds: 51 }), { max_latency_ms: 50 }, { time: '51 ms, more than 50 ms' }],
    [
      'a text beyond the first megabyte',
      answer({ body: `${' '.repeat(1_048_576)}x` }),
      { expect: /x/u },
      { match: expect.stringContaining('in its first 1048576 bytes') },
    ],
  ])('%s', async (_given, got, expectations, wrong) => {
    expect((await judge(got, { ...asked, ...expectations })).wrong).toEqual(wrong);
  });

  it('a pattern that would take for ever is ended, the program goes on meanwhile, and the next one is tried', async () => {
    const judging = judge(answer({ body: FOR_EVER.text }), { ...asked, expect: FOR_EVER.pattern }, 300);
    let turns = 0;
    const turning = setInterval(() => turns++, 10);
    expect((await judging).wrong.match).toBe('/^(a+)+$/u took longer than 0.3 s; use a simpler pattern');
    clearInterval(turning);
    expect(turns).toBeGreaterThan(3);
    expect((await judge(answer(), { ...asked, expect: /"price"/u })).wrong).toEqual({});
  });

  it('a pattern that needs more memory than there is fails the check, and the next one is tried', async () => {
    const deep = /^((((a)|(b))|(c))|(d))*$/u;
    const { wrong } = await judge(answer({ body: 'ab'.repeat(524_288) }), { ...asked, expect: deep });
    expect(wrong.match).toMatch(/could not be tried \(Maximum call stack size exceeded\); use a simpler pattern$/);
    expect((await judge(answer(), { ...asked, expect: /"price"/u })).wrong).toEqual({});
  });

  it('a pattern for which no time is left is not tried, and did not match', async () => {
    const { wrong } = await judge(answer(), { ...asked, expect: /price/u }, 0);
    expect(wrong).toEqual({ match: '/price/u was not tried: no time was left' });
  });

  it('one check for each thing asked, which names the first three answers that failed it', async () => {
    const statuses = [200, 500, 500, 500, 500];
    const answers = await Promise.all(statuses.map((status) => judge(answer({ status, body: 'x' }), asked)));
    expect(checksOf(answers, asked)).toEqual([
      {
        name: 'Every answer has the HTTP status 200',
        why: 'request 2: HTTP 500: x; request 3: HTTP 500: x; request 4: HTTP 500: x; and 1 more of 5',
      },
    ]);
    expect(checksOf(answers, { accept: 'a/b', expect: /x/, max_latency_ms: 1 })).toHaveLength(4);
  });
});

const inputs = { accept: 'application/json', expect: '"price":\\d+' };

const validate = (options: JobOptions) =>
  startJob(validateEndpoint, { ...options, inputs: { ...inputs, ...options.inputs } });

/** Words of a record, and the job that left it when it is not the first. */
type Words = Readonly<Record<string, unknown>> & { readonly job?: string };

interface Scene {
  readonly emulator: Emulator;
  readonly root: string;
  /** The version that deploy-model of this pipeline deployed. */
  readonly arn: string;
  readonly config: string;
  /** Writes what deploy-model left behind, with other words. */
  record(more: Words): void;
}

/** A version that is live on its endpoint, as deploy-model of this pipeline left it, and a payload to send. */
async function live(metadata: Record<string, string> = {}): Promise<Scene> {
  const emulator = await emulated();
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"instances": [{"floor_area": 92}]}');
  const arn = emulator.register({ status: 'Approved', metadata });
  const config = emulator.deployed({ endpoint: ENDPOINT, package: arn });
  const record = ({ job, ...more }: Words) => {
    const words = { outcome: 'deployed', ...aboutVersion(emulator, arn), endpoint: ENDPOINT, config, model: config };
    leaveRecord(root, 'deploy-model', { ...words, ...more }, job);
  };
  record({});
  return { emulator, root, arn, config, record };
}

function kept(root: string, name: string): string {
  return readFileSync(join(root, 'sagemaker', 'validate-endpoint', '1', name), 'utf8');
}

/** A further config of the version is on its way to the endpoint, and comes to what is said. */
function bringNext({ emulator, arn, record }: Scene, ending?: Emulator['endpoints']['outcomes'][number]): string {
  const config = emulator.deployed({ endpoint: 'resale-price-next', package: arn, name: 'resale-price-dev-v1-next' });
  if (ending) emulator.endpoints.outcomes.push(ending);
  emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: config });
  record({ config, previous_config: 'resale-price-dev-v1' });
  return config;
}

describe('an endpoint whose autoscaling was taken away by a deployment that has not given it back', () => {
  const SCALED = { scaled: { variant: 'AllTraffic', autoscaling: SECTION } };

  /** As deploy-model leaves it when it dies, or does not wait, after the instance type was changed. */
  async function takenAway(section: object = SECTION) {
    const scene = await live();
    scaleBy(scene.emulator, ENDPOINT);
    deregister(scene.emulator, ENDPOINT);
    note(scene.emulator, ENDPOINT, { is: 'due', section: wantedOf(ENDPOINT, section).hash, minimum: 1, maximum: 2 });
    return scene;
  }

  it('is scaled again, within the bounds that the note remembers', async () => {
    const scene = await takenAway();
    scene.record(SCALED);
    const job = await validate(scene);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('Autoscaling: from 1 to 2 instances.');
    expect(scalingOf(scene.emulator, ENDPOINT)).toEqual({ ...IN_PLACE, bounds: [1, 2] });
    expect(scene.emulator.tags.of(scene.emulator.endpoints.arn(ENDPOINT))[NOTE]).toMatch(/^in-place /);
  });

  it('is scaled again also where another version serves, and the validation fails', async () => {
    const scene = await takenAway();
    scene.record({ ...SCALED, config: 'resale-price-dev-v9' });
    const job = await validate(scene);
    expect(job.exit).toBe(1);
    expect(scalingOf(scene.emulator, ENDPOINT).bounds).toEqual([1, 2]);
  });

  it('is left to the deployment whose note it is, where the section is another', async () => {
    const scene = await takenAway({ ...SECTION, maximum: 3 });
    scene.record(SCALED);
    expect((await validate(scene)).exit).toBe(0);
    expect(scalingOf(scene.emulator, ENDPOINT)).toEqual(NOT_SCALED);
  });

  it('is validated also where it cannot be given back, and the log says who does it', async () => {
    const scene = await takenAway();
    scene.record(SCALED);
    scene.emulator.fault({
      operation: 'RegisterScalableTarget',
      kind: 'error',
      error: { code: 'ValidationException', message: 'No.' },
    });
    const job = await validate(scene);
    expect(job.exit).toBe(0);
    expect(job.log).toContain('Autoscaling was not given back (');
    expect(job.log).toContain('The next job does it.');
  });

  it.each([
    ['without the section', {}, ''],
    [
      'with a section of unknown words',
      { scaled: { variant: 'AllTraffic', autoscaling: { least: 1 } } },
      'known words',
    ],
  ])('is not looked at by a record %s', async (_, more, said) => {
    const scene = await takenAway();
    scene.record(more);
    const job = await validate(scene);
    expect(job.exit).toBe(0);
    expect(job.log).toContain(said);
    expect(job.calls.filter((each) => /Scal|ListTags/.test(each))).toEqual([]);
  });
});

describe('a validation', () => {
  it.each(['good', 'nothing', 'none'] as const)('says that the bake of its deployment showed %s', async (bake) => {
    const { emulator, root, arn, record } = await live();
    record({ bake });
    expect((await validate({ emulator, root })).exit).toBe(0);
    expect(readValidation(entriesOf(emulator, arn), 'dev')).toMatchObject({ is: 'read', value: { bake } });
  });

  it('is written for a version that is live and answers well', async () => {
    const { emulator, root, arn, config } = await live({ rmse: '41250' });

    const job = await validate({ emulator, root, job: '9', inputs: { requests: '3' } });

    expect(job.exit).toBe(0);
    expect(job.calls.filter((call) => call === 'InvokeEndpoint')).toHaveLength(3);
    const metadata = emulator.package(arn)?.metadata ?? {};
    expect(Object.keys(metadata).sort()).toEqual(['rmse', 'validated.dev', 'validated.dev.asked']);
    expect(readValidation(entriesOf(emulator, arn), 'dev')).toEqual({
      is: 'read',
      value: {
        pipeline: '101',
        job: '9',
        at: '2026-11-22T08:00Z',
        content: job.record?.content,
        endpoint: ENDPOINT,
        config,
      },
    });
    const update = job.received.find(({ operation }) => operation === 'UpdateModelPackage');
    expect(update?.input).toEqual({
      ModelPackageArn: arn,
      CustomerMetadataProperties: {
        'validated.dev': expect.any(String),
        'validated.dev.asked': expect.stringMatching(
          /^job=9 payload=[0-9a-f]{64} requests=3 median_ms=\d+ slowest_ms=\d+$/,
        ),
      },
    });
    const payload = createHash('sha256')
      .update(readFileSync(join(root, 'payload.json')))
      .digest('hex');
    expect(readAsked(entriesOf(emulator, arn), 'dev')).toMatchObject({ is: 'read', value: { payload, requests: 3 } });
    expect(job.record).toMatchObject({ outcome: 'validated', endpoint: ENDPOINT, config, package: arn });
    expect(job.record?.asked).toMatchObject({ payload: expect.stringMatching(/^[0-9a-f]{64}$/), requests: 3 });
    expect(job.outputs).toEqual({ ENDPOINT_VALIDATED: 'true' });
    for (const still of ['', 'still '])
      expect(job.log).toContain(
        `${ENDPOINT} is live and ${still}serves ${GROUP} version 1 (endpoint config ${config}).`,
      );
    expect(job.log).toContain('3 of 3 answers are as expected');
    expect(job.log).toMatch(/"price":\d+/);
    expect(job.log).toContain(`Validated in dev: ${GROUP} version 1 on ${ENDPOINT}.`);
    for (const name of ['serves the endpoint config', 'HTTP status 200', 'content type', 'expected pattern'])
      expect(job.junit).toContain(name);
    expect(job.junit).not.toContain('<failure');
  });

  it('is written once, and anew by another pipeline', async () => {
    const { emulator, root, record } = await live();
    await validate({ emulator, root, job: '9' });

    const again = await validate({ emulator, root, job: '10' });
    expect(again.exit).toBe(0);
    expect(again.calls).not.toContain('UpdateModelPackage');
    expect(again.log).toContain('is already validated in dev (at 2026-11-22T08:00Z). Nothing was written.');

    record({ pipeline: '102' });
    const later = await validate({ emulator, root, pipeline: '102' });
    expect(later.exit).toBe(0);
    expect(later.calls).toContain('UpdateModelPackage');
  });

  it('says which safety inputs were open', async () => {
    const { emulator, root, arn, record } = await live();
    record({ open: ['validation', 'approval'] });
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(0);
    expect(readValidation(entriesOf(emulator, arn), 'dev')).toMatchObject({
      value: { open: 'validation+approval' },
    });
  });

  it('is not written, nor anything asked, when it is told so, and says both', async () => {
    const { emulator, root } = await live();
    const job = await validate({ emulator, root, inputs: { payload_file: '', record_validation: 'false' } });
    expect(job.exit).toBe(0);
    expect(job.calls).not.toContain('InvokeEndpoint');
    expect(job.calls).not.toContain('UpdateModelPackage');
    expect(job.log).toContain('No request was sent to the model: payload_file is empty.');
    expect(job.log).toContain('Not recorded as validated in dev: record_validation is false.');
    expect(job.record).toMatchObject({ outcome: 'not recorded' });
  });
});

describe('the deployment', () => {
  it('is taken up again when it was not live before the time was over', async () => {
    const scene = await live();
    const { emulator, root } = scene;
    Object.assign(emulator.endpoints.pace, { describes: 1000, milliseconds: 300_000 });
    const config = bringNext(scene);
    expect((await validate({ emulator, root, inputs: { max_wait_time: '120' } })).exit).toBe(124);

    const again = await validate({ emulator, root });
    expect(again.exit).toBe(0);
    expect(again.record).toMatchObject({ outcome: 'validated', config });
    expect(again.log).toMatch(/\nresale-price-dev: Updating; [^\n]* \(after \d+ s\)\.\n/);
    // At the first look, when it is live, after its answers and after the entry: not at each look.
    expect(again.calls.filter((call) => call === 'DescribeModelPackage')).toHaveLength(4);
  });

  it.each([
    ['deployed', 'Somebody updated resale-price-dev back to resale-price-dev-v1'],
    ['progressing', 'SageMaker rolled back without a reason, or somebody updated the endpoint back'],
  ])('that was recorded as %s, and the config before is back: the log says what is known', async (outcome, told) => {
    const scene = await live();
    const { emulator, record, root } = scene;
    const config = bringNext(scene);
    emulator.endpoints.settle(ENDPOINT);
    record({ outcome, config, previous_config: 'resale-price-dev-v1' });
    emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: 'resale-price-dev-v1' });
    emulator.endpoints.settle(ENDPOINT);
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(1);
    expect(job.log).toContain(told);
  });

  it('was live before the requests: when the config before is back after them, somebody returned to it', async () => {
    const scene = await live();
    const { emulator, record, root } = scene;
    const config = bringNext(scene);
    emulator.endpoints.settle(ENDPOINT);
    record({ outcome: 'progressing', config, previous_config: 'resale-price-dev-v1' });
    emulator.faults.meanwhile('InvokeEndpoint', () => {
      emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: 'resale-price-dev-v1' });
      emulator.endpoints.settle(ENDPOINT);
    });
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(1);
    expect(job.log).toContain('Somebody updated resale-price-dev back to resale-price-dev-v1');
  });

  it.each([
    [
      'with a reason',
      { reason: 'CapacityError: Unable to provision requested ML compute capacity.' },
      'Next: run the deploy-model job again later',
    ],
    ['without a reason', {}, 'then run the deploy-model job again'],
  ])('was rolled back %s: the log shows what the container wrote, and what to do', async (_name, reason, next) => {
    const scene = await live();
    bringNext(scene, { ends: 'rolled back', trouble: ['ValueError: unsupported pickle protocol'], ...reason });
    const job = await validate(scene);
    expect(job.log).toContain('ValueError: unsupported pickle protocol');
    expect(job.log).toContain(next);
  });

  it.each([
    ['config', 'DeleteEndpointConfig', 'CreateEndpointConfig'],
    ['model', 'DeleteModel', 'CreateModel'],
  ] as const)('is not shown by a %s of the same name that was created again', async (kind, remove, create) => {
    const scene = await live();
    const { emulator } = scene;
    const name = emulator.endpoint(ENDPOINT)?.config.name ?? '';
    const all = kind === 'model' ? emulator.models.models : emulator.models.configs;
    const { request } = all.get(name) ?? {};
    emulator.clock.advance(1000);
    emulator.do(remove, { EndpointConfigName: name, ModelName: name });
    emulator.do(create, { ...request });
    const job = await validate(scene);
    expect(job).toMatchObject({ exit: 1, record: { outcome: 'not validated' } });
    expect(job.log).toContain('was deleted, created again, or not created from a model package');
    expect(job.calls).not.toContain('UpdateModelPackage');
  });

  it('was replaced by another pipeline: the log names it', async () => {
    const { emulator, root } = await live();
    const theirs = emulator.register({ status: 'Approved' });
    const config = emulator.deployed({ endpoint: ENDPOINT, package: theirs, name: 'resale-price-dev-v2-theirs' });
    const page = 'https://sgts.gitlab-dedicated.com/wog/mlops/resale-price/-/pipelines/102';
    emulator.do('AddTags', {
      ResourceArn: `arn:aws:sagemaker:ap-southeast-1:111122223333:endpoint-config/${config}`,
      Tags: [{ Key: 'sagemaker-components:pipeline', Value: page }],
    });

    const job = await validate({ emulator, root });

    expect(job.log).toContain(`superseded by resale-price-dev-v2-theirs, which the pipeline ${page} created`);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['rejected', { ModelApprovalStatus: 'Rejected' }, /is not validated: it is Rejected, but it is live/],
    ['withdrawn', { CustomerMetadataProperties: { 'withdrawn.dev': 'yes' } }, /it was withdrawn in dev/],
    ['changed', { InferenceSpecification: OTHER_SPECIFICATION }, /its content changed/],
  ])(
    'serves a version that was %s while the model was asked: it is not validated, and has to be taken away',
    async (_, change, told) => {
      const { emulator, root, arn } = await live();
      emulator.faults.meanwhile('InvokeEndpoint', () => {
        emulator.do('UpdateModelPackage', { ModelPackageArn: arn, ...change });
      });
      const job = await validate({ emulator, root });
      expect(job.exit).toBe(1);
      expect(job.log).toMatch(told);
      expect(job.log).toMatch(/\nNext: [^\n]* Until then it stays live, unless you delete the endpoint/);
      expect(job.calls).not.toContain('UpdateModelPackage');
    },
  );

  it('serves a version that was rejected just before the entry was written: the job says that it is live', async () => {
    const { emulator, root, arn } = await live();
    emulator.faults.meanwhile('UpdateModelPackage', () => {
      emulator.do('UpdateModelPackage', { ModelPackageArn: arn, ModelApprovalStatus: 'Rejected' });
    });
    const job = await validate({ emulator, root });
    expect(job).toMatchObject({ exit: 1, outputs: {} });
    expect(job.log).toMatch(/The validation in dev was written, but .* it is Rejected, but it is live\./);
  });

  it('serves a version that was rejected while its last answers arrived, and was validated before', async () => {
    const { emulator, root, arn } = await live();
    expect(await validate({ emulator, root, job: '9' })).toMatchObject({ exit: 0 });
    emulator.faults.meanwhile(
      'DescribeModelPackage',
      () => void emulator.do('UpdateModelPackage', { ModelPackageArn: arn, ModelApprovalStatus: 'Rejected' }),
      3,
    );
    const again = await validate({ emulator, root, job: '10' });
    expect(again).toMatchObject({ exit: 1, outputs: {} });
    expect(again.log).toMatch(/The validation in dev was written before, but .* it is Rejected, but it is live\./);
    expect(again.calls).not.toContain('UpdateModelPackage');
  });

  it('is a test case of its own, for what serves and for what was deployed', async () => {
    const { emulator, root } = await live();
    const { junit } = await validate({ emulator, root });
    expect(junit).toContain('name="The endpoint resale-price-dev serves the endpoint config resale-price-dev-v1"');
    expect(junit).toContain('name="The endpoint serves ResalePriceModelGroup version 1 as deployed"');
  });

  it('that failed is a failed test case, and nobody is asked who replaced it', async () => {
    const scene = await live();
    bringNext(scene, { ends: 'rolled back' });
    const job = await validate(scene);
    expect(job.junit).toMatch(/name="The endpoint resale-price-dev serves the endpoint config [^"]*"[^>]*>\s*<failure/);
    expect(job.calls).not.toContain('ListTags');
  });

  it('is gone with its endpoint: the log says that somebody deleted it', async () => {
    const { emulator, root } = await live();
    emulator.do('DeleteEndpoint', { EndpointName: ENDPOINT });
    emulator.endpoints.settle(ENDPOINT);
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(1);
    expect(job.log).toContain(`ERROR SMC-4107: Somebody deleted ${ENDPOINT}`);
  });

  it('stopped serving while the model was asked: the log says so', async () => {
    const { emulator, root } = await live();
    emulator.faults.meanwhile('InvokeEndpoint', () => {
      emulator.do('DeleteEndpoint', { EndpointName: ENDPOINT });
    });
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(1);
    expect(job.log).toContain(`${ENDPOINT} stopped serving during the requests`);
    expect(job.log).toContain('run the deploy-model job again');
    expect(job.log).not.toContain('Unexpected error');
  });
});

describe('the model', () => {
  it('fails a check: the log shows its answers and its last log lines', async () => {
    const { emulator, root, arn } = await live();
    emulator.runtime.behaviours.set(ENDPOINT, { errorRate: 0.5, error: { status: 500, message: 'model blew up' } });

    const job = await validate({ emulator, root, inputs: { requests: '4' } });

    expect(job.exit).toBe(1);
    expect(job.log).toContain(
      'failed: Every answer has the HTTP status 200 (request 2: HTTP 500: model blew up; request 4: HTTP 500',
    );
    expect(job.log).toContain(`The last log lines of ${ENDPOINT}`);
    expect(job.log).toContain('[ERROR] model blew up');
    expect(job.log).toContain('Next: compare the answers with payload_file, accept, custom_attributes, expect');
    expect(job.junit).toContain('<failure message="request 2: HTTP 500');
    expect(JSON.parse(kept(root, 'endpoint.json'))).toMatchObject({ EndpointName: ENDPOINT });
    expect(JSON.parse(kept(root, 'answers.json'))).toHaveLength(4);
    expect(emulator.package(arn)?.metadata).toEqual({});
    expect(job.record).toMatchObject({ outcome: 'not validated' });
    expect(job.outputs).toEqual({});
  });

  it('gets the custom attributes of every request, and the record names them', async () => {
    const { emulator, root } = await live();
    emulator.runtime.behaviours.set(ENDPOINT, { eula: true });
    const inputs = { custom_attributes: 'accept_eula=true', requests: '2' };
    expect(await validate({ emulator, root, inputs })).toMatchObject({
      exit: 0,
      record: { outcome: 'validated', asked: { custom_attributes: 'accept_eula=true' } },
    });
  });

  it('gets custom attributes with a dollar sign, and with the variables that are replaced', async () => {
    const { emulator, root } = await live();
    const inputs = { custom_attributes: 'price=$$total; commit=$CI_COMMIT_SHORT_SHA' };
    expect((await validate({ emulator, root, inputs })).record).toMatchObject({
      asked: { custom_attributes: `price=$total; commit=${COMMIT.slice(0, 8)}` },
    });
  });

  it.each([
    ['an answer of another type', { contentType: 'text/plain' }, {}, '"text/plain" instead of "application/json"'],
    ['a slow answer', { latency: 800 }, { max_latency_ms: '500' }, '800 ms, more than 500 ms'],
  ])('is not validated with %s', async (_name, behaviour, given, why) => {
    const { emulator, root } = await live();
    emulator.runtime.behaviours.set(ENDPOINT, behaviour);
    const job = await validate({ emulator, root, inputs: given });
    expect(job.exit).toBe(1);
    expect(job.log).toContain(why);
    expect(job.calls).not.toContain('UpdateModelPackage');
  });

  it.each([
    ['not ready', { code: 'ModelNotReadyException', message: 'Model is loading', status: 429 }, 'not ready yet'],
    ['not available', { code: 'ServiceUnavailable', message: 'try later', status: 503 }, 'not available (HTTP 503)'],
  ])('is asked again while it is %s', async (_name, error, saying) => {
    const { emulator, root } = await live();
    emulator.fault({ operation: 'InvokeEndpoint', kind: 'error', times: 2, error });
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(0);
    expect(job.calls.filter((call) => call === 'InvokeEndpoint')).toHaveLength(3);
    expect(job.log).toContain(saying);
  });

  it.each([
    [429, 'AWS did not answer (HTTP 429); asking again'],
    [503, 'the endpoint is not available (HTTP 503)'],
  ])('is asked again where something before SageMaker answers %s with a page', async (status, saying) => {
    const { emulator, root } = await live();
    emulator.fault({ operation: 'InvokeEndpoint', kind: 'proxy page', status, times: 2 });
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(0);
    expect(job.log).toContain(saying);
  });

  it('may be loaded for as long as it takes, before its first answer', async () => {
    const { emulator, root } = await live();
    const error = { code: 'ModelNotReadyException', message: 'Model is loading', status: 429 };
    emulator.fault({ operation: 'InvokeEndpoint', kind: 'error', times: 9, error });
    expect((await validate({ emulator, root })).exit).toBe(0);
  });

  const unavailable = { code: 'ServiceUnavailable', message: 'The service is unavailable.', status: 503 };

  it.each<[string, Omit<Fault, 'operation'>]>([
    ['says that it is', { kind: 'error', error: unavailable }],
    ['answers 503 with a page, and so is', { kind: 'proxy page', status: 503 }],
  ])(
    'is not validated on an endpoint that often %s not available: the log counts, and the answers are kept',
    async (_, fault) => {
      const { emulator, root, arn } = await live();
      for (const nth of [2, 4, 6]) emulator.fault({ operation: 'InvokeEndpoint', nth, ...fault });
      const job = await validate({ emulator, root, inputs: { requests: '10' } });
      expect(job.exit).toBe(1);
      expect(job.log).toContain('is live, but 3 of 6 requests found it not available (the last one: HTTP 503).');
      expect(job.log).toMatch(/\nNext: check the instances and the log of the endpoint/);
      expect(job.junit).toContain('<failure message="3 of 6 requests found it not available');
      expect(JSON.parse(kept(root, 'answers.json'))).toHaveLength(3);
      expect(emulator.package(arn)?.metadata).toEqual({});
    },
  );

  it('is not waited for beyond the time of the job by a pattern that takes for ever; no answer is lost', async () => {
    const { emulator, root } = await live();
    emulator.runtime.behaviours.set(ENDPOINT, {
      answer: FOR_EVER.text,
      contentType: 'application/json',
      latency: 59_900,
    });
    const given = { max_wait_time: '60', expect: FOR_EVER.pattern.source };
    const job = await validate({ emulator, root, inputs: given });
    expect(job.exit).toBe(1);
    expect(job.log).toContain('took longer than 0.1 s; use a simpler pattern');
    expect(JSON.parse(kept(root, 'answers.json'))).toMatchObject([{ status: 200 }]);
  });

  it('is asked again when the connection breaks', async () => {
    const { emulator, root } = await live();
    emulator.fault({ operation: 'InvokeEndpoint', kind: 'reset before' });
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(0);
    expect(job.log).toContain('broken connection');
  });

  it('is not asked any more when its answers took up all the time', async () => {
    const { emulator, root } = await live();
    emulator.runtime.behaviours.set(ENDPOINT, { latency: 40_000 });
    const job = await validate({ emulator, root, inputs: { requests: '10', max_wait_time: '60' } });
    expect(job.exit).toBe(124);
    expect(job.calls.filter((call) => call === 'InvokeEndpoint')).toHaveLength(2);
    expect(job.log).toContain('No time was left (max_wait_time) for request 3 of 10');
  });
});

describe('a call', () => {
  it.each([
    ['DescribeEndpoint', 'access denied', 77, "add sagemaker:DescribeEndpoint to the policy of the job's role"],
    ['InvokeEndpoint', 'access denied', 77, "add sagemaker:InvokeEndpoint to the policy of the job's role"],
    ['UpdateModelPackage', 'access denied', 77, "add sagemaker:UpdateModelPackage to the policy of the job's role"],
    ['UpdateModelPackage', 'throttle', 75, 'run this job again'],
  ] as const)('to %s that meets "%s" ends the job with %i', async (operation, kind, code, next) => {
    const { emulator, root } = await live();
    emulator.fault({ operation, kind, times: 20 });
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(code);
    expect(job.log).toContain(next);
    expect(job.record).toMatchObject({ outcome: 'not validated' });
  });
});

describe('the record of deploy-model', () => {
  it('is the one of the endpoint that is named, when there are several', async () => {
    const { emulator, root, record } = await live();
    record({ job: '2', endpoint: 'other', outcome: 'deployed' });
    expect((await validate({ emulator, root })).log).toContain('endpoint_name does not say which one to use');
    const job = await validate({ emulator, root, inputs: { endpoint_name: ENDPOINT } });
    expect(job.exit).toBe(0);
    expect(job.record).toMatchObject({ endpoint: ENDPOINT });
  });

  it('is asked for when there is none', async () => {
    const emulator = await emulated();
    const root = projectFolder();
    writeFileSync(join(root, 'payload.json'), '{}');
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(64);
    expect(job.calls).toEqual([]);
    expect(job.log).toContain('Next: if deploy-model failed, run it again first');
  });
});

describe('wrong inputs', () => {
  it.each([
    ['endpoint_name', 'two words', 'letters, digits and hyphens'],
    ['max_wait_time', '15m', 'a whole number from 1 to 86400'],
    ['poll_interval', '0', 'a whole number from 1 to 3600'],
    ['payload_file', '', 'unless record_validation is false'],
    ['payload_file', 'two words.json', 'must be a path of at most 255 letters'],
    ['content_type', 'json', 'must be a media type'],
    ['accept', 'json', 'must be a media type'],
    ['custom_attributes', 'licence=größer', 'ASCII characters only'],
    ['custom_attributes', 'a=$TOKEN', 'must not contain "$TOKEN". Write $$ for "$"'],
    ['expect', '(unclosed', 'must be a regular expression'],
    ['requests', '$REQUESTS', 'no CI/CD variable REQUESTS is visible'],
    ['endpoint_name', 'resale-price-$STAGE', 'No CI/CD variable STAGE is visible in this job.'],
    ['requests', '0', 'a whole number from 1 to 1000'],
    ['max_latency_ms', 'fast', 'a whole number from 1 to 900000'],
    ['record_validation', 'perhaps', 'must be true or false'],
  ])('%s "%s" is refused before any request', async (name, value, meaning) => {
    const { emulator, root } = await live();
    const job = await validate({ emulator, root, inputs: { [name]: value } });
    expect(job.exit).toBe(64);
    expect(job.received).toEqual([]);
    expect(job.log).toContain(`${name}: received "${value}"`);
    expect(job.log).toContain(meaning);
  });

  it('that name a variable of the job are wrong for another reason, and the log blames no variable', async () => {
    const { emulator, root } = await live();
    const job = await validate({ emulator, root, inputs: { endpoint_name: 'a b $CI_COMMIT_BRANCH' } });
    expect(job.exit).toBe(64);
    expect(job.log).not.toContain('is visible in this job');
  });

  it('are custom attributes of more than 1024 characters', async () => {
    const { emulator, root } = await live();
    const job = await validate({ emulator, root, inputs: { custom_attributes: 'a'.repeat(1025) } });
    expect(job).toMatchObject({ exit: 64, received: [] });
    expect(job.log).toContain('must be at most 1024 characters');
  });

  it('are all told at once', async () => {
    const { emulator, root } = await live();
    const job = await validate({ emulator, root, inputs: { payload_file: '', expect: '(', requests: 'many' } });
    expect(job.exit).toBe(64);
    expect(job.log).toContain('3 inputs are invalid');
  });
});

describe('the payload', () => {
  const BINARY = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff]);

  it.each<[contentType: string, payload: string | Buffer, why: string | undefined]>([
    ['application/json', '{"instances": [{"floor_area": 92}]}', undefined],
    ['application/json', '\uFEFF"text"', undefined],
    ['application/json', '{"a": [NaN, -Infinity, "NaN"]}', undefined],
    ['application/json', `"${'a'.repeat(6_000_000)}"`, undefined],
    ['application/json', '', 'the file is not JSON: it is empty.'],
    ['application/json', '{"a": 1,}', 'the file is not JSON: '],
    ['application/json', '{"a": 1}\n{"a": 2}', 'the file is not JSON: '],
    ['application/json', BINARY, 'the file is not JSON: '],
    ['Application/JSON; charset=utf-8', 'floor_area=92', 'the file is not JSON: '],
    ['application/vnd.api+json', '92,4', 'the file is not JSON: '],
    ['application/jsonlines', '{"a": 1}\r\n\r\n[NaN]\n', undefined],
    ['application/jsonlines', '\n', 'the file is empty.'],
    ['application/x-ndjson', '{"a": 1}\n{"a":\n', 'line 2 of the file is not JSON: '],
    ['text/csv', '92,4,1998\n', undefined],
    ['text/csv', '[1,2\n', undefined],
    ['text/csv', '92', undefined],
    ['text/csv', '{"floor_area": 92}', 'the file is JSON, not CSV.'],
    ['text/csv', '\n', 'the file is empty.'],
    ['text/plain', '{"a":', undefined],
    ['image/png', BINARY, undefined],
    ['application/x-npy', '', undefined],
  ])('is sent as %s only if it may be that: %j', async (content_type, payload, why) => {
    const root = projectFolder();
    writeFileSync(join(root, 'payload'), payload);
    const checked = validateEndpoint.checkFiles?.({ payload_file: 'payload', content_type }, { env: {}, root });
    const told = await checked?.then(
      () => undefined,
      ({ message }: Error) => message,
    );
    const begins = `payload_file: received "payload", which is sent with content_type "${content_type}"; `;
    expect(told).toEqual(why && expect.stringContaining(`${begins}${why}`));
  });

  it('is no link that leads out of the project, and no pipe, for which the job would wait for ever', async () => {
    const root = projectFolder();
    symlinkSync('/proc/self/environ', join(root, 'link.json'));
    execFileSync('sh', ['-c', 'mkfifo pipe.json'], { cwd: root });
    const check = async (payload_file: string) => validateEndpoint.checkFiles?.({ payload_file }, { env: {}, root });
    await expect(check('link.json')).rejects.toThrow('payload_file: received "link.json"; it is outside the project');
    await expect(check('pipe.json')).rejects.toThrow('payload_file: received "pipe.json"; it is not a file');
  });

  it('is what the commit has, byte for byte: the record has its SHA-256', async () => {
    const { emulator, root } = await live();
    const inputs = { payload_file: 'request.npy', content_type: 'application/x-npy' };
    const job = await validate({ emulator, root, inputs, committed: { 'request.npy': BINARY } });
    expect(job).toMatchObject({
      record: { asked: { payload: createHash('sha256').update(BINARY).digest('hex') } },
    });
  });

  it('is that of the work tree for a program that is started by hand, and the log says so', async () => {
    const { emulator, root } = await live();
    const env = { GIT_STRATEGY: 'fetch' };
    const job = await validate({ emulator, root, inputs: { role_arn: 'none' }, env, committed: {} });
    expect(job.exit).toBe(0);
    expect(job.log).toContain(
      'payload.json is the one of the work tree: without an id_token, nobody knows the commit.',
    );
  });

  it('is refused when SageMaker would refuse it', async () => {
    const { emulator, root } = await live();
    writeFileSync(join(root, 'payload.json'), Buffer.alloc(6_291_457, 32));
    const job = await validate({ emulator, root });
    expect(job).toMatchObject({ exit: 64, calls: [] });
    expect(job.log).toContain('it has more than 6291456 bytes, the most that are accepted');
  });
});
