import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GitLab } from '../../../emulator/gitlab.ts';
import { GitLabClient } from '../../../setup/gitlab/client.ts';
import { ENVIRONMENTS, FEW, MODELS, project, settingsOf, TOKEN } from './project.ts';

describe('nothing is changed, and the last line says what to do:', () => {
  it.each<{ when: string; set: (gitlab: GitLab) => void; says: string; next: string }>([
    {
      when: 'the token has expired',
      set: ({ administration: { people } }) => people.give(TOKEN, { scopes: ['api'], level: 40, state: 'expired' }),
      says: 'ERROR HTTP 401: Token is expired.',
      next: 'Next: create a new access token in http',
    },
    {
      when: 'the token was revoked',
      set: ({ administration: { people } }) => people.give(TOKEN, { scopes: ['api'], level: 40, state: 'revoked' }),
      says: 'ERROR HTTP 401: Token was revoked.',
      next: 'Next: create a new access token in http',
    },
    {
      when: 'the token only reads',
      set: ({ administration: { people } }) => people.give(TOKEN, { scopes: ['read_api'], level: 40 }),
      says: 'ERROR HTTP 403: The request requires higher privileges than provided by the access token.',
      next: 'Next: create an access token with the scope api',
    },
    {
      when: 'the token is for the repository alone',
      set: ({ administration: { people } }) => people.give(TOKEN, { scopes: ['read_repository'], level: 40 }),
      says: 'ERROR HTTP 403: The request requires higher privileges',
      next: 'Next: create an access token with the scope api',
    },
    {
      when: 'a developer runs it',
      set: ({ administration: { people } }) => people.give(TOKEN, { scopes: ['api'], level: 30 }),
      says: 'ERROR HTTP 403: 403 Forbidden',
      next: 'Next: use the token of a Maintainer of wog/mlops/resale-price',
    },
    {
      when: 'the project is not there, or not for them to see',
      set: ({ administration: { people } }) => people.give(TOKEN, { scopes: ['api'], level: 0 }),
      says: 'ERROR HTTP 404: 404 Project Not Found',
      next: 'Next: compare "project: wog/mlops/resale-price" in setup.yml',
    },
    {
      when: 'somebody moved the project',
      set: ({ administration }) => {
        administration.movedFrom = administration.path;
        administration.path = 'wog/mlops/prices';
      },
      says: 'ERROR HTTP 301',
      next: 'Next: somebody moved the project: write its new path into setup.yml.',
    },
    {
      when: 'a sign-in page answers',
      set: (gitlab) => gitlab.trouble('sign-in page'),
      says: 'ERROR HTTP 200',
      next: 'Next: what answered is not the API of GitLab.',
    },
    {
      when: 'something redirects elsewhere',
      set: (gitlab) => gitlab.trouble('redirected'),
      says: 'ERROR HTTP 302: a redirection to https://sign-in.example.com',
      next: 'Next: what answered is not the API of GitLab.',
    },
    {
      when: 'a proxy cannot reach it',
      set: (gitlab) => gitlab.trouble('bad gateway'),
      says: 'ERROR HTTP 502',
      next: 'Next: GitLab is busy or down.',
    },
    {
      when: 'GitLab has an error of its own',
      set: (gitlab) => gitlab.trouble('internal error'),
      says: 'ERROR HTTP 500: 500 Internal Server Error',
      next: 'Next: GitLab is busy or down.',
    },
    {
      when: 'nothing answers',
      set: (gitlab) => gitlab.cutAfter(0),
      says: 'was not reached:',
      next: 'Next: look whether this machine reaches it',
    },
  ])('$when', async ({ set, says, next }) => {
    const { run, gitlab } = await project(FEW);
    const before = settingsOf(gitlab);
    set(gitlab);
    const { code, text } = await run('apply');
    expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining(says) });
    expect(text.split('\n').at(-1)).toContain(next);
    expect(settingsOf(gitlab)).toEqual(before);
  });
});

it('a token on the command line is refused, and not repeated: others see what stands there', async () => {
  const { run, gitlab } = await project(FEW);
  for (const words of [`apply --token ${TOKEN}`, `apply --token=${TOKEN}`, `plan ${TOKEN}`])
    expect(await run(words)).toMatchObject({ code: 64 });
  expect(gitlab.asked).toEqual([]);
});

it('no token: nobody is asked', async () => {
  const { run, gitlab } = await project(FEW);
  const { code, text } = await run('plan', {});
  expect({ code, text }).toMatchObject({ code: 64, text: expect.stringContaining('GITLAB_TOKEN is not set') });
  expect(gitlab.asked).toEqual([]);
});

it.each(['', 'destroy'])('a command that is not there: "%s"', async (action) => {
  const { run } = await project(FEW);
  expect(await run(action)).toEqual({
    code: 64,
    text: expect.stringMatching(/^Say one of: plan, apply, check\. Next: npm run -s setup -- gitlab plan/),
  });
});

it('a token that only reads is enough for plan and check', async () => {
  const { run, administration } = await project(FEW);
  administration.people.give(TOKEN, { scopes: ['read_api'], level: 40 });
  expect(await run('plan')).toMatchObject({ code: 0 });
  expect((await run('check')).text).toContain('differences left.');
});

it('too many requests: waits as long as GitLab asks for, and goes on', async () => {
  const { run, gitlab, slept } = await project(FEW);
  gitlab.trouble('throttled', { to: /^POST .*variables/, times: 2 });
  const { code, text } = await run('apply');
  expect({ code, text }).toMatchObject({
    code: 0,
    text: expect.stringContaining('GitLab is busy. Waiting for 60 s ...'),
  });
  expect(slept).toEqual([60_000, 60_000]);
});

it('too many requests for too long: says what is made, and the next run does the rest', async () => {
  const { run, gitlab } = await project(FEW);
  gitlab.trouble('throttled', { to: /^POST .*variables/, times: 5 });
  const { code, text } = await run('apply');
  expect(code).toBe(1);
  expect(text).toContain(
    'REFUSED Settings > CI/CD > Variables: AWS_REGION (All environments): GitLab answered HTTP 429',
  );
  expect(text).toContain('NOT MADE Settings > CI/CD > Variables: AWS_ROLE_ARN (main/rollback)\n');
  expect(await run('apply')).toMatchObject({ code: 0 });
});

it('somebody else makes a part of it at the same time: what GitLab then refuses is there, and nothing is left', async () => {
  const { run, gitlab, administration } = await project(FEW);
  gitlab.trouble('throttled', { to: /^POST .*variables/, times: 1 });
  const running = run('apply', undefined, {
    whileItWaits: () => administration.variables.set('AWS_REGION', 'ap-southeast-1'),
  });
  const { code, text } = await running;
  expect({ code, text }).toMatchObject({
    code: 0,
    text: expect.stringContaining('(AWS_REGION) has already been taken'),
  });
});

it('the token is for GitLab alone: a redirection is not followed', async () => {
  const seen: unknown[] = [];
  const other = createServer((request, response) => {
    seen.push(request.headers['private-token']);
    response.end('{}');
  });
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void other.close());
  const redirecting = createServer((_, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/` }).end('{}');
  });
  await new Promise<void>((listening) => redirecting.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void redirecting.close());
  const { run } = await project(FEW, `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`);
  expect(await run('plan')).toMatchObject({
    code: 1,
    text: expect.stringContaining('a redirection to http://127.0.0.1'),
  });
  expect(seen).toEqual([]);
});

it('a list of which nobody says whether it goes on is not taken for whole', async () => {
  const server = createServer((_, response) => void response.end(JSON.stringify(Array(100).fill({}))));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new GitLabClient({ gitlab: address, token: TOKEN, env: {}, sleep: async () => {} });
  await expect(client.list('/projects/42/variables')).rejects.toThrow('does not say whether there is more');
});

it('the token is not sent without encryption', async () => {
  const { run } = await project(FEW, 'http://gitlab.example.com');
  const { code, text } = await run('plan');
  expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining('not sent without encryption') });
});

it('a GitLab without protected environments: says what then does not hold, and makes the rest', async () => {
  const { run, administration } = await project();
  administration.protectedEnvironments.licensed = false;
  administration.refs.licensed = false;
  const { code, text } = await run('apply');
  expect(code).toBe(1);
  expect(text).toContain('uat/approval, main/approval cannot be protected: this GitLab has no protected environments');
  expect(text).toContain('every approval is recorded as open=protected');
  expect(text).toContain('Next: change it on that page: without GitLab Premium, the API cannot');
  expect(administration.variables.named('AWS_ROLE_ARN', 'uat/approval').protected).toBe(true);
});

it("a group that is not there: the approvers' roles are not given away", async () => {
  const { run, administration } = await project();
  administration.settings.groups.length = 0;
  const { code, text } = await run('apply');
  expect(code).toBe(1);
  expect(text).toContain('wog/mlops/approvers is no group that this token sees');
  expect(text).toContain(
    'NOT MADE Settings > CI/CD > Variables: AWS_ROLE_ARN (uat/approval): first, this must be right: protection of uat/approval',
  );
  const scopes = administration.variables.all.map((each) => each.environment_scope);
  expect(scopes).toContain('uat');
  expect(scopes).not.toContain('uat/approval');
  expect((await run('plan')).text).toMatch(
    /\d+ differences, \d of them for a person\. Next: npm run -s setup -- gitlab apply/,
  );
});

it('GitLab refuses one change: its own message is shown, and what does not depend on it is made', async () => {
  const { run, gitlab, administration } = await project();
  gitlab.trouble('forbidden', { to: /^POST .*protected_branches/ });
  const { code, text } = await run('apply');
  expect(code).toBe(1);
  expect(text).toContain(
    'REFUSED Settings > Repository > Protected branches: dev: GitLab answered HTTP 403: 403 Forbidden',
  );
  expect(text).toContain('2 differences left.');
  expect(administration.protectedEnvironments.all).toHaveLength(2);
});

it('an empty repository: its branches are not closed to the first commit, and the rest is made', async () => {
  const { run, administration } = await project(FEW);
  administration.refs.branches.clear();
  administration.settings.values.empty_repo = true;
  const { code, text } = await run('apply');
  expect(code).toBe(1);
  expect(text).toContain(
    'The repository is empty\n  Next: push a first commit, such as a README, and run this command again.',
  );
  expect(text).toContain(
    'NOT MADE Settings > Repository > Protected branches: main: first, this must be right: first commit',
  );
  expect(administration.refs.protectedBranches[0]?.push_access_levels).toMatchObject([{ access_level: 40 }]);
  expect(administration.protectedEnvironments.all).toHaveLength(1);
  administration.refs.branches.add('main');
  administration.settings.values.empty_repo = false;
  expect(await run('apply')).toMatchObject({ code: 0 });
});

it('what only an owner may change is refused in the words of GitLab', async () => {
  const { run, administration } = await project(FEW);
  administration.settings.values.ci_pipeline_variables_minimum_override_role = 'owner';
  const { code, text } = await run('apply');
  expect(code).toBe(1);
  expect(text).toContain(
    'GitLab answered HTTP 400: Changing the restrict_user_defined_variables or ci_pipeline_variables_minimum_override_role is not allowed',
  );
  expect(text).toContain('1 difference left.');
});

it('lists of several pages are read to their end', async () => {
  const { run, administration } = await project(`${ENVIRONMENTS}${MODELS}`);
  await run('apply');
  const mine = administration.variables.all.splice(0);
  for (let at = 0; at < 250; at += 1) administration.variables.set(`OTHER_${at}`, 'x');
  administration.variables.all.push(...mine);
  expect(await run('plan')).toMatchObject({ code: 0, text: expect.stringMatching(/^Nothing to do\./) });
});
