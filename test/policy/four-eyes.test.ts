import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { GitLabUser } from '../../emulator/gitlab/deployments.ts';
import type { Clock } from '../../src/ground/clock.ts';
import { gitlab } from '../components/gitlab-host.ts';
import { builtValue, contentIn, enter, timeIn, validationValue, verdictValue } from '../components/handover.ts';
import { COMMIT } from '../components/job.ts';
import { goThroughDev } from '../failures/stage.ts';
import { awaitDeath } from '../interruption/killing.ts';
import { type PolicyProject, projectWith } from './project.ts';

const TWO = 'environments:\n  uat:\n    approvals: 2\n';
const bob: GitLabUser = { id: 58, username: 'bob' };
const carol: GitLabUser = { id: 59, username: 'carol' };

/** The project whose version was shown, and who approve the job 2 in GitLab then. */
async function asked(policy = TWO, ...people: readonly GitLabUser[]): Promise<PolicyProject> {
  const project = await projectWith(policy);
  createJobs(project);
  await project.check();
  gitlab.deployments.report(1, 'success', project.emulator.clock.now());
  project.emulator.clock.advance(60_000);
  for (const person of people) gitlab.deployments.approve(2, person, project.emulator.clock.now());
  return project;
}

function createJobs({ emulator }: PolicyProject): void {
  const job = { pipeline: 101, sha: COMMIT };
  const now = emulator.clock.now();
  gitlab.deployments.create({ ...job, id: 1, name: 'check-model' }, now);
  createApproval(2, now);
}

function createApproval(id: number, at: Date): void {
  const environment = 'uat/approval';
  gitlab.deployments.create({ id, name: 'approve-model', pipeline: 101, sha: COMMIT, environment }, at);
}

const entryOf = ({ emulator, arn }: PolicyProject) => emulator.package(arn)?.metadata['approved.uat'];
const refused = (why: string) => [1, expect.stringContaining(why)];

beforeEach(() => gitlab.deployments.clear());

describe('an approval that a policy asks two people for', () => {
  it('is given by who starts the job, and by who approves its deployment in GitLab', async () => {
    const project = await asked(TWO, bob, carol);
    const { exit, log, record, calls } = await project.approve();
    expect(exit, log).toBe(0);
    expect(log).toContain('person   bob counts');
    expect(log).toContain('holds: approvals (policy.yml) asks for 2 people; now 3 (jane; bob; carol)');
    expect(record).toMatchObject({ people: [{ login: 'jane' }, { login: 'bob', id: '58' }, { login: 'carol' }] });
    expect(entryOf(project)).toMatch(/^by=jane | people=3 with=bob:58\/carol:59/);
    expect(calls.filter((call) => call === 'UpdateModelPackage')).toHaveLength(1);
    expect((await project.deploy()).log).toContain(
      'holds: approvals (policy.yml) asks for 2 people; now 3 (jane/bob:58/carol:59)',
    );
  });

  it('is not given by one, and nothing is written', async () => {
    const project = await asked();
    const { exit, log, calls } = await project.approve();
    expect([exit, log]).toEqual(refused('does not hold: approvals (policy.yml) asks for 2 people; now 1 (jane)'));
    expect(log).toContain('Next: run this job again, and before you start it, have others approve its deployment');
    expect(calls).not.toContain('UpdateModelPackage');
  });

  it('is shown before anybody is asked, and who counted afterwards, in the log and on a page', async () => {
    const project = await projectWith(TWO);
    createJobs(project);
    gitlab.deployments.approve(2, bob, project.emulator.clock.now());
    project.emulator.clock.advance(60_000);
    expect((await project.check()).log).toContain('to come: approvals (policy.yml) asks for 2 people');
    gitlab.deployments.report(1, 'success', project.emulator.clock.now());
    const { exit, log } = await project.approve();
    expect([exit, log]).toEqual(
      refused('bob does not count: approved at 2026-11-22T08:00:00.000Z, before check-model'),
    );
    const page = readFileSync(join(project.root, 'sagemaker/approve-model/2/approve.html'), 'utf8');
    expect(page).toContain('bob: approved at 2026-11-22T08:00:00.000Z, before check-model had shown this version');
  });

  it('is not given against somebody who rejects it in GitLab', async () => {
    const project = await asked(TWO, bob);
    gitlab.deployments.approve(2, carol, project.emulator.clock.now(), { status: 'rejected' });
    const { exit, log, calls } = await project.approve();
    expect([exit, log]).toEqual(refused('ERROR SMC-3108: carol said "rejected" in GitLab'));
    expect(calls).not.toContain('UpdateModelPackage');
  });

  it('is not given by people of whom GitLab does not tell', async () => {
    const project = await asked(TWO, bob);
    gitlab.deployments.clear();
    const { exit, log } = await project.approve();
    expect([exit, log]).toEqual(
      refused('unknown: approvals (policy.yml) asks for 2 people; now unknown: GitLab answered'),
    );
  });

  it('stays, when its job is run again and GitLab has kept the approvals with the first run', async () => {
    const project = await asked(TWO, bob);
    gitlab.deployments.report(2, 'running', project.emulator.clock.now(), { id: 57, username: 'jane' });
    expect((await project.approve()).exit).toBe(0);
    const before = entryOf(project);
    createApproval(4, project.emulator.clock.now());
    const { exit, log } = await project.approve('', { job: '4', user: 'dan', claims: { user_id: '60' } });
    expect([exit, log]).toEqual([0, expect.stringContaining('Nothing was written.')]);
    expect(entryOf(project)).toBe(before);
  });

  it('asks for a new pipeline, where check-model ran again after it and its own voices are from before', async () => {
    const project = await asked(TWO, bob);
    const { clock } = project.emulator;
    await project.approve();
    clock.advance(60_000);
    gitlab.deployments.create({ id: 5, name: 'check-model', pipeline: 101, sha: COMMIT }, clock.now());
    await project.check({ job: '5' });
    gitlab.deployments.report(5, 'success', clock.now());
    createApproval(6, clock.now());
    clock.advance(60_000);
    gitlab.deployments.approve(6, bob, clock.now());
    const { exit, log } = await project.approve('', { job: '6' });
    expect([exit, log]).toEqual(
      refused('bob does not count: approved at 2026-11-22T08:01:00.000Z, before check-model'),
    );
    expect(log).toContain('Next: start a new pipeline, and approve the version there.');
  });

  it('is not given by an access token, where one person is asked for', async () => {
    const project = await asked('approvals: 1\n');
    const token: GitLabUser = { id: 57, username: 'jane', bot: true };
    gitlab.deployments.report(2, 'running', project.emulator.clock.now(), token);
    const { exit, log } = await project.approve();
    expect([exit, log]).toEqual(refused('does not hold: approvals (policy.yml) asks for 1 person; now 0'));
  });

  it('is not given by variables that name another GitLab, another person or fewer people', async () => {
    const project = await asked();
    const env = {
      CI_API_V4_URL: 'http://127.0.0.1:9/api/v4',
      CI_SERVER_HOST: 'gitlab.example.com',
      GITLAB_USER_ID: '58',
      GITLAB_USER_LOGIN: 'bob',
      INPUT_APPROVALS: '1',
      INPUT_EMERGENCY: 'Everything burns.',
    };
    const { exit, log } = await project.approve('', { env });
    expect([exit, log]).toEqual(refused('asks for 2 people; now 1 (jane)'));
  });

  it('that somebody wrote into the registry is believed by no job', async () => {
    const project = await asked();
    const { emulator, arn } = project;
    expect((await project.approve()).exit).toBe(1);
    const words = { pipeline: '101', job: '2', at: timeIn(emulator), people: '2', with: 'bob' };
    const record = readFileSync(join(project.root, 'sagemaker/check-model/1/record.json'), 'utf8');
    const { hash }: { hash: string } = JSON.parse(record).policy;
    enter(emulator, arn, { 'approved.uat': verdictValue(contentIn(emulator, arn), { ...words, policy: hash }) });
    expect((await project.approve()).exit).toBe(1);
    expect((await project.deploy()).exit).not.toBe(0);
  });
});

describe('an approval that a policy never takes from who trained the version', () => {
  const NOT_TRAINED = `${TWO}    never: [trained]\n`;
  const trainedBy = async (id: string, ...people: readonly GitLabUser[]) => {
    const project = await asked(NOT_TRAINED, ...people);
    const { emulator, arn } = project;
    enter(emulator, arn, { built: builtValue({ at: timeIn(emulator), user_id: id }) });
    return project;
  };
  const jane = { user: 'jane', claims: { user_id: '57' } };

  it('refuses the trainer who starts the job, whoever else approves', async () => {
    const project = await trainedBy('57', bob, carol);
    const { exit, log } = await project.approve('', jane);
    expect([exit, log]).toEqual(refused('does not hold: never trained (policy.yml)'));
  });

  it('does not count the trainer who approves in GitLab, and takes it from two others', async () => {
    const project = await trainedBy('58', bob);
    const { exit, log } = await project.approve('', jane);
    expect([exit, log]).toEqual(refused('person   bob does not count: never trained'));
    gitlab.deployments.approve(2, carol, project.emulator.clock.now());
    expect((await project.approve('', jane)).exit).toBe(0);
    expect(entryOf(project)).toMatch(/^by=jane user_id=57 .* people=2 with=carol:59$/);
  });

  it('an emergency passes it only where the policy says so', async () => {
    const project = await trainedBy('57', bob);
    const emergency = { ...jane, inputs: { emergency: 'Wrong prices' } };
    const { log } = await project.approve('', emergency);
    expect(log).toContain('ERROR SMC-3109');
    project.commit(`${NOT_TRAINED}    emergency: [approvals]\n`);
    await project.check();
    gitlab.deployments.report(1, 'success', project.emulator.clock.now());
    expect((await project.approve('', emergency)).log).toContain('ERROR SMC-3301');
  });
});

const BY_RUNS = `${TWO}    count_job_runs: true\n`;
const jane: GitLabUser = { id: 57, username: 'jane' };

/** The project whose version was shown, and an include of which somebody runs the approval job as often as they like. */
async function askedByRuns(policy = BY_RUNS) {
  const project = await asked(policy);
  const { clock } = project.emulator;
  let next = 2;
  /** Somebody starts the job, or starts it again; an earlier run does not know who comes later. */
  const runBy = async (person: GitLabUser, options: Parameters<PolicyProject['approve']>[1] = {}) => {
    const { id, username: user } = person;
    const job = next++;
    if (job > 2) createApproval(job, clock.now());
    clock.advance(60_000);
    gitlab.deployments.report(job, 'running', clock.now(), person);
    const ran = await project.approve('', {
      ...options,
      job: `${job}`,
      user,
      claims: { user_id: `${id}`, ...options.claims },
    });
    gitlab.deployments.report(job, ran.exit === 0 ? 'success' : 'failed', clock.now());
    return ran;
  };
  return { ...project, runBy };
}

describe('an approval of which the policy counts who ran its job', () => {
  it('is given by the second person who runs it, and the first ends red with what to do', async () => {
    const project = await askedByRuns();
    const first = await project.runBy(jane);
    expect([first.exit, first.log]).toEqual(refused('asks for 2 people; now 1 (jane)'));
    expect(first.log).toContain('Next: let another person run this job again, in this pipeline');
    expect(first.calls).not.toContain('UpdateModelPackage');
    expect((await project.deploy()).exit).not.toBe(0);
    const second = await project.runBy(bob);
    expect(second.exit, second.log).toBe(0);
    expect(second.log).toContain('person   jane counts');
    expect(entryOf(project)).toMatch(/^by=bob user_id=58 .* people=2 with=jane:57 since=\S+$/);
    expect((await project.deploy()).log).toContain('now 2 (bob/jane:57)');
  });

  it('is not given by one person who runs it twice', async () => {
    const project = await askedByRuns();
    await project.runBy(jane);
    const { exit, log } = await project.runBy({ ...jane, username: 'jane.renamed' });
    expect([exit, log]).toEqual(refused('now 1 (jane.renamed; not jane: a person counts once)'));
  });

  it('stands when a third person runs the job after it was given, or the second run was killed as it ended', async () => {
    const project = await askedByRuns();
    await project.runBy(jane);
    await project.runBy(bob);
    const before = entryOf(project);
    const { exit, log } = await project.runBy(carol);
    expect([exit, log]).toEqual([0, expect.stringContaining('Nothing was written.')]);
    expect(entryOf(project)).toBe(before);
  });

  it('is not helped by a run from before check-model showed the version, and is by one of the same person after', async () => {
    const project = await askedByRuns();
    await project.runBy(jane);
    project.emulator.clock.advance(60_000);
    await project.check();
    gitlab.deployments.report(1, 'success', project.emulator.clock.now());
    const { exit, log } = await project.runBy(bob);
    expect([exit, log]).toEqual(refused('asks for 2 people; now 1 (bob)'));
    expect((await project.runBy(jane)).exit).toBe(0);
  });

  it.each<[when: string, call: string, answered: boolean]>([
    ['before it looks', 'DescribeModelPackage', false],
    ['as it writes', 'UpdateModelPackage', false],
    ['when it has written', 'UpdateModelPackage', true],
  ])(
    'is whole or not there when the second run is killed %s, and a later run finds both people',
    async (_, call, answered) => {
      const project = await askedByRuns();
      await project.runBy(jane);
      const { reached, next, over } = awaitDeath(project.emulator, { call, answered });
      await Promise.race([answered ? next : reached, project.runBy(bob)]);
      over();
      gitlab.deployments.report(3, 'failed', project.emulator.clock.now());
      const left = entryOf(project);
      if (left !== undefined) expect(left).toMatch(/^by=bob .* people=2 with=jane:57 since=\S+$/);
      const { exit, log } = await project.runBy(bob);
      expect(exit, log).toBe(0);
      expect(entryOf(project)).toMatch(/^by=bob .* people=2 with=jane:57 since=\S+$/);
    },
  );

  it('is asked of both again, once it has grown too old', async () => {
    const project = await askedByRuns(`${BY_RUNS}    expires: 1 hour\n`);
    await project.runBy(jane);
    await project.runBy(bob);
    project.emulator.clock.advance(3_600_001);
    expect((await project.deploy()).exit).not.toBe(0);
    const { exit, log } = await project.runBy(jane);
    expect([exit, log]).toEqual(refused('asks for 2 people; now 1 (jane)'));
    expect((await project.runBy(bob)).exit).toBe(0);
    expect((await project.deploy()).exit).toBe(0);
  });

  it('is not given where the policy does not count runs', async () => {
    const project = await askedByRuns(TWO);
    await project.runBy(jane);
    const { exit, log } = await project.runBy(bob);
    expect([exit, log]).toEqual(refused('now 1 (bob)'));
    expect(log).toContain('have others approve its deployment in GitLab');
  });

  it.each<[what: string, policy: string, first: GitLabUser, told: string]>([
    ['who trained the version', `${BY_RUNS}    never: [trained]\n`, jane, 'jane does not count: never trained'],
    [
      'by an access token',
      BY_RUNS,
      { id: 70, username: 'project_42_bot' },
      'an access token, a service account or a deleted account is no person',
    ],
    [
      'by what GitLab calls a bot',
      BY_RUNS,
      { id: 70, username: 'release', bot: true },
      'release does not count: GitLab',
    ],
  ])('does not count a run of somebody %s', async (_, policy, first, told) => {
    const project = await askedByRuns(policy);
    const { emulator, arn } = project;
    enter(emulator, arn, { built: builtValue({ at: timeIn(emulator), user_id: '57' }) });
    await project.runBy(first);
    const { exit, log } = await project.runBy(bob);
    expect([exit, log]).toEqual(refused(told));
  });

  it('is as old as the first of the people who count, and one who ran it too long ago counts no longer', async () => {
    const project = await askedByRuns(`${BY_RUNS}    expires: 1 hour\n`);
    const { clock } = project.emulator;
    await project.runBy(jane);
    clock.advance(3_600_000);
    const { exit, log } = await project.runBy(bob);
    expect([exit, log]).toEqual(refused('jane does not count: expires: it was given 1 h 1 min'));
    clock.advance(30 * 60_000);
    expect((await project.runBy(jane)).exit).toBe(0);
    expect(entryOf(project)).toContain(' people=2 with=bob:58 since=2026-11-22T09:02Z');
    clock.advance(28 * 60_000);
    expect((await project.deploy()).exit).toBe(0);
    clock.advance(2 * 60_000);
    const late = await project.deploy();
    expect([late.exit, late.log]).toEqual(refused('does not hold: expires (policy.yml)'));
  });
});

const RISK = `${TWO}    from: [{group: wog/risk, id: 134}]\n`;
const ofRisk = (...groups: readonly string[]) => ({ claims: { groups_direct: groups } });

describe('four eyes, as the page sets them up in five minutes', () => {
  const page = readFileSync(new URL('../../docs/who-may-approve.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('\n## Four eyes in five minutes\n'));
  const policy = /```yaml\n(.*?)```/s.exec(section)?.[1]?.replaceAll(/^ {3}/gm, '').replace('main:', 'uat:') ?? '';
  const { approval_rules: rules } = JSON.parse(/--data '(.*?)'/.exec(section)?.[1] ?? '{}');
  const setUp = async (trainer: string) => {
    gitlab.deployments.protect(
      'uat/approval',
      rules.map((rule: object) => ({ access_level: null, access_level_description: 'Risk', people: [58], ...rule })),
    );
    const project = await asked(policy, bob);
    const { emulator, arn } = project;
    enter(emulator, arn, { built: builtValue({ at: timeIn(emulator), user_id: trainer }) });
    return project;
  };
  const jane = { claims: { user_id: '57', groups_direct: ['wog/risk'] } };

  it('take two people of the group', async () => {
    const { exit, log } = await (await setUp('61')).approve('', jane);
    expect([exit, log]).toEqual([0, expect.stringContaining('now 2 (jane; bob)')]);
  });

  it.each(['57', '58'])('do not take the one who trained the version, %s', async (trainer) => {
    const { exit, log } = await (await setUp(trainer)).approve('', jane);
    expect([exit, log]).toEqual(refused('never trained'));
  });
});

describe('an approval that a policy asks of people of a group', () => {
  const asking = async (...people: readonly GitLabUser[]) => {
    gitlab.deployments.protect('uat/approval', [
      { group_id: 134, access_level: null, access_level_description: 'Risk', required_approvals: 1, people: [58] },
      { group_id: 77, access_level: null, access_level_description: 'Sales', required_approvals: 1, people: [59] },
    ]);
    return asked(RISK, ...people);
  };

  it('counts who starts the job by their token, and the others by the approval rule of their group', async () => {
    const project = await asking(bob, carol);
    const { exit, log } = await project.approve('', ofRisk('wog/mlops', 'wog/risk'));
    expect(exit, log).toBe(0);
    expect(log).toContain('person   carol does not count: from: carol is of none of them');
    expect(entryOf(project)).toMatch(/ people=2 with=bob:58$/);
    expect((await project.deploy()).exit).toBe(0);
  });

  it('stands when somebody of another group runs its job again', async () => {
    const project = await asking(bob);
    gitlab.deployments.report(2, 'running', project.emulator.clock.now(), { id: 57, username: 'jane' });
    const jane = { claims: { user_id: '57', groups_direct: ['wog/risk'] } };
    expect((await project.approve('', jane)).exit).toBe(0);
    createApproval(4, project.emulator.clock.now());
    const again = { job: '4', user: 'dan', claims: { user_id: '60', groups_direct: ['wog/sales'] } };
    const { exit, log } = await project.approve('', again);
    expect([exit, log]).toEqual([0, expect.stringContaining('Nothing was written.')]);
  });

  it('is asked of no policy that counts runs of its job: it would count nobody', async () => {
    const project = await projectWith(`${RISK}    count_job_runs: true\n`);
    const { exit, log } = await project.check();
    expect([exit, log]).toEqual([
      64,
      expect.stringContaining('line 5, column 5: count_job_runs counts nobody together'),
    ]);
  });

  it.each<[who: string, options: Parameters<PolicyProject['approve']>[1], told: string]>([
    ['is of another group', ofRisk('wog/mlops', 'wog/risk/interns'), 'does not hold: from (policy.yml)'],
    ['has a token that names no group', {}, 'unknown: from (policy.yml)'],
  ])('is not given by somebody who %s, however many others approve', async (_, options, told) => {
    const project = await asking(bob, { id: 61, username: 'dan' });
    const { exit, log, calls } = await project.approve('', options);
    expect([exit, log]).toEqual(refused(told));
    expect(calls).not.toContain('UpdateModelPackage');
  });
});

const PASSABLE = `${TWO}    emergency: [approvals]\n`;
const URGENT = { inputs: { emergency: 'Prices are wrong in the whole north' } };

describe('an approval in an emergency', () => {
  it('passes what the policy lets it pass, says so, and is recorded as open', async () => {
    const project = await asked(PASSABLE);
    expect((await project.approve()).exit).toBe(1);
    const { exit, log, record } = await project.approve('', URGENT);
    expect(exit, log).toBe(0);
    expect(log).toContain('now 1 (jane) (passed in an emergency)');
    expect(record).toMatchObject({ open: ['emergency'], comment: 'Emergency: Prices are wrong in the whole north' });
    expect(entryOf(project)).toMatch(/ people=1 open=emergency$/);
    expect(project.emulator.package(project.arn)?.metadata['approved.uat.comment']).toContain('Emergency: Prices');
    expect((await project.deploy()).exit).toBe(0);
  });

  it.each<[what: string, policy: string, emergency: string, code: string]>([
    ['where the policy lets nothing pass', TWO, 'Wrong prices', 'ERROR SMC-3109'],
    ['without a reason', PASSABLE, '', 'ERROR SMC-3301'],
    ['without a reason that has letters', PASSABLE, '...', 'emergency: received "..."; must say why'],
  ])('is refused %s', async (_, policy, emergency, code) => {
    const project = await asked(policy);
    const { exit, log, calls } = await project.approve('', { inputs: { emergency } });
    expect([exit > 0, log]).toEqual([true, expect.stringContaining(code)]);
    expect(calls).not.toContain('UpdateModelPackage');
  });

  it('is refused where somebody says no in GitLab', async () => {
    const project = await asked(PASSABLE);
    gitlab.deployments.approve(2, bob, project.emulator.clock.now(), { status: 'rejected' });
    expect((await project.approve('', URGENT)).log).toContain('ERROR SMC-3108');
  });

  it('is refused where GitLab does not tell whether somebody says no', async () => {
    const project = await asked(PASSABLE);
    gitlab.deployments.approve(2, bob, project.emulator.clock.now(), { status: 'rejected' });
    gitlab.trouble('bad gateway', { to: /deployments/ });
    const { exit, log, calls } = await project.approve('', URGENT);
    gitlab.trouble('bad gateway', { times: 0 });
    expect([exit, log]).toEqual([75, expect.stringContaining('ERROR SMC-3305')]);
    expect(calls).not.toContain('UpdateModelPackage');
    gitlab.deployments.deny();
    expect((await project.approve('', URGENT)).log).toContain('ERROR SMC-3301');
  });

  it('is not given to the same version twice: the next has to be an ordinary one', async () => {
    const project = await asked(PASSABLE);
    await project.approve('', URGENT);
    const next = { pipeline: '102', job: '12', claims: { pipeline_id: '102' } };
    gitlab.deployments.create(
      { id: 11, name: 'check-model', pipeline: 102, sha: COMMIT },
      project.emulator.clock.now(),
    );
    gitlab.deployments.report(11, 'success', project.emulator.clock.now());
    const environment = 'uat/approval';
    const again = { id: 12, name: 'approve-model', pipeline: 102, sha: COMMIT, environment };
    gitlab.deployments.create(again, project.emulator.clock.now());
    const check = await project.check({ ...next, job: '11' });
    expect(check.log).toContain('version 1 was approved for uat in an emergency by jane (user ID 7) in pipeline 101');
    expect((await project.approve('', { ...next, ...URGENT })).log).toContain('ERROR SMC-3110');
    project.emulator.clock.advance(60_000);
    gitlab.deployments.approve(12, bob, project.emulator.clock.now());
    expect((await project.approve('', next)).exit).toBe(0);
    expect(entryOf(project)).not.toContain('open=');
  });

  it('does not take the place of an approval that two people gave, unless that has expired', async () => {
    const project = await asked(PASSABLE.replace('emergency', 'expires: 12 hours\n    emergency'));
    gitlab.deployments.approve(2, bob, project.emulator.clock.now());
    expect((await project.approve()).exit).toBe(0);
    const before = entryOf(project);
    const { log, calls } = await project.approve('', URGENT);
    expect([log, calls.includes('UpdateModelPackage')]).toEqual([expect.stringContaining('ERROR SMC-3111'), false]);
    expect(entryOf(project)).toBe(before);
    project.emulator.clock.advance(13 * 3_600_000);
    createApproval(4, project.emulator.clock.now());
    expect((await project.approve('', { job: '4', ...URGENT })).exit).toBe(0);
    expect(entryOf(project)).toMatch(/ people=1 open=emergency$/);
  });

  it('is not prolonged by starting its job again when it has expired: the next has to be an ordinary one', async () => {
    const project = await asked(PASSABLE.replace('emergency', 'expires: 12 hours\n    emergency'));
    await project.approve('', URGENT);
    const before = entryOf(project);
    expect((await project.approve('', URGENT)).log).toContain('Nothing was written.');
    project.emulator.clock.advance(13 * 3_600_000);
    createApproval(4, project.emulator.clock.now());
    const { log, calls } = await project.approve('', { job: '4', ...URGENT });
    expect([log, calls.includes('UpdateModelPackage')]).toEqual([expect.stringContaining('ERROR SMC-3110'), false]);
    expect(entryOf(project)).toBe(before);
    gitlab.deployments.approve(4, bob, project.emulator.clock.now());
    expect((await project.approve('', { job: '4' })).exit).toBe(0);
    expect(entryOf(project)).not.toContain('open=');
  });

  it('is refused by the next environment, and offered here again', async () => {
    const project = await asked(PASSABLE);
    await project.approve('', URGENT);
    const { emulator, arn } = project;
    enter(emulator, arn, { 'validated.uat': validationValue(contentIn(emulator, arn), { at: timeIn(emulator) }) });
    const next = await project.check({ environment: 'main', job: '31', inputs: { policy_file: '' } });
    expect([next.exit, next.log]).toEqual([
      80,
      expect.stringContaining('it passed uat in an emergency (open=emergency)'),
    ]);
    expect(next.log).toContain('Next: start a new pipeline of uat, approve the version there in the ordinary way');
  });

  it('is not prolonged by a runner whose clock was set ahead when it was given', async () => {
    const project = await asked(PASSABLE);
    const { clock } = project.emulator;
    const runner: Clock = {
      now: () => new Date(clock.now().getTime() + 60 * 24 * 3_600_000),
      elapsed: () => clock.elapsed(),
      sleep: async (milliseconds) => clock.advance(milliseconds),
      random: () => 0.5,
    };
    const exp = Math.floor(clock.now().getTime() / 1000) + 3600;
    await project.approve('', { ...URGENT, claims: { exp }, clock: runner });
    expect(entryOf(project)).toContain(' at=2026-11-22T09:01Z ');
    clock.advance(26 * 3_600_000);
    expect((await project.deploy()).log).toContain('ERROR SMC-3306');
  });

  it('is not prolonged by a runner whose clock was set back', async () => {
    const project = await asked(PASSABLE);
    await project.approve('', URGENT);
    const { emulator } = project;
    goThroughDev(emulator, emulator.register({ status: 'Approved' }));
    const iat = Math.floor(emulator.clock.now().getTime() / 1000) + 25 * 3600;
    const claims = { pipeline_id: '102', iat, exp: iat + 3600 };
    const check = await project.check({ pipeline: '102', job: '21', claims });
    expect([check.exit, check.log]).toEqual([
      80,
      expect.stringContaining('nobody has approved it in the ordinary way'),
    ]);
  });

  it('given beside another pipeline after its check-model ran is not passed by: it approves nothing after a day', async () => {
    const project = await asked(PASSABLE);
    const { emulator, arn } = project;
    await project.approve('', URGENT);
    const other = emulator.register({ status: 'Approved' });
    goThroughDev(emulator, other);
    const next = { pipeline: '102', claims: { pipeline_id: '102' }, inputs: { model_package_arn: other } };
    for (const [id, name] of [
      [11, 'check-model'],
      [12, 'approve-model'],
    ] as const) {
      const environment = name === 'approve-model' ? { environment: 'uat/approval' } : {};
      gitlab.deployments.create({ id, name, pipeline: 102, sha: COMMIT, ...environment }, emulator.clock.now());
    }
    expect((await project.check({ ...next, job: '11' })).exit).toBe(0);
    gitlab.deployments.report(11, 'success', emulator.clock.now());
    emulator.clock.advance(24 * 3_600_000);
    gitlab.deployments.approve(12, bob, emulator.clock.now());
    const approving = { ...next, job: '12', inputs: {} };
    const { log, calls } = await project.approve('', approving);
    expect([log, calls.includes('UpdateModelPackage')]).toEqual([expect.stringContaining('ERROR SMC-3306'), false]);
    expect((await project.deploy()).log, 'nor is the version of the emergency deployed then').toContain('SMC-3306');
    enter(emulator, arn, { 'withdrawn.uat': verdictValue(contentIn(emulator, arn), { at: timeIn(emulator) }) });
    expect((await project.approve('', approving)).exit).toBe(0);
  });

  it.each<[when: string, hours: number, exit: number]>([
    ['another version is offered within a day', 23, 0],
    ['no other version is offered after a day', 24, 80],
  ])('that nobody made good: %s', async (_, hours, exit) => {
    const project = await asked(PASSABLE);
    await project.approve('', URGENT);
    const { emulator, arn } = project;
    goThroughDev(emulator, emulator.register({ status: 'Approved' }));
    emulator.clock.advance(hours * 3_600_000);
    const next = { pipeline: '102', claims: { pipeline_id: '102' } };
    const check = await project.check({ ...next, job: '21' });
    expect(check.exit, check.log).toBe(exit);
    if (exit === 0) return;
    expect(check.log).toContain('and nobody has approved it in the ordinary way within a day');
    expect(check.log).toContain(`Next: set model_package_arn to ${arn}`);
    const itself = await project.check({ ...next, job: '22', inputs: { model_package_arn: arn } });
    expect([itself.exit, itself.record]).toEqual([0, expect.objectContaining({ package: arn })]);
  });
});
