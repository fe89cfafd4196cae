import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type GitLab, startGitLab } from '../../emulator/gitlab.ts';
import { readVoices } from '../../src/gitlab/deployments.ts';
import type { Job } from '../../src/gitlab/job.ts';
import type { GitLabReader } from '../../src/gitlab/patience.ts';
import { JOB } from './job.ts';

const at = (time: string) => new Date(`2026-11-22T${time}Z`);
const SHA = JOB.commit;
const bob = { id: 58, username: 'bob' };
const carol = { id: 59, username: 'carol' };

/** A job on the environment for the approvals of uat, in the pipeline 101 of the project 42. */
const approving: Job = { ...JOB, environment: 'uat', gitlabEnvironment: 'uat/approval', id: '905' };

/** A GitLab whose pipeline 101 has shown a version at 08:05, and asks for its approval. */
async function gitlabAsking(): Promise<GitLab> {
  const gitlab = await startGitLab();
  onTestFinished(() => gitlab.close());
  const { deployments } = gitlab;
  deployments.protect('uat/approval', [
    { group_id: 134, access_level: null, access_level_description: 'Risk', required_approvals: 1, people: [58] },
    {
      group_id: null,
      access_level: 40,
      access_level_description: 'Maintainers',
      required_approvals: 1,
      people: [58, 59],
    },
  ]);
  deployments.create({ id: 904, name: 'check-model', pipeline: 101, sha: SHA }, at('08:00:00'));
  deployments.create(
    { id: 905, name: 'approve-model', pipeline: 101, sha: SHA, environment: 'uat/approval' },
    at('08:00:00'),
  );
  deployments.report(904, 'success', at('08:05:00'));
  return gitlab;
}

/** How a job asks it; the pauses are told, and take no time. */
function askingOf(
  { url, jobToken }: Pick<GitLab, 'url' | 'jobToken'>,
  job: Job = approving,
): GitLabReader & { pauses: number[] } {
  const pauses: number[] = [];
  const clock = {
    now: () => at('08:10:00'),
    sleep: async (milliseconds: number) => void pauses.push(milliseconds),
    random: () => 0.5,
  };
  return { job: { ...job, server: url }, env: { CI_JOB_TOKEN: jobToken }, clock, pauses };
}

/** The voices on the job that asks, about what a check-model job showed. */
const voices = (reader: GitLabReader, check = '904') => readVoices({ check, approval: reader.job.id }, reader);

describe('the approvals of the deployment that a job is', () => {
  it('are told with the people, their time and groups, and with the time at which the version was shown', async () => {
    const gitlab = await gitlabAsking();
    gitlab.deployments.approve(905, bob, at('08:06:00'));
    gitlab.deployments.approve(905, carol, at('08:04:00'), { status: 'rejected' });
    gitlab.deployments.report(905, 'running', at('08:09:00'), { id: 57, username: 'jane' });
    expect(await voices(askingOf(gitlab))).toEqual({
      is: 'told',
      value: {
        shownAt: at('08:05:00'),
        startedBy: { id: '57', login: 'jane', isBot: false },
        runs: [],
        given: [
          {
            id: '58',
            login: 'bob',
            isActive: true,
            isBot: false,
            status: 'approved',
            at: at('08:06:00'),
            groups: ['134'],
          },
          {
            id: '59',
            login: 'carol',
            isActive: true,
            isBot: false,
            status: 'rejected',
            at: at('08:04:00'),
            groups: [],
          },
        ],
      },
    });
    expect(gitlab.asked.filter((path) => path.includes('deployments'))).toEqual([
      '/api/v4/projects/42/deployments?environment=uat%2Fapproval&order_by=id&sort=desc&per_page=50&page=1',
      '/api/v4/projects/42/deployments/7000',
    ]);
  });

  it('say whose account is blocked, whether a bot started the job, and take no rejection for that of a group', async () => {
    const gitlab = await gitlabAsking();
    gitlab.deployments.approve(905, { ...carol, state: 'blocked' }, at('08:06:00'));
    gitlab.deployments.approve(905, bob, at('08:06:00'), { status: 'rejected' });
    gitlab.deployments.report(905, 'running', at('08:09:00'), { id: 70, username: 'release', bot: true });
    expect(await voices(askingOf(gitlab))).toMatchObject({
      value: {
        startedBy: { login: 'release', isBot: true },
        given: [
          { login: 'carol', isActive: false },
          { login: 'bob', isActive: true, groups: [] },
        ],
      },
    });
  });

  it('are of a group whose rule others have met, too', async () => {
    const gitlab = await gitlabAsking();
    gitlab.deployments.protect('uat/approval', [
      { group_id: 134, access_level: null, access_level_description: 'Risk', required_approvals: 2, people: [58, 59] },
    ]);
    gitlab.deployments.create(
      { id: 907, name: 'approve-model', pipeline: 101, sha: SHA, environment: 'uat/approval' },
      at('08:05:00'),
    );
    for (const person of [bob, carol]) gitlab.deployments.approve(907, person, at('08:06:00'));
    expect(await voices(askingOf(gitlab, { ...approving, id: '907' }))).toMatchObject({
      value: { given: [{ groups: ['134'] }, { groups: ['134'] }] },
    });
  });

  it('are not told where the check failed, and ended all the same', async () => {
    const gitlab = await gitlabAsking();
    gitlab.deployments.report(904, 'failed', at('08:05:30'));
    expect(await voices(askingOf(gitlab))).toMatchObject({ is: 'not told', why: expect.stringContaining('(failed)') });
  });

  it('are those of this job, when other pipelines have asked since, and the list has several pages', async () => {
    const gitlab = await gitlabAsking();
    gitlab.deployments.approve(905, bob, at('08:06:00'));
    for (let id = 1000; id < 1060; id++) {
      const job = { id, name: 'approve-model', pipeline: id, sha: SHA, environment: 'uat/approval' };
      gitlab.deployments.create(job, at('08:07:00'));
      gitlab.deployments.approve(id, carol, at('08:08:00'));
    }
    expect(await voices(askingOf(gitlab))).toMatchObject({ value: { given: [{ login: 'bob' }] } });
  });

  it('are lost when the job is run again: GitLab keeps them with the job before', async () => {
    const gitlab = await gitlabAsking();
    gitlab.deployments.approve(905, bob, at('08:06:00'));
    const again = { id: 906, name: 'approve-model', pipeline: 101, sha: SHA, environment: 'uat/approval' };
    gitlab.deployments.create(again, at('08:09:00'));
    const asking = askingOf(gitlab, { ...approving, id: '906' });
    expect(await voices(asking)).toMatchObject({ value: { given: [] } });
    expect(await readVoices({ check: '904', approval: '905' }, asking)).toMatchObject({
      value: { given: [{ login: 'bob' }] },
    });
  });

  it.each<[given: string, checkJob: string, job: Partial<Job>, why: string]>([
    ['the check is of another pipeline', '904', { pipeline: '102' }, 'is of pipeline 101'],
    ['the check has not ended well', '905', {}, 'has not ended well (manual)'],
    ['the job has no deployment', '904', { id: '999' }, 'no deployment of the job 999 to uat/approval'],
    [
      'its deployment is to another environment',
      '904',
      { gitlabEnvironment: 'main/approval' },
      'no deployment of the job',
    ],
  ])('are not told where %s', async (_, checkJob, job, why) => {
    const asking = askingOf(await gitlabAsking(), { ...approving, ...job });
    expect(await voices(asking, checkJob)).toMatchObject({
      is: 'not told',
      because: 'nonsense',
      why: expect.stringContaining(why),
    });
  });

  it('are not told about a check that there is not, and to nobody without a token', async () => {
    const gitlab = await gitlabAsking();
    expect(await voices(askingOf(gitlab), '903')).toMatchObject({
      because: 'never',
      why: 'GitLab answered with HTTP 404',
    });
    const unverified = askingOf(gitlab, { ...approving, verified: false });
    expect(await voices(unverified)).toMatchObject({
      because: 'never',
      why: expect.stringContaining('no id_token'),
    });
  });
});

describe('an answer that nobody can rely upon is never taken for an approval', () => {
  const job = { id: 904, status: 'success', finished_at: '2026-11-22T08:05:00.000Z', pipeline: { id: 101 } };
  const deployment = {
    id: 7000,
    environment: { name: 'uat/approval' },
    deployable: { id: 905, pipeline: { id: 101 } },
    approvals: [
      {
        user: { id: 58, username: 'bob', state: 'active' },
        status: 'approved',
        created_at: '2026-11-22T08:06:00.000Z',
      },
    ],
  };
  const list = [{ id: 7000, deployable: { id: 905 } }];

  /** A host that answers about the check, the list and the deployment with what it is given. */
  async function answering(answers: { job?: unknown; list?: unknown; deployment?: unknown }, tell?: RequestListener) {
    const told = { job, list, deployment, ...answers };
    const server = createServer((request, response) => {
      if (tell) return tell(request, response);
      const kind = request.url?.includes('/jobs/') ? 'job' : request.url?.includes('?') ? 'list' : 'deployment';
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told[kind]));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const payload = Buffer.from(JSON.stringify({ iss: '127.0.0.1' })).toString('base64url');
    return askingOf({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      jobToken: `glcbt-a.${payload}.c`,
    });
  }

  it('the answers that the next ones spoil are good', async () => {
    expect(await voices(await answering({}))).toMatchObject({ value: { given: [{ login: 'bob' }] } });
  });

  it.each<[what: string, answers: Parameters<typeof answering>[0]]>([
    ['a list that is none', { list: { message: 'x' } }],
    ['an empty list', { list: [] }],
    ['a list without end that does not have the job', { list: [{ id: 1, deployable: { id: 1 } }, { id: 2 }] }],
    ['another deployment', { deployment: { ...deployment, id: 7001 } }],
    [
      'the deployment of another job',
      { deployment: { ...deployment, deployable: { id: 904, pipeline: { id: 101 } } } },
    ],
    ['one of another pipeline', { deployment: { ...deployment, deployable: { id: 905, pipeline: { id: 100 } } } }],
    ['one to another environment', { deployment: { ...deployment, environment: { name: 'uat' } } }],
    [
      'an approval of nobody',
      { deployment: { ...deployment, approvals: [{ status: 'approved', created_at: '2026-11-22T08:06:00Z' }] } },
    ],
    [
      'an approval without a time',
      { deployment: { ...deployment, approvals: [{ ...deployment.approvals[0], created_at: 'soon' }] } },
    ],
    ['another check', { job: { ...job, id: 903 } }],
    ['a check that runs again', { job: { ...job, status: 'running', finished_at: null } }],
    ['a check without an end', { job: { ...job, finished_at: null } }],
  ])('%s', async (_, answers) => {
    expect(await voices(await answering(answers))).toMatchObject({ is: 'not told', because: 'nonsense' });
  });

  it('a deployment without approvals, as the free tier has it, is approved by nobody', async () => {
    const { approvals: _, ...free } = deployment;
    expect(await voices(await answering({ deployment: free }))).toMatchObject({ value: { given: [] } });
  });

  it.each([401, 403, 404])('HTTP %i is told at once', async (status) => {
    const asking = await answering({}, (_, response) => void response.writeHead(status).end('{}'));
    expect(await voices(asking)).toMatchObject({
      because: 'never',
      why: `GitLab answered with HTTP ${status}`,
    });
    expect(asking.pauses).toEqual([]);
  });

  it.each<[what: string, tell: RequestListener, why: string]>([
    ['throttles', (_, response) => void response.writeHead(429).end('Retry later'), 'HTTP 429'],
    ['fails', (_, response) => void response.writeHead(500).end('{}'), 'HTTP 500'],
    ['sends the job elsewhere', (_, response) => void response.writeHead(302, { location: '/' }).end(), 'HTTP 302'],
    ['shows a page', (_, response) => void response.writeHead(200).end('<html>'), 'no JSON'],
    ['stops in the middle', (_, response) => void response.writeHead(200).end('[{"id": 7'), 'no JSON'],
    ['breaks the connection', (request) => void request.socket.destroy(), 'socket hang up'],
  ])('it is asked again for more than a minute where GitLab %s', async (_, tell, why) => {
    const asking = await answering({}, tell);
    const told = await voices(asking);
    expect(told).toMatchObject({ is: 'not told', because: 'later', why: expect.stringContaining(why) });
    expect(asking.pauses.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(60_000);
  });

  it('trouble that passes is got over', async () => {
    let asked = 0;
    const whole = [job, list, deployment];
    const asking = await answering({}, ({ url = '' }, response) => {
      if (asked++ < 3) return void response.writeHead(502).end('<html>');
      response.end(JSON.stringify(whole[url.includes('/jobs/') ? 0 : url.includes('?') ? 1 : 2]));
    });
    expect(await voices(asking)).toMatchObject({ value: { given: [{ login: 'bob' }] } });
  });
});
