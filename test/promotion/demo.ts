import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Job, Pipeline } from '../../compiler/pipeline.ts';
import type { Branch } from '../../compiler/project.ts';
import { APPROVERS, BRANCHES, definitionWith, type ResalePrice, startResalePrice } from './resale-price.ts';
import { readStanding, readVersions, type Standing } from './state.ts';

export interface DemoOptions {
  print(text: string): void;
  /** Command -> what runs in its place. */
  readonly replaced?: Readonly<Record<string, string>>;
  /** Whether the programs' pauses pass faster than they are. */
  readonly hurry?: boolean;
  /** Whether AWS does not answer at all. */
  readonly awsIsDown?: boolean;
}

/** Two versions go from dev to uat to main, and one that is not good enough goes nowhere. Says whether AWS agrees. */
export async function demo({ print, hurry = false, replaced = {}, awsIsDown = false }: DemoOptions): Promise<boolean> {
  const stage = await startResalePrice({ edition: 'promote', hurry, replaced });
  try {
    if (awsIsDown) await stage.emulator.close();
    const mishap = await perform(stage, print).catch(inWords);
    if (mishap !== undefined) print(styleText('red', `\nThe demo ended early: ${mishap}`));
    const agreed = await agrees(stage, print);
    return agreed && mishap === undefined;
  } finally {
    await stage.close();
  }
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function perform({ project, emulator }: ResalePrice, print: DemoOptions['print']): Promise<void> {
  const trainWith = (depth: number, rmse: number) => {
    emulator.metrics = { Evaluate: { Report: { metrics: { rmse } } } };
    return project.push('dev', definitionWith('MaxDepth', depth));
  };

  chapter('1. A first version goes from dev to uat to main', print);
  await promote(trainWith(6, 41_250), 'dev', print);
  for (const branch of ['uat', 'main'] as const) await promote(project.push(branch), branch, print);

  chapter('2. A second version updates all three endpoints', print);
  await promote(trainWith(8, 39_480), 'dev', print);
  for (const branch of ['uat', 'main'] as const) await promote(project.push(branch), branch, print);

  chapter('3. A training run that is not good enough promotes nothing', print);
  const third = trainWith(2, 58_900);
  const jobs = await third.run();
  show(third, 'dev', jobs, print);
  const check = jobs.find(({ name }) => name === 'check-model');
  if (check?.exit !== 80) throw new Error('check-model should have ended with exit code 80: nothing to promote.');
}

/** Runs a pipeline up to its gate, presses it, and runs the rest. */
async function promote(pipeline: Pipeline, branch: Branch, print: DemoOptions['print']): Promise<void> {
  const parts = [() => pipeline.run(), () => pipeline.press('approve-model', APPROVERS[branch])];
  for (const part of parts) {
    const jobs = await part();
    show(pipeline, branch, jobs, print);
    const failed = jobs.find(({ exit }) => exit !== 0);
    if (failed) throw new Error(`${failed.name} on ${branch} ended with exit code ${failed.exit}.`);
  }
}

function chapter(title: string, print: DemoOptions['print']): void {
  print(`\n${styleText(['bold', 'underline'], title)}`);
}

function show(pipeline: Pipeline, branch: Branch, jobs: readonly Job[], print: DemoOptions['print']): void {
  for (const { name, exit, log } of jobs) {
    const pressed = pipeline.pressed.get(name);
    const heading = `${branch}: ${name}, pipeline ${pipeline.id}${pressed ? `, pressed by ${pressed}` : ''}`;
    const ending = exit === 0 ? styleText('green', 'passed') : styleText('red', `failed with exit code ${exit}`);
    print(`\n${styleText('bold', heading)}`);
    for (const line of log.trimEnd().split('\n')) print(`  ${line.startsWith('$ ') ? styleText('green', line) : line}`);
    print(`  ${ending}`);
  }
}

/** Reads from AWS, by its SDK, where each environment stands, and compares it with what should be. */
async function agrees({ emulator }: ResalePrice, print: DemoOptions['print']): Promise<boolean> {
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
  if (wrong.length === 0) print(styleText('green', 'As it should be: version 2 everywhere, approved and validated.'));
  return wrong.length === 0;
}

const EXPECTED_VERSIONS = ['1 Approved', '2 Approved'];
const WRONG_VERSIONS = `The versions should be ${EXPECTED_VERSIONS.join(', ')}: the third run registers none.`;

function faultsOf(standing: Standing): string[] {
  const approver = BRANCHES.map((branch) => (branch === standing.environment ? APPROVERS[branch] : '')).join('');
  const checks: readonly [boolean, string][] = [
    [standing.version === '2', 'should serve version 2'],
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
  const widths = Object.keys(COLUMNS).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = (await demo({ print: (text) => console.log(text) })) ? 0 : 1;
}
