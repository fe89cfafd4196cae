import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { policies } from '../../setup/policies/command.ts';
import { needsManaged, type PolicyFiles, policyFiles } from '../../setup/policies/files.ts';
import { dutiesOf, pipelineRoleDeny } from '../../setup/policies/policies.ts';
import { MAX_MANAGED, MAX_POLICIES } from '../../setup/policies/roles.ts';
import type { Team } from '../../setup/policies/team.ts';
import { readSetup, teamOf } from '../../setup/setup-plan.ts';
import { resalePrice } from '../catalog/policies.ts';
import { programsOfRoles } from '../catalog/programs.ts';

const policySchema = z.array(z.looseObject({ Statement: z.array(z.unknown()) }));
const root = new URL('../../', import.meta.url).pathname;
const EXAMPLE = join(root, 'examples/resale-price/setup.yml');

const filesOf = (team: Team): PolicyFiles =>
  policyFiles({ team, programs: programsOfRoles, layout: 'two', environments: team.environments });

/** Runs the command, with a folder of its own for the files. */
async function run(file: string) {
  const out = join(mkdtempSync(join(tmpdir(), 'policies-')), 'out');
  onTestFinished(() => rmSync(join(out, '..'), { recursive: true, force: true }));
  const lines: string[] = [];
  await policies(['--file', file, '--out', out], (line) => void lines.push(line));
  const names = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  const files = names.map((name) => [name, JSON.parse(readFileSync(join(out, name), 'utf8'))] as const);
  return { text: lines.join('\n'), files: Object.fromEntries(files) };
}

/** The example's setup.yml with some of it otherwise. */
function changed(...changes: readonly (readonly [string | RegExp, string])[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'setup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const text = changes.reduce((before, [from, to]) => before.replace(from, to), readFileSync(EXAMPLE, 'utf8'));
  writeFileSync(join(folder, 'setup.yml'), text);
  return join(folder, 'setup.yml');
}

it('the setup.yml of the example has the names that the tests evaluate', async () => {
  const plan = await readSetup(EXAMPLE);
  const [model] = plan.models;
  const refs = Object.fromEntries(resalePrice.environments.map((name) => [name, { type: 'branch', name }]));
  expect(model && teamOf(plan, model, resalePrice)).toEqual({ ...resalePrice, refs });
});

it('the command writes the policies that the tests evaluate, and says which role gets which', async () => {
  const { text, files } = await run(EXAMPLE);
  expect(files).toEqual(filesOf(resalePrice).files);
  expect(text).toContain('resale-price-uat-approval: trusts by trust-uat.json, may approve-uat.json');
});

it('the command has a folder for each account and model, where there are several', async () => {
  const { files } = await run(
    changed([/(main:[\s\S]*?)111122223333/, '$1444455556666'], ['models:', 'models:\n  churn: { group: ChurnModels }']),
  );
  const folders = [...new Set(Object.keys(files).map((name) => name.replace(/\/?[^/]*$/, '')))];
  expect(folders.sort()).toEqual(
    ['', '/churn', '/resale-price']
      .flatMap((model) => `111122223333${model}`)
      .concat(['/churn', '/resale-price'].map((model) => `444455556666${model}`)),
  );
  const own = Object.keys(files).filter((name) => name.startsWith('444455556666/churn/'));
  expect(own.filter((name) => /-(dev|uat)\.|render/.test(name))).toEqual([]);
  expect(files['444455556666/churn/deny-registry-entries.json']).toBeDefined();
  expect(files['444455556666/churn/deploy-main.json']).toBeDefined();
  expect(JSON.stringify(files['111122223333/group-ChurnModels.json'])).toContain('arn:aws:iam::444455556666:root');
});

it('the command refuses names that AWS would not take, before it writes anything', async () => {
  const file = changed([/\bdev:/, 'acceptance-by-everybody-in-the-whole-of-the-west:']);
  await expect(run(file)).rejects.toThrow(/AWS takes 64: shorten the name of the environment/);
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
  const { files, roles }: PolicyFiles = filesOf(team);

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

  it('come with the words that tell how to attach them', async () => {
    const all = environments.map(
      (name) => `${name}: { account: "111122223333", region: ap-southeast-1, approvers: a/b }`,
    );
    const { text } = await run(
      changed([/environments:[\s\S]*?models:/, `environments:\n  ${all.join('\n  ')}\nmodels:`]),
    );
    expect(text).toContain('The Deny is too large for one policy. Attach each of its files as a managed policy');
    expect(text).toContain(
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
