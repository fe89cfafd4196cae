import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../row.ts';
import { approved, type Place, shownInUat } from '../stage.ts';

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
    when: 'the policy does not permit the approval',
    shows: [],
    component: 'approve-model',
    code: 'SMC-3301',
    seen: 'ERROR The policy of uat does not permit jane to approve ResalePriceModelGroup version 1:…  does not hold: comment (policy.yml) asks for a comment of the approver, with letters or digits; now there is none…Nothing was written.',
    next: 'start the job by its name, not by the button beside it, and type a comment.',
    cause: 'A rule of the policy does not hold, or nobody could find out whether it does.',
    remedy: 'Do what the log says of each rule. See [Who may approve](who-may-approve.md).',
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
