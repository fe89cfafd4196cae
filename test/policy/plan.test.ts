import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import planDeployment from '../../src/components/plan-deployment.ts';
import { gitlab } from '../components/gitlab-host.ts';
import { contentIn, enter, timeIn, verdictValue } from '../components/handover.ts';
import { type FinishedJob, startJob } from '../components/job.ts';
import { goThroughDev } from '../failures/stage.ts';
import { arnOf } from '../registry/package.ts';
import { projectWith } from './project.ts';

/** The plan of a merge into uat, whose branch has one policy, and the merge request another. */
async function planned(before: string | undefined, after: string): Promise<FinishedJob & { page: string }> {
  const { emulator, root } = await projectWith(after);
  gitlab.commit('uat', before === undefined ? {} : { 'policy.yml': before });
  writeFileSync(join(root, 'policy.yml'), after);
  const inputs = { policy_file: 'policy.yml' };
  const job = await startJob(planDeployment, { emulator, root, environment: 'uat', inputs });
  return { ...job, page: readFileSync(join(root, 'sagemaker-plan/index.html'), 'utf8') };
}

describe('the plan of a merge that changes the policy', () => {
  it('shows the verdict of each rule that it changes, so far and after the merge', async () => {
    const { exit, log, page } = await planned(
      'never: [approved_before]\ncomment: required\n',
      'metrics: { rmse: { max: 1 } }\ncomment: required\n',
    );
    expect(exit, log).toBe(0);
    for (const shown of [log, page]) {
      expect(shown).toContain(
        'never approved_before: so far unknown (asks for an approver who did not approve it before; now unknown: nothing tells which accounts approved it for dev); after this merge not asked',
      );
      expect(shown).toContain('metrics rmse: so far not asked; after this merge unknown (asks for rmse of at most 1');
      expect(shown).not.toContain('comment: so far');
    }
  });

  it('shows what the approver would see, and what would not hold among the tests', async () => {
    const policy = 'metrics: { rmse: { max: 1 } }\n';
    const { exit, log, junit } = await planned(policy, policy);
    expect(exit, log).toBe(0);
    expect(log).toContain('unknown: metrics rmse (policy.yml) asks for rmse of at most 1');
    expect(log).not.toContain('so far');
    expect(junit).toMatch(/name="policy.yml permits uat: metrics rmse"[^>]*><failure/);
  });

  it('shows every rule as new where the target branch has no policy', async () => {
    const { log } = await planned(undefined, 'comment: required\n');
    expect(log).toContain('comment: so far not asked; after this merge to come');
  });

  it('says that nobody knows what holds so far where GitLab does not tell, and is a plan all the same', async () => {
    const { emulator, root } = await projectWith('comment: required\n');
    const inputs = { policy_file: 'policy.yml' };
    const env = { CI_JOB_TOKEN: 'glcbt-64_xyz' };
    const { exit, log } = await startJob(planDeployment, { emulator, root, environment: 'uat', inputs, env });
    expect([exit, log]).toEqual([0, expect.stringContaining('nobody knows what holds so far')]);
    expect(log).toContain('this job may not read policy.yml of the branch uat from');
  });

  it('ends where the policy of the merge request is not what a policy may be', async () => {
    const { emulator, root } = await projectWith('coment: required\n');
    const job = await startJob(planDeployment, {
      emulator,
      root,
      environment: 'uat',
      inputs: { policy_file: 'policy.yml' },
    });
    expect([job.exit, job.log]).toEqual([64, expect.stringContaining('coment is not known')]);
  });
});

/** The plan of a merge into an environment where version 1 was approved in an emergency so many hours ago. */
async function plannedAfterEmergency(
  environment: 'dev' | 'uat',
  hours: number,
  inputs: Readonly<Record<string, string>> = { policy_file: 'policy.yml' },
): Promise<FinishedJob> {
  const { emulator, root, arn } = await projectWith('emergency: [approvals]\n');
  const approval = verdictValue(contentIn(emulator, arn), { at: timeIn(emulator), open: 'emergency' });
  enter(emulator, arn, { [`approved.${environment}`]: approval });
  if (environment === 'uat') goThroughDev(emulator, emulator.register({ status: 'Approved' }));
  emulator.clock.advance(hours * 3_600_000);
  return startJob(planDeployment, { emulator, root, environment, inputs });
}

const OVERDUE =
  /version 1 was approved for (dev|uat) in an emergency by jane in pipeline \d+ at \S+, and nobody has approved it in the ordinary way within a day/;

describe('the plan of a merge after an approval in an emergency', () => {
  it('promotes nothing once a day has passed, as check-model then offers nothing', async () => {
    const { exit, log, junit, record } = await plannedAfterEmergency('uat', 24);
    expect([exit, record]).toMatchObject([0, { outcome: 'nothing', act: 'none' }]);
    expect(log).toMatch(new RegExp(`A merge into uat promotes nothing: ${OVERDUE.source}`));
    expect(log).toMatch(/^ +next +set model_package_arn to \S+\/1, and approve it in the ordinary way\./m);
    expect(junit).toMatch(OVERDUE);
  });

  it('says before a training that the version would not be offered', async () => {
    const { exit, log, record } = await plannedAfterEmergency('dev', 24);
    expect([exit, record]).toMatchObject([0, { outcome: 'training', act: 'refuse', refused: 'SMC-3001' }]);
    expect(log).toMatch(
      new RegExp(`A merge into dev stops before the approval: Nothing to promote to dev: ${OVERDUE.source}`),
    );
  });

  it.each([
    ['before the day is over', 'uat', 23, undefined],
    ['before the day is over', 'dev', 23, undefined],
    ['where the include names no policy', 'uat', 24, {}],
    ['where the include names no policy', 'dev', 24, {}],
    [
      'where it names the version of the emergency',
      'uat',
      24,
      { policy_file: 'policy.yml', model_package_arn: arnOf(1) },
    ],
  ] as const)('is as ever %s: %s', async (_, environment, hours, inputs) => {
    const { exit, log, record } = await plannedAfterEmergency(environment, hours, inputs);
    expect([exit, log]).toEqual([0, expect.not.stringContaining('in the ordinary way within a day')]);
    expect(record).toMatchObject({ outcome: environment === 'dev' ? 'training' : 'version', act: 'create' });
    expect(record?.refused).toBeUndefined();
  });
});
