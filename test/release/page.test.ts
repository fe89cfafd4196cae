import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readRepository } from '../../compiler/templates.ts';

const page = readRepository('docs/release.md') ?? '';
const folder = fileURLToPath(new URL('../../', import.meta.url));
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readRepository('package.json') ?? ''));

/** Commands that no test here can run, and why. The others are npm's scripts and ours, which tests run. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'npm version': "npm's own",
  'glab api': "GitLab's settings",
  'cosign generate-key-pair': 'test:release runs it with names of its own',
  'cosign sign': 'test:release runs it with a key of its own',
  'git push': 'the branch and its tag are of a project on GitLab; .gitlab-ci.yml decides what it starts',
  'git show': "Git's own",
  'crane copy': 'from the internet',
  'crane export': 'from the internet',
  'mkdir -p': 'part of the one before',
  'crane append': 'onto a mirrored base',
  'buildah bud': 'test:image runs it on bases of its own',
};

it('tells the jobs of a tag in their order', () => {
  const table = page.split('## What the jobs of a tag do')[1]?.split('## ')[0] ?? '';
  const told = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  const config = parse(readRepository('.gitlab-ci.yml') ?? '', { customTags: [] });
  const jobs = Object.keys(config).filter((name) => `${name}:dry-run` in config && name !== 'tested');
  expect(told).toEqual(jobs);
});

it('shows no command that is not ours, run by a test, or listed with the reason why not', () => {
  const blocks = [...page.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)].flatMap(([, , text = '']) =>
    text.trim().split('\n'),
  );
  const lines = blocks.map((line) => line.trim()).filter((line) => !line.startsWith('#'));
  expect(lines.length).toBeGreaterThan(8);
  const unknown = lines.filter((line) => {
    const [, script] = /^npm run ([\w:]+)/.exec(line) ?? [];
    const [, file] = /^sh (scripts\/\S+)/.exec(line) ?? [];
    if (script) return scripts[script] === undefined;
    if (file) return !existsSync(`${folder}${file}`);
    return !Object.keys(NOT_RUN).some((command) => line.startsWith(command));
  });
  expect(unknown).toEqual([]);
});
