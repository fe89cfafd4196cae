import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import planDeployment from '../../src/components/plan-deployment.ts';
import { gitlab } from '../components/gitlab-host.ts';
import { type FinishedJob, startJob } from '../components/job.ts';
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
