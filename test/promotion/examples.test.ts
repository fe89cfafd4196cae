import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job, Pipeline } from '../../compiler/pipeline.ts';
import type { Team } from '../../setup/policies/team.ts';
import { trustPolicyOf } from '../../setup/policies/trust.ts';
import { filesOfExample, teamsOfExample, trustOfExample } from './example.ts';
import { definitionWith } from './resale-price.ts';
import { rolesByScope, type Stage, startStage } from './stage.ts';

const PACKAGE = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ResalePriceModelGroup/1';
const AFTER = ['approve-model', 'deploy-model', 'validate-endpoint'];

const EXAMPLES = ['other-branches', 'tags', 'trunk'];
const TEAMS = new Map(await Promise.all(EXAMPLES.map(async (name) => [name, await teamsOfExample(name)] as const)));

function teamOf(name: string): Team {
  const [team, ...more] = TEAMS.get(name) ?? [];
  if (!team || more.length > 0) throw new Error(`examples/${name}/README.md has not one command.`);
  return team;
}

/** The example on a machine of its own, with the roles that its setup.yml asks for, and every later approval protected. */
function startExample(
  name: string,
  more: { branches: Record<string, string | undefined>; unprotectedRefs?: string[] },
) {
  const team = teamOf(name);
  const protectedEnvironments = team.environments.slice(1).map((environment) => `${environment}/approval`);
  return startStage({
    ...more,
    files: filesOfExample(name),
    teams: [team],
    hurry: true,
    protectedEnvironments,
    variables: { AWS_ROLE_ARN: rolesByScope(team) },
  });
}

const endsOf = (jobs: readonly Job[]) => jobs.map(({ name, exit }) => `${name} ${exit}`);
const greenWith = (prefix: string, names: readonly string[]) => names.map((name) => `${prefix}${name} 0`);
const logsOf = (jobs: readonly Job[]) => jobs.map(({ name, log }) => `${name}:\n${log}`).join('\n');

/** The jobs of a pipeline that ran by themselves, and those after an approval. */
async function pass(pipeline: Pipeline, prefix: string, approver: string): Promise<[Job[], Job[]]> {
  const before = await pipeline.run();
  expect(
    before.filter(({ exit }) => exit !== 0),
    logsOf(before),
  ).toEqual([]);
  return [before, await pipeline.press(`${prefix}approve-model`, approver)];
}

/** What every way to production ends with: one version, live and validated in each environment, by roles that needed nothing more. */
function expectPromoted({ emulator }: Stage, { environments, endpoint }: Team): void {
  const { metadata = {} } = emulator.package(PACKAGE) ?? {};
  const entries = environments.flatMap((each) => [`approved.${each}`, `validated.${each}`, `validated.${each}.asked`]);
  expect(Object.keys(metadata).sort()).toEqual(['built', 'rmse', 'rmse_max', ...entries].sort());
  for (const each of environments) {
    expect(emulator.endpoint(`${endpoint}-${each}`)?.status).toBe('InService');
    expect(metadata[`approved.${each}`]).not.toContain('open=');
  }
  expect(emulator.calls.filter(({ answer }) => /Denied/.test(answer))).toEqual([]);
}

it.each(EXAMPLES)('the page of the example %s shows a trust policy of its setup.yml', (name) => {
  const team = teamOf(name);
  const own = team.environments.map((environment) => trustPolicyOf(team, environment));
  const shown = trustOfExample(name);
  expect(shown).toHaveLength(1);
  for (const each of shown) expect(own).toContainEqual(each);
});

describe('a project whose branches and environments have other names', () => {
  const team = teamOf('other-branches');
  const branches = { main: undefined, develop: undefined, release: 'develop', production: 'release' };
  const served = [
    ['develop', 'test-'],
    ['release', 'acceptance-'],
    ['production', 'prod-'],
  ] as const;
  let stage: Stage;
  const passages: [Job[], Job[]][] = [];

  beforeAll(async () => {
    stage = await startExample('other-branches', { branches });
    for (const [branch, prefix] of served) {
      const pipeline = stage.project.push(branch, branch === 'develop' ? definitionWith('MaxDepth', 7) : {});
      passages.push(await pass(pipeline, prefix, `approver.of.${branch}`));
    }
  }, 120_000);
  afterAll(() => stage?.close());

  it('promotes a version through three of them, each by the jobs of its own include, and trains once', () => {
    for (const [at, [, prefix]] of served.entries()) {
      const [before = [], after = []] = passages[at] ?? [];
      const first = at === 0 ? ['deploy-pipeline', 'check-model'] : ['check-model'];
      expect(endsOf(before), logsOf(before)).toEqual(greenWith(prefix, first));
      expect(endsOf(after), logsOf(after)).toEqual(greenWith(prefix, AFTER));
    }
    expectPromoted(stage, team);
  });

  it('has no job on a branch that serves no environment', () => {
    expect(stage.project.push('main', definitionWith('MaxDepth', 8)).jobs).toEqual([]);
  });
});

describe('a project whose production is served by tags', () => {
  const team = teamOf('tags');
  let stage: Stage;
  let staging: [Job[], Job[]];
  let production: [Job[], Job[]];

  beforeAll(async () => {
    stage = await startExample('tags', { branches: { main: undefined }, unprotectedRefs: ['v0.9'] });
    staging = await pass(stage.project.push('main', definitionWith('MaxDepth', 7)), 'staging-', 'lim.wei.jie');
  }, 120_000);
  afterAll(() => stage?.close());

  it('refuses the approval of a tag that anybody may create', async () => {
    const [before, after] = await pass(stage.project.tag('v0.9', 'main'), 'prod-', 'rajesh.kumar');
    expect(endsOf(before), logsOf(before)).toEqual(['prod-check-model 0']);
    expect(endsOf(after)).toEqual(['prod-approve-model 1']);
    expect(logsOf(after)).toContain('The tag "v0.9" is not protected');
    expect(stage.emulator.endpoint('resale-price-prod')).toBeUndefined();
  }, 60_000);

  it('promotes by a protected tag what the branch validated, without training again', async () => {
    production = await pass(stage.project.tag('v1.0.0', 'main'), 'prod-', 'rajesh.kumar');
    const [before, after] = production;
    expect(endsOf([...staging[0], ...staging[1]])).toEqual(
      greenWith('staging-', ['deploy-pipeline', 'check-model', ...AFTER]),
    );
    expect(endsOf(before), logsOf(before)).toEqual(['prod-check-model 0']);
    expect(endsOf(after), logsOf(after)).toEqual(greenWith('prod-', AFTER));
    expect(logsOf(before)).toMatch(/^ +tag +v1\.0\.0$/m);
    expectPromoted(stage, team);
  }, 60_000);

  it('has no job for a tag of another name', () => {
    expect(stage.project.tag('nightly-1', 'main').jobs).toEqual([]);
  });

  it('gives the roles of production to no job of the branch', () => {
    const principals = (jobs: readonly Job[]) => jobs.map(({ log }) => /assumed-role\/([\w-]+)\//.exec(log)?.[1]);
    expect(new Set(principals(staging.flat()))).toEqual(
      new Set(['resale-price-staging', 'resale-price-staging-approval']),
    );
    expect(new Set(principals(production.flat()))).toEqual(
      new Set(['resale-price-prod', 'resale-price-prod-approval']),
    );
  });
});

describe('a project with one branch for all environments', () => {
  const team = teamOf('trunk');
  let stage: Stage;
  let pipeline: Pipeline;
  const steps: Job[][] = [];

  beforeAll(async () => {
    stage = await startExample('trunk', { branches: { main: undefined } });
    pipeline = stage.project.push('main', definitionWith('MaxDepth', 7));
    steps.push(await pipeline.run());
    for (const environment of team.environments)
      steps.push(await pipeline.press(`${environment}-approve-model`, `approver.of.${environment}`));
  }, 180_000);
  afterAll(() => stage?.close());

  it('goes through them in one pipeline, and stops for a person in each', () => {
    expect(steps.map(endsOf), logsOf(steps.flat())).toEqual([
      ['dev-deploy-pipeline 0', 'dev-check-model 0'],
      [...greenWith('dev-', AFTER), 'uat-check-model 0'],
      [...greenWith('uat-', AFTER), 'prod-check-model 0'],
      greenWith('prod-', AFTER),
    ]);
    expectPromoted(stage, team);
  });

  it('approves in each environment as who started its job', () => {
    const { metadata = {} } = stage.emulator.package(PACKAGE) ?? {};
    for (const environment of team.environments)
      expect(metadata[`approved.${environment}`]).toMatch(
        new RegExp(`^by=approver\\.of\\.${environment} .*pipeline=${pipeline.id} `),
      );
  });
});
