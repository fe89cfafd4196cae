import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../row.ts';
import { type Place, shown } from '../stage.ts';

/** A policy whose channel is on this host, and the commit that has it. */
const slackOn =
  (host: string) =>
  ({ root }: Place) =>
    writeFileSync(
      join(root, 'policy.yml'),
      `notify: [{ channel: slack, address: SLACK_WEBHOOK_DEV, host: ${host} }]\n`,
    );

const about = {
  shows: [],
  component: 'reject-model',
  stage: shown,
  exit: 0,
  writes: { UpdateModelPackage: 1 },
  record: { outcome: 'rejected', version: 1 },
} as const;

const POLICY = { policy_file: 'policy.yml' };
const STAYS = 'This job ends as it would have ended.';

export const notifications: readonly Row[] = [
  {
    ...about,
    when: 'the address of its channel is not visible',
    seen: `Warning: not told by slack (SLACK_WEBHOOK_DEV): rejected: no CI/CD variable SLACK_WEBHOOK_DEV is visible in this job. ${STAYS}`,
    cause: 'Nobody created the variable that the policy names, or its scope does not cover `dev/approval`.',
    remedy: 'Create it with the scope `dev*`. The job need not run again: nobody was told, and the rejection stands.',
    act: slackOn('hooks.slack.com'),
    job: { inputs: POLICY },
  },
  {
    ...about,
    when: 'the address of its channel is on another host than the policy says',
    seen: `Warning: not told by slack (SLACK_WEBHOOK_DEV): rejected: the address in SLACK_WEBHOOK_DEV is not on hooks.slack.com, the host in the policy. ${STAYS}`,
    cause: 'Somebody overrode the variable, or the policy needs the `host` of this address.',
    remedy: 'Start a new pipeline without a variable of this name, or correct `host` in the policy.',
    act: slackOn('hooks.slack.com'),
    job: { inputs: POLICY, env: { SLACK_WEBHOOK_DEV: 'https://hooks.example.com/services/T0' } },
  },
  {
    ...about,
    when: 'its channel cannot be reached',
    seen: `Warning: not told by slack (SLACK_WEBHOOK_DEV): rejected: the receiver was not reached (ECONNREFUSED). ${STAYS}`,
    cause: 'The receiver is down, or the runner does not get to it.',
    remedy: 'Check the proxy of the runner (`HTTPS_PROXY`, `NO_PROXY`), and what it allows.',
    act: slackOn('localhost'),
    job: { inputs: POLICY, env: { SLACK_WEBHOOK_DEV: 'https://localhost:9/services/T0' } },
  },
];
