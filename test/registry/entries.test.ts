import { describe, expect, it } from 'vitest';
import { BAKE_WORD, MAX_CONFIG_NAME } from '../../src/endpoints/names.ts';
import {
  type EntryHolder,
  entryTime,
  entryValue,
  type Metadata,
  promotionPath,
  readApproval,
  readValidation,
  timestamp,
} from '../../src/registry/entries.ts';
import { entryKey } from '../../src/registry/entry-keys.ts';

const approval = {
  by: 'jane.doe',
  pipeline: '4711',
  job: '12',
  commit: 'a'.repeat(40),
  at: '2026-11-22T08:00Z',
  content: 'c'.repeat(32),
};
const validation = {
  pipeline: '2200000000',
  job: '12000000000',
  at: '2026-11-22T08:00Z',
  content: 'c'.repeat(32),
  endpoint: 'e'.repeat(63),
  config: 'k'.repeat(63),
};
const holder = (metadata: Metadata): EntryHolder => ({
  metadata,
  createdAt: new Date('2026-11-22T08:00:30Z'),
  describedAt: new Date('2026-11-22T09:00:30Z'),
});
/** What SageMaker accepts as a metadata value. */
const ACCEPTED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;

describe('a registry entry', () => {
  it('is read as it was written', () => {
    expect(readApproval(holder({ 'approved.uat': entryValue(approval) }), 'uat')).toEqual({
      is: 'read',
      value: approval,
    });
    expect(readValidation(holder({ 'validated.dev/churn': entryValue(validation) }), 'dev/churn')).toEqual({
      is: 'read',
      value: validation,
    });
  });

  it('says what a bake showed, and no other word for it is believed', () => {
    const read = (raw: string) => readValidation(holder({ 'validated.uat': raw }), 'uat');
    const written = entryValue({ ...validation, bake: 'nothing' });
    expect(read(written)).toMatchObject({ is: 'read', value: { bake: 'nothing' } });
    expect(read(written.replace('bake=nothing', 'bake=fine'))).toMatchObject({ is: 'unreadable' });
  });

  it('names the account beside the login, which may change; entries of earlier releases name none', () => {
    const written = entryValue({ ...approval, user_id: '57' });
    const read = readApproval(holder({ 'approved.uat': written }), 'uat');
    expect(read).toEqual({ is: 'read', value: { ...approval, user_id: '57' } });
    expect(readApproval(holder({ 'approved.uat': written.replace('57', 'jane') }), 'uat').is).toBe('unreadable');
  });

  it('keeps the account of an over-long login whole', () => {
    const { by: _, ...rest } = approval;
    const long = { by: 'x'.repeat(255), user_id: '1234567890', ...rest };
    expect(entryValue(long)).toMatch(/^by=x+\+ user_id=1234567890 pipeline=4711 /);
    expect(entryValue(long)).toMatch(ACCEPTED);
  });

  it('does not name what it does not have', () => {
    expect(entryValue({ ...approval, open: undefined })).toBe(entryValue(approval));
  });

  it('fits SageMaker with the longest names and numbers that occur', () => {
    expect(entryValue({ ...validation, open: 'approval' })).toMatch(ACCEPTED);
    const config = 'k'.repeat(MAX_CONFIG_NAME - BAKE_WORD);
    const baked = entryValue({ ...validation, config, bake: 'nothing', open: 'approval' });
    expect(baked).toMatch(ACCEPTED);
    expect(baked).toContain(' bake=nothing ');
  });

  it('of several people keeps their number and their accounts, however long their logins are', () => {
    const read = (raw: string) => readApproval(holder({ 'approved.uat': raw }), 'uat');
    const long = { ...approval, user_id: '57', people: '3', with: `${'b'.repeat(200)}:58/${'c'.repeat(20)}:59` };
    const cut = entryValue(long);
    expect(cut).toMatch(ACCEPTED);
    expect(read(cut)).toMatchObject({ value: { by: 'jane.doe', people: '3', with: '+2/58/59' } });
    const fullest = entryValue({ ...long, by: 'j'.repeat(200), open: 'emergency' });
    expect(fullest).toMatch(ACCEPTED);
    expect(read(fullest)).toMatchObject({
      value: { by: expect.stringMatching(/^j+\+$/), people: '3', with: '+2/58/59', open: 'emergency' },
    });
  });

  it('of more people than have room says how many there are, and loses no more of who signed than it must', () => {
    const ids = Array.from({ length: 9 }, (_, index) => 1_234_567_890 + index);
    const many = { ...approval, user_id: '57', people: '10', with: `+9/${ids.join('/')}`, since: '2026-11-22T07:00Z' };
    const cut = entryValue(many);
    expect(cut).toMatch(ACCEPTED);
    expect(cut).toMatch(/^by=jane\.doe .* people=10 with=\+9 since=/);
  });

  it('stands since no later than it was written', () => {
    const read = (since: string) =>
      readApproval(holder({ 'approved.uat': entryValue({ ...approval, since }) }), 'uat').is;
    expect(read('2026-11-22T08:00Z')).toBe('read');
    expect(read('2026-11-22T08:01Z')).toBe('unreadable');
  });

  it('loses the end of an over-long login and nothing else, and shows the cut', () => {
    const written = entryValue({ ...approval, by: 'x'.repeat(255) });
    expect(written).toMatch(ACCEPTED);
    expect(written).toMatch(/^by=x+\+ pipeline=4711 job=12 /);
    expect(readApproval(holder({ 'approved.uat': written }), 'uat')).toMatchObject({
      is: 'read',
      value: { content: approval.content },
    });
  });

  it.each([
    ['is empty', ''],
    ['is a word', 'yes'],
    ['lacks its content', entryValue(approval).replace(/ content=\w+/, '')],
    ['has a content that is no hash', entryValue(approval).replace(/content=\w+/, 'content=latest')],
    ['has a pipeline that is no number', entryValue(approval).replace('4711', 'mine')],
    ['has a word that we do not write', `${entryValue(approval)} trust=me`],
    ['says a word twice', `${entryValue(approval)} by=root`],
    ['names no safety input after open=', `${entryValue(approval)} open=`],
    ['names no safety input after open', `${entryValue(approval)} open`],
    ['has a date that is none', entryValue(approval).replace('2026-11-22T08:00Z', 'yesterday')],
  ])('that %s is not believed', (_, raw) => {
    expect(readApproval(holder({ 'approved.uat': raw }), 'uat')).toEqual({
      is: 'unreadable',
      raw,
      why: 'has an unknown format',
    });
  });

  it.each([
    ['of the minute in which its version was created', '2026-11-22T08:00Z', 'read'],
    ['of the minute before', '2026-11-22T07:59Z', 'is older than the version'],
    ['ten minutes ahead of this machine', '2026-11-22T09:10Z', 'read'],
    [
      'eleven minutes ahead of this machine',
      '2026-11-22T09:11Z',
      'is dated in the future (the clock of this runner says 2026-11-22T09:00Z)',
    ],
  ])('%s is %s: %s', (_, at, answer) => {
    const entry = readApproval(holder({ 'approved.uat': entryValue({ ...approval, at }) }), 'uat');
    expect(entry.is === 'unreadable' ? entry.why : entry.is).toBe(answer);
  });

  it('is never dated before its version, also where the clock of the runner is behind', () => {
    const { createdAt } = holder({});
    const job = { tokenLife: undefined };
    expect(entryTime(new Date('2026-11-22T07:55:00Z'), { createdAt }, job)).toBe('2026-11-22T08:00Z');
    expect(entryTime(new Date('2026-11-22T08:05:59Z'), { createdAt }, job)).toBe('2026-11-22T08:05Z');
  });

  it('is dated within the life of the token of its job, wherever the clock of the runner was set', () => {
    const { createdAt } = holder({});
    const job = { tokenLife: { from: new Date('2026-11-22T09:00:00Z'), to: new Date('2026-11-22T10:00:00Z') } };
    const dates = ['2026-11-21T09:30:00Z', '2026-11-22T09:30:00Z', '2027-11-22T09:30:00Z'].map((now) => new Date(now));
    expect(dates.map((now) => entryTime(now, { createdAt }, job))).toEqual([
      '2026-11-22T09:00Z',
      '2026-11-22T09:30Z',
      '2026-11-22T10:00Z',
    ]);
  });

  it('that is not there is absent, whatever other environments hold', () => {
    expect(readApproval(holder({ [entryKey('approved', 'dev')]: entryValue(approval) }), 'uat')).toEqual({
      is: 'absent',
    });
  });

  it('that has nothing to cut is not written at all when it is too long', () => {
    const long = { ...validation, endpoint: 'e'.repeat(250) };
    expect(() => entryValue(long)).toThrow('SageMaker would refuse');
    expect(() => entryValue({ ...long, open: undefined })).toThrow('SageMaker would refuse');
  });

  it.each([255, 256])('of %i characters is written as it is', (length) => {
    const short = entryValue({ ...approval, by: 'j' });
    const by = 'j'.repeat(length - short.length + 1);
    expect(entryValue({ ...approval, by })).toBe(short.replace('by=j', `by=${by}`));
  });

  it('of 257 characters is cut to 256', () => {
    const short = entryValue({ ...approval, by: 'j' });
    expect(entryValue({ ...approval, by: 'j'.repeat(257 - short.length + 1) })).toMatch(/^.{256}$/);
  });

  it('holds no sign that SageMaker would refuse', () => {
    expect(() => entryValue({ ...approval, by: 'jane, doe' })).toThrow('SageMaker would refuse');
  });
});

it('tells the time to the minute, in UTC', () => {
  expect(timestamp(new Date('2026-11-22T16:05:59+08:00'))).toBe('2026-11-22T08:05Z');
});

describe('the promotion path', () => {
  it.each([
    ['dev, uat, main', ['dev', 'uat', 'main']],
    ['dev/churn,main/churn', ['dev/churn', 'main/churn']],
    ['main', ['main']],
  ])('"%s" has its environments in order', (text, names) => {
    expect(promotionPath.parse(text)).toEqual(names);
  });

  it.each(['', 'dev,,main', 'dev, dev', 'dev, DEV', 'dev; main', `dev, ${'u'.repeat(119)}`])(
    '"%s" is refused, for one reason',
    (text) => {
      expect(promotionPath.safeParse(text).error?.issues).toHaveLength(1);
    },
  );
});
