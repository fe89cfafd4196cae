import { describe, expect, it } from 'vitest';
import type { GivenVoice } from '../../src/gitlab/voice.ts';
import { type AskedOfApprovers, judgeApprovers, standingSince, type WhyNot } from '../../src/registry/approvers.ts';

const SHOWN = new Date('2026-11-22T08:05:00Z');
const PRESSED = new Date('2026-11-22T08:10:00Z');
const jane = { login: 'jane', id: '57', at: PRESSED, isBot: false };
const anybody: WhyNot = () => undefined;
const asked = (more: Partial<AskedOfApprovers> = {}) => ({ person: anybody, age: anybody, ...more });

const voice = (id: string, login: string, more: Partial<GivenVoice> = {}): GivenVoice => ({
  id,
  login,
  isActive: true,
  status: 'approved',
  at: new Date('2026-11-22T08:06:00Z'),
  groups: [],
  ...more,
});

const judged = (given: readonly GivenVoice[], presser: Parameters<typeof judgeApprovers>[0] = jane, person = anybody) =>
  judgeApprovers(presser, { given, runs: [], shownAt: SHOWN }, asked({ person }));
const logins = async (...told: Parameters<typeof judged>) => (await judged(...told)).counted.map(({ login }) => login);

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
    const { counted, uncounted } = await judgeApprovers(jane, { given, runs, shownAt: SHOWN }, asked());
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
    ['who is the bot of another token of the project', [voice('58', 'project_42_bot1')], 'no person'],
    ['who is the bot of a token, in other letters', [voice('58', 'Group_7_Bot_9f')], 'no person'],
    ['who is a service account', [voice('58', 'service_account_9f')], 'no person'],
    ['who is a service account of a group', [voice('58', 'service_account_group_345_9f')], 'no person'],
    ['who is a service account of a project', [voice('58', 'service_account_project_42_9f')], 'no person'],
    ['who stands for deleted users', [voice('58', 'ghost1')], 'no person'],
    ['of whom GitLab says so, whatever its name is', [voice('58', 'release', { isBot: true })], 'GitLab says that'],
  ])('nobody counts for a second one %s', async (_, given, why) => {
    const { counted, uncounted } = await judged(given);
    expect(counted.map(({ login }) => login)).toEqual(['jane']);
    expect(uncounted.map((each) => each.why)).toEqual([expect.stringContaining(why)]);
  });

  it('nobody is against it who approved it', async () => {
    expect((await judged([voice('58', 'bob')])).against).toEqual([]);
  });

  it('a person counts once, although GitLab lists them twice', async () => {
    expect(await logins([voice('58', 'bob'), voice('58', 'robert')])).toEqual(['jane', 'bob']);
  });

  it('a voice too early does not become one in time by being listed again', async () => {
    const early = voice('58', 'bob', { at: new Date('2026-11-22T08:00:00Z') });
    expect(await logins([early, early])).toEqual(['jane']);
  });

  it('nobody counts whom no token names, or who may not approve', async () => {
    expect(await judged([], { ...jane, login: 'unverified', id: undefined })).toEqual({
      counted: [],
      uncounted: [{ login: 'unverified', why: 'no token says who started this job' }],
      against: [],
    });
    expect(await logins([], { ...jane, login: 'project_42_bot', id: '60' })).toEqual([]);
    expect(await logins([], { ...jane, isBot: true })).toEqual([]);
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

it('what has grown too old counts no longer, and whoever said it may say it again', async () => {
  const [old, recent] = [new Date('2026-11-22T08:06:00Z'), new Date('2026-11-22T08:09:00Z')];
  const age: WhyNot = ({ at }) => (at < recent ? 'too old' : undefined);
  const runs = [
    voice('58', 'bob', { at: old }),
    voice('59', 'carol', { at: recent }),
    voice('59', 'carol', { at: old }),
  ];
  const again = [...runs, voice('58', 'bob', { at: recent })];
  const judgedBy = (all: readonly GivenVoice[]) =>
    judgeApprovers(jane, { given: [], runs: all, shownAt: SHOWN }, asked({ age }));
  expect((await judgedBy(runs)).counted.map(({ login }) => login)).toEqual(['jane', 'carol']);
  const approvers = await judgedBy(again);
  expect(approvers.counted.map(({ login }) => login)).toEqual(['jane', 'carol', 'bob']);
  expect(standingSince(approvers)).toEqual(recent);
  expect(standingSince({ counted: [] })).toBeUndefined();
});
