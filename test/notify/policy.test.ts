import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { channelsOf } from '../../src/policy/channels.ts';
import { builtValue, enter, timeIn } from '../components/handover.ts';
import { projectWith } from '../policy/project.ts';
import { UAT_JOB } from '../preview/known.ts';

const policy_file = 'policy.yml';

/** The channels of uat that a policy names. */
const channels = (text: string, job = { ...UAT_JOB, verified: true }) =>
  channelsOf({ policy_file }, { job, fileOfCommit: async () => Buffer.from(text) });

const SLACK = 'channel: slack, address: SLACK';

describe('the channels of a policy', () => {
  it('of an environment are its own, or those of all', async () => {
    const common = `notify: [{ ${SLACK} }]\n`;
    const slack = { channel: 'slack', address: 'SLACK', host: 'hooks.slack.com', notify_failures: false };
    expect(await channels(common)).toEqual([slack]);
    const teams = 'environments:\n  uat:\n    notify: [{ channel: teams, address: TEAMS, host: teams.example.com }]\n';
    expect(await channels(common + teams)).toMatchObject([{ channel: 'teams' }]);
    expect(await channels(`${common}environments: { uat: { notify: [] } }\n`)).toEqual([]);
    expect(await channels('comment: required\n')).toEqual([]);
  });

  it('are nobody without a policy, or where no token says whose the job is', async () => {
    const { fileOfCommit } = { fileOfCommit: () => Promise.reject(new Error('It was read.')) };
    expect(await channelsOf({ policy_file: undefined }, { job: UAT_JOB, fileOfCommit })).toEqual([]);
    expect(await channelsOf({ policy_file }, { job: { ...UAT_JOB, verified: false }, fileOfCommit })).toEqual([]);
  });

  it.each([
    ['channel: slack', 'notify.0.address must be the name of a CI/CD variable'],
    [`${SLACK}, host: HTTPS://hooks`, 'notify.0.host must be the name of a host in small letters'],
    [`${SLACK}, events: [aproved]`, 'notify.0.events.0 must be one of approval_wanted, approved'],
    [`${SLACK}, events: []`, 'notify.0.events must name an event'],
    [`${SLACK}, notify_failures: yes please`, 'notify.0.notify_failures must be true or false'],
    [`${SLACK}, event: [approved]`, 'notify.0.event is not known: did you mean events?'],
    ['channel: sms, address: SMS', 'notify.0.channel must have "channel: slack", "channel: teams"'],
    ['channel: teams, address: TEAMS', 'notify.0.host must be the name of a host'],
    ['channel: webhook, address: HOOK, host: a.example.com', 'notify.0.secret must be the name of a CI/CD variable'],
    ['channel: email, address: TO, from: FROM, server: MAIL, host: a.example.com, tls: off', 'notify.0.tls must be'],
    ['channel: slack, address: https://hooks.slack.com/services/a-secret', 'notify.0.address must be the name of a CI'],
  ])('refuse { %s } with its line, and never show what stands in the place of a name', async (entry, why) => {
    const refused: unknown = await channels(`comment: required\nnotify:\n  - { ${entry} }\n`).catch((error) => error);
    expect(String(refused)).toMatch(/policy\.yml: line 3, column \d+: /);
    expect(String(refused)).toContain(why);
    expect(String(refused)).not.toContain('a-secret');
  });
});

describe('the policy of the example, copied without its channel', () => {
  it('lets a first pipeline offer its version all the same, and says in the log that nobody was told', async () => {
    const example = readFileSync(new URL('../../examples/resale-price/policy.yml', import.meta.url), 'utf8');
    const { check, emulator, arn } = await projectWith(example.replace('  main:', '  uat:'));
    enter(emulator, arn, { built: builtValue({ user_id: '58', at: timeIn(emulator) }) });
    const { exit, log, outputs } = await check();
    expect([exit, outputs]).toMatchObject([0, { MODEL_FOUND: 'true' }]);
    expect(log).toContain(
      'Warning: not told by slack (SLACK_WEBHOOK_MAIN): approval_wanted: no CI/CD variable SLACK_WEBHOOK_MAIN is visible in this job. This job ends as it would have ended.',
    );
  });
});
