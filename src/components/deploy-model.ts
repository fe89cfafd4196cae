import * as z from 'zod/mini';
import { endpointUrl, logsUrl } from '../aws/console.ts';
import { endpointLogGroup, lastLogLines } from '../aws/logs.ts';
import { type Endpoint, resourceName } from '../endpoints/endpoint.ts';
import { planModelAndConfig, servingInputs } from '../endpoints/model-and-config.ts';
import { describedEndpoint, explainOutcome } from '../endpoints/outcome.ts';
import {
  type DeploymentEnd,
  type DeploymentPlan,
  followDeployment,
  type Reconciled,
  reconcileEndpoint,
} from '../endpoints/reconcile.ts';
import { creatingPipelineOf, originTags, ownTags } from '../endpoints/tags.ts';
import { flag, optional, wholeNumber } from '../gitlab/inputs.ts';
import { Failure } from '../ground/failure.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { approvalRecord, checkRecord, readHandover } from '../program/handover.ts';
import { refusalSentence, refusalToDeploy } from '../registry/deployability.ts';
import { readApproval } from '../registry/entries.ts';
import { describePackage, displayName, type ModelPackage, modelPackageGroup } from '../registry/packages.ts';

const inputs = z.strictObject({
  model_package_group_name: optional(modelPackageGroup),
  endpoint_name: resourceName,
  name_prefix: optional(resourceName),
  ...servingInputs,
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
  safetyInputs: ['require_approval', 'allow_downgrade', 'recreate_failed'],
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
    const handed = readVersion(given, context);
    if (handed.outcome === 'nothing') return skip(handed, given, context);
    linkTo(given.endpoint_name, context);
    const version = await describeDeployable(handed, given, context);
    const task: DeploymentTask = { given, handed, version, plan: planOf(version, given, context) };

    const { aws, clock, log } = context;
    const deadline = context.deadline(given.max_wait_time);
    const reconcile = { ...aws, clock, deadline, interval: given.poll_interval, log: log.line };
    const brought = await reconcileEndpoint(task.plan, reconcile);
    if (brought.by === 'refusal') throw await explainFailure(brought, task, context);
    writeRecord('progressing', task, brought, context);
    if (brought.by !== 'nothing' && !given.wait) return exitWithoutWaiting(task, brought, context);
    if (brought.by !== 'nothing') {
      const { endpoint, where } = await followDeployment(task.plan, brought, reconcile);
      if (where.is !== 'live') throw await explainFailure({ ...brought, endpoint, where }, task, context);
    }
    writeRecord('deployed', task, brought, context);
    return done(task, brought, context);
  },
});

/** What the step before hands over: the version, and what was decided on its way here. */
type HandedVersion = Exclude<ReturnType<typeof readVersion>, { outcome: 'nothing' }>;

interface DeploymentTask {
  readonly given: Inputs;
  readonly handed: HandedVersion;
  readonly version: ModelPackage;
  readonly plan: DeploymentPlan;
}

type RefusedReconciliation = Extract<Reconciled, { by: 'refusal' }>;
type AcceptedReconciliation = Exclude<Reconciled, { by: 'refusal' }>;
type UnsuccessfulEnd = DeploymentEnd & { readonly where: Exclude<DeploymentEnd['where'], { is: 'live' }> };

function readVersion(given: Inputs, { root, job }: Context) {
  const choice = { input: 'model_package_group_name', value: given.model_package_group_name } as const;
  if (given.require_approval) return readHandover({ root, job }, approvalRecord, choice);
  const checked = readHandover({ root, job }, checkRecord, choice);
  return checked.outcome === 'nothing' ? checked : { ...checked, open: [...checked.open, 'approval'] };
}

function skip(
  { why, group }: { why: string; group?: string | undefined },
  { endpoint_name: endpoint }: Inputs,
  { report }: Context,
): Done<never> {
  report.record({ outcome: 'nothing', why, group, endpoint });
  return { verdict: `Nothing to deploy: ${why}.`, outputs: {} };
}

function linkTo(endpoint: string, { aws, report }: Context): void {
  report.link('Endpoint', endpoint, endpointUrl(aws, endpoint));
  report.link('Endpoint', "The containers' logs", logsUrl(aws, endpointLogGroup(endpoint)));
}

/** Looks at the version again: what was true when it was approved must be true now. */
async function describeDeployable(
  handed: HandedVersion,
  given: Inputs,
  { aws, job, log }: Context,
): Promise<ModelPackage> {
  const { environment, pipeline } = job;
  const { require_approval, instance_type } = given;
  const version = await describePackage(aws.sagemaker, handed.package);
  const terms = { environment, pipeline, require_approval, instance_type };
  const refusal = refusalToDeploy(version, handed, terms);
  if (refusal) throw new Failure(refusal.kind, refusalSentence(version, terms, refusal), refusal.next);

  const approved = readApproval(version.metadata, environment);
  const why =
    require_approval && approved.is === 'read'
      ? `approved for ${environment} by ${approved.value.by}`
      : 'without an approval (require_approval: false)';
  log.line(`Deploying ${displayName(version)} to ${given.endpoint_name}, ${why}.`);
  return version;
}

function planOf(version: ModelPackage, given: Inputs, { job }: Context): DeploymentPlan {
  const prefix = given.name_prefix ?? given.endpoint_name;
  const serving = planModelAndConfig(version, given, { prefix, environment: job.environment });
  const desired = {
    endpoint: given.endpoint_name,
    config: serving.config.name,
    version: version.version,
    allow_downgrade: given.allow_downgrade,
    recreate_failed: given.recreate_failed,
  };
  const pipeline = `${job.projectUrl}/-/pipelines/${job.pipeline}`;
  return { desired, serving, group: version.group, tags: originTags(given.tags, { pipeline, package: version.arn }) };
}

/** Why our config may not come to the endpoint, or did not come to serve. What explains it is kept: SageMaker's reason vanishes. */
async function explainFailure(
  brought: RefusedReconciliation | (AcceptedReconciliation & UnsuccessfulEnd),
  task: DeploymentTask,
  context: Context,
): Promise<Failure> {
  const { endpoint } = brought;
  if ('refusal' in brought) {
    const { kind, why, next } = brought.refusal;
    if (endpoint?.status === 'Failed' || endpoint?.status === 'UpdateRollbackFailed')
      await keepEvidence(endpoint, task, context);
    return new Failure(kind, why, next);
  }
  await keepEvidence(endpoint, task, context);
  const { where, previousConfig } = brought;
  const { endpoint: name, config } = task.plan.desired;
  const maker = where.is === 'superseded' ? await creatingPipelineOf(context.aws.sagemaker, where.by) : undefined;
  const { what, next } = explainOutcome(where, { endpoint: name, config, previousConfig, maker, seen: endpoint });
  return new Failure('refused', what, next);
}

async function keepEvidence(endpoint: Endpoint | undefined, { given }: DeploymentTask, { aws, log, report }: Context) {
  const { endpoint_name: name, variant_name: variant } = given;
  if (endpoint)
    log.line(
      `What SageMaker says of ${name} is kept in ${report.file('endpoint.json', describedEndpoint(endpoint.answer))}.`,
    );
  const wanted = { group: endpointLogGroup(name), streamPrefix: `${variant}/`, most: 20 };
  log.section(`The last lines of the containers of ${name}`, await lastLogLines(await aws.logs(), wanted), 'open');
}

function writeRecord(
  outcome: 'progressing' | 'deployed',
  task: DeploymentTask,
  { previousConfig }: AcceptedReconciliation,
  { report }: Context,
) {
  const { given, handed, version, plan } = task;
  report.record({
    outcome,
    group: version.group,
    package: version.arn,
    version: version.version,
    content: version.content,
    promotion_path: handed.promotion_path,
    open: handed.open,
    endpoint: given.endpoint_name,
    config: plan.desired.config,
    previous_config: previousConfig,
    model: plan.serving.model.name,
  });
}

function exitWithoutWaiting(task: DeploymentTask, brought: AcceptedReconciliation, context: Context): Done<Output> {
  const { given, version } = task;
  return {
    verdict: `${given.endpoint_name} is on its way to ${displayName(version)}; this job does not wait for it (wait: false).`,
    outputs: outputsOf(task, brought, context),
  };
}

function done(task: DeploymentTask, brought: AcceptedReconciliation, context: Context): Done<Output> {
  const { given, version, plan } = task;
  const { name, instance_type, instance_count } = plan.serving.config;
  const serves = `${displayName(version)} (endpoint config ${name}, ${instance_type}, instance_count ${instance_count})`;
  return {
    verdict:
      brought.by === 'nothing'
        ? `${given.endpoint_name} serves ${serves} already: nothing was changed.`
        : `${given.endpoint_name} serves ${serves}.`,
    outputs: outputsOf(task, brought, context),
  };
}

function outputsOf({ given, plan }: DeploymentTask, { previousConfig }: AcceptedReconciliation, { aws }: Context) {
  return {
    ENDPOINT_NAME: given.endpoint_name,
    ENDPOINT_CONFIG_NAME: plan.desired.config,
    ...(previousConfig !== undefined && { PREVIOUS_ENDPOINT_CONFIG_NAME: previousConfig }),
    MODEL_NAME: plan.serving.model.name,
    ENDPOINT_URL: endpointUrl(aws, given.endpoint_name),
  };
}
