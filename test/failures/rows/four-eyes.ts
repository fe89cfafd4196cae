import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitlab } from '../../components/gitlab-host.ts';
import { contentIn, enter, timeIn, verdictValue } from '../../components/handover.ts';
import { COMMIT } from '../../components/job.ts';
import { arnOf } from '../../registry/package.ts';
import type { Row } from '../row.ts';
import {
  approved,
  goThroughDev,
  handOver,
  hashOfPolicy,
  type Place,
  shownInUat,
  showPolicy,
  validated,
} from '../stage.ts';

const EMERGENCY_PASSES = 'approvals: 2\nemergency: [approvals]\n';

const BOB = { id: 58, username: 'bob' };

/** The job 1 has shown a version, the job 2 asks for its approval, and the policy of uat says this. */
function asking(place: Place, policy = 'approvals: 2\n'): void {
  const now = place.emulator.clock.now();
  const job = { pipeline: 101, sha: COMMIT };
  showPolicy(place, policy);
  gitlab.deployments.clear();
  gitlab.deployments.create({ ...job, id: 1, name: 'check-model' }, now);
  gitlab.deployments.create({ ...job, id: 2, name: 'approve-model', environment: 'uat/approval' }, now);
  gitlab.deployments.report(1, 'success', now);
}

/** In a pipeline before, somebody approved version 1 for uat in an emergency. */
function approvedInEmergency({ emulator }: Place): void {
  const words = { at: timeIn(emulator), open: 'emergency' };
  enter(emulator, arnOf(1), { 'approved.uat': verdictValue(contentIn(emulator, arnOf(1)), words) });
}

/** Meanwhile, somebody approved version 2 for an environment in an emergency, and a day went by. */
function overdueBeside({ emulator }: Place, environment: string): void {
  const arn = emulator.register({ status: 'Approved' });
  const words = { at: timeIn(emulator), open: 'emergency' };
  enter(emulator, arn, { [`approved.${environment}`]: verdictValue(contentIn(emulator, arn), words) });
  emulator.clock.advance(24 * 3_600_000);
}

const overdue = {
  shows: [],
  code: 'SMC-3306',
  next: `set model_package_arn to ${arnOf(2)}, and approve it in the ordinary way. Or withdraw it, by reject-model or rollback-endpoint.`,
  cause:
    'Another version was approved in an emergency after check-model had run, or the day for its ordinary approval ended since.',
  remedy: 'Approve that version in the ordinary way, or withdraw it. Then run this job again.',
  long: true,
  exit: 1,
  writes: {},
  record: 'none',
} as const;

const approving = { job: '2', inputs: { policy_file: 'policy.yml' } };
const inEmergency = { job: '2', inputs: { ...approving.inputs, emergency: 'Prices are wrong in the whole north' } };

const row = { shows: [], component: 'approve-model', stage: shownInUat, exit: 1, writes: {}, record: 'none' } as const;

export const fourEyes: readonly Row[] = [
  {
    ...row,
    when: 'the policy asks for more people than approve',
    code: 'SMC-3301',
    seen: 'ERROR The policy of uat does not permit jane to approve ResalePriceModelGroup version 1:…  does not hold: approvals (policy.yml) asks for 2 people; now 1 (jane)…Nothing was written.',
    next: 'run this job again, and before you start it, have others approve its deployment in GitLab (Operate > Environments): …',
    cause:
      'Nobody else approved the deployment of this job in GitLab, or only before check-model had ended. If you ran the job again, GitLab kept the approvals with the run before.',
    remedy:
      'Have others approve the deployment to `<environment>/approval`, and start the job then. See [Who may approve](who-may-approve.md#four-eyes-in-five-minutes).',
    act: asking,
    job: approving,
  },
  {
    ...row,
    when: 'the policy counts who runs approve-model, and only one person has run it',
    code: 'SMC-3301',
    seen: 'ERROR The policy of uat does not permit jane to approve ResalePriceModelGroup version 1:…  does not hold: approvals (policy.yml) asks for 2 people; now 1 (jane)…Nothing was written.',
    next: 'let another person run this job again, in this pipeline, when they have read what check-model shows: by "Retry job with modified values" on its page, because "Retry" repeats the comment of the run before.',
    cause:
      'With `count_job_runs`, several people run the job one after the other, and every run but the last ends so. A person counts once, and a run from before the end of check-model does not count.',
    remedy:
      'Let another person run the job again. See [Who may approve](who-may-approve.md#four-eyes-without-deployment-approvals).',
    act: (place) => asking(place, 'approvals: 2\ncount_job_runs: true\n'),
    job: approving,
  },
  {
    ...row,
    when: 'GitLab does not tell this job who approved',
    code: 'SMC-3301',
    seen: 'ERROR …  unknown: approvals (policy.yml) asks for 2 people; now unknown: GitLab answered with HTTP 403…Nothing was written.',
    next: 'let CI_JOB_TOKEN read jobs and deployments of this project (Settings > CI/CD > Job token permissions), then start a new pipeline.',
    cause: 'The job token may not read the jobs and deployments of its project, or no answer of GitLab arrived.',
    remedy: 'Let the job token read jobs, deployments and environments. What nobody knows is never an approval.',
    act(place) {
      asking(place);
      gitlab.deployments.deny();
    },
    job: approving,
  },
  {
    ...row,
    when: 'somebody rejected its deployment in GitLab',
    code: 'SMC-3108',
    seen: 'ERROR bob said "rejected" in GitLab about the approval of ResalePriceModelGroup version 1 for uat. Nothing was written.',
    next: 'ask bob why. To ask everybody anew, start a new pipeline.',
    cause: 'One of the approvers rejected the deployment to `<environment>/approval` in GitLab.',
    remedy: 'Ask them. A person who says no is not outvoted, and no emergency passes it.',
    act(place) {
      asking(place);
      gitlab.deployments.approve(2, BOB, place.emulator.clock.now(), { status: 'rejected' });
    },
    job: approving,
  },
  {
    ...row,
    when: 'an emergency is typed that no policy knows',
    code: 'SMC-3109',
    seen: 'ERROR No policy of uat says what an approval in an emergency may pass. Nothing was written.',
    next: 'start this job again by "Retry job with modified values" on its page, and empty the reason for an emergency. Or name what it may pass under emergency in policy_file, and push.',
    cause: 'The policy has no `emergency` for this environment, or the include has no `policy_file`.',
    remedy: 'Approve without it. An emergency passes only what the policy names.',
    act: asking,
    job: inEmergency,
  },
  {
    ...row,
    when: 'the version was approved in an emergency before',
    code: 'SMC-3110',
    seen: 'ERROR ResalePriceModelGroup version 1 cannot be approved in an emergency twice: version 1 was approved for uat in an emergency by jane in pipeline 90 at …. Nothing was written.',
    next: 'approve it in the ordinary way: start this job again by "Retry job with modified values" on its page, and empty the reason for an emergency.',
    cause: 'Within a day after an emergency, the version wants an ordinary approval.',
    remedy: 'Approve it in the ordinary way, with all that the policy asks.',
    act(place) {
      asking(place, EMERGENCY_PASSES);
      approvedInEmergency(place);
    },
    job: inEmergency,
  },
  {
    ...row,
    when: 'an emergency is typed, and the version is approved in the ordinary way already',
    code: 'SMC-3111',
    seen: 'ERROR ResalePriceModelGroup version 1 needs no emergency: it is already approved for uat by jane at …. Nothing was written.',
    next: 'start this job again by "Retry job with modified values" on its page, and empty the reason for an emergency: it ends well, and what comes after it goes on.',
    cause:
      'The approval of this pipeline stands. One in an emergency would take its place, and later environments would reject it.',
    remedy: 'Nothing is missing: start the job without a reason, or go on to the deployment.',
    act(place) {
      const { emulator } = place;
      asking(place, EMERGENCY_PASSES);
      const words = { pipeline: '101', at: timeIn(emulator), policy: hashOfPolicy(EMERGENCY_PASSES) };
      enter(emulator, arnOf(1), { 'approved.uat': verdictValue(contentIn(emulator, arnOf(1)), words) });
    },
    job: inEmergency,
  },
  {
    ...overdue,
    when: 'another version was approved in an emergency a day ago, and never in the ordinary way',
    component: 'approve-model',
    seen: 'ERROR ResalePriceModelGroup version 1 cannot be approved for uat: version 2 was approved for uat in an emergency by jane in pipeline 90 at …, and nobody has approved it in the ordinary way within a day. Nothing was written.',
    stage: shownInUat,
    act(place) {
      showPolicy(place, 'freeze: []\n');
      overdueBeside(place, 'uat');
    },
    job: { inputs: { policy_file: 'policy.yml' } },
  },
  {
    ...overdue,
    when: 'another version was approved in an emergency a day ago, and never in the ordinary way',
    component: 'deploy-model',
    seen: 'ERROR ResalePriceModelGroup version 1 cannot be deployed to dev: version 2 was approved for dev in an emergency by jane in pipeline 90 at …, and nobody has approved it in the ordinary way within a day. Nothing was changed.',
    stage: approved,
    act(place) {
      const { emulator, root } = place;
      const [policy, words] = ['freeze: []\n', { pipeline: '101', at: timeIn(emulator) }];
      writeFileSync(join(root, 'policy.yml'), policy);
      const approval = verdictValue(contentIn(emulator, arnOf(1)), { ...words, policy: hashOfPolicy(policy) });
      enter(emulator, arnOf(1), { 'approved.dev': approval });
      handOver(place, { by: 'approve-model', arn: arnOf(1), environment: 'dev' });
      overdueBeside(place, 'dev');
    },
    job: { inputs: { policy_file: 'policy.yml' } },
  },
  {
    when: 'another version was approved in an emergency a day ago, and never in the ordinary way',
    shows: [],
    component: 'check-model',
    code: 'SMC-3001',
    seen: 'ERROR Nothing to promote to uat: version 1 was approved for uat in an emergency by jane in pipeline 90 at …, and nobody has approved it in the ordinary way within a day.',
    next: `set model_package_arn to ${arnOf(1)}, and approve it in the ordinary way. Or withdraw it, by reject-model or rollback-endpoint.`,
    cause: 'An approval in an emergency wants an ordinary one of the same version within 24 hours.',
    remedy: 'Approve that version in the ordinary way, or withdraw it. What is live does not change by itself.',
    stage: validated,
    act(place) {
      const { emulator, root } = place;
      approvedInEmergency(place);
      goThroughDev(emulator, emulator.register({ status: 'Approved' }));
      emulator.clock.advance(24 * 3_600_000);
      writeFileSync(join(root, 'policy.yml'), EMERGENCY_PASSES);
    },
    job: { inputs: { policy_file: 'policy.yml' } },
    long: true,
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
  },
];
