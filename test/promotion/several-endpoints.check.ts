import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Job, Pipeline } from '../../compiler/pipeline.ts';
import { filesOfExample, teamsOfExample } from './example.ts';
import { definitionWith } from './resale-price.ts';
import { rolesByScope, type Stage, startStage } from './stage.ts';

const PACKAGE = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ResalePriceModelGroup/1';
const endsOf = (jobs: readonly Job[]) => jobs.map(({ name, exit }) => `${name} ${exit}`).sort();
const logsOf = (jobs: readonly Job[]) => jobs.map(({ name, log }) => `${name}:\n${log}`).join('\n');

let stage: Stage;
let dev: Pipeline;
let broken: Job[];

/** The roles of the first endpoint, with the policies of the second, as the page says. */
function shareRoles({ emulator: { roles } }: Stage, first: string, second: string): void {
  for (const [arn, role] of roles) {
    const other = roles.get(arn.replace(`role/${first}-`, `role/${second}-`));
    if (other && other !== role) roles.set(arn, { ...role, policies: [...role.policies, ...other.policies] });
  }
}

const validatedDev = () => stage.emulator.package(PACKAGE)?.metadata['validated.dev'];

beforeAll(async () => {
  const [team, partners] = await teamsOfExample('several-endpoints');
  if (!team || !partners) throw new Error('The page has not two commands.');
  const variables = { AWS_ROLE_ARN: rolesByScope(team) };
  stage = await startStage({
    files: filesOfExample('several-endpoints'),
    teams: [partners, team],
    hurry: true,
    variables,
  });
  shareRoles(stage, team.endpoint, partners.endpoint);
  stage.emulator.runtime.behaviours.set('resale-price-dev', { errorRate: 1 });
  dev = stage.project.push('dev', definitionWith('MaxDepth', 7));
  await dev.run();
  broken = await dev.press('approve-model', 'lim.wei.jie');
}, 120_000);
afterAll(() => stage?.close());

it('a version is not validated in an environment while one of its endpoints does not answer', () => {
  expect(endsOf(broken), logsOf(broken)).toEqual([
    'approve-model 0',
    'deploy-model 0',
    'deploy-partners 0',
    'validate-endpoint 1',
  ]);
  expect(dev.statusOf('validate-partners')).toBe('skipped');
  expect(validatedDev()).toBeUndefined();
});

it('a version is validated when all endpoints that belong together serve it, and the next environment takes it', async () => {
  stage.emulator.runtime.behaviours.delete('resale-price-dev');
  const again = await dev.retry('validate-endpoint');
  expect(endsOf(again), logsOf(again)).toEqual(['validate-endpoint 0', 'validate-partners 0']);
  expect(validatedDev()).toContain('endpoint=resale-price-partners-dev');

  const uat = stage.project.push('uat');
  const checked = await uat.run();
  const approved = await uat.press('approve-model', 'nurul.aisyah');
  expect(endsOf([...checked, ...approved]), logsOf(approved)).toEqual([
    'approve-model 0',
    'check-model 0',
    'deploy-model 0',
    'deploy-partners 0',
    'validate-endpoint 0',
    'validate-partners 0',
  ]);
  expect(stage.emulator.calls.filter(({ answer }) => /Denied/.test(answer))).toEqual([]);
}, 60_000);
