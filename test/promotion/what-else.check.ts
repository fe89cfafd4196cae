import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approve, definitionWith, exitsOf, type ResalePrice, startResalePrice } from './resale-price.ts';

const includeOfExample = readFileSync(new URL('../../examples/resale-price/.gitlab-ci.yml', import.meta.url), 'utf8');

let stage: ResalePrice;
beforeAll(async () => {
  stage = await startResalePrice({ edition: 'promote', hurry: true });
}, 60_000);
afterAll(async () => stage?.close());

it('prevents outdated deployments as GitLab does: an older pipeline neither approves nor deploys, a new one does', async () => {
  const older = stage.project.push('dev', definitionWith('MaxDepth', 7));
  expect(exitsOf(await older.run())).toMatchObject({ 'check-model': 0 });
  const newer = stage.project.push('dev', definitionWith('MaxDepth', 8));
  await newer.run();
  expect(exitsOf(await approve(newer, 'dev'))).toMatchObject({ 'deploy-model': 0 });

  await expect(approve(older, 'dev')).rejects.toThrow(
    "approve-model is older than the latest deployment, and therefore can't run.",
  );
  const again = stage.project.push('dev', definitionWith('MaxDepth', 7));
  await again.run();
  expect(exitsOf(await approve(again, 'dev'))).toMatchObject({ 'deploy-model': 0 });

  // GitLab starts a job again that has run before: deploy-model itself refuses the older version.
  const [retried] = await newer.retry('deploy-model');
  expect(retried).toMatchObject({ exit: 1, log: expect.stringContaining('allow_downgrade') });
}, 120_000);

/** A parent with a global variable, whose one job starts the example as a child. */
function inChild(variable: string, forward = ''): Record<string, string> {
  const parent = ['variables:', `  ${variable}`, 'promotion:', `  trigger: { include: promotion.yml${forward} }`];
  return { '.gitlab-ci.yml': `${parent.join('\n')}\n`, 'promotion.yml': includeOfExample };
}

it('a child pipeline promotes as its parent would; what the parent passes counts over the inputs, unless it passes nothing', async () => {
  const name = 'INPUT_PIPELINE_NAME: of-the-parent';
  const passing = stage.project.push('dev', { ...definitionWith('MaxDepth', 9), ...inChild(name) });
  const [trained] = await stage.project.child(passing, 'promotion').run();
  expect(trained).toMatchObject({ name: 'deploy-pipeline', exit: 77 });
  expect(trained?.log).toContain('of-the-parent');

  const unfetched = stage.project.push('dev', inChild('GIT_STRATEGY: none'));
  const [refused] = await stage.project.child(unfetched, 'promotion').run();
  expect(refused).toMatchObject({ name: 'deploy-pipeline', exit: 64 });
  expect(refused?.log).toContain('GIT_STRATEGY: received "none"; must be fetch or clone in this job');

  const keeping = stage.project.push('dev', {
    ...definitionWith('MaxDepth', 10),
    ...inChild(name, ', forward: { yaml_variables: false }'),
  });
  const child = stage.project.child(keeping, 'promotion');
  expect(exitsOf(await child.run())).toMatchObject({ 'deploy-pipeline': 0, 'check-model': 0 });
  expect(exitsOf(await approve(child, 'dev'))).toMatchObject({ 'validate-endpoint': 0 });
}, 120_000);

it('the jobs that check the setup find nothing wrong in the example, in each environment, for an approver, too', async () => {
  const checking = includeOfExample.replace('    inputs:\n', '    inputs:\n      check_setup: true\n');
  for (const [branch, files] of [
    ['dev', { '.gitlab-ci.yml': checking }],
    ['uat', {}],
    ['main', {}],
  ] as const) {
    const pipeline = stage.project.push(branch, files);
    const jobs = [
      ...(await pipeline.press('check-setup', 'tan.mei.ling')),
      ...(await pipeline.press('check-setup-approval', 'nurul.aisyah')),
    ];
    const checks = jobs.filter(({ name }) => name.startsWith('check-setup'));
    expect(checks.map(({ exit, log }) => [exit, /\b(\d+) wrong/.exec(log)?.[1]])).toEqual(Array(2).fill([0, '0']));
  }
}, 120_000);
