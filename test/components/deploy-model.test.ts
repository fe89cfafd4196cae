import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { GROUP } from '../../emulator/scene.ts';
import deployModel from '../../src/components/deploy-model.ts';
import { type DesiredEndpoint, decideChange, type EndpointDecision } from '../../src/endpoints/decision.ts';
import { endpoint } from '../endpoints/endpoint.ts';
import { aboutVersion, contentIn, enter, leaveRecord, verdictValue } from './handover.ts';
import { emulated, type JobOptions, projectFolder, startJob } from './job.ts';

const NAME = 'resale-price-dev';

const WANTED: DesiredEndpoint = {
  endpoint: NAME,
  config: 'ours',
  version: 2,
  allow_downgrade: false,
  recreate_failed: false,
};

const RULES: readonly [
  given: string,
  seen: Parameters<typeof endpoint>[0] | undefined,
  answer: EndpointDecision['do'],
  more?: Partial<DesiredEndpoint> & { live?: number; unsupportedFeatures?: string[] },
][] = [
  ['no endpoint', undefined, 'create'],
  ['InService with an older version', { config: 'before' }, 'update', { live: 1 }],
  ['InService with the same version under another config', { config: 'before' }, 'update', { live: 2 }],
  ['InService with something that is not of this group', { config: 'before' }, 'update'],
  ['InService with a newer version', { config: 'before' }, 'refuse', { live: 3 }],
  [
    'InService with a newer version, and leave to go back',
    { config: 'before' },
    'update',
    { live: 3, allow_downgrade: true },
  ],
  [
    'InService with a VPC, which we cannot give',
    { config: 'before' },
    'refuse',
    { live: 1, unsupportedFeatures: ['a VPC'] },
  ],
  ['InService with our config', { config: 'ours' }, 'nothing'],
  ['InService with our config, but too few instances', { config: 'ours', instances: 0 }, 'follow'],
  ['InService with our config pending', { config: 'before', pending: 'ours' }, 'follow'],
  ["InService with somebody else's config pending", { config: 'before', pending: 'theirs' }, 'wait'],
  ['OutOfService', { config: 'before', status: 'OutOfService' }, 'update'],
  ['OutOfService with our config', { config: 'ours', status: 'OutOfService' }, 'update'],
  ['OutOfService with a newer version', { config: 'before', status: 'OutOfService' }, 'refuse', { live: 3 }],
  ['Creating with our config', { config: 'ours', status: 'Creating' }, 'follow'],
  ['Creating with our config pending', { config: 'ours', pending: 'ours', status: 'Creating' }, 'follow'],
  ["Creating with somebody else's config", { config: 'theirs', status: 'Creating' }, 'wait'],
  ['Updating to our config', { config: 'before', pending: 'ours', status: 'Updating' }, 'follow'],
  ["Updating to somebody else's config", { config: 'before', pending: 'theirs', status: 'Updating' }, 'wait'],
  ["Updating from our config to somebody else's", { config: 'ours', pending: 'theirs', status: 'Updating' }, 'wait'],
  ['being scaled while it serves our config', { config: 'ours', status: 'Updating' }, 'follow'],
  ['being scaled while it serves another config', { config: 'before', status: 'Updating' }, 'wait'],
  ['SystemUpdating', { config: 'before', status: 'SystemUpdating' }, 'wait'],
  ['SystemUpdating with our config', { config: 'ours', status: 'SystemUpdating' }, 'wait'],
  ['RollingBack from our config', { config: 'before', pending: 'ours', status: 'RollingBack' }, 'follow'],
  ["RollingBack from somebody else's config", { config: 'before', pending: 'theirs', status: 'RollingBack' }, 'wait'],
  ['Deleting', { config: 'before', status: 'Deleting' }, 'wait'],
  ['Failed', { config: 'before', status: 'Failed' }, 'refuse'],
  ['Failed with our config', { config: 'ours', status: 'Failed' }, 'refuse'],
  ['Failed, and leave to recreate it', { config: 'before', status: 'Failed' }, 'delete', { recreate_failed: true }],
  ['UpdateRollbackFailed', { config: 'before', status: 'UpdateRollbackFailed' }, 'refuse', { recreate_failed: true }],
  ['spelled otherwise', { config: 'before', name: 'Resale-Price-Dev' }, 'refuse'],
];

describe('what is done about an endpoint', () => {
  it.each(RULES)('%s', (_, seen, answer, { live, unsupportedFeatures = [], ...more } = {}) => {
    const scene = { endpoint: seen && endpoint(seen), current: { version: live, unsupportedFeatures } };
    const decision = decideChange(scene, { ...WANTED, ...more });
    expect(decision.do).toBe(answer);
  });

  it('every status of the API has its row', () => {
    const model: { shapes: Record<string, { enum?: string[] }> } = JSON.parse(
      readFileSync(new URL('../../emulator/api/sagemaker.json', import.meta.url), 'utf8'),
    );
    const known = new Set(RULES.flatMap(([, seen]) => (seen ? [seen.status ?? 'InService'] : [])));
    expect([...known].sort()).toEqual([...(model.shapes.EndpointStatus?.enum ?? [])].sort());
  });
});

interface Approved {
  readonly emulator: Emulator;
  readonly root: string;
  readonly arn: string;
}

/** A version that this environment's approver approved in this pipeline, and the record of it. */
function approved(emulator: Emulator, options: Partial<Recording> = {}): Approved {
  const arn = emulator.register({ status: 'Approved' });
  return { emulator, arn, root: record(emulator, arn, options) };
}

interface Recording {
  readonly root: string;
  readonly pipeline: string;
  readonly by: 'approve-model' | 'check-model';
  readonly slug: string;
  readonly group: string;
  readonly entered: boolean;
}

function record(emulator: Emulator, arn: string, options: Partial<Recording> = {}): string {
  const { root = projectFolder(), pipeline = '101', by = 'approve-model', entered = true, slug } = options;
  const who = { pipeline, at: '2026-11-22T07:50Z' };
  if (entered) enter(emulator, arn, { 'approved.dev': verdictValue(contentIn(emulator, arn), who) });
  const about = aboutVersion(emulator, arn);
  const outcome = by === 'approve-model' ? 'approved' : 'candidate';
  return leaveRecord(root, by, { pipeline, outcome, ...about, group: options.group ?? about.group }, slug);
}

const deploy = (options: JobOptions) =>
  startJob(deployModel, { ...options, inputs: { name_prefix: '', ...options.inputs } });

const liveConfig = (emulator: Emulator, name = NAME) => emulator.endpoint(name)?.config.name;
const tagsOf = (emulator: Emulator, name = NAME) => emulator.tags.of(emulator.endpoints.arn(name));
const noWrite = expect.not.arrayContaining([expect.stringMatching(/^(Create|Update|Delete|AddTags)/)]);

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
    expect(liveConfig(scene.emulator)).toMatch(/^resale-price-dev-v1-[0-9a-f]{10}$/);
    expect(job.outputs.MODEL_NAME).toMatch(/^resale-price-dev-v1-[0-9a-f]{10}$/);
    expect(job.outputs).not.toHaveProperty('PREVIOUS_ENDPOINT_CONFIG_NAME');
    expect(job.links).toContain('logsV2:log-groups');
  });

  it('is described first, made once and followed until it is live', async () => {
    const job = await deploy(approved(await emulated()));
    expect(job.calls).toEqual([
      'DescribeModelPackage',
      'DescribeEndpoint',
      'DescribeModel',
      'CreateModel',
      'DescribeEndpointConfig',
      'CreateEndpointConfig',
      'CreateEndpoint',
      ...Array.from({ length: 3 }, () => 'DescribeEndpoint'),
    ]);
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
    };
    expect(tagsOf(emulator)).toMatchObject({ ...expected, 'sagemaker-components:wanted': liveConfig(emulator) });
    expect(emulator.tags.of(emulator.models.modelArn(String(job.outputs.MODEL_NAME)))).toEqual(expected);
    expect(emulator.tags.of(emulator.models.configArn(String(liveConfig(emulator))))).toEqual(expected);
  });

  it('gets the model’s environment, untouched by what looks like a variable', async () => {
    const scene = approved(await emulated());
    const job = await deploy({ ...scene, inputs: { model_environment: 'LOG_LEVEL=debug\nPATTERN=^a=$HOME$' } });
    expect(scene.emulator.models.models.get(String(job.outputs.MODEL_NAME))?.request.PrimaryContainer).toEqual({
      ModelPackageName: scene.arn,
      Environment: { LOG_LEVEL: 'debug', PATTERN: '^a=$HOME$' },
    });
  });
});

describe('an endpoint in service', () => {
  async function withOlder() {
    const emulator = await emulated();
    const before = emulator.deployed({ endpoint: NAME, package: emulator.register({ status: 'Approved' }) });
    return { ...approved(emulator), before };
  }

  it('is updated, and the config before it is noted on the endpoint before anything is changed', async () => {
    const scene = await withOlder();
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
    const scene = await withOlder();
    const first = await deploy(scene);
    const again = await deploy(scene);
    expect(again).toMatchObject({ exit: 0, record: first.record, outputs: first.outputs, calls: noWrite });
    expect(again.log).toContain('already: nothing was changed.');
  });

  it('tags, pipeline and commit do not change what is deployed; instances do', async () => {
    const scene = await withOlder();
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
    const scene = await withOlder();
    scene.emulator.do('UpdateEndpointWeightsAndCapacities', {
      EndpointName: NAME,
      DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 4 }],
    });
    scene.emulator.endpoints.settle(NAME);
    const job = await deploy(scene);
    expect(job.log).toContain('was scaled out to 4 instances: it keeps them');
    expect(scene.emulator.endpoint(NAME)?.variants[0]?.instances).toBe(4);
  });

  it('is scaled in when the project asks for fewer instances than its last config had', async () => {
    const scene = await withOlder();
    await deploy({ ...scene, inputs: { instance_count: '3' } });
    await deploy({ ...scene, inputs: { instance_count: '2' } });
    expect(scene.emulator.endpoint(NAME)?.variants[0]?.instances).toBe(2);
  });

  it('goes back to an older version when it is told to', async () => {
    const emulator = await emulated();
    const scene = approved(emulator);
    emulator.deployed({ endpoint: NAME, package: emulator.register({ status: 'Approved' }) });
    const job = await deploy({ ...scene, inputs: { allow_downgrade: 'true' } });
    expect(job).toMatchObject({ exit: 0, record: { version: 1 } });
  });

  it('does not go back from a newer version that became live while this job made its model', async () => {
    const scene = await withOlder();
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

  it('is not deleted, whatever recreate_failed says', async () => {
    const scene = await withOlder();
    const job = await deploy({ ...scene, inputs: { recreate_failed: 'true' } });
    expect(job.exit).toBe(0);
    expect(job.calls).not.toContain('DeleteEndpoint');
  });

  it('that serves another group’s model is no downgrade', async () => {
    const emulator = await emulated();
    const other = emulator.register({ group: 'Other' });
    emulator.register({ group: 'Other' });
    emulator.deployed({ endpoint: NAME, package: emulator.register({ group: 'Other' }) });
    expect(other).toContain('Other/1');
    expect(await deploy(approved(emulator))).toMatchObject({ exit: 0 });
  });

  it('says what a foreign update left live, before it updates over it', async () => {
    const scene = await withOlder();
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

describe('an endpoint that has what no config of ours can have', () => {
  const SUBNET = { SecurityGroupIds: ['sg-0123456789abcdef0'], Subnets: ['subnet-0123456789abcdef0'] };
  const CAPTURE = {
    EnableCapture: true,
    InitialSamplingPercentage: 100,
    DestinationS3Uri: 's3://resale-price-capture/',
    CaptureOptions: [{ CaptureMode: 'Input' }],
  };
  const KEY = 'arn:aws:kms:ap-southeast-1:111122223333:key/0f1e2d3c';
  const ROLE = 'arn:aws:iam::111122223333:role/resale-price-execution';

  it.each([
    ['a VPC', { VpcConfig: SUBNET }, {}],
    ['network isolation', { EnableNetworkIsolation: true }, {}],
    ['data capture', {}, { DataCaptureConfig: CAPTURE }],
    ['a KMS key', {}, { KmsKeyId: KEY }],
  ])('keeps %s: it is refused, and nothing is changed', async (feature, ofModel, ofConfig) => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    emulator.deployed({ endpoint: NAME, package: scene.arn, name: 'plain' });
    emulator.do('CreateModel', {
      ModelName: 'by-hand',
      PrimaryContainer: { ModelPackageName: scene.arn },
      ExecutionRoleArn: ROLE,
      ...ofModel,
    });
    const variant = {
      VariantName: 'AllTraffic',
      ModelName: 'by-hand',
      InstanceType: 'ml.m5.large',
      InitialInstanceCount: 1,
    };
    emulator.do('CreateEndpointConfig', { EndpointConfigName: 'by-hand', ProductionVariants: [variant], ...ofConfig });
    emulator.do('UpdateEndpoint', { EndpointName: NAME, EndpointConfigName: 'by-hand' });
    emulator.endpoints.settle(NAME);

    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain(`${NAME} has ${feature} now, which this component cannot give it`);
    expect(job.log).toContain('Next: keep deploying this endpoint as before; or set another endpoint_name');
  });
});

describe('the version', () => {
  it.each<[why: string, change: (scene: Approved) => void, told: RegExp]>([
    [
      'was withdrawn in a later environment',
      ({ emulator, arn }) => enter(emulator, arn, { 'withdrawn.main': 'yes' }),
      /it was withdrawn in main/,
    ],
    [
      'has an approval that we did not write',
      ({ emulator, arn }) => enter(emulator, arn, { 'approved.dev': 'yes' }),
      /not one that we wrote: "yes"/,
    ],
    [
      'was approved with another content',
      (scene) => {
        const approval = scene.emulator.package(scene.arn)?.metadata['approved.dev'] ?? '';
        enter(scene.emulator, scene.arn, {
          'approved.dev': approval.replace(/content=\w+/, `content=${'d'.repeat(32)}`),
        });
      },
      /another content was approved for dev/,
    ],
    [
      'has an approval of this pipeline that its approve-model did not record',
      (scene) => {
        const approval = scene.emulator.package(scene.arn)?.metadata['approved.dev'] ?? '';
        enter(scene.emulator, scene.arn, { 'approved.dev': approval.replace('by=jane', 'by=mallory') });
      },
      /not the one that approve-model of this pipeline recorded \("by=jane .*but "by=mallory /,
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
      /is of pipeline 99, and this is pipeline 101/,
    ],
  ])('that %s is refused, and nothing is made', async (_, change, told) => {
    const scene = approved(await emulated());
    change(scene);
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: ['DescribeModelPackage'] });
    expect(job.log).toMatch(told);
  });

  it('that nobody approved for this environment is refused', async () => {
    const emulator = await emulated();
    const scene = approved(emulator, { entered: false });
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 1, calls: ['DescribeModelPackage'] });
    expect(job.log).toContain('nobody approved it for dev');
  });

  it('is the one of the chosen group when two models were approved', async () => {
    const emulator = await emulated();
    const { root } = approved(emulator);
    const other = emulator.register({ group: 'Other', status: 'Approved' });
    record(emulator, other, { root, slug: 'approve-other' });
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

describe('the job', () => {
  it('passes on that there is nothing to promote', async () => {
    const emulator = await emulated();
    const nothing = { environment: 'dev', pipeline: '101', outcome: 'nothing', why: 'condition RmseIsGood was false' };
    const job = await deploy({ emulator, root: leaveRecord(projectFolder(), 'approve-model', nothing) });
    expect(job).toMatchObject({ exit: 0, calls: [], record: nothing, outputs: {} });
    expect(job.log).toContain('Nothing to deploy: condition RmseIsGood was false.');
  });

  it('does not wait when it is told not to', async () => {
    const scene = approved(await emulated());
    const job = await deploy({ ...scene, inputs: { wait: 'false' } });
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'progressing', endpoint: NAME } });
    expect(job.calls.at(-1)).toBe('CreateEndpoint');
  });

  it.each(['DescribeModelPackage', 'DescribeEndpoint'])(
    'asks once more when the connection breaks before the answer to %s',
    async (operation) => {
      const scene = approved(await emulated());
      scene.emulator.fault({ operation, kind: 'reset after' });
      expect(await deploy(scene)).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
      expect(liveConfig(scene.emulator)).toBeDefined();
    },
  );

  it('denied: names the action that is missing', async () => {
    const scene = approved(await emulated());
    scene.emulator.fault({ operation: 'CreateModel', kind: 'access denied' });
    const job = await deploy(scene);
    expect(job.exit).toBe(77);
    expect(job.log).toMatch(/Next: allow the job's role sagemaker:CreateModel/);
  });

  it('throttled for good: 75, so that GitLab runs it again', async () => {
    const scene = approved(await emulated());
    scene.emulator.fault({ operation: 'CreateEndpoint', kind: 'throttle', times: Infinity });
    expect(await deploy(scene)).toMatchObject({ exit: 75 });
  });
});

describe('two jobs of one deployment', () => {
  it('that run at the same time end in one update', async () => {
    const emulator = await emulated();
    const before = emulator.deployed({ endpoint: NAME, package: emulator.register({ status: 'Approved' }) });
    const { root } = approved(emulator);
    const [one, other] = await Promise.all([
      deploy({ emulator, root }),
      deploy({ emulator, root, slug: 'deploy-again' }),
    ]);
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
    expect(jobs[0].exit === 0 || /taken over|is older/.test(jobs[0].log)).toBe(true);
    if (olderWasLive) expect(jobs[1].record?.previous_config).toMatch(/-v2-/);
  });
});

describe('wrong inputs', () => {
  it.each([
    ['model_package_group_name', 'my group'],
    ['endpoint_name', 'resale_price'],
    ['endpoint_name', ''],
    ['endpoint_name', 'e'.repeat(64)],
    ['name_prefix', '-x'],
    ['instance_type', 'm5.large'],
    ['instance_count', '0'],
    ['instance_count', '$INSTANCES'],
    ['execution_role_arn', 'resale-price-execution'],
    ['variant_name', ''],
    ['model_environment', 'LOG LEVEL=1'],
    ['model_environment', 'LOG_LEVEL'],
    ['tags', 'team'],
    ['tags', 'aws:team=pricing'],
    ['tags', 'sagemaker-components:wanted=x'],
    ['tags', 'team=a,b'],
    ['require_approval', 'maybe'],
    ['allow_downgrade', '1'],
    ['recreate_failed', ''],
    ['wait', 'yes please'],
    ['max_wait_time', '1h'],
    ['poll_interval', '0'],
  ])('%s "%s" is refused before any call to AWS, by name and with the value', async (name, value) => {
    const emulator = await emulated();
    const job = await deploy({ ...approved(emulator), inputs: { [name]: value } });
    expect(job).toMatchObject({ exit: 64, received: [] });
    expect(job.log).toContain(`  ${name}: received "${value}"`);
  });
});
