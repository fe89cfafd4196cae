import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gitlabOfOrigin } from '../../../setup/gitlab/origin.ts';
import { FEW, project, TOKEN } from './project.ts';

const env = { GITLAB_TOKEN: TOKEN };
const nobodyNames = { names: false };

function cloneIn(folder: string, origin: string): void {
  execFileSync('git', ['-C', folder, 'init', '--quiet']);
  execFileSync('git', ['-C', folder, 'remote', 'add', 'origin', origin]);
}

describe('a GitLab that only setup.yml names, as in the merge request of a stranger, never gets the token', () => {
  it.each(['plan', 'apply', 'check'])('by %s', async (action) => {
    const { run, gitlab } = await project(FEW);
    const { code, text } = await run(action, env, nobodyNames);
    expect(code).toBe(64);
    expect(text).toContain(`says "gitlab: ${gitlab.url}"`);
    expect(text).toContain('is in no clone whose remote "origin" is of a GitLab: GITLAB_TOKEN was not sent.');
    expect(text).toContain(
      `Next: if ${gitlab.url} is your GitLab, add --gitlab ${gitlab.url}. If not, find out who changed the file.`,
    );
    expect(gitlab.asked).toEqual([]);
  });

  it('although the file is in a clone of another', async () => {
    const { run, gitlab, folder } = await project(FEW);
    cloneIn(folder, 'git@gitlab.example.com:wog/mlops/resale-price.git');
    const { code, text } = await run('plan', env, nobodyNames);
    expect(code).toBe(64);
    expect(text).toContain('and the clone that it is in is of https://gitlab.example.com: GITLAB_TOKEN was not sent.');
    expect(gitlab.asked).toEqual([]);
  });

  it('although the person names another, or the job runs in another', async () => {
    const { run, gitlab } = await project(FEW);
    const named = await run('plan --gitlab https://gitlab.example.com', env, nobodyNames);
    expect(named).toMatchObject({
      code: 64,
      text: expect.stringContaining('and --gitlab names https://gitlab.example.com'),
    });
    const CI_SERVER_URL = 'https://gitlab.example.com';
    expect(await run('plan', { ...env, CI_SERVER_URL }, nobodyNames)).toMatchObject({ code: 64 });
    expect(gitlab.asked).toEqual([]);
  });
});

describe('the token is sent to the GitLab', () => {
  it('of which the clone is that setup.yml is in', async () => {
    const { run, gitlab, folder } = await project(FEW);
    cloneIn(folder, `${gitlab.url}/wog/mlops/resale-price.git`);
    const { code, text } = await run('plan', env, nobodyNames);
    expect({ code, text }).toMatchObject({ code: 0, text: expect.not.stringContaining('--gitlab') });
  });

  it('in which the job runs', async () => {
    const { run, gitlab } = await project(FEW);
    expect(await run('plan', { ...env, CI_SERVER_URL: gitlab.url }, nobodyNames)).toMatchObject({ code: 0 });
  });

  it('that the person names, and the next command names it, too', async () => {
    const { run, gitlab } = await project(FEW);
    const { code, text } = await run(`plan --gitlab ${gitlab.url}/`, env, nobodyNames);
    expect(code).toBe(0);
    expect(text).toMatch(new RegExp(`gitlab apply --file \\S+ --gitlab ${gitlab.url}$`));
  });
});

it.each([
  ['https://gitlab.example.com/wog/x.git', 'https://gitlab.example.com'],
  ['https://oauth2:secret@gitlab.example.com:8443/wog/x.git', 'https://gitlab.example.com:8443'],
  ['git@GitLab.example.com:wog/x.git', 'https://gitlab.example.com'],
  ['ssh://git@gitlab.example.com:2222/wog/x.git', 'https://gitlab.example.com'],
  ['https://gitlab.example.com@evil.example/wog/x.git', 'https://evil.example'],
  ['/srv/git/x.git', undefined],
])('a clone of %s is of the GitLab %s', (origin, gitlab) => {
  const folder = mkdtempSync(join(tmpdir(), 'origin-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cloneIn(folder, origin);
  expect(gitlabOfOrigin(folder)).toBe(gitlab);
});
