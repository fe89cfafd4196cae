import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { git } from '../../compiler/catalog.ts';
import { catalog } from '../catalog/catalog-file.ts';
import { mirrorPage } from './mirror-page.ts';

const [copy = '', fetchNewer = ''] = mirrorPage().git;
let folder: string;
let source: string;
let target: string;

/** The catalog project, with what GitLab keeps beside branches and tags; and an empty project, which refuses that. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mirror-'));
  [source, target] = [join(folder, 'source.git'), join(folder, 'target.git')];
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', source);
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', target);
  for (const hidden of ['refs/merge-requests', 'refs/pipelines'])
    git(target, 'config', '--add', 'receive.hideRefs', hidden);
  git(folder, 'clone', '--quiet', source, 'work');
  release('1.4.2');
  git(join(folder, 'work'), 'push', '--quiet', 'origin', 'HEAD:refs/heads/a-fix');
  for (const ref of ['refs/merge-requests/7/head', 'refs/pipelines/101']) git(source, 'update-ref', ref, 'main');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function release(version: string): void {
  const work = join(folder, 'work');
  git(work, 'commit', '--quiet', '--allow-empty', `--message=Release ${version}`);
  git(work, 'tag', '--annotate', `--message=Release ${version}`, version);
  git(work, 'push', '--quiet', 'origin', 'HEAD:main', version);
}

/** Runs what the page shows, word for word; Git is told where the two addresses are on this machine. */
function follow(script: string) {
  const places = [
    [`https://sgts.gitlab-dedicated.com/${catalog.project}.git`, source],
    ['https://gitlab.airgap.example/mirrors/sagemaker-components.git', target],
  ];
  const config = places.flatMap(([address, place], index) => [
    [`GIT_CONFIG_KEY_${index}`, `url.${place}.insteadOf`],
    [`GIT_CONFIG_VALUE_${index}`, address],
  ]);
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_COUNT: '2', ...Object.fromEntries(config) };
  const { status, stderr } = spawnSync('bash', ['--norc', '-euc', script], { cwd: folder, encoding: 'utf8', env });
  return { exit: status, log: stderr };
}

const refs = () => git(target, 'for-each-ref', '--format=%(refname)').split('\n');
const push = () => copy.trim().split('\n').at(-1) ?? '';

it('a copy gets the default branch and every tag, by the commands of docs/mirror.md', () => {
  expect(follow(copy)).toMatchObject({ exit: 0 });
  expect(refs()).toEqual(['refs/heads/main', 'refs/tags/1.4.2']);
  expect(git(target, 'rev-parse', '1.4.2^{}')).toBe(git(source, 'rev-parse', '1.4.2^{}'));
});

it('a copy gets newer versions when they are fetched and pushed again', () => {
  release('1.4.3');
  expect(follow(`${fetchNewer}\n${push()}`)).toMatchObject({ exit: 0 });
  expect(refs()).toEqual(['refs/heads/main', 'refs/tags/1.4.2', 'refs/tags/1.4.3']);
  expect(git(target, 'rev-parse', 'main')).toBe(git(source, 'rev-parse', 'main'));
});

it('a copy by push --mirror is refused, as the page says', () => {
  const script = push()
    .replace('sagemaker-components.git push', 'whole.git push --mirror')
    .replace(/ HEAD .*$/, '');
  const cloned = follow(
    `git clone --quiet --mirror https://sgts.gitlab-dedicated.com/${catalog.project}.git whole.git`,
  );
  expect(cloned).toMatchObject({ exit: 0 });
  const ended = follow(script);
  expect(ended.exit).not.toBe(0);
  expect(ended.log).toContain('deny updating a hidden ref');
});
