import {
  DescribeModelPackageCommand,
  type DescribeModelPackageCommandOutput,
  ListModelPackagesCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { virtualClock } from '../../emulator/clock.ts';
import { describePackage, groupArnIn, listNewest, sameGroup, versionIn } from '../../src/registry/packages.ts';
import { writeEntry } from '../../src/registry/write-entry.ts';

// Answers that a well-behaved SageMaker does not give; the emulator is one. A call that was not announced is an error.
const sagemaker = new SageMakerClient({ region: 'ap-southeast-1' });
const registry = { sagemaker, clock: { ...virtualClock(), sleep: async () => {}, random: () => 0.5 } };
const aws = mockClient(sagemaker);

beforeEach(() => {
  aws.reset();
  aws.onAnyCommand().callsFake((input) => {
    throw new Error(`An unannounced call: ${JSON.stringify(input)}`);
  });
});

const ARN = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/churn/3';
const answer = (metadata: Record<string, string> = {}): Partial<DescribeModelPackageCommandOutput> => ({
  ModelPackageArn: ARN,
  ModelPackageGroupName: 'churn',
  ModelPackageVersion: 3,
  ModelPackageStatus: 'Completed',
  CreationTime: new Date('2026-11-22T08:00:00Z'),
  CustomerMetadataProperties: metadata,
});

describe('a version', () => {
  it('without a status of approval counts as not approved', async () => {
    aws.on(DescribeModelPackageCommand).resolves(answer());
    expect(await describePackage(registry, ARN)).toMatchObject({ approval: 'PendingManualApproval', metadata: {} });
  });

  it.each(['ModelPackageGroupName', 'ModelPackageVersion', 'ModelPackageStatus', 'CreationTime'])(
    'of which SageMaker does not say the %s is refused',
    async (member) => {
      aws.on(DescribeModelPackageCommand).resolves({ ...answer(), [member]: undefined });
      await expect(describePackage(registry, ARN)).rejects.toMatchObject({ exitCode: 1 });
    },
  );
});

describe('a list', () => {
  const line = (version: number) =>
    ({ ModelPackageArn: `${ARN.slice(0, -1)}${version}`, ModelPackageVersion: version }) as never;

  it('goes on through empty pages that have a token, and orders by version', async () => {
    const pages = new Map([
      [undefined, { ModelPackageSummaryList: [], NextToken: 'a' }],
      ['a', { ModelPackageSummaryList: [], NextToken: 'b' }],
      ['b', { ModelPackageSummaryList: [line(2), line(10), line(9)] }],
    ]);
    aws.on(ListModelPackagesCommand).callsFake(({ NextToken }) => pages.get(NextToken));
    const listed = await listNewest(sagemaker, { group: 'churn', limit: 100 });
    expect(listed).toMatchObject({ versions: [{ version: 10 }, { version: 9 }, { version: 2 }], more: false });
    expect(aws.commandCalls(ListModelPackagesCommand)).toHaveLength(3);
  });

  it('asks for no further page when it has as many as it wants, and says that there are more', async () => {
    aws.on(ListModelPackagesCommand).resolves({ ModelPackageSummaryList: [line(2), line(1)], NextToken: 'a' });
    expect(await listNewest(sagemaker, { group: 'churn', limit: 2 })).toMatchObject({ more: true });
    expect(aws.commandCalls(ListModelPackagesCommand)).toHaveLength(1);
  });

  it('ends where a token repeats, instead of asking for ever', async () => {
    aws.on(ListModelPackagesCommand).resolves({ ModelPackageSummaryList: [], NextToken: 'a' });
    expect((await listNewest(sagemaker, { group: 'churn', limit: 100 }))?.versions).toEqual([]);
    expect(aws.commandCalls(ListModelPackagesCommand).length).toBeLessThanOrEqual(2);
  });

  it('leaves out what is no version, rather than guess one', async () => {
    aws
      .on(ListModelPackagesCommand)
      .resolves({ ModelPackageSummaryList: [{ ModelPackageArn: ARN } as never, line(1)] });
    expect((await listNewest(sagemaker, { group: 'churn', limit: 100 }))?.versions).toHaveLength(1);
  });
});

/** So many entries of a team. */
const full = (entries: number) => Object.fromEntries(Array.from({ length: entries }, (_, n) => [`k${n}`, 'v']));

describe('a registry entry', () => {
  it('sends its own key and nothing else', async () => {
    aws.on(UpdateModelPackageCommand).resolves({});
    aws
      .on(DescribeModelPackageCommand)
      .resolvesOnce(answer({ team: 'ours' }))
      .resolves(answer({ team: 'ours', 'validated.uat': 'yes' }));
    await writeEntry(registry, await describePackage(registry, ARN), { key: 'validated.uat', value: 'yes' });
    expect(aws.commandCalls(UpdateModelPackageCommand).map(({ args }) => args[0].input)).toEqual([
      { ModelPackageArn: ARN, CustomerMetadataProperties: { 'validated.uat': 'yes' } },
    ]);
  });

  it("that removed somebody else's entry is told with all that was there", async () => {
    aws.on(UpdateModelPackageCommand).resolves({});
    aws
      .on(DescribeModelPackageCommand)
      .resolvesOnce(answer({ team: 'ours' }))
      .resolves(answer({ 'validated.uat': 'yes' }));
    const before = await describePackage(registry, ARN);
    await expect(writeEntry(registry, before, { key: 'validated.uat', value: 'yes' })).rejects.toThrow(
      /removed "team"[\s\S]*team: ours/,
    );
  });

  it('that does not stand there afterwards is no success', async () => {
    aws.on(UpdateModelPackageCommand).resolves({});
    aws
      .on(DescribeModelPackageCommand)
      .resolvesOnce(answer())
      .resolves(answer({ 'validated.uat': 'no' }));
    const before = await describePackage(registry, ARN);
    await expect(writeEntry(registry, before, { key: 'validated.uat', value: 'yes' })).rejects.toThrow(
      'Somebody else wrote it at the same time',
    );
  });

  it('that is gone afterwards was overwritten, whatever stood there before', async () => {
    aws.on(UpdateModelPackageCommand).resolves({});
    aws
      .on(DescribeModelPackageCommand)
      .resolvesOnce(answer({ 'validated.uat': 'old' }))
      .resolves(answer());
    const before = await describePackage(registry, ARN);
    await expect(writeEntry(registry, before, { key: 'validated.uat', value: 'yes' })).rejects.toThrow(
      'but now it is "". Somebody else wrote it at the same time',
    );
  });

  describe('with what stands beside it', () => {
    const write = { key: 'approved.uat', value: 'by=jane job=7', beside: { 'approved.uat.comment': 'job=7 Good.' } };
    const written = async (after: Record<string, string>) => {
      aws.on(UpdateModelPackageCommand).resolves({});
      aws.on(DescribeModelPackageCommand).resolvesOnce(answer()).resolves(answer(after));
      return writeEntry(registry, await describePackage(registry, ARN), write);
    };

    it('sends all in one request', async () => {
      await written({ 'approved.uat': 'by=jane job=7', 'approved.uat.comment': 'job=7 Good.' });
      expect(aws.commandCalls(UpdateModelPackageCommand).map(({ args }) => args[0].input)).toEqual([
        {
          ModelPackageArn: ARN,
          CustomerMetadataProperties: { 'approved.uat': 'by=jane job=7', 'approved.uat.comment': 'job=7 Good.' },
        },
      ]);
    });

    it.each([{}, { 'approved.uat.comment': 'job=7 Bad.' }])(
      'is no success where that does not stand there: %j',
      async (after) => {
        await expect(written({ 'approved.uat': 'by=jane job=7', ...after })).rejects.toThrow(
          `wrote "approved.uat.comment" of`,
        );
      },
    );

    it('is told with what stands there instead', async () => {
      const after = { 'approved.uat': 'by=jane job=7', 'approved.uat.comment': 'job=7 Bad.' };
      await expect(written(after)).rejects.toThrow('but now it is "job=7 Bad.".');
    });

    it.each<[when: string, before: Record<string, string>]>([
      ['just fits', full(48)],
      ['replaces what is there', { ...full(48), 'approved.uat': 'by=lim', 'approved.uat.comment': 'job=3 No.' }],
    ])('is sent where it %s', async (_, before) => {
      aws.on(UpdateModelPackageCommand).resolves({});
      const after = { ...before, 'approved.uat': 'by=jane job=7', 'approved.uat.comment': 'job=7 Good.' };
      aws.on(DescribeModelPackageCommand).resolvesOnce(answer(before)).resolves(answer(after));
      const version = await describePackage(registry, ARN);
      await expect(writeEntry(registry, version, write)).resolves.toMatchObject({ metadata: after });
    });

    it('is a success where another job of the pipeline was later', async () => {
      const later = { 'approved.uat': 'by=jane job=8', 'approved.uat.comment': 'job=8 Fine.' };
      await expect(written(later)).resolves.toMatchObject({ metadata: later });
    });
  });

  it('is not sent when there is no room for all of it', async () => {
    aws.on(DescribeModelPackageCommand).resolves(answer(full(49)));
    const before = await describePackage(registry, ARN);
    const write = { key: 'validated.uat', value: 'yes', beside: { 'validated.uat.asked': 'much' } };
    await expect(writeEntry(registry, before, write)).rejects.toThrow(
      'has 49 metadata entries, and SageMaker allows 50: validated.uat, validated.uat.asked would not fit',
    );
    expect(aws.commandCalls(UpdateModelPackageCommand)).toEqual([]);
  });

  it('is not sent when the metadata is full', async () => {
    aws.on(DescribeModelPackageCommand).resolves(answer(full(50)));
    const before = await describePackage(registry, ARN);
    await expect(writeEntry(registry, before, { key: 'validated.uat', value: 'yes' })).rejects.toThrow(
      '50 metadata entries',
    );
    expect(aws.commandCalls(UpdateModelPackageCommand)).toEqual([]);
  });
});

const groupIn = (account: string, region = 'ap-southeast-1', name = 'churn') =>
  `arn:aws:sagemaker:${region}:${account}:model-package-group/${name}`;

it.each([
  [groupIn('111122223333'), groupIn('111122223333', 'ap-southeast-1', 'CHURN'), true],
  [groupIn('111122223333'), groupIn('444455556666'), false],
  [groupIn('111122223333'), groupIn('111122223333', 'eu-west-1'), false],
  ['churn', 'Churn', true],
  ['churn', 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package-group/CHURN', true],
  ['churn', 'churn-2', false],
])('"%s" and "%s" are one group: %s', (one, other, same) => {
  expect(sameGroup(one, other)).toBe(same);
});

it.each([
  [ARN, 3],
  [ARN.replace('churn', 'Churn'), 3],
  [ARN.replace('111122223333', '444455556666'), undefined],
  [ARN.replace('churn', 'prices'), undefined],
  ['arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/churn', undefined],
])('in the group churn of this account, %s is version %s', (arn, version) => {
  expect(versionIn(groupArnIn({ region: 'ap-southeast-1', account: '111122223333' }, 'churn'), arn)).toBe(version);
});
