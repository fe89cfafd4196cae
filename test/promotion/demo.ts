import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Pipeline } from '../../compiler/pipeline.ts';
import type { Branch } from '../../compiler/project.ts';
import { promoteByTwo } from './demo-four-eyes.ts';
import { type Slack, startSlack } from './demo-slack.ts';
import { APPROVERS, approve, BRANCHES, definitionWith, type ResalePrice, startResalePrice } from './resale-price.ts';
import { chapter, columns, logPrinter, type Print } from './show.ts';
import { readStanding, readVersions, type Standing } from './state.ts';

export interface DemoOptions {
  readonly print: Print;
  /** Command -> what runs in its place. */
  readonly replaced?: Readonly<Record<string, string>>;
  /** Whether AWS does not answer at all. */
  readonly awsIsDown?: boolean;
}

const CHAPTERS = [
  '1. A first version goes from dev to uat to main',
  '2. A second version updates all three endpoints',
  '3. A training run that is not good enough promotes nothing',
  '4. A version that answers with errors is rolled back in uat, and refused in main',
  '5. A version that answers well, and worse than the live one, stops in uat',
  '6. The second version turns out bad: main goes back to the first',
] as const;

const COMING = `The demo promotes a model from dev through uat to main. It takes about a minute, and needs no AWS account: an
embedded SageMaker answers the calls. Every job of examples/resale-price runs as it does in GitLab.

  ${CHAPTERS.join('\n  ')}
     (these jobs fail on purpose: check-model with exit code 80; with 1 deploy-model, compare-models, and the first
     approve-model in main)

At the end, a table shows what AWS holds. The first log of each kind of job is whole. Where a later one says
nothing new, you see its last line.`;

const NEXT = `
What to try next:

  npm run -s emulator -- --scene resale-price  ask the embedded SageMaker yourself, with the AWS CLI or boto3
  examples/resale-price                        read the project that was promoted
  README.md, "A first pipeline"                do the same in your own project`;

/**
 * Two versions go from dev to uat to main, one that is not good enough goes nowhere, one that answers with errors is rolled back in
 * uat, one that answers worse than the live one stops there, and main goes back to the first. Says whether AWS agrees.
 */
export async function demo({ print, replaced = {}, awsIsDown = false }: DemoOptions): Promise<boolean> {
  print(COMING);
  // A canary's minutes are the embedded SageMaker's; nobody waits for them here.
  const slack = await startSlack();
  const { outside, variables } = slack;
  const stage = await startResalePrice({ edition: 'promote', hurry: true, replaced, outside, variables });
  try {
    if (awsIsDown) await stage.emulator.close();
    const mishap = await perform({ ...stage, slack }, print).catch(inWords);
    if (mishap !== undefined) print(styleText('red', `\nThe demo ended early: ${mishap}`));
    const agreed = (await agrees(stage, print)) && mishap === undefined;
    if (agreed) print(NEXT);
    return agreed;
  } finally {
    await stage.close();
    await slack.close();
  }
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function perform(
  { project, emulator, slack }: ResalePrice & { readonly slack: Slack },
  print: Print,
): Promise<void> {
  const show = logPrinter(print);
  const trainWith = (depth: number, rmse: number) => {
    emulator.metrics = { Evaluate: { Report: { metrics: { rmse } } } };
    return project.push('dev', definitionWith('MaxDepth', depth));
  };

  chapter(CHAPTERS[0], print);
  await promote(trainWith(6, 41_250), 'dev', show);
  await promote(project.push('uat'), 'uat', show);
  await promoteByTwo(project.push('main'), COMMENTS.main, { show, readMessages: () => slack.read(print) });

  chapter(CHAPTERS[1], print);
  // Other people ask the endpoints by now.
  for (const branch of ['uat', 'main']) emulator.scenario('steady traffic', { endpoint: `resale-price-${branch}` });
  await promote(trainWith(8, 39_480), 'dev', show);
  const request = project.mergeRequest('dev', 'uat');
  show(request, 'dev into uat', await request.run());
  await promote(project.push('uat'), 'uat', show, ['deploy-model', 'compare-models']);
  const main = project.push('main');
  await promote(main, 'main', show, ['check-model']);

  chapter(CHAPTERS[2], print);
  await findNothing(trainWith(2, 58_900), 'dev', show);

  chapter(CHAPTERS[3], print);
  await promote(trainWith(10, 38_120), 'dev', show);
  // From here on, one answer in five of the newest version is an error.
  emulator.scenario('new version answers with errors', { endpoint: 'resale-price-uat' });
  await promoteToBadEnd(project.push('uat'), 'deploy-model', show);
  await findNothing(project.push('main'), 'main', show);

  chapter(CHAPTERS[4], print);
  await promote(trainWith(12, 37_600), 'dev', show);
  emulator.scenario('new version answers worse');
  await promoteToBadEnd(project.push('uat'), 'compare-models', show);
  await findNothing(project.push('main'), 'main', show);

  chapter(CHAPTERS[5], print);
  const back = await main.press('rollback-endpoint', APPROVERS.main, {
    comment: 'Prices of small flats are far too high.',
  });
  show(main, 'main', back);
  if (back.some(({ exit }) => exit !== 0)) throw new Error('rollback-endpoint on main should have gone back.');
}

type Show = ReturnType<typeof logPrinter>;

/** Runs a pipeline up to the job of uat that fails: the deployment that an alarm rolls back, say. */
async function promoteToBadEnd(pipeline: Pipeline, end: string, show: Show): Promise<void> {
  show(pipeline, 'uat', await pipeline.run());
  const jobs = await pipeline.press('approve-model', APPROVERS.uat, { comment: COMMENTS.uat });
  show(pipeline, 'uat', jobs, ['evaluate-model']);
  const failed = jobs.filter(({ exit }) => exit !== 0).map(({ name, exit }) => `${name} ${exit}`);
  if (failed.join() !== `${end} 1`) throw new Error(`${end} on uat, and it alone, should have ended with exit code 1.`);
}

/** Runs a pipeline whose check-model finds nothing that may be promoted. */
async function findNothing(pipeline: Pipeline, branch: Branch, show: Show): Promise<void> {
  const jobs = await pipeline.run();
  show(pipeline, branch, jobs);
  if (jobs.find(({ name }) => name === 'check-model')?.exit !== 80)
    throw new Error(`check-model on ${branch} should have ended with exit code 80: nothing to promote.`);
}

/** What the approvers type. */
const COMMENTS: Readonly<Record<Branch, string>> = {
  dev: 'RMSE is within its bound.',
  uat: 'Compared with the sales of July.',
  main: 'Released by change 4711.',
};

/** Runs a pipeline up to its gate, presses it, and runs the rest. `news` names the jobs whose logs say something new. */
async function promote(pipeline: Pipeline, branch: Branch, show: Show, news: readonly string[] = []): Promise<void> {
  const comment = COMMENTS[branch];
  const parts = [() => pipeline.run(), () => approve(pipeline, branch, { comment })];
  for (const part of parts) {
    const jobs = await part();
    show(pipeline, branch, jobs, news);
    const failed = jobs.find(({ exit }) => exit !== 0);
    if (failed) throw new Error(`${failed.name} on ${branch} ended with exit code ${failed.exit}.`);
  }
}

/** Reads from AWS, by its SDK, where each environment stands, and compares it with what should be. */
async function agrees({ emulator }: ResalePrice, print: Print): Promise<boolean> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = emulator.env;
  const client = new SageMakerClient({
    endpoint: emulator.url,
    region: emulator.region,
    credentials: { accessKeyId, secretAccessKey },
  });
  chapter('What AWS says now', print);
  const read = await Promise.allSettled(BRANCHES.map((branch) => readStanding(client, branch)));
  const versions = await readVersions(client, 'ResalePriceModelGroup').catch((error) => [inWords(error)]);
  const standings = read.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  print(`\n${table(standings)}\n\nversions  ${versions.join(', ')}\n`);

  const wrong = [
    ...read.flatMap((each) => (each.status === 'rejected' ? [inWords(each.reason)] : faultsOf(each.value))),
    ...(versions.join() === EXPECTED_VERSIONS.join() ? [] : [WRONG_VERSIONS]),
  ];
  for (const each of wrong) print(styleText('red', each));
  if (wrong.length === 0)
    print(
      styleText('green', 'As it should be: version 4 in dev and uat, where it stops, and version 1 again in main.'),
    );
  return wrong.length === 0;
}

/** Version 3 was rolled back in uat, version 4 stopped there; main went back to version 1. */
const LIVE: Readonly<Record<string, string>> = { dev: '4', uat: '4', main: '1' };
const EXPECTED_VERSIONS = ['1 Approved', '2 Approved', '3 Approved', '4 Approved'];
const WRONG_VERSIONS = `The versions should be ${EXPECTED_VERSIONS.join(', ')}: the third run registers none.`;

function faultsOf(standing: Standing): string[] {
  const approver = BRANCHES.map((branch) => (branch === standing.environment ? APPROVERS[branch] : '')).join('');
  const version = LIVE[standing.environment];
  const checks: readonly [boolean, string][] = [
    [standing.version === version, `should serve version ${version}`],
    [standing.status === 'InService', 'should be InService'],
    [standing.approvedBy === approver, `should be approved by ${approver}`],
    [standing.validated !== '', 'should be validated behind this endpoint and config'],
  ];
  return checks.flatMap(([holds, what]) => (holds ? [] : [`${standing.environment}: it ${what}.`]));
}

const COLUMNS: Readonly<Record<keyof Standing, string>> = {
  environment: 'environment',
  version: 'version',
  endpoint: 'endpoint',
  status: 'status',
  config: 'config',
  approvedBy: 'approved by',
  validated: 'validated',
};

function table(standings: readonly Standing[]): string {
  const rows = [COLUMNS, ...standings].map(
    ({ environment, version, endpoint, status, config, approvedBy, validated }) =>
      [environment, version, endpoint, status, config, approvedBy, validated].map((cell) => cell || '-'),
  );
  return columns(rows);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = (await demo({ print: (text) => console.log(text) })) ? 0 : 1;
}
