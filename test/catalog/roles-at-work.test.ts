import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type * as z from 'zod/mini';
import type { Emulator } from '../../emulator/emulator.ts';
import { type ScenarioName, scenarios, usualTarget } from '../../emulator/scenarios.ts';
import type { Call, Role } from '../../emulator/world.ts';
import { dutiesOf, pipelineRoleDeny, placeOf } from '../../setup/policies/policies.ts';
import { fileName } from '../../setup/policies/team.ts';
import approveModel, { rejectModel } from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import compareModels from '../../src/components/compare-models.ts';
import deleteEndpoint from '../../src/components/delete-endpoint.ts';
import deployModel from '../../src/components/deploy-model.ts';
import deployPipeline from '../../src/components/deploy-pipeline.ts';
import evaluateModel from '../../src/components/evaluate-model.ts';
import loadTest, { loadTestWorkers, scheduleLoad, sendLoad } from '../../src/components/load-test.ts';
import planDeployment from '../../src/components/plan-deployment.ts';
import rollbackEndpoint from '../../src/components/rollback-endpoint.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import type { Component } from '../../src/program/component.ts';
import { ofPromote } from '../components/example.ts';
import { BY_FILE, describedByFile, hostOf } from '../components/gitlab-file.ts';
import { emulated, type JobOptions, projectFolder, startJob } from '../components/job.ts';
import { LABELLED } from '../components/labelled.ts';
import { QUICK_LOAD } from '../components/load.ts';
import { endpointFile, SECTION } from '../components/scaling.ts';
import { resalePrice, rolesOf } from './policies.ts';
import { programsOfRoles } from './programs.ts';
import { tell } from './tell.ts';

const { group, environments, account } = resalePrice;
const example = new URL('../../examples/resale-price/', import.meta.url).pathname;
const duties = dutiesOf(resalePrice, programsOfRoles);

/** The role of the SageMaker Pipeline: what the example's training needs, and the Deny of docs/permissions.md. */
const trainingRole: Role = {
  arn: resalePrice.pipelineRole,
  audience: 'none',
  subject: 'none',
  policies: [{ Statement: [{ Effect: 'Allow', Action: 'sagemaker:*', Resource: '*' }] }, pipelineRoleDeny(resalePrice)],
};

/** The name of the role that a component's job assumes in an environment. */
type RoleName = (component: string, environment: string) => string;

const dutyOf = (component: string, environment: string) =>
  duties.find((duty) => duty.environment === environment && duty.components.includes(component));

const roleOfDuty: RoleName = (component, environment) => dutyOf(component, environment)?.name ?? 'none';

const roleOfEnvironment: RoleName = (component, environment) => {
  const duty = dutyOf(component, environment);
  return duty ? fileName(placeOf(duty)) : 'none';
};

let emulator: Emulator;
let pipelines: number;
/** Component -> the actions that it needed. */
let needed: Record<string, Set<string>>;
let denied: string[];

beforeEach(async () => {
  emulator = await emulated();
  for (const role of [...rolesOf(resalePrice, programsOfRoles), trainingRole]) emulator.roles.set(role.arn, role);
  pipelines = 100;
  needed = {};
  denied = [];
});

/** One GitLab pipeline of the example project on an environment's branch: its folder, and its jobs under their roles. */
function push(environment: string, roleName: RoleName = roleOfDuty) {
  const root = projectFolder();
  cpSync(example, root, { recursive: true });
  const number = String(++pipelines);
  const run = async <Inputs extends z.ZodMiniObject, Output extends string>(
    component: Component<Inputs, Output>,
    inputs: Readonly<Record<string, string>> = {},
    { claims = {}, env = {}, ...job }: Partial<JobOptions> = {},
  ) => {
    const finished = await startJob(component, {
      ...job,
      claims,
      env,
      emulator,
      root,
      environment,
      pipeline: number,
      inputs: {
        role_arn: `arn:aws:iam::${account}:role/resale-price-${roleName(component.name, environment)}`,
        ...inputs,
      },
    });
    for (const call of finished.received) note(component.name, call);
    return finished;
  };
  return { root, run };
}

function note(component: string, call: Call): void {
  if (call.service === 'sts') return;
  if (call.answer.startsWith('AccessDenied')) denied.push(`${component}: ${call.operation}`);
  // AWS deregisters with an endpoint what scales it, where the caller may do that.
  const withIt = call.operation === 'DeleteEndpoint' ? ['application-autoscaling:DeregisterScalableTarget'] : [];
  const actions = [...call.actions, ...withIt];
  const known = needed[component] ?? new Set();
  needed[component] = known;
  for (const action of actions) known.add(action);
}

function setScene(name: ScenarioName, target = {}): void {
  scenarios[name].set(emulator, { ...usualTarget, ...target });
}

/** What is special about a training: in its step that registers, and in the inputs of its job. */
interface Training {
  readonly registering?: object;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A training of the first environment, unlike those before. */
async function train(
  { root, run }: ReturnType<typeof push>,
  { registering = {}, inputs = {}, env = {} }: Training = {},
) {
  const file = join(root, 'pipeline.json');
  const definition = JSON.parse(readFileSync(file, 'utf8'), (_, member) =>
    member?.Type === 'RegisterModel' ? { ...member, Arguments: { ...member.Arguments, ...registering } } : member,
  );
  definition.Parameters[0].DefaultValue = `s3://resale-price-data/${pipelines}/`;
  writeFileSync(file, JSON.stringify(definition));
  return run(deployPipeline, inputs, { env });
}

/** A run by an endpoint file of the commit; a plan reads it from the folder. */
async function byFile({ root }: ReturnType<typeof push>, description: object) {
  const text = endpointFile(description);
  writeFileSync(join(root, 'endpoint.yml'), text);
  await hostOf(emulator, { 'endpoint.yml': text });
  return [BY_FILE, describedByFile(emulator)] as const;
}

/** The jobs that judge what serves. */
async function judgeServed(gitlab: ReturnType<typeof push>) {
  const { run } = gitlab;
  await hostOf(emulator, LABELLED);
  const labelled = describedByFile(emulator);
  return [
    await run(loadTest, QUICK_LOAD),
    ...(await sendByWorkers(gitlab)),
    await run(loadTestWorkers, LOAD_OF_TWO),
    await run(evaluateModel, {}, labelled),
    await run(compareModels, {}, labelled),
  ];
}

/** One version through one environment: the exit code of each job, with the log of one that failed. */
async function promote(environment: string, roleName?: RoleName) {
  const gitlab = push(environment, roleName);
  const jobs = [
    await gitlab.run(planDeployment),
    ...(environment === environments[0] ? [await train(gitlab)] : []),
    await gitlab.run(checkModel),
    await gitlab.run(approveModel),
    await gitlab.run(deployModel),
    await gitlab.run(validateEndpoint),
    // Users are in main, which asks for the evidence of uat.
    ...(environment === 'uat' ? await judgeServed(gitlab) : []),
  ];
  return jobs.map(({ exit, log }) => `${exit} ${exit === 0 ? '' : log}`.trim());
}

const LOAD_OF_TWO = { ...QUICK_LOAD, workers: '2' };

/** Two workers send at the same time. */
async function sendByWorkers({ run }: ReturnType<typeof push>) {
  const jobs = [await run(scheduleLoad, LOAD_OF_TWO)];
  for (const index of ['1', '2']) {
    const began = emulator.clock.now().getTime();
    const env = { CI_NODE_INDEX: index, CI_NODE_TOTAL: '2' };
    jobs.push(await run(sendLoad, {}, { job: index, name: `send-load ${index}/2`, env }));
    emulator.clock.advance(began - emulator.clock.now().getTime());
  }
  return jobs;
}

test.each([
  ['its duty', roleOfDuty],
  ['its environment, and of the approver', roleOfEnvironment],
])('two versions go from dev to main while each job has only the role of %s', async (_, roleName) => {
  for (const environment of [...environments, ...environments]) {
    const exits = await promote(environment, roleName);
    expect({ environment, exits }).toEqual({ environment, exits: exits.map(() => '0') });
  }
  tell(denied.map(allow));
  expect(
    emulator.package(`arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/${group}/2`)?.metadata,
  ).toMatchObject({
    built: expect.any(String),
    'approved.main': expect.any(String),
    'validated.main': expect.any(String),
  });
});

test.each([
  ['that is Approved already', { ModelApprovalStatus: 'Approved' }],
  ['that is Rejected already', { ModelApprovalStatus: 'Rejected' }],
  ['with what built it', { CustomerMetadataProperties: { built: 'execution=1' } }],
  ['with an approval of any environment', { CustomerMetadataProperties: { rmse: '1', 'approved.main': 'by=mallory' } }],
  ['with a validation of any environment', { CustomerMetadataProperties: { 'Validated.uat': 'by=mallory' } }],
  ['with a comment on an approval', { CustomerMetadataProperties: { 'approved.main.comment': 'job=1 Very good.' } }],
  ['with a withdrawal', { CustomerMetadataProperties: { 'withdrawn.dev': 'by=mallory' } }],
])('AWS does not let the training register a version %s', async (_, registering) => {
  const job = await train(push('dev'), { registering });

  expect(job.exit).toBe(1);
  expect(job.log).toContain('is not authorized to perform: sagemaker:CreateModelPackage');
  expect(job.log).toContain('with an explicit deny');
  expect(
    emulator.registry.find(`arn:aws:sagemaker:ap-southeast-1:${account}:model-package/${group}/1`),
  ).toBeUndefined();
});

test('without the Deny, main is not offered a version whose training says that uat validated it', async () => {
  emulator.roles.delete(trainingRole.arn);
  const entry = 'by=mallory pipeline=1 job=1 commit=c at=2026-11-22T08:00Z content=cccccccccccccccccccccccccccccccc';
  const job = await train(push('dev'), {
    registering: {
      ModelApprovalStatus: 'Approved',
      CustomerMetadataProperties: { 'approved.uat': entry, 'validated.uat': entry },
    },
  });
  expect(job).toMatchObject({ exit: 1, record: { outcome: 'nothing' } });
  expect((await push('dev').run(checkModel)).exit).not.toBe(0);
  expect((await push('main').run(checkModel)).exit).toBe(80);
});

/** Everything that makes a component need what it does not need every day. */
async function meetTrouble(): Promise<void> {
  emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: group });
  await push('uat').run(planDeployment);
  await push('uat').run(checkModel);
  for (const environment of [...environments, 'dev']) await promote(environment);
  setScene('endpoint rolls back with a reason');
  await push('dev').run(rollbackEndpoint);
  await push('dev').run(rollbackEndpoint);

  await rollBackByAlarm();

  const rejected = push('dev');
  await train(rejected, ofPromote({ tags: 'team=resale' }));
  await rejected.run(checkModel);
  await rejected.run(rejectModel);

  setScene('training fails');
  await train(push('dev'));

  const failing = await approved('dev');
  setScene('endpoint rolls back with a reason');
  await failing.run(deployModel);
  setScene('endpoint is Failed');
  await failing.run(deployModel, { recreate_failed: 'true' });
  emulator.runtime.behaviours.set('resale-price-dev', { errorRate: 1 });
  await failing.run(validateEndpoint);
  emulator.runtime.behaviours.delete('resale-price-dev');

  const overtaken = await approved('dev');
  setScene('superseded');
  await overtaken.run(deployModel);
  await overtaken.run(deployModel);
  const next = await approved('dev');
  await next.run(deployModel, { keep_versions: '1' });
  const labelled = await labelledInS3();
  emulator.runtime.behaviours.clear();
  await next.run(evaluateModel, {}, labelled);
  leaveComparison();
  await next.run(compareModels, {}, labelled);
  await sendByWorkers(next);
  setScene('foreign update in progress');
  emulator.endpoints.settle('resale-price-dev');
  await next.run(validateEndpoint);
  await next.run(evaluateModel, {}, labelled);
  await next.run(loadTest, QUICK_LOAD);
  await next.run(loadTestWorkers, LOAD_OF_TWO);
  await next.run(scheduleLoad, LOAD_OF_TWO);
  await next.run(compareModels, {}, labelled);
  emulator.endpoints.settle('resale-price-dev');
  leaveAlarm();
  await push('dev').run(deleteEndpoint);
}

/** The commit's quality file names data in S3. */
async function labelledInS3(): Promise<Partial<JobOptions>> {
  const address = 's3://resale-price-data/labelled/holdout.csv';
  emulator.objects.put(address, LABELLED['holdout.csv']);
  const plan = LABELLED['quality.yml'].replace('file: holdout.csv', `s3: ${address}`);
  const drop = 'mape: { max: 0.08, max_drop_from_live: 0.005 }\npredictions_uri: s3://resale-price-data/predictions/';
  await hostOf(emulator, { 'quality.yml': plan.replace('mape: { max: 0.08 }', drop) });
  return describedByFile(emulator);
}

/** What a comparison leaves that is killed, and whose time is over. */
function leaveComparison(): void {
  const name = 'cmp-42-1-0123456789';
  const arn = `arn:aws:sagemaker:ap-southeast-1:${account}:model-package/${group}/1`;
  emulator.deployed({ endpoint: name, package: arn, name });
  const told = {
    project: '42',
    environment: 'dev',
    group,
    component: 'compare-models',
    expires: '2026-11-22T08:00:00Z',
  };
  const tags = Object.entries(told).map(([key, Value]) => ({ Key: `sagemaker-components:${key}`, Value }));
  const { endpoints, models } = emulator;
  for (const of of [endpoints.arn(name), models.configArn(name), models.modelArn(name)]) emulator.tags.put(of, tags);
}

/** What a deployment leaves that is killed while it bakes. */
function leaveAlarm(): void {
  const name = 'sagemaker-components/resale-price-dev/a-config/latency';
  emulator.cloudwatch.alarms.put({ AlarmName: name }, emulator.cloudwatch.arn(name), emulator.clock.now());
  emulator.tags.put(emulator.endpoints.arn('resale-price-dev'), [
    { Key: 'sagemaker-components:alarms', Value: 'made' },
  ]);
}

/** A release whose alarm, made for it alone, rolls it back while the job sends a payload. */
async function rollBackByAlarm(): Promise<void> {
  const gitlab = await approved('dev');
  const file = [
    'instance_type: ml.m5.large',
    'instance_count: 2',
    'strategy: { type: canary, size: 1, wait: 600, bake_traffic: { payload_file: payload.json } }',
    'alarms: { server_errors: { threshold: 1 } }',
  ].join('\n');
  await hostOf(emulator, { 'endpoint.yml': file, 'payload.json': '[{}]' });
  setScene('new version answers with errors');
  await gitlab.run(deployModel, BY_FILE, describedByFile(emulator));
  emulator.traffic.perMinute.clear();
  writeFileSync(join(gitlab.root, 'endpoint.yml'), file.replace('alarms: {', 'alarms: { named: [{ name: errors }],'));
  await gitlab.run(planDeployment, BY_FILE);
}

/** An endpoint whose disks a key of the project encrypts. */
async function meetKey(): Promise<void> {
  const described = { instance_type: 'ml.m5.large', instance_count: 1, kms_key_id: resalePrice.volumeKey };
  for (let version = 0; version < 2; version++) {
    const gitlab = push('dev');
    const [inputs, options] = await byFile(gitlab, described);
    await train(gitlab);
    await gitlab.run(checkModel, inputs, options);
    await gitlab.run(approveModel);
    await gitlab.run(deployModel, inputs, options);
    await gitlab.run(validateEndpoint);
  }
  await push('dev').run(rollbackEndpoint);
}

/** An endpoint that is scaled: at first, on another instance type, otherwise, and at its end. */
async function meetScaling(): Promise<void> {
  emulator.runtime.behaviours.clear();
  const large = { instance_type: 'ml.m5.large', instance_count: 2, autoscaling: SECTION };
  const before = { ...SECTION, schedules: { noon: { schedule: 'rate(1 day)', minimum: 3 } } };
  const xlarge = { ...large, instance_type: 'ml.m5.xlarge' };
  const { invocations_per_instance: _, ...planned } = SECTION;
  for (const description of [{ ...large, autoscaling: before }, large, xlarge, { ...xlarge, autoscaling: planned }]) {
    const gitlab = push('dev');
    const described = await byFile(gitlab, description);
    await train(gitlab);
    await gitlab.run(checkModel, ...described);
    await gitlab.run(approveModel);
    await gitlab.run(deployModel, ...described);
    await gitlab.run(validateEndpoint);
  }
  const next = push('uat');
  await byFile(next, large);
  await next.run(planDeployment, BY_FILE);
  const impatient = await approved('dev');
  const [inputs, options] = await byFile(impatient, large);
  await impatient.run(deployModel, { ...inputs, wait: 'false' }, options);
  emulator.autoscaling.hasRole = false;
  await impatient.run(validateEndpoint);
  await push('dev').run(rollbackEndpoint);
  await push('dev').run(deleteEndpoint);
}

/** An asynchronous endpoint, whose objects are where the policies expect them. */
async function meetQueue(): Promise<void> {
  // What served before has options that an asynchronous endpoint would be without.
  await push('dev').run(deleteEndpoint);
  const folder = `s3://${resalePrice.asynchronous}resale-price-dev`;
  const async_inference_config = {
    s3_input_path: `${folder}/input`,
    s3_output_path: `${folder}/output`,
    s3_failure_path: `${folder}/failure`,
  };
  const gitlab = await approved('dev');
  await gitlab.run(deployModel, ...(await byFile(gitlab, { instance_type: 'ml.m5.large', async_inference_config })));
  const { exit, log } = await gitlab.run(validateEndpoint);
  expect(exit, log).toBe(0);
}

async function approved(environment: string) {
  const gitlab = push(environment);
  await train(gitlab);
  await gitlab.run(checkModel);
  await gitlab.run(approveModel);
  return gitlab;
}

test('in trouble too, no component is denied what it needs, and it needs all that it declares', async () => {
  await meetTrouble();
  await meetPolicy();
  await meetScaling();
  await meetKey();
  await meetQueue();

  tell([...denied.map(allow), ...programsOfRoles.flatMap(unused)]);
}, 60_000);

/** A policy is held again by the later jobs, which look for an emergency of another version. */
async function meetPolicy(): Promise<void> {
  const gitlab = push('dev');
  const inputs = { policy_file: 'policy.yml' };
  writeFileSync(join(gitlab.root, 'policy.yml'), 'comment: required\n');
  await hostOf(emulator, { 'policy.yml': 'comment: required\n' });
  const byPolicy = describedByFile(emulator);
  await train(gitlab);
  for (const component of [checkModel, approveModel, deployModel]) {
    const given = component === approveModel ? { ...inputs, comment: 'RMSE fell' } : inputs;
    const { exit, log } = await gitlab.run<z.ZodMiniObject, string>(component, given, byPolicy);
    expect(exit, log).toBe(0);
  }
}

function allow(call: string): string {
  return `${call} was denied: add its action to the permissions of that component's definition.`;
}

/** The actions that a component declares and was never seen to need. */
function unused({ name, permissions }: Pick<Component, 'name' | 'permissions'>): string[] {
  const actions = new Set(permissions.map(({ action }) => action));
  const idle = [...actions].filter((action) => !needed[name]?.has(action));
  const todo =
    'let meetTrouble() in test/catalog/roles-at-work.test.ts bring it to need that, or remove the permission';
  return idle.map((action) => `${name} declares ${action} and was never seen to need it: ${todo}.`);
}
