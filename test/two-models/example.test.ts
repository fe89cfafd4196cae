import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job, Pipeline } from '../../compiler/pipeline.ts';
import type { Team } from '../../setup/policies/team.ts';
import { trustPolicyOf } from '../../setup/policies/trust.ts';
import { configOfExample, teamsOfExample, trustOfExample } from '../promotion/example.ts';
import { type Stage, startStage } from '../promotion/stage.ts';
import { filesOf } from './models.ts';

const AFTER = ['approve-model', 'deploy-model', 'validate-endpoint'];
const teams = await teamsOfExample('two-models');

/** The roles of the scoped variables: a model's in its own GitLab environments. */
function rolesByScope(): Record<string, string> {
  const roles = teams.flatMap(({ environments, account, endpoint }) =>
    environments.flatMap((environment) => {
      const role = `arn:aws:iam::${account}:role/${endpoint}-${environment}`;
      return [
        [`${environment}/${endpoint}`, role],
        [`${environment}/${endpoint}/rollback`, role],
        [`${environment}/${endpoint}/approval`, `${role}-approval`],
      ];
    }),
  );
  return Object.fromEntries(roles);
}

const endsOf = (jobs: readonly Job[]) => jobs.map(({ name, exit }) => `${name} ${exit}`).sort();
const greenOf = ({ endpoint }: Team, names: readonly string[]) => names.map((name) => `${endpoint}-${name} 0`).sort();
const logsOf = (jobs: readonly Job[]) => jobs.map(({ name, log }) => `${name}:\n${log}`).join('\n');

it('the page of the example two-models shows the trust policy of both its commands', () => {
  expect(teams.map(({ endpoint }) => endpoint)).toEqual(['resale', 'churn']);
  for (const team of teams) expect(trustOfExample('two-models')).toEqual([trustPolicyOf(team, 'uat')]);
});

describe('two includes of promote', () => {
  const [resale, churn] = teams;
  if (!resale || !churn) throw new Error('The example has not two models.');
  let stage: Stage;
  const dev: { trained: Job[]; approved: Job[] } = { trained: [], approved: [] };
  let uat: Pipeline;
  let checked: Job[];
  let approved: Job[];

  beforeAll(async () => {
    stage = await startStage({
      files: { '.gitlab-ci.yml': configOfExample('two-models'), ...filesOf('resale'), ...filesOf('churn') },
      teams,
      hurry: true,
      protectedEnvironments: teams.map(({ endpoint }) => `uat/${endpoint}/approval`),
      variables: { AWS_ROLE_ARN: rolesByScope() },
    });
    const first = stage.project.push('dev', { 'README.md': 'Two models' });
    dev.trained = await first.run();
    dev.approved = await first.press('resale-approve-model', 'lim.wei.jie');
    uat = stage.project.push('uat');
    checked = await uat.run();
    approved = await uat.press('resale-approve-model', 'nurul.aisyah');
  }, 120_000);
  afterAll(() => stage?.close());

  it('train both, and approve and deploy one while the other still waits for its approver', () => {
    const before = ['deploy-pipeline', 'check-model'];
    expect(endsOf(dev.trained), logsOf(dev.trained)).toEqual(
      [...greenOf(resale, before), ...greenOf(churn, before)].sort(),
    );
    expect(endsOf(dev.approved), logsOf(dev.approved)).toEqual(greenOf(resale, AFTER));
  });

  it('let one be approved where the check of the other found nothing to promote', () => {
    expect(endsOf(checked), logsOf(checked)).toEqual(['churn-check-model 80', 'resale-check-model 0']);
    expect(endsOf(approved), logsOf(approved)).toEqual(greenOf(resale, AFTER));
    expect(uat.statusOf('churn-approve-model')).toBe('skipped');
  });

  it('keep the entries of each environment under its own name', () => {
    const version = `arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/${resale.group}/1`;
    const { metadata = {} } = stage.emulator.package(version) ?? {};
    const entries = ['dev', 'uat'].flatMap((each) => [
      `approved.${each}`,
      `validated.${each}`,
      `validated.${each}.asked`,
    ]);
    expect(Object.keys(metadata).sort()).toEqual(['built', 'rmse', 'rmse_max', ...entries].sort());
    expect(metadata['approved.uat']).not.toContain('open=');
  });

  it('place each job in the GitLab environment of its model, so that no deployment of one makes the other outdated', () => {
    const places = uat.jobs.map(({ name, environment }) => [name.split('-')[0], environment]);
    expect(new Set(places.map(([model, place]) => `${model}: ${place}`))).toEqual(
      new Set(
        ['resale', 'churn'].flatMap((model) =>
          ['', '/approval', '/rollback'].map((end) => `${model}: uat/${model}${end}`),
        ),
      ),
    );
  });

  it('need no right that the policies of their own model do not give', () => {
    expect(stage.emulator.calls.filter(({ answer }) => /Denied/.test(answer))).toEqual([]);
  });
});
