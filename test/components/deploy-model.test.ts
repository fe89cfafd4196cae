import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Served } from '../../src/endpoints/current.ts';
import {
  type DesiredEndpoint,
  decideChange,
  dependsOnCurrent,
  type EndpointDecision,
} from '../../src/endpoints/decision.ts';
import type { Owner } from '../../src/endpoints/owner.ts';
import { endpoint } from '../endpoints/endpoint.ts';
import { approved, deploy, liveConfig, NAME, OWNER } from './deploy-model/scene.ts';
import { leaveRecord } from './handover.ts';
import { emulated, projectFolder } from './job.ts';

const WANTED: DesiredEndpoint = {
  endpoint: NAME,
  config: 'ours',
  kind: 'real_time',
  version: 2,
  owner: OWNER,
  take_over_endpoint: false,
  allow_downgrade: false,
  recreate_failed: false,
};

interface Circumstances {
  /** Which version is live; or what else is. */
  readonly live: number | 'another group’s' | 'an image' | 'unknown';
  readonly lost: string[];
  readonly notAsPlanned: string[];
  readonly theirs: Partial<Owner>;
  /** How many tags the endpoint has, and how many an update adds. */
  readonly tags: { readonly has: number; readonly added: number };
}

const FEW_TAGS = { has: 9, added: 0 };

const servedBy = (live: Circumstances['live'] = 'an image'): Served => {
  if (live === 'unknown') return { is: 'unknown', why: 'the endpoint config before was deleted' };
  if (typeof live === 'number') return { is: 'version', version: live, package: `arn:model-package/group/${live}` };
  if (live === 'an image') return { is: 'model from outside the registry' };
  return { is: 'version of another group', package: 'arn:model-package/other/9' };
};

const RULES: readonly [
  given: string,
  seen: Parameters<typeof endpoint>[0] | undefined,
  answer: EndpointDecision['do'],
  more?: Partial<DesiredEndpoint> & Partial<Circumstances>,
][] = [
  ['no endpoint', undefined, 'create'],
  ['InService with an older version', { config: 'before' }, 'update', { live: 1 }],
  ['InService with the same version under another config', { config: 'before' }, 'update', { live: 2 }],
  ['InService with a model from outside the registry', { config: 'before' }, 'update', { live: 'an image' }],
  ['InService with a version of another group', { config: 'before' }, 'refuse', { live: 'another group’s' }],
  [
    'InService with a version of another group, and leave to take it over',
    { config: 'before' },
    'update',
    { live: 'another group’s', take_over_endpoint: true },
  ],
  [
    'InService with as many tags as there may be, with ours',
    { config: 'before' },
    'update',
    { live: 1, tags: { has: 41, added: 9 } },
  ],
  ['InService with a tag too many', { config: 'before' }, 'refuse', { live: 1, tags: { has: 42, added: 9 } }],
  ['InService with nobody knows what', { config: 'before' }, 'refuse', { live: 'unknown' }],
  [
    'InService with nobody knows what, and leave to take it over',
    { config: 'before' },
    'refuse',
    { live: 'unknown', take_over_endpoint: true },
  ],
  [
    'InService with nobody knows what, and leave to go back',
    { config: 'before' },
    'update',
    { live: 'unknown', allow_downgrade: true },
  ],
  ['InService with a newer version', { config: 'before' }, 'refuse', { live: 3 }],
  [
    'InService with a newer version, and leave to go back',
    { config: 'before' },
    'update',
    { live: 3, allow_downgrade: true },
  ],
  ['InService with a VPC, which we cannot give', { config: 'before' }, 'refuse', { live: 1, lost: ['VpcConfig: {}'] }],
  [
    'InService with a VPC, whatever may be done',
    { config: 'before' },
    'refuse',
    { live: 1, lost: ['VpcConfig: {}'], take_over_endpoint: true, allow_downgrade: true, recreate_failed: true },
  ],
  ['InService with our config', { config: 'ours' }, 'nothing'],
  [
    'InService with our config by its name, but not as planned',
    { config: 'ours' },
    'refuse',
    { notAsPlanned: ['the endpoint config ours was created again'], take_over_endpoint: true, allow_downgrade: true },
  ],
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
  ['Failed with another config pending', { config: 'before', pending: 'theirs', status: 'Failed' }, 'refuse'],
  ['Failed, and leave to recreate it', { config: 'before', status: 'Failed' }, 'delete', { recreate_failed: true }],
  ['UpdateRollbackFailed', { config: 'before', status: 'UpdateRollbackFailed' }, 'refuse', { recreate_failed: true }],
  ...(
    [
      ['InService with an older version', { config: 'before' }, 'update'],
      ['InService with our config', { config: 'ours' }, 'nothing'],
      ['Updating to our config', { config: 'before', pending: 'ours', status: 'Updating' }, 'follow'],
      ['Failed, and leave to recreate it', { config: 'before', status: 'Failed' }, 'delete'],
    ] as const
  ).flatMap(([given, seen, answer]) => [
    ...[{ project: '43' }, { environment: 'main' }, { group: 'arn:other' }].map((theirs): (typeof RULES)[number] => [
      `${given}, of another ${Object.keys(theirs)}`,
      seen,
      'refuse',
      { live: 1, theirs, recreate_failed: true, allow_downgrade: true },
    ]),
    [
      `${given}, of another project, and leave to take it over`,
      seen,
      answer,
      { live: 1, theirs: { project: '43' }, recreate_failed: true, take_over_endpoint: true },
    ] satisfies (typeof RULES)[number],
  ]),
  [
    'Updating to another’s config, of another project',
    { config: 'before', pending: 'theirs', status: 'Updating' },
    'wait',
    { theirs: { project: '43' } },
  ],
  ['spelled otherwise', { config: 'before', name: 'Resale-Price-Dev' }, 'refuse'],
];

describe('what is done about an endpoint', () => {
  it.each(RULES)(
    '%s',
    (_, seen, answer, { live, lost = [], notAsPlanned = [], theirs, tags = FEW_TAGS, ...more } = {}) => {
      const current = { served: servedBy(live), lost, notAsPlanned };
      const seenNow = { endpoint: seen && endpoint(seen), owner: theirs && { ...OWNER, ...theirs }, tags, current };
      const decision = decideChange(seenNow, { ...WANTED, ...more });
      expect(decision.do).toBe(answer);
    },
  );

  it.each(['ours', 'before'])('is nothing, where nobody knows what serves (%s)', (config) => {
    const wanted = { ...WANTED, allow_downgrade: true, take_over_endpoint: true };
    const decision = decideChange(
      { endpoint: endpoint({ config }), owner: undefined, tags: FEW_TAGS, current: undefined },
      wanted,
    );
    expect(decision).toMatchObject({ do: 'refuse', why: expect.stringMatching(/nothing is known of/i) });
  });

  it.each([
    ['UpdateRollbackFailed', /the endpoint may serve several configs \(AllTraffic, 1 of 1 instance\)/],
    ['Hibernating', /has a status that this version does not know/],
  ])('is nothing, with its reason, where the status is %s', (status, why) => {
    const seen = Object.assign(endpoint({ config: 'before' }), { status });
    expect(
      decideChange({ endpoint: seen, owner: undefined, tags: FEW_TAGS, current: undefined }, WANTED),
    ).toMatchObject({
      do: 'refuse',
      why: expect.stringMatching(why),
    });
  });

  it('is to wait, for another deployment by its name or for SageMaker', () => {
    const ask = (seen: Parameters<typeof endpoint>[0]) =>
      decideChange({ endpoint: endpoint(seen), owner: undefined, tags: FEW_TAGS, current: undefined }, WANTED);
    expect(ask({ config: 'before', pending: 'theirs', status: 'Updating' })).toEqual({
      do: 'wait',
      saying: `Waiting until ${NAME} is stable (another deployment: theirs): Updating; AllTraffic ActivatingTraffic, 1 of 1 instance`,
    });
    expect(ask({ config: 'before', status: 'SystemUpdating' })).toEqual({
      do: 'wait',
      saying: `Waiting until ${NAME} is stable: SystemUpdating; AllTraffic, 1 of 1 instance`,
    });
  });

  it('depends on what serves only where that would be replaced or kept', () => {
    const asks = (seen: Omit<Parameters<typeof endpoint>[0], 'config'>) =>
      dependsOnCurrent(endpoint({ config: 'before', ...seen }));
    expect(asks({})).toBe(true);
    expect(asks({ status: 'OutOfService' })).toBe(true);
    expect(asks({ pending: 'ours' })).toBe(false);
    for (const status of ['Creating', 'Updating', 'RollingBack', 'Failed', 'UpdateRollbackFailed'] as const)
      expect(asks({ status })).toBe(false);
  });

  it('every status of the API has its row', () => {
    const model: { shapes: Record<string, { enum?: string[] }> } = JSON.parse(
      readFileSync(new URL('../../emulator/api/sagemaker.json', import.meta.url), 'utf8'),
    );
    const known = new Set(RULES.flatMap(([, seen]) => (seen ? [seen.status ?? 'InService'] : [])));
    expect([...known].sort()).toEqual([...(model.shapes.EndpointStatus?.enum ?? [])].sort());
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
    expect(job.calls.slice(-2)).toEqual(['CreateEndpoint', 'DescribeModelPackage']);
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

  it('waits on while something before AWS answers with pages that say it is busy', async () => {
    const scene = approved(await emulated());
    scene.emulator.fault({ operation: 'DescribeEndpoint', kind: 'proxy page', status: 502, nth: 2, times: 10 });
    const job = await deploy(scene);
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(job.log).toContain('AWS did not answer (HTTP 502); asking again');
  });

  it('denied: names the action that is missing', async () => {
    const scene = approved(await emulated());
    scene.emulator.fault({ operation: 'CreateModel', kind: 'access denied' });
    const job = await deploy(scene);
    expect(job.exit).toBe(77);
    expect(job.log).toMatch(/Next: add sagemaker:CreateModel to the policy of the job's role/);
  });

  it('throttled for good: 75, so that GitLab runs it again', async () => {
    const scene = approved(await emulated());
    scene.emulator.fault({ operation: 'CreateEndpoint', kind: 'throttle', times: Infinity });
    expect(await deploy(scene)).toMatchObject({ exit: 75 });
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
    ['variant_name', 'All Traffic'],
    ['instance_type', ''],
    ['model_environment', 'LOG LEVEL=1'],
    ['model_environment', 'LOG_LEVEL'],
    ['tags', 'team'],
    ['tags', 'aws:team=pricing'],
    ['tags', 'sagemaker-components:wanted=x'],
    ['tags', 'team=a,b'],
    ['require_approval', 'maybe'],
    ['take_over_endpoint', 'yes'],
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
