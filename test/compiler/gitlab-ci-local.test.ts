import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compilePipeline } from '../../compiler/compile.ts';
import { isMapping, type Mapping, writeYaml } from '../../compiler/document.ts';
import { jobsOf } from '../../compiler/lint.ts';
import { readRepository, requiredInputs, templateNames } from '../../compiler/templates.ts';
import { stages } from '../catalog/compiled.ts';
import { gitlabJobOf } from '../catalog/gitlab-jobs.ts';
import { templates } from '../catalog/template.ts';
import { type Case, cases } from './cases.ts';

const run = promisify(execFile);
const program = fileURLToPath(import.meta.resolve('gitlab-ci-local'));
const fqdn = 'sgts.gitlab-dedicated.com';
const project = 'wog/mlops/resale-price';

const agreeing = cases.filter(({ locally }) => locally === 'same');
const accepted = agreeing.filter(({ becomes }) => becomes);
const files: Readonly<Record<string, string>> = Object.fromEntries([
  ...templateNames.map((name) => [`templates/${name}.yml`, readRepository(`templates/${name}.yml`) ?? '']),
  ...agreeing.flatMap((example) => [
    [`templates/${example.id}.yml`, example.template],
    ...Object.entries(example.files ?? {}),
  ]),
]);

let home: string;
let commit: string;

/** A project that includes its own components at its own commit: the one way that needs no server. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'compile-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
  await git('init', '--quiet', '--initial-branch=dev');
  await git('add', '.');
  await git('-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', 'commit', '--quiet', '--message=Components');
  await git('remote', 'add', 'origin', `https://${fqdn}/${project}.git`);
  commit = (await git('rev-parse', 'HEAD')).trim();
});

afterAll(() => rm(home, { recursive: true, force: true }));

async function git(...args: string[]): Promise<string> {
  return (await run('git', args, { cwd: home })).stdout;
}

function including(examples: readonly Pick<Case, 'id' | 'inputs'>[]): string {
  return writeYaml({
    include: examples.map(({ id, inputs }) => ({
      component: `$CI_SERVER_FQDN/${project}/${id}@$CI_COMMIT_SHA`,
      ...(inputs ? { inputs } : {}),
    })),
  });
}

async function preview(name: string, text: string): Promise<Mapping> {
  await writeFile(join(home, name), text);
  // plan-deployment gives a job of a merge request its target branch by that variable.
  const options = ['--preview', '--file', name, '--state-dir', `.state-${name}`];
  options.push('--ignore-predefined-vars', 'CI_COMMIT_BRANCH');
  const { stdout } = await run(process.execPath, [program, ...options], {
    cwd: home,
    env: { ...process.env, HOME: home },
  });
  const config: unknown = parse(stdout);
  return isMapping(config) ? config : {};
}

/**
 * gitlab-ci-local prints variables as text, which is what they are in a job, and drops `expand: false`; and it writes out what is usual
 * of `needs`.
 */
function comparable(config: Mapping): Mapping {
  return Object.fromEntries(
    [...jobsOf(config)].map(([name, { variables, needs, ...job }]) => [
      name,
      {
        ...job,
        ...(isMapping(variables) && { variables: asTexts(variables) }),
        ...(Array.isArray(needs) && { needs: needs.map(whole) }),
      },
    ]),
  );
}

function asTexts(variables: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [key, String(isMapping(value) ? value.value : value)]),
  );
}

const whole = (need: unknown) => ({ artifacts: true, optional: false, ...(isMapping(need) ? need : { job: need }) });

describe('gitlab-ci-local', () => {
  it('makes the same jobs of every component on which it agrees with GitLab', async () => {
    const text = including(accepted);
    const ours = compilePipeline({
      text,
      resolve: () => ({ read: (path) => files[path], sha: commit, reference: commit }),
      readLocal: (path) => files[path],
      variables: { CI_SERVER_FQDN: fqdn, CI_COMMIT_SHA: commit },
    });
    const theirs = await preview('accepted.yml', text);
    expect(Object.keys(comparable(theirs)).length).toBeGreaterThanOrEqual(accepted.length);
    expect(comparable(theirs)).toEqual(comparable(ours.config));
  });

  it('reads the flat pipeline as what it says', async () => {
    const { config, yaml } = compilePipeline({
      text: including(accepted),
      resolve: () => ({ read: (path) => files[path], sha: commit, reference: commit }),
      readLocal: (path) => files[path],
      variables: { CI_SERVER_FQDN: fqdn, CI_COMMIT_SHA: commit },
    });
    expect(comparable(await preview('flat.yml', yaml))).toEqual(comparable(config));
  });

  it.each(agreeing.filter(({ refused }) => refused))('refuses $id, too', async (example) => {
    await expect(preview(`${example.id}.yml`, including([example]))).rejects.toThrow(
      `\`templates/${example.id}.yml\`: `,
    );
  });

  it('takes the templates themselves by its own include, but for the aggregate, whose nested files it cannot read', async () => {
    const single = templates.map(({ name }) => name).filter((name) => gitlabJobOf(name) !== undefined);
    const text = writeYaml({ stages }) + including(single.map((id) => ({ id, inputs: requiredInputs(id) })));
    const ours = compilePipeline({
      text,
      // At a commit gitlab-ci-local takes the commit for the version.
      resolve: () => ({ read: readRepository, sha: commit, reference: commit, version: commit }),
      readLocal: () => undefined,
      variables: { CI_SERVER_FQDN: fqdn, CI_COMMIT_SHA: commit },
    });
    expect(comparable(await preview('templates.yml', text))).toEqual(comparable(ours.config));
  });
});
