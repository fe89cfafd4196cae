import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentIn, enter, timeIn, verdictValue } from '../../components/handover.ts';
import { arnOf } from '../../registry/package.ts';
import type { Row } from '../row.ts';
import { goThroughDev, nothing, nothingForUat, validated } from '../stage.ts';

const UAT = 'resale-price-uat';

/** Whoever reads a merge request sees this; nothing of it stops the merge, but for what is wrong with the inputs. */
export const plan: readonly Row[] = [
  {
    when: 'the pipeline is of no merge request',
    shows: [],
    component: 'plan-deployment',
    code: 'SMC-8001',
    seen: 'ERROR This job is for the pipelines of merge requests, but this pipeline is of none: CI_MERGE_REQUEST_TARGET_BRANCH_NAME is empty.',
    next: 'let the rules of this job begin with $CI_PIPELINE_SOURCE == "merge_request_event", as those of the template do.',
    cause: 'The input `rules` adds the job to the pipelines of branches or tags.',
    remedy: 'Leave `rules` out, or begin each rule with the condition that the message names.',
    stage: nothingForUat,
    job: { env: { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: '' } },
    exit: 64,
    writes: {},
    record: 'none',
  },
  {
    when: 'its role is a variable with a scope',
    shows: [],
    component: 'plan-deployment',
    code: 'SMC-1001',
    seen: 'ERROR Invalid input:…role_arn: received "$AWS_ROLE_ARN", but no CI/CD variable AWS_ROLE_ARN is visible in this job. Define it with the scope *, and without protection: this job has no environment, and runs before the merge.',
    next: 'correct it under "inputs:" of the include that adds plan-deployment, then push. If a CI/CD variable is wrong or not visible, correct that and run this job again.',
    cause:
      'The pipeline of a merge request has no environment: no variable with a scope is visible in it, and mostly no protected one.',
    remedy: 'Write the role into the include, with `$CI_COMMIT_BRANCH` for the target branch.',
    stage: nothingForUat,
    job: { inputs: { role_arn: '$AWS_ROLE_ARN' } },
    exit: 64,
    writes: {},
    record: 'none',
  },
  {
    when: 'the merge request comes from a fork',
    shows: [],
    component: 'plan-deployment',
    seen: 'Nothing to do: this merge request comes from a fork (project 77), for which there is no role in AWS. The pipeline after the merge shows the version to its approver.',
    cause: 'Whoever may push to the fork writes its pipeline. No role in AWS trusts that.',
    remedy: 'The job ended at once, and asked AWS nothing.',
    stage: validated,
    job: { env: { CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '77' }, inputs: { role_arn: '' } },
    exit: 0,
    writes: {},
    record: 'none',
  },
  {
    when: 'the version does not exist yet, because the merge trains it',
    shows: [],
    component: 'plan-deployment',
    seen: 'A merge into dev trains a version, which does not exist yet. When it is approved, deploy-model creates the endpoint. Nothing was changed.',
    cause: 'The pipeline of the first environment trains and registers the version.',
    remedy: 'The plan shows what the endpoint would become, and nothing of the version.',
    stage: nothing,
    exit: 0,
    writes: {},
    record: { outcome: 'training', act: 'create' },
  },
  {
    when: 'the environment before has validated nothing',
    shows: [23],
    component: 'plan-deployment',
    seen: 'A merge into uat promotes nothing: no version of ResalePriceModelGroup is Approved and validated in dev. Nothing was changed.',
    cause: 'A merge brings code. Which version is promoted is decided by what the environment before validated.',
    remedy:
      'The tests of the merge request say of each newer version what is missing. Let the pipeline of `dev` end green first.',
    stage: nothingForUat,
    act: ({ emulator }) => {
      emulator.register({ status: 'Approved' });
    },
    exit: 0,
    missing: 'A version can be promoted to uat',
    writes: {},
    record: { outcome: 'nothing', passed_over: [{ version: 1, why: 'it is not validated in dev' }] },
  },
  {
    when: 'deploy-model would refuse the endpoint after the approval',
    shows: [],
    component: 'plan-deployment',
    seen: 'A merge into uat stops before the approval: resale-price-uat belongs to another deployment, as its tags say (…). This job is for project 42, environment uat, group …. Nothing was changed.',
    cause: 'check-model and deploy-model would refuse it for the same reason: their codes and sections are the same.',
    remedy: 'Do what the log says after `next`, before the merge.',
    stage: nothingForUat,
    act: ({ emulator }) => {
      emulator.deployed({
        endpoint: UAT,
        package: emulator.register({ status: 'Approved' }),
        tags: { 'sagemaker-components:project': '7', 'sagemaker-components:environment': 'uat' },
      });
      goThroughDev(emulator, emulator.register({ status: 'Approved' }));
    },
    exit: 0,
    missing: 'Nothing refuses the deployment to uat',
    writes: {},
    record: { outcome: 'version', version: 2, act: 'refuse', refused: 'SMC-4001' },
  },
  {
    when: 'a version was approved in an emergency a day ago, and never in the ordinary way',
    shows: [],
    component: 'plan-deployment',
    seen: 'A merge into uat promotes nothing: version 1 was approved for uat in an emergency by jane in pipeline 90 at …, and nobody has approved it in the ordinary way within a day. Nothing was changed.',
    cause: 'check-model of `uat` offers no other version until that is made good, and the plan decides as it does.',
    remedy: 'Approve that version in the ordinary way, or withdraw it: the log says how after `next`.',
    stage: validated,
    act: ({ emulator, root }) => {
      const words = { at: timeIn(emulator), open: 'emergency' };
      enter(emulator, arnOf(1), { 'approved.uat': verdictValue(contentIn(emulator, arnOf(1)), words) });
      goThroughDev(emulator, emulator.register({ status: 'Approved' }));
      emulator.clock.advance(24 * 3_600_000);
      writeFileSync(join(root, 'policy.yml'), 'approvals: 2\nemergency: [approvals]\n');
    },
    job: { inputs: { policy_file: 'policy.yml' } },
    exit: 0,
    missing: 'A version can be promoted to uat',
    writes: {},
    record: { outcome: 'nothing', act: 'none' },
  },
];
