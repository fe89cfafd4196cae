import { describe, expect, it } from 'vitest';
import { timeOf } from '../../src/policy/time.ts';
import { JOB } from '../gitlab/job.ts';
import { projectWith } from './project.ts';

const HOUR = 3_600_000;
const refused = (why: string) => [1, expect.stringContaining(why)];

describe('an approval that counts for twelve hours', () => {
  it('is not deployed later, and is given anew by whoever starts the approve job again', async () => {
    const project = await projectWith('expires: 12 hours\n');
    const { emulator } = project;
    await project.check();
    expect((await project.approve()).exit).toBe(0);
    emulator.clock.advance(13 * HOUR);
    const late = await project.deploy();
    expect([late.exit, late.log]).toEqual(refused('does not hold: expires (policy.yml)'));
    expect(late.calls.filter((call) => /^(Create|Update)/.test(call))).toEqual([]);

    const again = await project.approve('', { user: 'bob', claims: { user_id: '58' } });
    expect([again.exit, again.log]).toEqual([0, expect.stringContaining('Approved for uat by bob')]);
    expect((await project.deploy()).exit).toBe(0);
  });

  it('stands while it counts: whoever starts the approve job again writes nothing', async () => {
    const project = await projectWith('expires: 12 hours\n');
    await project.check();
    await project.approve();
    const { log, calls } = await project.approve('', { user: 'bob', claims: { user_id: '58' } });
    expect(log).toContain('already approved for uat by jane');
    expect(calls).not.toContain('UpdateModelPackage');
  });
});

describe('a freeze', () => {
  const FREEZE = 'freeze:\n  - { from: 2026-11-22T00:00, to: 2026-11-23T00:00, time_zone: Asia/Singapore }\n';

  it('is shown before anybody is asked, refuses an approval, and is over by itself', async () => {
    const project = await projectWith(FREEZE);
    const shown = await project.check();
    expect([shown.exit, shown.log]).toEqual([0, expect.stringContaining('does not hold: freeze (policy.yml)')]);
    const { exit, log } = await project.approve();
    expect([exit, log]).toEqual(refused('run this job again after 2026-11-22T16:00:00.000Z'));
    project.emulator.clock.advance(10 * HOUR);
    expect((await project.approve()).exit).toBe(0);
  });

  it('refuses a deployment that was approved before it', async () => {
    const project = await projectWith(FREEZE.replace('2026-11-22T00:00', '2026-11-22T20:00'));
    await project.check();
    expect((await project.approve()).exit).toBe(0);
    project.emulator.clock.advance(6 * HOUR);
    const { exit, log } = await project.deploy();
    expect([exit, log]).toEqual(refused('does not hold: freeze (policy.yml)'));
  });
});

describe('the time by which a policy is judged', () => {
  const token = { tokenLife: { from: new Date('2026-11-22T09:00:00Z'), to: new Date('2026-11-22T21:00:00Z') } };
  it.each([
    ['within the life of the token', '2026-11-22T12:00:00Z', { is: 'known', now: new Date('2026-11-22T12:00:00Z') }],
    ['a few minutes behind GitLab', '2026-11-22T08:55:00Z', { is: 'known', now: new Date('2026-11-22T09:00:00Z') }],
    ['ten minutes behind GitLab', '2026-11-22T08:50:00Z', { is: 'known', now: new Date('2026-11-22T09:00:00Z') }],
    ['more than that behind GitLab', '2026-11-22T08:49:59.999Z', { is: 'unknown' }],
    ['ten minutes after the end of the token', '2026-11-22T21:10:00Z', { is: 'known' }],
    ['later than that', '2026-11-22T21:10:00.001Z', { is: 'unknown' }],
    ['an hour behind GitLab', '2026-11-22T08:00:00Z', { is: 'unknown' }],
    ['after the end of the token', '2026-11-22T22:00:00Z', { is: 'unknown' }],
  ])('where the clock of the runner is %s', (_, runner, time) => {
    expect(timeOf(new Date(runner), token)).toMatchObject(time);
  });

  it('is unknown where the token does not say when GitLab issued it', () => {
    expect(timeOf(new Date(), { ...JOB, tokenLife: undefined })).toMatchObject({ is: 'unknown' });
  });

  it('is not that of a runner whose clock was set', async () => {
    const project = await projectWith('expires: 12 hours\n');
    await project.check();
    await project.approve();
    const now = Math.floor(project.emulator.clock.now().getTime() / 1000);
    const { exit, log } = await project.deploy({ claims: { iat: now - 13 * 3600, exp: now + 60 } });
    expect(exit, log).toBe(0);
    const wrong = await project.deploy({ claims: { iat: now + 3600, exp: now + 13 * 3600 } });
    expect([wrong.exit, wrong.log]).toEqual(refused("now unknown: the runner's clock says"));
  });
});
