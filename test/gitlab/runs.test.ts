import { describe, expect, it, onTestFinished } from 'vitest';
import { type GitLab, startGitLab } from '../../emulator/gitlab.ts';
import { readVoices } from '../../src/gitlab/deployments.ts';
import { JOB } from './job.ts';

const at = (time: string) => new Date(`2026-11-22T${time}Z`);
const bob = { id: 58, username: 'bob' };
const carol = { id: 59, username: 'carol' };
const approval = { name: 'approve-model', pipeline: 101, sha: JOB.commit, environment: 'uat/approval' };

/** A GitLab whose job 904 has shown a version at 08:05; bob started the job 905 then, and somebody the job 907 at last. */
async function gitlabWithRuns(): Promise<GitLab> {
  const gitlab = await startGitLab();
  onTestFinished(() => gitlab.close());
  const { deployments } = gitlab;
  deployments.create({ id: 904, name: 'check-model', pipeline: 101, sha: JOB.commit }, at('08:00:00'));
  deployments.report(904, 'success', at('08:05:00'));
  for (const id of [905, 906, 907]) deployments.create({ ...approval, id }, at('08:00:00'));
  deployments.report(905, 'running', at('08:06:00'), bob, 20);
  deployments.report(905, 'failed', at('08:07:00'));
  return gitlab;
}

async function runs({ url, jobToken }: GitLab) {
  const job = { ...JOB, environment: 'uat', gitlabEnvironment: 'uat/approval', id: '907', server: url };
  const clock = { now: () => at('08:10:00'), sleep: async () => {}, random: () => 0.5 };
  const jobs = { check: '904', approval: '907', runs: { after: undefined } };
  const told = await readVoices(jobs, { job, env: { CI_JOB_TOKEN: jobToken }, clock });
  return told.is === 'told' ? told.value.runs : told;
}

const bobs = { id: '58', login: 'bob', isActive: true, isBot: false, status: 'approved', at: at('08:05:40') };

describe('the earlier runs of an approval job', () => {
  it('are told with who started them, and when: before they waited for a runner', async () => {
    const gitlab = await gitlabWithRuns();
    expect(await runs(gitlab)).toEqual([bobs]);
    expect(gitlab.asked.at(-2)).toContain(
      '?environment=uat%2Fapproval&order_by=updated_at&sort=desc&updated_after=2026-11-22T08%3A05%3A00.000Z&',
    );
  });

  it('come the latest first, and from every page of the list', async () => {
    const gitlab = await gitlabWithRuns();
    for (let id = 1000; id < 1060; id++) {
      gitlab.deployments.create({ ...approval, id, pipeline: id }, at('08:07:00'));
      gitlab.deployments.report(id, 'running', at('08:08:00'), carol);
    }
    gitlab.deployments.report(906, 'running', at('08:06:30'), carol);
    gitlab.deployments.report(906, 'failed', at('08:06:40'));
    expect(await runs(gitlab)).toMatchObject([{ login: 'carol' }, { login: 'bob' }]);
  });

  it('say whose account is blocked, and who is a bot', async () => {
    const gitlab = await gitlabWithRuns();
    gitlab.deployments.report(906, 'running', at('08:07:30'), { ...carol, state: 'blocked', bot: true });
    gitlab.deployments.report(906, 'failed', at('08:08:00'));
    expect(await runs(gitlab)).toMatchObject([{ login: 'carol', isActive: false, isBot: true }, { login: 'bob' }]);
  });

  it.each<[which: string, act: (gitlab: GitLab) => void]>([
    ['that nobody started', () => undefined],
    [
      'that GitLab dropped before a runner began',
      (gitlab) => gitlab.deployments.report(906, 'failed', at('08:08:00'), carol),
    ],
    [
      'that somebody called off',
      (gitlab) => {
        gitlab.deployments.report(906, 'running', at('08:08:00'), carol);
        gitlab.deployments.report(906, 'canceled', at('08:08:30'));
      },
    ],
    ['that still runs', (gitlab) => gitlab.deployments.report(906, 'running', at('08:08:00'), carol)],
    ...[
      ['of another job', { id: 800, name: 'approve-churn' }] as const,
      ['of another pipeline', { id: 801, pipeline: 100 }] as const,
      ['on another environment', { id: 802, environment: 'main/approval' }] as const,
      ['that came later', { id: 950 }] as const,
    ].map(([which, other]): [string, (gitlab: GitLab) => void] => [
      which,
      (gitlab) => {
        gitlab.deployments.create({ ...approval, ...other }, at('08:06:00'));
        gitlab.deployments.report(other.id, 'running', at('08:08:00'), carol);
        gitlab.deployments.report(other.id, 'failed', at('08:08:30'));
      },
    ]),
  ])('do not have one %s', async (_, act) => {
    const gitlab = await gitlabWithRuns();
    act(gitlab);
    expect(await runs(gitlab)).toEqual([bobs]);
  });

  it('are not told where GitLab does not say when one was started, or by whom', async () => {
    const gitlab = await gitlabWithRuns();
    gitlab.deployments.report(906, 'running', at('08:08:00'), carol, Number.NaN);
    gitlab.deployments.report(906, 'failed', at('08:08:30'));
    expect(await runs(gitlab)).toMatchObject({
      is: 'not told',
      because: 'nonsense',
      why: expect.stringContaining('or when'),
    });
  });
});
