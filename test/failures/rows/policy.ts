import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitlab } from '../../components/gitlab-host.ts';
import { builtValue, enter, timeIn } from '../../components/handover.ts';
import { arnOf } from '../../registry/package.ts';
import type { Row } from '../row.ts';
import { approved, type Place, shownInUat, showPolicy } from '../stage.ts';

/** The commit that has the policy of the platform team. */
const PLATFORM_COMMIT = 'e'.repeat(40);

const POLICY = { policy_file: 'policy.yml' };

/** The commit has this policy. */
const asks =
  (text: string) =>
  ({ root }: Place) =>
    writeFileSync(join(root, 'policy.yml'), text);

export const policy: readonly Row[] = [
  {
    when: 'the policy is not what a policy may be',
    shows: [],
    component: 'approve-model',
    code: 'SMC-1014',
    seen: 'ERROR Invalid policy:…  policy.yml: line 3, column 5: coment is not known: did you mean comment?',
    next: 'correct policy.yml, then push.',
    cause: 'The file that `policy_file` names has a key or a value that no policy has.',
    remedy: 'Correct the line that the log names. See [Who may approve](who-may-approve.md).',
    stage: shownInUat,
    act: asks('environments:\n  uat:\n    coment: required\n'),
    job: { inputs: POLICY },
    exit: 64,
    writes: {},
    record: 'none',
  },
  {
    when: 'the policy of the platform team names channels',
    shows: [],
    component: 'approve-model',
    code: 'SMC-1014',
    seen: 'ERROR Invalid policy:…  ml.yml of project 77 at …: line 1, column 1: notify tells nobody: a policy that platform_policy names has no channels. Name them in the policy_file of each project.',
    next: 'correct it in its project, and let platform_policy name the commit that has it so.',
    cause:
      'The variables that hold the addresses of channels are of each project, so a policy for many projects has no channels.',
    remedy:
      'Take `notify` out of that policy, and name the channels in `policy_file`. See [Get told](notifications.md#channels).',
    stage: shownInUat,
    act: () =>
      gitlab.other('77', PLATFORM_COMMIT, { 'ml.yml': 'notify: [{ channel: slack, address: SLACK_WEBHOOK }]\n' }),
    job: { inputs: { platform_policy: `77@${PLATFORM_COMMIT}:ml.yml` } },
    exit: 64,
    writes: {},
    record: 'none',
  },
  {
    when: 'the policy does not permit the approval',
    shows: [],
    component: 'approve-model',
    code: 'SMC-3301',
    seen: 'ERROR The policy of uat does not permit jane to approve ResalePriceModelGroup version 1:…  does not hold: comment (policy.yml) asks for a comment of the approver, with letters or digits; now there is none…Nothing was written.',
    next: 'start the job by its name, not by the button beside it, and type a comment. If it has run before, select "Retry job with modified values" there.',
    cause: 'A rule of the policy does not hold, or nobody could find out whether it does.',
    remedy: 'Do what the log says of each rule. See [Who may approve](who-may-approve.md).',
    stage: shownInUat,
    act: (place) => showPolicy(place, 'comment: required\n'),
    job: { inputs: POLICY },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'whoever starts it trained the version, and the policy excludes them',
    shows: [],
    component: 'approve-model',
    code: 'SMC-3301',
    seen: 'ERROR The policy of uat does not permit jane to approve ResalePriceModelGroup version 1:…  does not hold: never trained (policy.yml) asks for an approver who did not train the version; now jane (user ID 7); the user ID 7 trained it…Nothing was written.',
    next: 'ask somebody else to start the approve job of this pipeline.',
    cause: 'The entry `built` has the account that started the job which trained the version: it is the same.',
    remedy: 'Ask somebody else to approve. See [Who may approve](who-may-approve.md#who-is-excluded).',
    stage: shownInUat,
    act(place) {
      showPolicy(place, 'never: [trained]\n');
      enter(place.emulator, arnOf(1), { built: builtValue({ user_id: '7', at: timeIn(place.emulator) }) });
    },
    job: { inputs: POLICY },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'nothing may be deployed now',
    shows: [],
    component: 'approve-model',
    code: 'SMC-3301',
    seen: 'ERROR The policy of uat does not permit jane to approve ResalePriceModelGroup version 1:…  does not hold: freeze (policy.yml) asks for a time outside its windows; now it is …: frozen until 2100-01-01T00:00 Asia/Singapore (year end)…Nothing was written.',
    next: 'run this job again after 2099-12-31T16:00:00.000Z.',
    cause: 'A window of `freeze` has begun in its time zone, and is not over.',
    remedy: 'Wait until it is over. See [The time](who-may-approve.md#the-time).',
    stage: shownInUat,
    act: (place) =>
      showPolicy(
        place,
        'freeze: [{ from: 2020-01-01T00:00, to: 2100-01-01T00:00, time_zone: Asia/Singapore, reason: year end }]\n',
      ),
    job: { inputs: POLICY },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'check-model did not show the policy',
    shows: [],
    component: 'approve-model',
    code: 'SMC-3304',
    seen: 'ERROR check-model of this pipeline showed no policy, but this job has the policy …. Nothing was written.',
    next: 'give check-model and approve-model the same policy inputs, then start a new pipeline.',
    cause: 'The includes of check-model and approve-model name different policies.',
    remedy: 'Give both the same inputs, then start a new pipeline.',
    stage: shownInUat,
    act: asks('comment: required\n'),
    job: { inputs: POLICY },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the approval was given under another policy, or under none',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-3302',
    seen: 'ERROR ResalePriceModelGroup version 1 cannot be deployed to dev: its approval for dev was given under no policy, but this job has the policy ….',
    next: 'give approve-model and deploy-model the same policy inputs, then start a new pipeline and approve the version there.',
    cause: 'The includes of approve-model and deploy-model name different policies.',
    remedy: 'Give both the same inputs, then start a new pipeline.',
    stage: approved,
    act: asks('comment: required\n'),
    job: { inputs: POLICY },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'no token says of which commit the policy is',
    shows: [],
    component: 'approve-model',
    code: 'SMC-3303',
    seen: 'ERROR This job has no token that says of which commit it is, so nobody knows which policy counts.',
    next: 'set role_arn to the role that this job assumes: its token says it. Or leave policy_file and platform_policy empty.',
    cause: '`role_arn` is "none".',
    remedy: 'Set `role_arn` to the role that the job assumes.',
    stage: shownInUat,
    act: asks('comment: required\n'),
    job: { inputs: { ...POLICY, role_arn: 'none', require_protected: 'false' } },
    exit: 1,
    writes: {},
    record: 'none',
  },
];
