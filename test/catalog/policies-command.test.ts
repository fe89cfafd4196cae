import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { needsManaged, type PolicyFiles, policyFiles } from '../../setup/policies/files.ts';
import { readRequest } from '../../setup/policies/options.ts';
import { dutiesOf, pipelineRoleDeny } from '../../setup/policies/policies.ts';
import { MAX_MANAGED, MAX_POLICIES } from '../../setup/policies/roles.ts';
import type { Team } from '../../setup/policies/team.ts';
import { commandsIn, readPage } from '../docs/pages.ts';
import { otherNames, resalePrice } from './policies.ts';
import { programsOfRoles } from './programs.ts';

const policySchema = z.array(z.looseObject({ Statement: z.array(z.unknown()) }));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** The words after `npm run -s policies --` on the page. */
function wordsOfPage(): string[] {
  const commands = readPage('docs/permissions.md').blocks.flatMap(({ text }) => commandsIn(text));
  const [command = ''] = commands.filter((each) => each.startsWith('npm run -s policies -- '));
  return command.split(' -- ')[1]?.split(/\s+/) ?? [];
}

/** Runs the program behind `npm run policies`, with a folder of its own for the files. */
function run(words: readonly string[]) {
  const out = join(mkdtempSync(join(tmpdir(), 'policies-')), 'out');
  onTestFinished(() => rmSync(join(out, '..'), { recursive: true, force: true }));
  const { status, stdout } = spawnSync(process.execPath, ['setup/policies.ts', ...words, '--out', out], {
    cwd: root,
    encoding: 'utf8',
  });
  const names = existsSync(out) ? readdirSync(out) : [];
  const files = names.map((name) => [name, JSON.parse(readFileSync(join(out, name), 'utf8'))] as const);
  return { status, stdout, files: Object.fromEntries(files) };
}

it('the command of the page writes the policies that the tests evaluate, and says which role gets which', () => {
  const { status, stdout, files } = run(wordsOfPage());
  expect({ status, stdout }).toMatchObject({ status: 0 });
  expect(files).toEqual(policyFiles(resalePrice, programsOfRoles).files);
  expect(stdout).toContain('resale-price-uat-approval: trusts by trust-uat.json, may approve-uat.json');
});

it('the command takes branches, tags and a registry account of one’s own', () => {
  const words = ['--branch', 'eu/staging=release', '--tag', 'prod=v*', '--registry-account', '444455556666'];
  const path = wordsOfPage().map((word) => (word === 'dev,uat,main' ? 'test, eu/staging, prod' : word));
  const { files } = run([...path, ...words]);
  const team: Team = { ...otherNames, registryAccount: '444455556666' };
  expect(files).toEqual(policyFiles(team, programsOfRoles).files);
  const registry = JSON.stringify([files['approve-prod.json'], files['group.json']]);
  expect(registry).toContain('arn:aws:sagemaker:ap-southeast-1:444455556666:model-package/ResalePriceModelGroup/*');
  expect(registry).not.toContain(':111122223333:model-package');
  expect(JSON.stringify(files['deploy-prod.json'])).toContain(':111122223333:endpoint/resale-price-prod');
});

it.each([
  ['an option that is not known', ['--stage', 'x'], "Unknown option '--stage'"],
  ['an account that is none', ['--account', '1'], '--account must be an account ID of 12 digits.'],
  ['an environment twice', ['--path', 'dev,Dev'], '--path must not name an environment twice'],
  ['two environments of one file name', ['--path', 'eu/dev,eu-dev'], 'Two environments would share the name eu-dev'],
  [
    'an environment whose role would be that of an approver',
    ['--path', 'dev,uat,uat-approval'],
    'Two environments would share the name uat-approval',
  ],
  ['environments that IAM does not tell apart', ['--path', 'eu/Dev,eu-dev'], 'share the name eu-dev'],
  [
    'an environment whose role could make the models of another',
    ['--path', 'dev,dev-2'],
    'The names of models begin with resale-price-dev- for two environments',
  ],
  ['a branch for no environment', ['--branch', 'prod=main'], '--branch or --tag names prod, which is not in --path.'],
  [
    'two refs for one environment',
    ['--branch', 'dev=a', '--tag', 'dev=b'],
    '--branch and --tag name dev more than once',
  ],
  ['every tag', ['--tag', 'main=*'], '--tag must be <environment>=<name>'],
  ['a wildcard that is not at the end', ['--tag', 'main=v*.0'], '--tag must be <environment>=<name>'],
  ['a variable of IAM', ['--branch', 'main=$aws:username'], '--branch must be <environment>=<name>'],
  ['a wildcard of IAM', ['--branch', 'main=relea?e'], '--branch must be <environment>=<name>'],
  ['a project by wildcard', ['--project', 'wog/*'], '--project must be the path of the project'],
  ['an endpoint in capitals', ['--endpoint', 'Resale'], '--endpoint must be lower case'],
  ['endpoints that nobody tells apart', ['--endpoint', 'a'.repeat(45)], 'Two endpoints begin with aaaa'],
  [
    'an endpoint that is too long',
    ['--endpoint', 'a'.repeat(61)],
    `The endpoint ${'a'.repeat(61)}-dev has more than 63 characters`,
  ],
  ['GitLab without https', ['--gitlab', 'http://gitlab.example.com'], '--gitlab must begin with https://'],
])('the command refuses %s', (_, words, mistake) => {
  const request = readRequest([...wordsOfPage(), ...words]);
  const mistakes = 'mistakes' in request ? request.mistakes : [];
  expect(mistakes).toContainEqual(expect.stringContaining(mistake));
});

it('the command writes nothing when it refuses anything', () => {
  const { status, stdout, files } = run([...wordsOfPage(), '--account', '1', '--tag', 'main=*']);
  expect({ status, files }).toEqual({ status: 64, files: {} });
  expect(stdout).toMatch(/^ERROR --account must .*\nERROR --tag must .*\nNothing was written\. Next: /);
});

it('the command names everything that is missing at once', () => {
  const request = readRequest([]);
  const options = ['path', 'account', 'region', 'project', 'group', 'pipeline', 'endpoint'];
  expect(request).toEqual({
    mistakes: [...options, 'pipeline-role', 'execution-role'].map((name) => `--${name} is missing.`),
  });
});

describe('the policies of six environments with long names', () => {
  const environments = [
    'development',
    'integration',
    'system-test',
    'acceptance',
    'preproduction',
    'production',
  ] as const;
  const team: Team = { ...resalePrice, environments: [...environments] };
  const { files, roles }: PolicyFiles = policyFiles(team, programsOfRoles);

  it('are no larger than IAM allows in a role', () => {
    // The jobs, the approver, the comparison, and the plan of each.
    expect(roles).toHaveLength(24);
    for (const role of roles) {
      const sizes = needsManaged(role) ? role.sizes : [];
      expect(sizes.length, role.name).toBeLessThanOrEqual(MAX_POLICIES);
      for (const size of sizes) expect(size, role.name).toBeLessThanOrEqual(MAX_MANAGED);
    }
  });

  it('are together in as few files as hold them where a role has more duties than IAM attaches policies', () => {
    const jobs = roles.find(({ name }) => name === `${team.endpoint}-development`);
    expect(jobs?.policies).toEqual(jobs?.policies.map((_, at) => `all-development-${at + 1}.json`));
    const parts = policySchema.parse(jobs?.policies.map((name) => files[name]));
    const duties = dutiesOf(team, programsOfRoles).filter(
      ({ gitlabEnvironment }) => gitlabEnvironment === 'development',
    );
    const allowed = (statements: readonly unknown[]) => statements.map((each) => ({ ...Object(each), Sid: '' }));
    expect(allowed(parts.flatMap(({ Statement }) => Statement))).toEqual(
      allowed(duties.flatMap(({ policy }) => policy.Statement)),
    );
    for (const { Statement } of parts) {
      const sids = Statement.map((each) => Object(each).Sid);
      expect(new Set(sids).size).toBe(sids.length);
      for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
    }
  });

  it('have a Deny in several files, each no larger than a managed policy, which together are the whole', () => {
    const names = Object.keys(files).filter((name) => name.startsWith('deny-'));
    const parts = policySchema.parse(names.map((name) => files[name]));
    expect(names).toEqual(['deny-registry-entries-1.json', 'deny-registry-entries-2.json']);
    for (const part of parts) expect(JSON.stringify(part).length).toBeLessThanOrEqual(MAX_MANAGED);
    expect(parts.flatMap(({ Statement }) => Statement)).toEqual(pipelineRoleDeny(team).Statement);
  });

  it('come with the words that tell how to attach them', () => {
    const words = wordsOfPage().map((word) => (word === 'dev,uat,main' ? environments.join() : word));
    const { stdout } = run(words);
    expect(stdout).toContain('The Deny is too large for one policy. Attach each of its files as a managed policy');
    expect(stdout).toContain(
      'resale-price-development: its policies are too large for inline policies. Attach each as a managed policy',
    );
  });
});

it('the page of the policies shows one environment, and no more lines than a person scrolls through', () => {
  const page = readFileSync(join(root, 'docs/permissions.md'), 'utf8');
  const unfolded = page.replaceAll(/^<details>$.*?^<\/details>$/gms, '');
  expect(unfolded.split('\n').length).toBeLessThan(540);
  expect(page).not.toContain('endpoint/resale-price-uat');
});
