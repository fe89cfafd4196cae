import { z } from 'zod';
import type { Deadline } from '../clock.ts';
import { type Context, type Done, defineComponent } from '../component.ts';
import { Failure } from '../failure.ts';
import { flag, optional, wholeNumber } from '../gitlab/inputs.ts';
import { approval, check, required, takeOver } from '../handover.ts';
import { endpointUrl, logsUrl } from '../sagemaker/console.ts';
import { refusalInWords, refusalOf } from '../sagemaker/deployable.ts';
import { type Progress, progress } from '../sagemaker/deployments.ts';
import { type Endpoint, findEndpoint, resourceName } from '../sagemaker/endpoints.ts';
import { findLive, keptInstances, type Live } from '../sagemaker/live.ts';
import { lastLogLines } from '../sagemaker/logs.ts';
import { makerOf, noteTags, originTags, ownTags, readNote, tagEndpoint } from '../sagemaker/notes.ts';
import { evidence, outcomeInWords } from '../sagemaker/outcomes.ts';
import { called, describePackage, type ModelPackage, modelPackageGroup } from '../sagemaker/packages.ts';
import {
  ensureConfig,
  ensureModel,
  executionRoleArn,
  instanceType,
  modelEnvironment,
  planRelease,
  type Release,
} from '../sagemaker/releases.ts';
import { type Acted, createEndpoint, deleteEndpoint, updateEndpoint } from '../sagemaker/rollout.ts';
import { type Decision, decide, mayBeReplaced } from '../sagemaker/steering.ts';
import { readApproval } from '../sagemaker/trail.ts';
import { type Look, type Waited, waitFor } from '../sagemaker/wait.ts';

const inputs = z.strictObject({
  model_package_group_name: optional(modelPackageGroup),
  endpoint_name: resourceName,
  name_prefix: optional(resourceName),
  instance_type: instanceType,
  instance_count: wholeNumber(1, 10_000),
  execution_role_arn: executionRoleArn,
  variant_name: resourceName,
  model_environment: modelEnvironment,
  tags: ownTags,
  require_approval: flag,
  allow_downgrade: flag,
  recreate_failed: flag,
  wait: flag,
  max_wait_time: wholeNumber(60, 86_400),
  poll_interval: wholeNumber(1, 300),
});

type Inputs = z.output<typeof inputs>;
type Output =
  | 'ENDPOINT_NAME'
  | 'ENDPOINT_CONFIG_NAME'
  | 'PREVIOUS_ENDPOINT_CONFIG_NAME'
  | 'MODEL_NAME'
  | 'ENDPOINT_URL';

export default defineComponent({
  name: 'deploy-model',
  inputs,
  fences: ['require_approval', 'allow_downgrade', 'recreate_failed'],
  outputs: {
    ENDPOINT_NAME: 'The endpoint.',
    ENDPOINT_CONFIG_NAME: 'The endpoint config that this job brought to it.',
    PREVIOUS_ENDPOINT_CONFIG_NAME: 'The endpoint config that served before; absent when the endpoint is new.',
    MODEL_NAME: 'The SageMaker model in the endpoint config.',
    ENDPOINT_URL: "The endpoint's page in the AWS console.",
  } satisfies Record<Output, string>,
  permissions: [
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:DescribeEndpoint', on: 'endpoint' },
    { action: 'sagemaker:DescribeEndpointConfig', on: 'endpoint config' },
    { action: 'sagemaker:DescribeModel', on: 'model' },
    { action: 'sagemaker:CreateModel', on: 'model' },
    { action: 'iam:PassRole', on: 'execution role' },
    { action: 'sagemaker:CreateEndpointConfig', on: 'endpoint config' },
    { action: 'sagemaker:CreateEndpoint', on: 'endpoint', when: 'it does not exist' },
    { action: 'sagemaker:CreateEndpoint', on: 'endpoint config', when: 'the endpoint does not exist' },
    { action: 'sagemaker:UpdateEndpoint', on: 'endpoint' },
    { action: 'sagemaker:UpdateEndpoint', on: 'endpoint config' },
    { action: 'sagemaker:DeleteEndpoint', on: 'endpoint', when: 'recreate_failed is true' },
    { action: 'sagemaker:AddTags', on: 'model' },
    { action: 'sagemaker:AddTags', on: 'endpoint config' },
    { action: 'sagemaker:AddTags', on: 'endpoint' },
    { action: 'sagemaker:ListTags', on: 'endpoint' },
    { action: 'sagemaker:ListTags', on: 'endpoint config', when: 'another deployment took the endpoint over' },
    { action: 'logs:DescribeLogStreams', on: 'endpoint logs', when: 'the deployment failed' },
    { action: 'logs:GetLogEvents', on: 'endpoint logs', when: 'the deployment failed' },
  ],

  async run(given, context) {
    const handed = takeOverVersion(given, context);
    if (handed.outcome === 'nothing') return passOn(handed.why, context);
    linkTo(given.endpoint_name, context);
    const version = await lookAt(handed, given, context);
    const task: Task = { given, handed, version, release: releaseOf(version, given, context) };

    const deadline = context.deadline(given.max_wait_time);
    const brought = await bring(task, deadline, context);
    writeRecord('under way', task, brought, context);
    if (brought.by !== 'nothing' && !given.wait) return leave(task, brought, context);
    if (brought.by !== 'nothing') await follow(task, brought, deadline, context);
    writeRecord('deployed', task, brought, context);
    return conclude(task, brought, context);
  },
});

/** What the step before hands over: the version, and what was decided on its way here. */
type Handed = Exclude<ReturnType<typeof takeOverVersion>, { outcome: 'nothing' }>;

interface Task {
  readonly given: Inputs;
  readonly handed: Handed;
  readonly version: ModelPackage;
  readonly release: Release;
}

function takeOverVersion(given: Inputs, { root, job }: Context) {
  const choice = { input: 'model_package_group_name', value: given.model_package_group_name } as const;
  if (given.require_approval) return required(takeOver({ root, job }, approval, choice), approval);
  const checked = required(takeOver({ root, job }, check, choice), check);
  return checked.outcome === 'nothing' ? checked : { ...checked, open: [...checked.open, 'approval'] };
}

function passOn(why: string, { report }: Context): Done<never> {
  report.record({ outcome: 'nothing', why });
  return { verdict: `Nothing to deploy: ${why}.`, outputs: {} };
}

function linkTo(endpoint: string, { aws, report }: Context): void {
  report.link('Endpoint', endpoint, endpointUrl(aws, endpoint));
  report.link('Endpoint', "The containers' logs", logsUrl(aws, logGroup(endpoint)));
}

const logGroup = (endpoint: string) => `/aws/sagemaker/Endpoints/${endpoint}`;

/** Looks at the version again: what was true when it was approved must be true now. */
async function lookAt(handed: Handed, given: Inputs, { aws, job, log }: Context): Promise<ModelPackage> {
  const { environment, pipeline } = job;
  const { require_approval: requireApproval, instance_type } = given;
  const version = await describePackage(aws.sagemaker, handed.package);
  const terms = { environment, pipeline, requireApproval, instanceType: instance_type };
  const refusal = refusalOf(version, handed, terms);
  if (refusal) throw new Failure(refusal.kind, refusalInWords(version, terms, refusal), refusal.next);

  const approved = readApproval(version.metadata, environment);
  const why =
    requireApproval && approved.is === 'read'
      ? `approved for ${environment} by ${approved.value.by}`
      : 'without an approval (require_approval: false)';
  log.line(`Deploying ${called(version)} to ${given.endpoint_name}, ${why}.`);
  return version;
}

function releaseOf(version: ModelPackage, given: Inputs, { job }: Context): Release {
  const serving = {
    executionRole: given.execution_role_arn,
    environment: Object.fromEntries(given.model_environment),
    variant: given.variant_name,
    instanceType: given.instance_type,
    instances: given.instance_count,
  };
  return planRelease(version, serving, {
    prefix: given.name_prefix ?? given.endpoint_name,
    environment: job.environment,
  });
}

/** How our config came to the endpoint, and which one was there before. */
interface Brought {
  readonly by: 'create' | 'update' | 'follow' | 'nothing';
  readonly previousConfig: string | undefined;
}

/** How often somebody else may be faster, before we say so instead of trying again. */
const MOST_RACES = 10;
const RACE_PAUSE = 5_000;

/** Brings our config on its way to the endpoint: describes, decides and acts, until SageMaker has taken it or it is there. */
async function bring(task: Task, deadline: Deadline, context: Context): Promise<Brought> {
  const { endpoint_name: name } = task.given;
  for (let races = 0; races < MOST_RACES; races++) {
    const scene = await settle(task, deadline, context);
    const { decision, endpoint } = scene;
    if (decision.do === 'refuse') throw await refused(decision, endpoint, task, context);
    if (decision.do === 'delete') {
      context.log.line(`${name} is Failed, and recreate_failed is true: deleting it.`);
      await deleteEndpoint({ ...context, ...context.aws }, name);
      continue;
    }
    await ensureRelease(task, context);
    const previousConfig = await configBefore(endpoint, task, context);
    if (decision.do === 'nothing' || decision.do === 'follow') return { by: decision.do, previousConfig };
    const acted = endpoint
      ? await update({ endpoint, live: scene.live, previousConfig }, task, context)
      : await create(task, context);
    if (acted === 'accepted') return { by: decision.do, previousConfig };
    context.log.line(`Another deployment reached ${name} first; looking again.`);
    await context.clock.sleep(RACE_PAUSE);
  }
  throw new Failure(
    'refused',
    `Others changed ${name} each of the ${MOST_RACES} times that this job was about to; or it exists under a name of other upper and lower case.`,
    `look at it (aws sagemaker list-endpoints --name-contains ${name}), and run this job again when nobody else deploys to it.`,
  );
}

interface Scene {
  readonly endpoint: Endpoint | undefined;
  readonly live: Live | undefined;
  readonly decision: Exclude<Decision, { do: 'wait' }>;
}

/** Waits while SageMaker is busy with somebody else's change, until there is something for us to do. */
async function settle(task: Task, deadline: Deadline, context: Context): Promise<Scene> {
  const { given, release, version } = task;
  const { sagemaker } = context.aws;
  const wanted = {
    endpoint: given.endpoint_name,
    config: release.config.name,
    version: version.version,
    allowDowngrade: given.allow_downgrade,
    recreateFailed: given.recreate_failed,
  };
  const look = async (): Promise<Look<Scene>> => {
    const endpoint = await findEndpoint(sagemaker, given.endpoint_name);
    const live =
      endpoint && mayBeReplaced(endpoint, wanted) ? await findLive(sagemaker, endpoint, version.group) : undefined;
    const decision = decide({ endpoint, liveVersion: live?.version }, wanted);
    if (decision.do === 'wait') return { is: 'pending', saying: decision.saying };
    return { is: 'settled', answer: { endpoint, live, decision } };
  };
  return answerOf(await waitFor(look, waiting(task, deadline, context)), task, context);
}

async function ensureRelease({ release, given, version }: Task, { aws, job, log }: Context): Promise<void> {
  const tags = originTags(given.tags, { pipeline: pipelinePage(job), package: version.arn });
  const model = await ensureModel(aws.sagemaker, release, tags);
  const config = await ensureConfig(aws.sagemaker, release, tags);
  log.line(`Model ${release.model.name}: ${model}. Endpoint config ${release.config.name}: ${config}.`);
}

const pipelinePage = ({ projectUrl, pipeline }: Context['job']) => `${projectUrl}/-/pipelines/${pipeline}`;

/** The config that was live before ours: the one that is live, or when that is ours already, the one that we noted. */
async function configBefore(endpoint: Endpoint | undefined, { release }: Task, { aws }: Context) {
  if (!endpoint) return undefined;
  if (endpoint.config !== release.config.name) return endpoint.config;
  const note = await readNote(aws.sagemaker, endpoint.arn);
  return note.wanted === release.config.name ? note.previous : undefined;
}

async function create(task: Task, context: Context): Promise<Acted> {
  const { given, release, version } = task;
  const { name: config } = release.config;
  const origin = originTags(given.tags, { pipeline: pipelinePage(context.job), package: version.arn });
  const tags = [...origin, ...noteTags({ wanted: config, previous: undefined })];
  context.log.line(`Creating ${given.endpoint_name}.`);
  return createEndpoint({ ...context, ...context.aws }, { endpoint: given.endpoint_name, config, tags });
}

interface Replaced {
  readonly endpoint: Endpoint;
  readonly live: Live | undefined;
  readonly previousConfig: string | undefined;
}

async function update({ endpoint, live, previousConfig }: Replaced, task: Task, context: Context): Promise<Acted> {
  const { given, release, version } = task;
  const { name: config } = release.config;
  const kept = live && keptInstances(endpoint, live, release.config);
  if (kept !== undefined)
    context.log.line(
      `${endpoint.name} was scaled out to ${kept} instances: it keeps them (instance_count is ${given.instance_count}).`,
    );

  const origin = originTags(given.tags, { pipeline: pipelinePage(context.job), package: version.arn });
  const tags = [...origin, ...noteTags({ wanted: config, previous: previousConfig })];
  context.log.line(`Updating ${endpoint.name} from ${endpoint.config} to ${config}.`);
  const acted = await updateEndpoint(
    { ...context, ...context.aws },
    { endpoint: endpoint.name, arn: endpoint.arn, config, tags, keepInstances: kept !== undefined },
  );
  if (acted === 'lost race') await noteTheWinner(endpoint.name, context);
  return acted;
}

/** Our note stands over the one of a deployment that was faster: puts that one back, as the endpoint itself tells it. */
async function noteTheWinner(name: string, { aws }: Context): Promise<void> {
  const now = await findEndpoint(aws.sagemaker, name);
  if (now?.pending && now.pending !== now.config)
    await tagEndpoint(aws.sagemaker, now.arn, noteTags({ wanted: now.pending, previous: now.config }));
}

/** For so long after our change SageMaker may still show the endpoint as it was before. */
const SHOWN_WITHIN = 60_000;

/** Follows our deployment to its end: our config is live, or it is told why not. */
async function follow(task: Task, brought: Brought, deadline: Deadline, context: Context): Promise<void> {
  const { aws, clock } = context;
  const ours = { config: task.release.config.name, previousConfig: brought.previousConfig };
  const began = clock.now().getTime();
  let shown = brought.by === 'follow';
  const look = async (): Promise<Look<Ended>> => {
    const endpoint = await findEndpoint(aws.sagemaker, task.given.endpoint_name);
    const where = progress(endpoint, ours);
    if (where.is === 'under way') {
      shown = true;
      return { is: 'pending', saying: where.saying };
    }
    if (where.is !== 'live' && !shown && clock.now().getTime() - began < SHOWN_WITHIN)
      return { is: 'pending', saying: 'SageMaker does not show the change yet' };
    return { is: 'settled', answer: { endpoint, where } };
  };
  const { where, endpoint } = answerOf(await waitFor(look, waiting(task, deadline, context)), task, context);
  if (where.is === 'live') return;

  await keepEvidence(endpoint, task, context);
  const maker = where.is === 'superseded' ? await makerOf(aws.sagemaker, where.by) : undefined;
  const { what, next } = outcomeInWords(where, { ...ours, endpoint: task.given.endpoint_name, maker, seen: endpoint });
  throw new Failure('refused', what, next);
}

interface Ended {
  readonly endpoint: Endpoint | undefined;
  readonly where: Exclude<Progress, { is: 'under way' }>;
}

async function refused(
  { kind, why, next }: Extract<Decision, { do: 'refuse' }>,
  endpoint: Endpoint | undefined,
  task: Task,
  context: Context,
): Promise<Failure> {
  if (endpoint?.status === 'Failed' || endpoint?.status === 'UpdateRollbackFailed')
    await keepEvidence(endpoint, task, context);
  return new Failure(kind, why, next);
}

/** Keeps what explains a failure: SageMaker's reason vanishes with the next update. */
async function keepEvidence(endpoint: Endpoint | undefined, { given }: Task, { aws, log, report }: Context) {
  const { endpoint_name: name, variant_name: variant } = given;
  if (endpoint)
    log.line(`What SageMaker says of ${name} is kept in ${report.file('endpoint.json', evidence(endpoint.answer))}.`);
  const wanted = { group: logGroup(name), streamPrefix: `${variant}/`, most: 20 };
  log.section(`The last lines of the containers of ${name}`, await lastLogLines(await aws.logs(), wanted), 'open');
}

function waiting({ given }: Task, deadline: Deadline, { clock, log }: Context) {
  const onChange = (saying: string, elapsed: string) => log.line(`${saying} (after ${elapsed})`);
  return { clock, interval: given.poll_interval, deadline, onChange };
}

function answerOf<Answer>(waited: Waited<Answer>, { given }: Task, { aws }: Context): Answer {
  if (waited.is === 'settled') return waited.answer;
  throw new Failure(
    'out of time',
    `Stopped waiting for ${given.endpoint_name} after ${waited.after} (${waited.because}). Pending: ${waited.saying}. SageMaker goes on with it.`,
    `run this job again: it goes on where this one stopped. To look: aws sagemaker describe-endpoint --endpoint-name ${given.endpoint_name} --region ${aws.region}`,
  );
}

function writeRecord(outcome: 'under way' | 'deployed', task: Task, { previousConfig }: Brought, { report }: Context) {
  const { given, handed, version, release } = task;
  report.record({
    outcome,
    group: version.group,
    package: version.arn,
    version: version.version,
    content: version.content,
    promotion_path: handed.promotion_path,
    open: handed.open,
    endpoint: given.endpoint_name,
    config: release.config.name,
    previous_config: previousConfig,
    model: release.model.name,
  });
}

function leave(task: Task, brought: Brought, context: Context): Done<Output> {
  const { given, version } = task;
  return {
    verdict: `${given.endpoint_name} is on its way to ${called(version)}; this job does not wait for it (wait: false).`,
    outputs: outputsOf(task, brought, context),
  };
}

function conclude(task: Task, brought: Brought, context: Context): Done<Output> {
  const { given, version, release } = task;
  const { name, instances, instanceType: type } = release.config;
  const serves = `${called(version)} (endpoint config ${name}, ${type}, instance_count ${instances})`;
  return {
    verdict:
      brought.by === 'nothing'
        ? `${given.endpoint_name} serves ${serves} already: nothing was changed.`
        : `${given.endpoint_name} serves ${serves}.`,
    outputs: outputsOf(task, brought, context),
  };
}

function outputsOf({ given, release }: Task, { previousConfig }: Brought, { aws }: Context) {
  return {
    ENDPOINT_NAME: given.endpoint_name,
    ENDPOINT_CONFIG_NAME: release.config.name,
    ...(previousConfig !== undefined && { PREVIOUS_ENDPOINT_CONFIG_NAME: previousConfig }),
    MODEL_NAME: release.model.name,
    ENDPOINT_URL: endpointUrl(aws, given.endpoint_name),
  };
}
