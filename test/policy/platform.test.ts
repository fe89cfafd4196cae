import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type PolicyText, policyIn } from '../../src/policy/policy.ts';
import { gitlab } from '../components/gitlab-host.ts';
import { builtValue, enter, timeIn } from '../components/handover.ts';
import { COMMIT } from '../components/job.ts';
import { projectWith } from './project.ts';

const SHA = 'e'.repeat(40);
const TEAM = 'comment: required\n';
const PLATFORM = 'never: [approved_before]\nenvironments:\n  prod: {}\n';
const from = (project: string) => ({ inputs: { platform_policy: `${project}@${SHA}:policies/ml.yml` } });
const refused = (why: string) => [1, expect.stringContaining(why)];
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const approvedDev = (id: string) => ({ user: 'bob', claims: { user_id: id } });

/** A project with a policy of its own, in a GitLab that has one of the platform team. */
async function projectOf(platform: string, team = TEAM, lets = true) {
  const id = String(1000 + platform.length + (lets ? 0 : 500));
  gitlab.other(id, SHA, { 'policies/ml.yml': platform }, lets);
  return { project: await projectWith(team), ...from(id) };
}

describe('the policy of the platform team', () => {
  it('counts beside that of the team: each refuses what the other permits', async () => {
    const { project, inputs } = await projectOf('freeze: []\ncomment: required\n', 'never: [approved_before]\n');
    const shown = await project.check({ inputs });
    expect([shown.exit, shown.log]).toEqual(refused('unknown: never approved_before (policy.yml)'));
    expect(shown.log).toContain(`to come: comment (policies/ml.yml of project`);
  });

  it('is not lessened by an empty one of the team', async () => {
    const { project, inputs } = await projectOf('comment: required\n', 'environments:\n  uat: { comment: null }\n');
    await project.check({ inputs });
    const { exit, log } = await project.approve('', { inputs });
    expect([exit, log]).toEqual(refused('does not hold: comment (policies/ml.yml of project'));
    expect((await project.approve('RMSE fell', { inputs })).exit).toBe(0);
    expect((await project.deploy({ inputs })).exit).toBe(0);
  });

  it.each([
    ['counts no runs of the approval job', 'approvals: 2\n', 'does not hold: approvals (policy.yml) asks for 2 people'],
    [
      'asks for a group',
      'from: [{ group: wog/risk, id: 134 }]\n',
      'Next: have others approve the deployment of this job',
    ],
  ])('that %s is not widened by one of the team that counts runs', async (_, platform, told) => {
    const { project, inputs } = await projectOf(platform, 'approvals: 2\ncount_job_runs: true\n');
    const { now } = project.emulator.clock;
    gitlab.deployments.clear();
    const job = { pipeline: 101, sha: COMMIT };
    const approval = { ...job, name: 'approve-model', environment: 'uat/approval' };
    gitlab.deployments.create({ ...job, id: 1, name: 'check-model' }, now());
    await project.check({ inputs });
    gitlab.deployments.report(1, 'success', now());
    project.emulator.clock.advance(60_000);
    for (const id of [2, 4]) gitlab.deployments.create({ ...approval, id }, now());
    gitlab.deployments.report(2, 'running', now(), { id: 58, username: 'bob' });
    gitlab.deployments.report(2, 'failed', now());
    const { exit, log } = await project.approve('', { inputs, job: '4', claims: { groups_direct: ['wog/risk'] } });
    expect([exit, log]).toEqual(refused('now 1 (jane'));
    expect(log).toContain(told);
  });

  const STRICT = 'never: [trained]\n';
  const PASSABLE = `${STRICT}emergency: [never]\n`;
  it.each<[what: string, platform: string, team: string, exit: number]>([
    ['that of the team alone lets an emergency pass it', STRICT, PASSABLE, 1],
    ['the platform team alone lets an emergency pass its own rules', PASSABLE, STRICT, 1],
    ['both let an emergency pass it', PASSABLE, PASSABLE, 0],
  ])('where %s, an emergency passes only what the file of each rule lets pass', async (_, platform, team, exit) => {
    const { project, inputs } = await projectOf(platform, team);
    enter(project.emulator, project.arn, { built: builtValue({ user_id: '7', at: timeIn(project.emulator) }) });
    expect((await project.check({ inputs })).exit).toBe(0);
    const emergency = 'Prices are wrong in the whole north';
    const approved = await project.approve('', { inputs: { ...inputs, emergency } });
    expect(approved.exit, approved.log).toBe(exit);
    if (exit === 1) expect(approved.log).toContain('ERROR SMC-3301');
  });

  it('counts alone where the team has none', async () => {
    const { project, inputs } = await projectOf('comment: required\nexpires: 1 day\n');
    const alone = { inputs: { ...inputs, policy_file: '' } };
    await project.check(alone);
    expect((await project.approve('', alone)).exit).toBe(1);
    expect((await project.approve('RMSE fell', alone)).exit).toBe(0);
    expect((await project.deploy(alone)).exit).toBe(0);
  });

  it('stands in the approval: without it, or with one of another commit, nothing is approved and nothing deployed', async () => {
    const { project, inputs } = await projectOf('comment: required\nexpires: 2 days\n');
    await project.check({ inputs });
    const without = await project.approve('RMSE fell');
    expect([without.exit, without.log]).toEqual(refused('ERROR SMC-3304'));
    await project.approve('RMSE fell', { inputs });
    expect((await project.deploy()).log).toContain('ERROR SMC-3302');
  });

  it('and that of the team have another hash when a rule goes from one file to the other', async () => {
    const texts = (platform: string, team: string): PolicyText[] => [
      { name: 'ml.yml', content: Buffer.from(platform), path: undefined },
      { name: 'policy.yml', content: Buffer.from(team), path: ['dev', 'uat'] },
    ];
    const [comment, expires, freeze] = ['comment: required\n', 'expires: 1 day\n', 'freeze: []\n'];
    const { hash } = await policyIn(texts(comment, expires + freeze), 'uat');
    expect((await policyIn(texts(comment + expires, freeze), 'uat')).hash).not.toBe(hash);
    const lines = [comment, expires + freeze].map((text) => `${sha256(text)}\n`);
    expect(hash, 'as sha256sum shows it').toBe(sha256(lines.join('')).slice(0, 12));
  });

  it('may have sections of environments that this project does not have', async () => {
    const { project, inputs } = await projectOf(PLATFORM, 'freeze: []\n');
    const { log } = await project.check({ inputs });
    expect(log).toContain('ERROR SMC-3301');
    expect((await project.approve('', { ...approvedDev('58'), inputs })).log).toContain('nothing tells which account');
  });

  it('is refused where it names channels, for any environment: nobody would be told by them', async () => {
    const channels = 'comment: required\nenvironments:\n  prod:\n    notify: [{ channel: slack, address: SLACK }]\n';
    const { project, inputs } = await projectOf(channels);
    const { exit, log, calls } = await project.check({ inputs });
    expect([exit, calls]).toEqual([64, []]);
    expect(log).toContain('ERROR SMC-1014');
    expect(log).toMatch(
      /policies\/ml\.yml of project \d+ at e{12}: line 4, column 5: notify tells nobody: a policy that platform_policy names has no channels/,
    );
    expect(log).toContain('Next: correct it in its project, and let platform_policy name the commit that has it so.');
  });

  it.each([
    ['its project does not let the job token in', false, `${SHA}:policies/ml.yml`, 'ERROR SMC-1011'],
    ['the commit does not have it', true, `${SHA}:policies/other.yml`, 'ERROR SMC-1009'],
    ['its project does not have the commit', true, `${'f'.repeat(40)}:policies/ml.yml`, 'ERROR SMC-1011'],
  ])('lets nothing pass where %s', async (_, lets, place, told) => {
    const { project, inputs } = await projectOf(`${TEAM}# ${lets}${place}\n`, TEAM, lets);
    const [id] = inputs.platform_policy.split('@');
    const { exit, log, calls } = await project.check({ inputs: { platform_policy: `${id}@${place}` } });
    expect(exit).not.toBe(0);
    expect(log).toContain(told);
    expect(calls).toEqual([]);
  });

  it.each(['77@main:policy.yml', `77@${SHA}`, `${SHA}:policy.yml`, `wog/platform@${SHA}:policy.yml`])(
    'is named by a project, a whole commit and a path, and not as %s',
    async (platform_policy) => {
      const { project } = await projectOf(TEAM);
      const { exit, log } = await project.check({ inputs: { platform_policy } });
      expect([exit, log]).toEqual([64, expect.stringContaining('must be the ID of a project, a commit of 40 digits')]);
    },
  );
});
