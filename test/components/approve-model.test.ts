import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { GROUP } from '../../emulator/scene.ts';
import approveModel, { rejectModel } from '../../src/components/approve-model.ts';
import {
  type CheckedVersion,
  decideApproval,
  decideRejection,
  flawAfterApproval,
} from '../../src/registry/approval.ts';
import { readComment } from '../../src/registry/companions.ts';
import { readApproval, readWithdrawal } from '../../src/registry/entries.ts';
import type { ModelPackage } from '../../src/registry/packages.ts';
import { arnOf, CONTENT, modelPackage } from '../registry/package.ts';
import { aboutVersion, builtValue, entriesOf, leaveRecord, PROMOTION_PATH, verdictValue } from './handover.ts';
import { COMMIT, emulated, type JobOptions, projectFolder, startJob } from './job.ts';

const ARN = arnOf(3);
const OTHER = 'deadbeefdeadbeefdeadbeefdeadbeef';
const PENDING = 'PendingManualApproval';

const shown: CheckedVersion = {
  group: GROUP,
  package: ARN,
  content: CONTENT,
  status: PENDING,
  promotion_path: PROMOTION_PATH,
};
const shownApproved: CheckedVersion = { ...shown, status: 'Approved' };

const entry = (pipeline: string, more = {}) => verdictValue(CONTENT, { pipeline, ...more });

const version = (approval: ModelPackage['approval'], more: Partial<ModelPackage> = {}) =>
  modelPackage({ version: 3, approval, ...more });

type Row = [given: string, shown: CheckedVersion, now: ModelPackage, environment: string, answer: object];

describe('whether an approval that was written holds', () => {
  const withdrawn = (environment: string) => ({ metadata: { [`withdrawn.${environment}`]: entry('90') } });
  it.each<[given: string, after: ModelPackage, environment: string, why: string | undefined]>([
    ['it is as it was shown', version('Approved'), 'uat', undefined],
    ['its content changed', version('Approved', { content: OTHER }), 'uat', `(from ${CONTENT} to ${OTHER})`],
    ['it was withdrawn here', version('Approved', withdrawn('uat')), 'uat', 'was withdrawn in uat'],
    [
      'it was withdrawn here, off the path',
      version('Approved', withdrawn('hotfix')),
      'hotfix',
      'was withdrawn in hotfix',
    ],
    ['it was withdrawn later on', version('Approved', withdrawn('main')), 'uat', 'was withdrawn in main'],
    ['it was rejected', version('Rejected'), 'uat', 'is Rejected now'],
  ])('%s', (_, after, environment, why) => {
    expect(flawAfterApproval(shownApproved, after, environment)?.why ?? 'it holds').toContain(why ?? 'it holds');
  });
});

describe('whether a version may be approved', () => {
  const write = (status: boolean) => ({ do: 'write', status });
  const no = (why: string) => ({ do: 'refuse', why: expect.stringContaining(why) });
  const yes = { do: 'nothing', because: expect.stringContaining('by jane') };

  it.each<Row>([
    ['a pending version, in the first environment', shown, version(PENDING), 'dev', write(true)],
    [
      'a version that its training approved, in the first environment',
      shownApproved,
      version('Approved'),
      'dev',
      write(true),
    ],
    ['an approved version, after the first environment', shownApproved, version('Approved'), 'uat', write(false)],
    ['a pending version, after the first environment', shown, version(PENDING), 'uat', no('is PendingManualApproval')],
    [
      'a version that was rejected when it was shown',
      { ...shown, status: 'Rejected' },
      version('Rejected'),
      'dev',
      no('is Rejected'),
    ],
    ['a version that was rejected since', shown, version('Rejected'), 'dev', no('and is Rejected now')],
    ['a version that somebody else approved since', shown, version('Approved'), 'dev', no('and is Approved now')],
    [
      'a version whose approval was taken back since',
      shownApproved,
      version(PENDING),
      'main',
      no('and is PendingManualApproval now'),
    ],
    ['a version whose content changed', shown, version(PENDING, { content: OTHER }), 'dev', no(`to ${OTHER}`)],
    [
      'a version of another group',
      shown,
      version(PENDING, { group: 'ChurnModels' }),
      'dev',
      no('is in the group ChurnModels'),
    ],
    ['a group in another spelling', shown, version(PENDING, { group: GROUP.toLowerCase() }), 'dev', write(true)],
    ['a version that is being deleted', shown, version(PENDING, { status: 'Deleting' }), 'dev', no('is Deleting')],
    [
      'a version withdrawn here',
      shownApproved,
      version('Approved', { metadata: { 'withdrawn.uat': entry('90') } }),
      'uat',
      no('was withdrawn in uat'),
    ],
    [
      'a version withdrawn in another environment',
      shownApproved,
      version('Approved', { metadata: { 'withdrawn.dev': entry('90') } }),
      'uat',
      no('was withdrawn in dev'),
    ],
    [
      'a withdrawal that cannot be read',
      shownApproved,
      version('Approved', { metadata: { 'withdrawn.uat': 'yes' } }),
      'uat',
      no('was withdrawn in uat ("yes")'),
    ],
    [
      'a version approved here by this pipeline',
      shown,
      version('Approved', { metadata: { 'approved.dev': entry('101') } }),
      'dev',
      yes,
    ],
    [
      'the same, after the first environment',
      shownApproved,
      version('Approved', { metadata: { 'approved.uat': entry('101') } }),
      'uat',
      yes,
    ],
    [
      'an approval of an earlier pipeline',
      shownApproved,
      version('Approved', { metadata: { 'approved.uat': entry('90') } }),
      'uat',
      write(false),
    ],
    [
      'an approval of another content',
      shownApproved,
      version('Approved', { metadata: { 'approved.uat': entry('101', { content: OTHER }) } }),
      'uat',
      write(false),
    ],
    [
      'an approval through a safety input that was open',
      shownApproved,
      version('Approved', { metadata: { 'approved.uat': entry('101', { open: 'protected' }) } }),
      'uat',
      write(false),
    ],
    [
      'an approval for another environment',
      shownApproved,
      version('Approved', { metadata: { 'approved.dev': entry('101') } }),
      'uat',
      write(false),
    ],
    [
      'approved here but set back to pending',
      shown,
      version(PENDING, { metadata: { 'approved.dev': entry('101') } }),
      'dev',
      write(true),
    ],
    ['an environment outside the path', shownApproved, version('Approved'), 'sandbox', write(false)],
  ])('%s', (_given, seen, now, environment, answer) => {
    expect(decideApproval(seen, now, { environment, pipeline: '101', open: [] })).toMatchObject(answer);
  });
});

describe('whether a rejection is written', () => {
  it.each<Row>([
    ['a pending version, in the first environment', shown, version(PENDING), 'dev', { do: 'write', status: true }],
    ['an approved version, in the first environment', shown, version('Approved'), 'dev', { do: 'write', status: true }],
    [
      'an approved version, after the first environment',
      shownApproved,
      version('Approved'),
      'uat',
      { do: 'write', status: false },
    ],
    [
      'a version whose content changed',
      shown,
      version(PENDING, { content: OTHER }),
      'dev',
      { do: 'write', status: true },
    ],
    [
      'a version withdrawn already',
      shownApproved,
      version('Approved', { metadata: { 'withdrawn.uat': entry('90') } }),
      'uat',
      { do: 'nothing' },
    ],
    [
      'a version rejected already',
      shown,
      version('Rejected', { metadata: { 'withdrawn.dev': entry('90') } }),
      'dev',
      { do: 'nothing' },
    ],
    [
      'a rejection that somebody overrode',
      shown,
      version('Approved', { metadata: { 'withdrawn.dev': entry('90') } }),
      'dev',
      { do: 'write', status: true },
    ],
    [
      'a withdrawal that cannot be read',
      shownApproved,
      version('Approved', { metadata: { 'withdrawn.uat': 'yes' } }),
      'uat',
      { do: 'write', status: false },
    ],
    ['a version of another group', shown, version(PENDING, { group: 'ChurnModels' }), 'dev', { do: 'refuse' }],
  ])('%s', (_given, seen, now, environment, answer) => {
    expect(decideRejection(seen, now, { environment })).toMatchObject(answer);
  });
});

const approve = (options: JobOptions) => startJob(approveModel, { manual: true, ...options });
const reject = (options: JobOptions) => startJob(rejectModel, { manual: true, ...options });

/** What check-model of this pipeline left behind, for a version as it is now. */
function checked(
  emulator: Emulator,
  arn: string,
  { job, ...more }: { job?: string; [word: string]: unknown } = {},
  root = projectFolder(),
): string {
  return leaveRecord(root, 'check-model', { outcome: 'candidate', ...aboutVersion(emulator, arn), ...more }, job);
}

describe('an approval', () => {
  it('is status, description and registry entry by one request in the first environment', async () => {
    const emulator = await emulated();
    const arn = emulator.register({ metadata: { rmse: '41250', built: builtValue() } });
    const root = checked(emulator, arn);

    const job = await approve({ emulator, root, job: '2', inputs: { comment: 'RMSE fell by 3 %' } });

    expect(job.exit).toBe(0);
    expect(job.calls).toEqual(['DescribeModelPackage', 'UpdateModelPackage', 'DescribeModelPackage']);
    expect(emulator.package(arn)).toMatchObject({
      approval: 'Approved',
      approvalDescription: `Approved for dev by jane, https://sgts.gitlab-dedicated.com/wog/mlops/resale-price/-/pipelines/101, commit ${COMMIT}. RMSE fell by 3 %`,
    });
    const metadata = emulator.package(arn)?.metadata ?? {};
    expect(Object.keys(metadata).sort()).toEqual(['approved.dev', 'approved.dev.comment', 'built', 'rmse']);
    expect(metadata['approved.dev.comment']).toBe('job=2 RMSE fell by 3');
    expect(readApproval(entriesOf(emulator, arn), 'dev')).toEqual({
      is: 'read',
      value: {
        by: 'jane',
        user_id: '7',
        pipeline: '101',
        job: '2',
        commit: COMMIT,
        at: '2026-11-22T08:00Z',
        content: job.record?.content,
      },
    });
    expect(job.record).toMatchObject({
      outcome: 'approved',
      package: arn,
      version: 1,
      promotion_path: PROMOTION_PATH,
      open: [],
      metadata,
      user: 'jane',
      user_id: '7',
    });
    expect(job.outputs).toEqual({ MODEL_APPROVAL_STATUS: 'Approved' });
    expect(job.log).toContain(`Approved for dev by jane: ${GROUP} version 1.`);
    const [first, second] = job.log
      .split('\n')
      .filter((line) => line !== '' && !/^( {2}|approve-model for)/.test(line));
    expect(first).toBe(`Approving for dev: ${GROUP} version 1, built by pipeline 90 from commit 8b1a9953c461.`);
    expect(second).toBe(
      `check-model showed it (${arn}). Then and now it is PendingManualApproval: nobody has approved it yet.`,
    );
  });

  it('is nothing but its own key after the first environment', async () => {
    const emulator = await emulated();
    const arn = emulator.register({ status: 'Approved', metadata: { 'approved.dev': entry('90') } });
    const root = checked(emulator, arn, { environment: 'uat' });

    const job = await approve({ emulator, root, environment: 'uat' });

    expect(job.exit).toBe(0);
    const update = job.received.find(({ operation }) => operation === 'UpdateModelPackage');
    expect(update?.input).toEqual({
      ModelPackageArn: arn,
      CustomerMetadataProperties: { 'approved.uat': expect.stringContaining('by=jane') },
    });
    expect(job.log).toContain('Then and now it is Approved in dev.');
  });

  it('is not written again in the same pipeline', async () => {
    const emulator = await emulated();
    const arn = emulator.register();
    const root = checked(emulator, arn);
    await approve({ emulator, root, job: '2', user: 'jane' });

    const again = await approve({ emulator, root, job: '3', user: 'tan.mei.ling' });

    expect(again.exit).toBe(0);
    expect(again.calls).toEqual(['DescribeModelPackage']);
    expect(again.log).toContain(
      'is already approved for dev by jane (user ID 7) at 2026-11-22T08:00Z. Nothing was written.',
    );
    expect(again.record).toMatchObject({ outcome: 'approved', package: arn });
  });

  it('is none when AWS throttles its write for good', async () => {
    const emulator = await emulated();
    const arn = emulator.register();
    emulator.fault({ operation: 'UpdateModelPackage', kind: 'throttle', times: 20 });
    const job = await approve({ emulator, root: checked(emulator, arn) });
    expect(job.exit).toBe(75);
    expect(job.log).toContain('run this job again');
    expect(job.record).toBeUndefined();
    expect(emulator.package(arn)?.approval).toBe(PENDING);
  });

  it('has a long comment cut, never the facts, to what SageMaker takes', async () => {
    const emulator = await emulated();
    const arn = emulator.register();
    const project = `wog/${'x'.repeat(700)}`;
    const job = await approve({
      emulator,
      root: checked(emulator, arn),
      inputs: { comment: 'é'.repeat(200) },
      claims: { project_path: project },
      env: { CI_PROJECT_PATH: project },
    });
    expect(job.exit).toBe(0);
    expect(emulator.package(arn)?.approvalDescription).toMatch(/^Approved for dev by jane, .*é\.\.\.$/);
    expect(emulator.package(arn)?.approvalDescription).toHaveLength(1024);
  });
});

it.each(['dev', 'uat'])(
  'the comment stays in the log and the record of the job in %s as it was typed, and in the registry',
  async (environment) => {
    const emulator = await emulated();
    const arn = emulator.register({ status: environment === 'dev' ? 'PendingManualApproval' : 'Approved' });
    const root = checked(emulator, arn, { environment });
    const job = await approve({ emulator, root, environment, inputs: { comment: 'RMSE fell by 3 % "as asked"' } });
    expect(job).toMatchObject({ exit: 0, record: { comment: 'RMSE fell by 3 % "as asked"' } });
    expect(job.log).toContain('Comment: RMSE fell by 3 % "as asked"');
    expect(emulator.package(arn)?.metadata[`approved.${environment}.comment`]).toBe('job=1 RMSE fell by 3 as asked');
  },
);

describe('an approval that comes again', () => {
  const again = async (inputs: Record<string, string>) => {
    const emulator = await emulated();
    const first = entry('90', { by: 'lim.wei.jie' });
    const metadata = { 'approved.uat': first, 'approved.uat.comment': 'job=7 Looks good.' };
    const arn = emulator.register({ status: 'Approved', metadata });
    const root = checked(emulator, arn, { environment: 'uat' });
    const job = await approve({ emulator, root, environment: 'uat', inputs });
    return { job, first, metadata: emulator.package(arn)?.metadata ?? {} };
  };

  it('keeps who approved before, and the new comment in place of the old', async () => {
    const { job, first, metadata } = await again({ comment: 'Still good.' });
    expect(job.exit).toBe(0);
    expect(metadata['approved.uat']).toContain('by=jane ');
    expect(metadata['approved.uat.before']).toBe(first);
    expect(metadata['approved.uat.comment']).toBe('job=1 Still good.');
  });

  it('says nothing in the name of who approved before', async () => {
    const { metadata } = await again({ comment: '' });
    expect(metadata['approved.uat.comment']).toBe('job=1');
  });
});

describe('who may approve', () => {
  it('is whoever may press in the first environment', async () => {
    const emulator = await emulated();
    const root = checked(emulator, emulator.register());
    const job = await approve({ emulator, root, claims: { environment_protected: 'false' } });
    expect(job.exit).toBe(0);
    expect(job.record).toMatchObject({ open: [] });
  });

  it('is only who GitLab names where the path has one environment: users meet what is approved there', async () => {
    const emulator = await emulated();
    const root = checked(emulator, emulator.register(), { promotion_path: ['dev'] });
    const unprotected = { emulator, root, claims: { environment_protected: 'false' } };
    expect(await approve(unprotected)).toMatchObject({ exit: 1, log: expect.stringContaining('is not protected') });
    const open = await approve({ ...unprotected, inputs: { require_protected: 'false' } });
    expect(open.record).toMatchObject({ open: ['protected'] });
  });

  it('is left open by require_protected on a branch that anybody may push to', async () => {
    const emulator = await emulated();
    const root = checked(emulator, emulator.register({ status: 'Approved' }), { environment: 'uat' });
    const job = await approve({
      emulator,
      root,
      environment: 'uat',
      claims: { ref_protected: 'false' },
      inputs: { require_protected: 'false' },
    });
    expect(job.record).toMatchObject({ open: ['protected'] });
  });

  it('is left open by require_protected, and record and registry say so', async () => {
    const emulator = await emulated();
    const arn = emulator.register({ status: 'Approved' });
    const root = checked(emulator, arn, { environment: 'uat', open: ['validation'] });
    const job = await approve({
      emulator,
      root,
      environment: 'uat',
      claims: { environment_protected: 'false' },
      inputs: { require_protected: 'false' },
    });
    expect(job.exit).toBe(0);
    expect(job.record).toMatchObject({ open: ['validation', 'protected'] });
    expect(readApproval(entriesOf(emulator, arn), 'uat')).toMatchObject({
      value: { open: 'validation+protected' },
    });
  });

  it('is told by the claims of the token, whatever the variables say', async () => {
    const emulator = await emulated();
    const arn = emulator.register();
    const job = await approve({
      emulator,
      root: checked(emulator, arn),
      user: 'jane',
      env: { GITLAB_USER_LOGIN: 'someone.else' },
    });
    expect(job.exit).toBe(0);
    expect(emulator.package(arn)?.metadata['approved.dev']).toContain('by=jane ');
  });
});

describe('the version that is approved', () => {
  it('is asked for when there is no record of check-model', async () => {
    const emulator = await emulated();
    const job = await approve({ emulator, root: projectFolder() });
    expect(job.exit).toBe(64);
    expect(job.calls).toEqual([]);
    expect(job.log).toContain('Next: if check-model failed, run it again first');
  });

  it('is that of the chosen group when there are several', async () => {
    const emulator = await emulated();
    const other = emulator.register({ group: 'ChurnModels' });
    const ours = emulator.register();
    const root = checked(emulator, other, { job: '2' });
    checked(emulator, ours, {}, root);

    const job = await approve({ emulator, root, inputs: { model_package_group_name: GROUP.toLowerCase() } });
    expect(job.exit).toBe(0);
    expect(emulator.package(ours)?.approval).toBe('Approved');
    expect(emulator.package(other)?.approval).toBe(PENDING);
  });
});

describe('wrong inputs', () => {
  it('are all told at once, before any request', async () => {
    const emulator = await emulated();
    const job = await approve({
      emulator,
      root: projectFolder(),
      inputs: { model_package_group_name: 'two words', require_protected: 'maybe' },
    });
    expect(job.exit).toBe(64);
    expect(job.received).toEqual([]);
    expect(job.log).toContain('model_package_group_name: received "two words"');
    expect(job.log).toContain('require_protected: received "maybe"; must be true or false');
  });
});

describe('a rejection', () => {
  it('is one request in the first environment, and nothing can be approved afterwards', async () => {
    const emulator = await emulated();
    const arn = emulator.register();
    const root = checked(emulator, arn);

    const job = await reject({ emulator, root, inputs: { comment: 'too coarse' } });
    expect(job.exit).toBe(0);
    expect(job.calls).toEqual(['DescribeModelPackage', 'UpdateModelPackage', 'DescribeModelPackage']);
    expect(emulator.package(arn)).toMatchObject({
      approval: 'Rejected',
      approvalDescription: expect.stringMatching(/^Rejected for dev by jane, .* too coarse$/),
    });
    expect(readWithdrawal(entriesOf(emulator, arn), 'dev')).toMatchObject({ value: { by: 'jane' } });
    expect(readComment(entriesOf(emulator, arn), 'withdrawn', 'dev')).toBe('too coarse');
    expect(job.log).toContain(`Withdrawn in dev by jane: ${GROUP} version 1.`);
    expect(job.record).toMatchObject({ component: 'reject-model', outcome: 'rejected', package: arn });

    const approval = await approve({ emulator, root });
    expect(approval.exit).toBe(1);
    expect(approval.calls).toEqual(['DescribeModelPackage']);
    expect(approval.log).toContain('was withdrawn in dev');
  });

  it('is nothing but its own key after the first environment, and twice is once', async () => {
    const emulator = await emulated();
    const arn = emulator.register({ status: 'Approved' });
    const root = checked(emulator, arn, { environment: 'uat' });
    const job = await reject({ emulator, root, environment: 'uat', claims: { environment_protected: 'false' } });
    expect(job.exit).toBe(0);
    const update = job.received.find(({ operation }) => operation === 'UpdateModelPackage');
    expect(update?.input).toEqual({
      ModelPackageArn: arn,
      CustomerMetadataProperties: { 'withdrawn.uat': expect.any(String) },
    });

    const again = await reject({ emulator, root, environment: 'uat', user: 'tan.mei.ling' });
    expect(again.exit).toBe(0);
    expect(again.calls).toEqual(['DescribeModelPackage']);
    expect(again.log).toContain('is already withdrawn in uat by jane');
  });
});
