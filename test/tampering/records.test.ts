import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SageMakerClient, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { contentIn, leaveRecord, recordPath } from '../components/handover.ts';
import { holdings } from '../interruption/holdings.ts';
import { arnOf } from '../registry/package.ts';
import { type Chain, chainBefore, changesIn, entryOf, JOB, type Name, PIPELINE, roleFor, write } from './chain.ts';

type Words = Readonly<Record<string, string>>;

const contentOfVersion = ({ emulator }: Chain, version: number) => contentIn(emulator, arnOf(version));

/** Changes words of the record file that an earlier job of this pipeline left. */
function forge(chain: Chain, by: Name, words: object): void {
  const path = join(chain.root, recordPath(by, JOB));
  leaveRecord(chain.root, by, { ...JSON.parse(readFileSync(path, 'utf8')), ...words }, JOB);
}

/** What a role of a job may do when somebody's own code runs in that job. */
async function actAs(chain: Chain, name: Name, request: Omit<UpdateModelPackageCommand['input'], 'ModelPackageArn'>) {
  const { emulator } = chain;
  const place = { region: emulator.region, endpoint: emulator.url, maxAttempts: 1 };
  const sts = new STSClient({ ...place, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
  const { Credentials: given } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleFor(name, 'uat'),
      RoleSessionName: 'gl-42-201-7001',
      WebIdentityToken: emulator.mintToken({ ref: 'uat' }),
    }),
  );
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
  const sagemaker = new SageMakerClient({ ...place, credentials });
  return sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn: arnOf(2), ...request })).then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : 'not an error'),
  );
}

const writing = (...keys: readonly string[]) => ({
  CustomerMetadataProperties: Object.fromEntries(keys.map((key) => [key, 'by=mallory'])),
});

describe('AWS refuses', () => {
  it.each<[what: string, by: Name, request: Parameters<typeof actAs>[2]]>([
    ['a key that the role does not own', 'validate-endpoint', writing('approved.uat')],
    ['the key of an earlier environment', 'approve-model', writing('approved.dev')],
    ['a validation by the approver', 'approve-model', writing('validated.uat')],
    ['a second key beside the own one', 'approve-model', writing('approved.uat', 'validated.uat')],
    [
      'a status sent by a later environment',
      'approve-model',
      { ...writing('approved.uat'), ModelApprovalStatus: 'Approved' },
    ],
    [
      'a rejection undone by a validation',
      'validate-endpoint',
      { ...writing('validated.uat'), ModelApprovalStatus: 'Approved' },
    ],
    ['an entry removed', 'approve-model', { CustomerMetadataPropertiesToRemove: ['withdrawn.uat'] }],
    [
      'an entry removed beside the own one',
      'approve-model',
      { ...writing('approved.uat'), CustomerMetadataPropertiesToRemove: ['withdrawn.uat'] },
    ],
    ['any entry by the job that deploys', 'deploy-model', writing('approved.uat')],
  ])('%s', async (_, by, request) => {
    const chain = await chainBefore('check-model');
    const before = holdings(chain.emulator);
    expect(await actAs(chain, by, request)).toBe('AccessDeniedException');
    expect(holdings(chain.emulator)).toEqual(before);
  });

  it('nothing that is well-formed and by a role that may write it: CloudTrail alone can tell', async () => {
    const chain = await chainBefore('check-model');
    const request = { CustomerMetadataProperties: { 'validated.uat': entryOf(chain.emulator, 2, 'validated.uat') } };
    expect(await actAs(chain, 'validate-endpoint', request)).toBe('done');
  });
});

describe('check-model does not offer a version', () => {
  it.each<[what: string, words: (chain: Chain) => Words, why: string]>([
    [
      'whose validation is no words of ours',
      () => ({ 'validated.dev': 'yes' }),
      'its validation in dev has an unknown format: "yes"',
    ],
    [
      'whose validation has a word more',
      ({ emulator }) => ({ 'validated.dev': `${entryOf(emulator, 2, 'validated.dev')} trust=me` }),
      'has an unknown format',
    ],
    [
      'whose validation says a thing twice',
      ({ emulator }) => ({ 'validated.dev': `${entryOf(emulator, 2, 'validated.dev')} pipeline=7` }),
      'has an unknown format',
    ],
    [
      'whose approval was cut',
      () => ({ 'approved.dev': 'by=lim.wei.jie pipeline=190' }),
      'its approval for dev has an unknown format',
    ],
    [
      "whose validation has another version's content",
      (chain) => ({
        'validated.dev': entryOf(chain.emulator, 2, 'validated.dev', { content: contentOfVersion(chain, 3) }),
      }),
      'its content changed after it was approved and validated in dev',
    ],
    [
      "whose approval has another version's content",
      (chain) => ({
        'approved.dev': entryOf(chain.emulator, 2, 'approved.dev', { content: contentOfVersion(chain, 3) }),
      }),
      'its content changed after it was approved and validated in dev',
    ],
    ...['validation', 'protected', 'approval', 'take_over'].map((open): [string, (chain: Chain) => Words, string] => [
      `that was validated with the safety input of ${open} open`,
      ({ emulator }) => ({ 'validated.dev': entryOf(emulator, 2, 'validated.dev', { open }) }),
      `it passed dev with an open safety input (open=${open})`,
    ]),
    [
      'that was approved with an open safety input',
      ({ emulator }) => ({ 'approved.dev': entryOf(emulator, 2, 'approved.dev', { open: 'protected' }) }),
      'with an open safety input',
    ],
  ])('%s, and falls back on none in silence', async (_, words, why) => {
    const chain = await chainBefore('check-model');
    write(chain.emulator, 2, words(chain));
    const job = await chain.run('check-model', { env: { INPUT_REQUIRE_VALIDATION: 'false' } });
    expect(job.record).toMatchObject({ outcome: 'candidate', package: arnOf(1) });
    expect(job.log).toContain('skipped: version 2, because');
    expect(job.log).toContain(why);
  });
});

const FOUND = { since: { is: 'nothing' }, measured: {} };

/** What no check-model finds out for the rules of a policy. */
const FORGED_FINDINGS: readonly [what: string, found: object][] = [
  ['that counts the changes from a branch on', { since: { is: 'commit', commit: 'main' } }],
  ['that counts the changes from everywhere on', { since: { is: 'everything' } }],
  ['that does not say since when changes count', { since: undefined }],
  ['that measured a number and no text', { measured: { 'model quality: rmse': 1 } }],
  ['that measured no mapping', { measured: 'everything' }],
];

/** What check-model recorded of the policy. */
function foundBy({ root }: Chain): object {
  const { policy = FOUND } = JSON.parse(readFileSync(join(root, recordPath('check-model', JOB)), 'utf8'));
  return policy;
}

/** A forged record file: by whom it seems to be, what it says, who reads it, and what that one answers. */
const RECORDS: readonly [what: string, by: Name, words: (chain: Chain) => object, reader: Name, told: string][] = [
  [
    'of another group',
    'check-model',
    () => ({ group: 'ChurnModelGroup' }),
    'approve-model',
    'is for "ChurnModelGroup"',
  ],
  [
    'of another version',
    'check-model',
    () => ({ package: arnOf(3) }),
    'approve-model',
    'its content changed after check-model showed it',
  ],
  [
    'of another pipeline',
    'check-model',
    () => ({ pipeline: '190' }),
    'approve-model',
    'is from pipeline 190, but this is pipeline 201',
  ],
  [
    'of another environment',
    'check-model',
    () => ({ environment: 'dev' }),
    'approve-model',
    "This job's artifacts have no check-model record for this environment and region",
  ],
  [
    'that is no record',
    'check-model',
    () => ({ promotion_path: 'uat' }),
    'approve-model',
    'is not a record that this version can read (promotion_path invalid input: expected array, received string)',
  ],
  [
    'of another policy',
    'check-model',
    () => ({ policy: { ...FOUND, hash: '0123456789ab' } }),
    'approve-model',
    'check-model of this pipeline showed the policy 0123456789ab, but this job has no policy',
  ],
  ...FORGED_FINDINGS.map(([what, found]): (typeof RECORDS)[number] => [
    what,
    'check-model',
    (chain) => ({ policy: { ...foundBy(chain), ...found } }),
    'approve-model',
    'is not a record that this version can read (policy',
  ]),
  [
    'that makes uat the first environment',
    'check-model',
    () => ({ promotion_path: ['uat', 'main'] }),
    'approve-model',
    'AWS denied the call',
  ],
  [
    'of another group',
    'approve-model',
    () => ({ group: 'ChurnModelGroup' }),
    'deploy-model',
    'is for "ChurnModelGroup"',
  ],
  [
    'of another version',
    'approve-model',
    () => ({ package: arnOf(3) }),
    'deploy-model',
    'its content changed after check-model showed it',
  ],
  [
    'of another version and its content',
    'approve-model',
    (chain) => ({ package: arnOf(3), content: contentOfVersion(chain, 3) }),
    'deploy-model',
    'nobody approved it for uat',
  ],
  [
    'of a version of an earlier pipeline',
    'approve-model',
    (chain) => ({ package: arnOf(1), content: contentOfVersion(chain, 1) }),
    'deploy-model',
    'is from pipeline 190, but this is pipeline 201',
  ],
  [
    'of another pipeline',
    'approve-model',
    () => ({ pipeline: '190' }),
    'deploy-model',
    'is from pipeline 190, but this is pipeline 201',
  ],
  [
    'of another approval',
    'approve-model',
    () => ({ metadata: {} }),
    'deploy-model',
    'but approve-model of this pipeline recorded',
  ],
  ['of another version', 'deploy-model', () => ({ package: arnOf(3) }), 'validate-endpoint', 'serves'],
  [
    'of another group',
    'deploy-model',
    () => ({ group: 'ChurnModelGroup' }),
    'validate-endpoint',
    'is in the group ResalePriceModelGroup, not in ChurnModelGroup',
  ],
  [
    'of another content',
    'deploy-model',
    (chain) => ({ content: contentOfVersion(chain, 3) }),
    'validate-endpoint',
    'changed after check-model showed it',
  ],
  [
    'of another config',
    'deploy-model',
    () => ({ config: 'resale-price-dev-v2' }),
    'validate-endpoint',
    'resale-price-dev-v2 on resale-price-uat was superseded by',
  ],
  [
    'of another endpoint',
    'deploy-model',
    () => ({ endpoint: 'resale-price-dev' }),
    'validate-endpoint',
    'not for endpoint_name "resale-price-uat"',
  ],
  [
    'of another pipeline',
    'deploy-model',
    () => ({ pipeline: '190' }),
    'validate-endpoint',
    'is from pipeline 190, but this is pipeline 201',
  ],
];

describe('a record file of an earlier job that somebody changed', () => {
  it.each(RECORDS)('%s by %s: $3 refuses, and nothing is changed', async (_, by, words, reader, told) => {
    const chain = await chainBefore(reader);
    forge(chain, by, words(chain));
    const before = holdings(chain.emulator);
    const job = await chain.run(reader);
    expect(job.exit).not.toBe(0);
    expect(job.log).toContain(told);
    expect(job.log).toMatch(/\nNext: .+$/);
    expect(changesIn(job)).toEqual([]);
    expect(holdings(chain.emulator)).toEqual(before);
  });

  it('or removed: the job after it refuses', async () => {
    for (const [by, reader] of [
      ['check-model', 'approve-model'],
      ['approve-model', 'deploy-model'],
      ['deploy-model', 'validate-endpoint'],
    ] as const) {
      const chain = await chainBefore(reader);
      rmSync(join(chain.root, 'sagemaker', by), { recursive: true });
      expect(await chain.run(reader)).toMatchObject({ exit: 64, calls: [] });
    }
  });

  it('and that agrees with the registry in everything is believed: the approver’s page shows what is approved', async () => {
    const chain = await chainBefore('approve-model');
    forge(chain, 'check-model', { package: arnOf(3), version: 3, content: contentOfVersion(chain, 3) });
    const job = await chain.run('approve-model');
    expect(job.exit).toBe(0);
    expect(job.log).toContain(`check-model showed it (${arnOf(3)})`);
  });
});

describe('deploy-model does not deploy on an approval', () => {
  it.each<[what: string, value: (chain: Chain) => string, told: string]>([
    ['of another pipeline', ({ emulator }) => entryOf(emulator, 2, 'approved.uat'), 'is from pipeline 190'],
    [
      'in another name than was recorded',
      ({ emulator }) => entryOf(emulator, 2, 'approved.uat', { pipeline: PIPELINE }),
      'but approve-model of this pipeline recorded',
    ],
    [
      'for another content',
      (chain) =>
        entryOf(chain.emulator, 2, 'approved.uat', { pipeline: PIPELINE, content: contentOfVersion(chain, 3) }),
      'is for other content',
    ],
    ['that does not parse', () => 'by=mallory', 'has an unknown format'],
  ])('%s', async (_, value, told) => {
    const chain = await chainBefore('deploy-model');
    write(chain.emulator, 2, { 'approved.uat': value(chain) });
    const job = await chain.run('deploy-model');
    expect(job.exit).toBe(1);
    expect(job.log).toContain(told);
    expect(changesIn(job)).toEqual([]);
  });
});
