import { describe, expect, it } from 'vitest';
import type { GivenVoice } from '../../src/gitlab/voice.ts';
import { accountsIn, judgeApprovers, othersOf, type WhyNot } from '../../src/registry/approvers.ts';

const SHOWN = new Date('2026-11-22T08:05:00Z');
const jane = { login: 'jane', id: '57' };
const anybody: WhyNot = () => undefined;

const voice = (id: string, login: string, more: Partial<GivenVoice> = {}): GivenVoice => ({
  id,
  login,
  isActive: true,
  status: 'approved',
  at: new Date('2026-11-22T08:06:00Z'),
  groups: [],
  ...more,
});

const judged = (given: readonly GivenVoice[], presser: Parameters<typeof judgeApprovers>[0] = jane, whyNot = anybody) =>
  judgeApprovers(presser, { given, runs: [], shownAt: SHOWN }, whyNot);
const logins = async (...asked: Parameters<typeof judged>) =>
  (await judged(...asked)).counted.map(({ login }) => login);

describe('who counts for an approval', () => {
  it('whoever started an earlier run is one person: of several runs and approvals, what came after the version was shown counts', async () => {
    const early = new Date('2026-11-22T08:04:59Z');
    const given = [voice('59', 'carol', { at: early })];
    const runs = [
      voice('58', 'bob'),
      voice('58', 'bob', { at: early }),
      voice('59', 'carol'),
      voice('60', 'dan', { at: early }),
    ];
    const { counted, uncounted } = await judgeApprovers(jane, { given, runs, shownAt: SHOWN }, anybody);
    expect(counted.map(({ login }) => login)).toEqual(['jane', 'bob', 'carol']);
    expect(uncounted.map(({ login }) => login)).toEqual(['carol', 'bob', 'dan']);
  });

  it('whoever started the job is one person, and each who approved the deployment another', async () => {
    expect(await logins([voice('58', 'bob'), voice('59', 'carol')])).toEqual(['jane', 'bob', 'carol']);
  });

  it.each<[who: string, given: GivenVoice[], why: string]>([
    ['who started the job, and approved it in GitLab too', [voice('57', 'jane')], 'a person counts once'],
    ['who started the job, by another login', [voice('57', 'jane.doe')], 'a person counts once'],
    [
      'who approved before the version was shown',
      [voice('58', 'bob', { at: new Date('2026-11-22T08:04:59Z') })],
      'before check-model had shown this version',
    ],
    ['who approved in the moment in which it was shown', [voice('58', 'bob', { at: SHOWN })], 'before check-model'],
    ['whose account is blocked', [voice('58', 'bob', { isActive: false })], 'not active'],
    ['who is the bot of a token of the project', [voice('58', 'project_42_bot_1a2b')], 'no person'],
    ['who is the bot of a token of a group', [voice('58', 'group_7_bot')], 'no person'],
    ['who is a service account', [voice('58', 'service_account_9f')], 'no person'],
  ])('nobody counts for a second one %s', async (_, given, why) => {
    const { counted, uncounted } = await judged(given);
    expect(counted.map(({ login }) => login)).toEqual(['jane']);
    expect(uncounted.map((each) => each.why)).toEqual([expect.stringContaining(why)]);
  });

  it('a person counts once, although GitLab lists them twice', async () => {
    expect(await logins([voice('58', 'bob'), voice('58', 'robert')])).toEqual(['jane', 'bob']);
  });

  it('a voice too early does not become one in time by being listed again', async () => {
    const early = voice('58', 'bob', { at: new Date('2026-11-22T08:00:00Z') });
    expect(await logins([early, early])).toEqual(['jane']);
  });

  it('nobody counts whom no token names, or who may not approve', async () => {
    expect(await logins([], { login: 'unverified', id: undefined })).toEqual([]);
    expect(await logins([], { login: 'project_42_bot', id: '60' })).toEqual([]);
    const barred: WhyNot = ({ id }) => (id === '58' ? 'trained it' : undefined);
    expect(await logins([voice('58', 'bob')], jane, barred)).toEqual(['jane']);
  });

  it('a person who may not start the job does not count by approving it, either', async () => {
    const barred: WhyNot = ({ isPresser }) => (isPresser ? 'trained it' : undefined);
    expect(await logins([voice('57', 'jane'), voice('58', 'bob')], jane, barred)).toEqual(['bob']);
  });

  it.each(['rejected', 'pending_review'])('somebody who said "%s" is against it, and no approver', async (status) => {
    expect(await judged([voice('58', 'bob', { status })])).toMatchObject({
      counted: [{ login: 'jane' }],
      against: [{ login: 'bob', why: `said "${status}"` }],
    });
  });
});

it('an entry names at most four people, and says how many more there are', () => {
  const all = ['jane', 'bob', 'carol', 'dan', 'erin', 'frank'].map((login, id) => ({ id: `${57 + id}`, login }));
  expect(othersOf({ counted: all.slice(0, 1) }, '57')).toBeUndefined();
  expect(othersOf({ counted: all.slice(0, 4) }, '57')).toBe('bob:58/carol:59/dan:60');
  expect(othersOf({ counted: all }, '57')).toBe('bob:58/carol:59/dan:60+2');
});

it.each([
  ['bob:58/carol:59', ['58', '59']],
  ['bob:58/carol:59/dan:60+2', undefined],
  ['bob:58/caro+', undefined],
  ['bob:58/carol:5+', undefined],
  ['bob', undefined],
  ['bob:x', undefined],
])('of %s, the accounts are known only where all of them stand there', (others, accounts) => {
  expect(accountsIn(others)).toEqual(accounts);
});
