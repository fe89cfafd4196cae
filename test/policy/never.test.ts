import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { OWN_TAGS } from '../components/deploy-model/scene.ts';
import { gitlab } from '../components/gitlab-host.ts';
import { builtValue, enter, recordPath, timeIn } from '../components/handover.ts';
import { COMMIT } from '../components/job.ts';
import { type PolicyProject, projectWith } from './project.ts';

const lim = { id: 71, username: 'lim' };
const bob = { id: 58, username: 'bob' };
const NEVER = 'never: [trained, merged]\n';

/** Presses the approve job as somebody with another account. */
const as = ({ id, username }: typeof lim) => ({ user: username, claims: { user_id: String(id) } });

/** The project whose version lim trained from a commit that bob merged. */
async function trainedByLim(policy = NEVER): Promise<PolicyProject> {
  const project = await projectWith(policy);
  const { emulator, arn } = project;
  enter(emulator, arn, { built: builtValue({ user_id: String(lim.id), at: timeIn(emulator) }) });
  gitlab.mergeRequests.merged({ iid: 1, author: lim, merger: bob, commits: [COMMIT], target: 'uat' });
  return project;
}

const refused = (why: string) => [1, expect.stringContaining(why)];

beforeEach(() => gitlab.mergeRequests.clear());

describe('a policy that names who may never approve', () => {
  it('says so before anybody is asked, refuses them, and takes others', async () => {
    const project = await trainedByLim();
    const shown = await project.check();
    expect(shown.exit, shown.log).toBe(0);
    expect(shown.log).toContain('to come: never trained (policy.yml)');
    expect(shown.log).toContain('bob (user ID 58) merged its commit');

    for (const [person, why] of [
      [lim, 'does not hold: never trained'],
      [bob, 'does not hold: never merged'],
    ] as const) {
      const { exit, log, calls } = await project.approve('', as(person));
      expect([exit, log]).toEqual(refused(why));
      expect(calls).not.toContain('UpdateModelPackage');
    }
    const approved = await project.approve('');
    expect(approved.exit, approved.log).toBe(0);
    expect((await project.deploy()).exit).toBe(0);
  });

  it('asks nobody where a commit came by no merge request', async () => {
    const project = await trainedByLim();
    gitlab.mergeRequests.clear();
    const { exit, log } = await project.check();
    expect([exit, log]).toEqual(refused('unknown: never merged (policy.yml)'));
    expect(log).toContain('Nobody is asked to approve it.');
  });

  it('excludes also whoever merged it into the branch of the pipeline', async () => {
    const project = await trainedByLim('never: [merged]\n');
    const { emulator, arn } = project;
    const trained = 'e'.repeat(40);
    gitlab.mergeRequests.clear();
    gitlab.mergeRequests.merged({ iid: 1, author: bob, merger: bob, commits: [trained] });
    gitlab.mergeRequests.merged({ iid: 2, author: bob, merger: lim, commits: [COMMIT], target: 'uat' });
    enter(emulator, arn, { built: builtValue({ commit: trained, at: timeIn(emulator) }) });
    expect((await project.check()).log).toContain('merged its 2 commits');
    const { exit, log } = await project.approve('', as(lim));
    expect([exit, log]).toEqual(refused('does not hold: never merged'));
  });

  it('asks nobody where nothing tells from which commit the version was built', async () => {
    const project = await projectWith('never: [merged]\n');
    const { exit, log } = await project.check();
    expect([exit, log]).toEqual(refused('unknown: nothing tells from which commit the version was built'));
  });

  it('looks at every commit since the version that is live', async () => {
    const project = await trainedByLim();
    const { emulator } = project;
    const [live, between] = ['a'.repeat(40), 'b'.repeat(40)];
    gitlab.mergeRequests.clear();
    gitlab.mergeRequests.pushed(live);
    gitlab.mergeRequests.merged({ iid: 1, author: bob, merger: lim, commits: [between] });
    gitlab.mergeRequests.merged({ iid: 2, author: bob, merger: bob, commits: [COMMIT], target: 'uat' });
    const before = emulator.register({ status: 'Approved' });
    enter(emulator, before, { built: builtValue({ commit: live, at: timeIn(emulator) }) });
    const tags = { ...OWN_TAGS, 'sagemaker-components:environment': 'uat' };
    emulator.deployed({ endpoint: 'resale-price-uat', package: before, tags });
    const { exit, log, record } = await project.check({
      inputs: { model_package_arn: project.arn, allow_downgrade: 'true' },
    });
    expect(exit, log).toBe(0);
    expect(log).toContain('lim (user ID 71)');
    expect(log).toContain('merged its 2 commits');
    expect(record).toMatchObject({ policy: { since: { is: 'commit', commit: live } } });
  });

  it.each<[what: string, policy: (shown: object) => object | undefined, told: string]>([
    ['the policy away', () => undefined, 'ERROR SMC-3304'],
    ['another hash in its place', (shown) => ({ ...shown, hash: '0123456789ab' }), 'ERROR SMC-3304'],
    [
      'that nobody knows since when changes count',
      (shown) => ({ ...shown, since: { is: 'unknown', why: 'somebody says so' } }),
      'unknown: never merged (policy.yml)',
    ],
    [
      'a commit that GitLab does not know',
      (shown) => ({ ...shown, since: { is: 'commit', commit: 'd'.repeat(40) } }),
      'unknown: never merged (policy.yml)',
    ],
  ])('refuses where somebody puts %s into the record of check-model', async (_, words, told) => {
    const project = await trainedByLim();
    await project.check();
    const path = join(project.root, recordPath('check-model', '1'));
    const { policy, ...record } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...record, policy: words(policy) }));
    const { exit, log, calls } = await project.approve('');
    expect([exit, log]).toEqual(refused(told));
    expect(calls).not.toContain('UpdateModelPackage');
  });

  it('ends a job so that GitLab runs it again where GitLab does not answer for now', async () => {
    const project = await trainedByLim();
    await project.check();
    const answer = gitlab.mergeRequests.answer;
    gitlab.mergeRequests.answer = (below, query, of) =>
      /\/commits/.test(below) ? [503, {}] : answer.call(gitlab.mergeRequests, below, query, of);
    const { exit, log } = await project.check();
    gitlab.mergeRequests.answer = answer;
    expect([exit, log]).toEqual([75, expect.stringContaining('ERROR SMC-3305')]);
  });
});
