import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Job, Pipeline } from '../../compiler/pipeline.ts';
import { readPage } from '../docs/pages.ts';
import { filesOfExample, teamsOfExample } from './example.ts';
import { definitionWith } from './resale-price.ts';
import { rolesByScope, type Stage, startStage } from './stage.ts';

const REGIONS = ['ap-southeast-1', 'eu-west-1', 'us-east-1'];
const inEach = (name: string) => REGIONS.map((region) => `${name}: [${region}]`);
const endsOf = (jobs: readonly Job[]) => jobs.map(({ name, exit }) => `${name} ${exit}`).sort();
const greenIn = (...names: readonly string[]) =>
  names
    .flatMap(inEach)
    .map((name) => `${name} 0`)
    .sort();
const logsOf = (jobs: readonly Job[]) => jobs.map(({ name, log }) => `${name}:\n${log}`).join('\n');

/** The pipeline that the page shows for several regions. */
function configOfPage(): string {
  const { blocks } = readPage('examples/several-endpoints/README.md');
  const block = blocks.find(({ language, text }) => language === 'yaml' && text.includes('matrix:'));
  if (!block) throw new Error('The page shows no matrix.');
  return block.text;
}

let stage: Stage;
let dev: Pipeline;
const steps: Job[][] = [];

beforeAll(async () => {
  const [team] = await teamsOfExample('several-endpoints');
  if (!team) throw new Error('The page has no command.');
  stage = await startStage({
    files: { ...filesOfExample('several-endpoints'), '.gitlab-ci.yml': configOfPage() },
    teams: [team],
    otherRegions: REGIONS.slice(1),
    hurry: true,
    variables: { AWS_ROLE_ARN: rolesByScope(team) },
  });
  dev = stage.project.push('dev', definitionWith('MaxDepth', 7));
  steps.push(await dev.run());
  for (const name of inEach('approve-model')) steps.push(await dev.press(name, 'lim.wei.jie'));
}, 120_000);
afterAll(() => stage?.close());

it('a matrix over three regions trains, approves, deploys and validates in each what is of that region', () => {
  const [before = [], first = [], second = [], last = []] = steps;
  expect(endsOf(before), logsOf(before)).toEqual(greenIn('deploy-pipeline', 'check-model'));
  expect([first, second].map(endsOf)).toEqual([
    ['approve-model: [ap-southeast-1] 0'],
    ['approve-model: [eu-west-1] 0'],
  ]);
  expect(endsOf(last), logsOf(last)).toEqual(
    [...greenIn('deploy-model', 'validate-endpoint'), 'approve-model: [us-east-1] 0'].sort(),
  );
  for (const emulator of stage.regions) {
    const arn = `arn:aws:sagemaker:${emulator.region}:111122223333:model-package/ResalePriceModelGroup/1`;
    const { metadata = {} } = emulator.package(arn) ?? {};
    expect(Object.keys(metadata)).toEqual(expect.arrayContaining(['built', 'approved.dev', 'validated.dev']));
    expect(emulator.endpoint('resale-price-dev')?.status).toBe('InService');
    expect(emulator.calls.filter(({ answer }) => /Denied/.test(answer))).toEqual([]);
  }
});
