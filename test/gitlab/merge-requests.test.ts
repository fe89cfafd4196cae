import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { mergeRequestsOf } from '../../src/gitlab/merge-requests.ts';
import { JOB } from './job.ts';

const COMMIT = 'b'.repeat(40);
/** A job token as GitLab makes it: a JWT after a prefix, whose issuer is the name of the host. */
const jobToken = (iss: string) =>
  `glcbt-eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify({ iss, sub: 'gid://gitlab/Ci::Build/7' })).toString('base64url')}.sig`;
const ENV = { CI_JOB_TOKEN: jobToken('127.0.0.1') };
const PAGE = `${JOB.projectUrl}/-/commit/${COMMIT}`;

/** A GitLab on this machine, and what it was asked. */
async function gitlab(answer: RequestListener) {
  const asked: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url, headers: request.headers });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { asked, job: { ...JOB, server: `http://127.0.0.1:${port}` } };
}

const json =
  (body: unknown): RequestListener =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const mergeRequest = {
  iid: 7,
  title: 'Deeper trees',
  state: 'merged',
  project_id: 42,
  web_url: 'https://evil.example.com',
};

it('the merge requests of a commit are asked for by the token of the job, and link to the project', async () => {
  const { asked, job } = await gitlab(json([mergeRequest]));
  expect(await mergeRequestsOf(COMMIT, job, ENV)).toEqual({
    is: 'read',
    all: [{ number: 7, title: 'Deeper trees', url: `${JOB.projectUrl}/-/merge_requests/7` }],
  });
  expect(asked).toMatchObject([
    {
      url: `/api/v4/projects/42/repository/commits/${COMMIT}/merge_requests`,
      headers: { 'job-token': ENV.CI_JOB_TOKEN },
    },
  ]);
});

it('only those that were merged into this project count', async () => {
  const others = [
    { ...mergeRequest, state: 'opened' },
    { ...mergeRequest, project_id: 43 },
  ];
  const { job } = await gitlab(json(others));
  expect(await mergeRequestsOf(COMMIT, job, ENV)).toEqual({ is: 'read', all: [] });
});

it.each<[why: string, answer: RequestListener, told: string]>([
  ['GitLab refuses it', (_, response) => void response.writeHead(403).end('{}'), 'GitLab answered with HTTP 403'],
  [
    'GitLab sends it elsewhere, whither the token does not go',
    (_, response) => void response.writeHead(302, { location: 'https://evil.example.com' }).end(),
    'GitLab answered with HTTP 302',
  ],
  ['a proxy answers with a page', (_, response) => void response.writeHead(200).end('<html>'), 'SyntaxError: '],
  ['the answer is no list', json({ message: 'x' }), 'GitLab gave no list of merge requests'],
  [
    'the answer has no end',
    (_, response) => void response.writeHead(200).end(`[${' '.repeat(1_100_000)}]`),
    'more than 1048576 bytes',
  ],
  ['the connection breaks', (request) => void request.socket.destroy(), 'socket hang up'],
])('are not read where %s, and the page of the commit has them', async (_, answer, told) => {
  const { job } = await gitlab(answer);
  expect(await mergeRequestsOf(COMMIT, job, ENV)).toEqual({
    is: 'not read',
    why: expect.stringContaining(told),
    url: PAGE,
  });
});

it('are not asked for without a token, or of a GitLab that only a variable names', async () => {
  const { asked, job } = await gitlab(json([]));
  expect(await mergeRequestsOf(COMMIT, job, {})).toEqual({
    is: 'not read',
    why: 'this job has no CI_JOB_TOKEN',
    url: PAGE,
  });
  expect(await mergeRequestsOf(COMMIT, { ...job, verified: false }, ENV)).toMatchObject({
    why: 'no id_token tells which GitLab this is',
  });
  expect(asked).toEqual([]);
});

it.each([
  ['is of another GitLab than the issuer of the id_token', jobToken('gitlab.example.com')],
  ['names a host that only begins so', jobToken('127.0.0.1.evil.example.com')],
  ['has the older form, which names no GitLab', 'glcbt-64_abcdefghijklmnopqrst'],
  ['is no token', '...'],
])('the job token is sent to nobody where it %s', async (_, token) => {
  const { asked, job } = await gitlab(json([mergeRequest]));
  expect(await mergeRequestsOf(COMMIT, job, { CI_JOB_TOKEN: token })).toEqual({
    is: 'not read',
    why: `CI_JOB_TOKEN does not say that it is of ${job.server}`,
    url: PAGE,
  });
  expect(asked).toEqual([]);
});

it('the job token is not sent without encryption, except to this machine', async () => {
  const job = { ...JOB, server: 'http://gitlab.example.com' };
  const found = await mergeRequestsOf(COMMIT, job, { CI_JOB_TOKEN: jobToken('gitlab.example.com') });
  expect(found).toMatchObject({ is: 'not read', why: 'a job token is not sent without encryption' });
});
