import * as z from 'zod/mini';
import { endpointUrl, logsUrl } from '../aws/console.ts';
import { endpointLogGroup } from '../aws/logs.ts';
import { type Accepted, explainDeploymentEnd, explainRefusal } from '../endpoints/deployment-failure.ts';
import { capacityPart, capacityWords, servedOn } from '../endpoints/description/capacity.ts';
import { checkEndpointFile, descriptionOf } from '../endpoints/description/described.ts';
import type { EndpointDescription } from '../endpoints/description/description.ts';
import { descriptionInputs, oneDescription, someDescription } from '../endpoints/description/inputs.ts';
import { expectedArn, resourceName } from '../endpoints/endpoint.ts';
import { type DeploymentEnd, followDeployment } from '../endpoints/follow.ts';
import { Look } from '../endpoints/look.ts';
import { executionRole } from '../endpoints/model-and-config.ts';
import { type DeploymentPlan, planDeployment, type ReconcileContext } from '../endpoints/plan.ts';
import { reconcileEndpoint } from '../endpoints/reconcile.ts';
import { type Fired, firedLine } from '../endpoints/rollout/fired.ts';
import type { OwnTraffic } from '../endpoints/rollout/own-traffic.ts';
import { refuseLongWaits } from '../endpoints/rollout/release.ts';
import type { Bake } from '../endpoints/rollout/verdict.ts';
import { flag, optional, wholeNumber } from '../gitlab/inputs.ts';
import { channelsOf } from '../policy/channels.ts';
import { A_POLICY, POLICY_SAFETY_INPUTS, policyInputs } from '../policy/inputs.ts';
import { policyOf } from '../policy/policy.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { permissionsToScale, permissionsToSeeScaling, permissionsToUnscale } from '../program/scaling-permissions.ts';
import { tellDeployed, tellFallBack } from '../program/told.ts';
import { permissionToUseVolumeKey } from '../program/volume-key-permission.ts';
import { displayName, type ModelPackage, modelPackageGroup } from '../registry/packages.ts';
import { beginCleanUp, CLEAN_UP_PERMISSIONS } from './deploy-model/clean-up.ts';
import { holdAtDeployment } from './deploy-model/policy.ts';
import { bakeOf, endRelease, leftAlarms, ownTraffic, tidyBefore } from './deploy-model/rollout.ts';
import { endScaling } from './deploy-model/scaling.ts';
import {
  deployingLine,
  describeDeployable,
  type HandedVersion,
  readVersion,
  refuseUnlessWanted,
} from './deploy-model/version.ts';

/** How many releases stay beside what is needed; every one with "all". */
const keptVersions = z.pipe(
  z.string().check(z.regex(/^(all|[1-9]\d?)$/, 'must be "all", or a whole number from 1 to 99')),
  z.transform((value) => (value === 'all' ? Number.POSITIVE_INFINITY : Number(value))),
);

const inputs = z
  .strictObject({
    model_package_group_name: optional(modelPackageGroup),
    endpoint_name: resourceName,
    name_prefix: optional(resourceName),
    execution_role_arn: executionRole,
    ...descriptionInputs,
    ...policyInputs,
    require_approval: flag,
    take_over_endpoint: flag,
    allow_downgrade: flag,
    recreate_failed: flag,
    keep_versions: keptVersions,
    wait: flag,
    max_wait_time: wholeNumber(60, 86_400),
    poll_interval: wholeNumber(1, 300),
  })
  .check(
    ...oneDescription,
    someDescription,
    z.refine(
      ({ require_approval, policy_file, platform_policy }) =>
        require_approval || (policy_file === undefined && platform_policy === undefined),
      {
        path: ['require_approval'],
        message: 'must be true, because policy_file or platform_policy says what an approval must satisfy',
      },
    ),
  );

type Inputs = z.output<typeof inputs>;
type Output =
  | 'ENDPOINT_NAME'
  | 'ENDPOINT_CONFIG_NAME'
  | 'PREVIOUS_ENDPOINT_CONFIG_NAME'
  | 'MODEL_NAME'
  | 'ENDPOINT_URL';

export default defineComponent({
  name: 'deploy-model',
  duty: 'deploy',
  gitlab: {
    stage: 'deploy_model',
    branches: 'every',
    timeout: '1 hour',
    environment: { action: 'start' },
    resourceGroup: 'endpoint_name',
    manual: false,
  },
  inputs,
  safetyInputs: [
    'require_approval',
    ...POLICY_SAFETY_INPUTS,
    'take_over_endpoint',
    'allow_downgrade',
    'recreate_failed',
    'endpoint_file',
    'keep_versions',
    'model_environment',
    'wait',
    'gitlab_environment_suffix',
  ],
  outputs: {
    ENDPOINT_NAME: 'The endpoint.',
    ENDPOINT_CONFIG_NAME: 'The endpoint config that this job brought to it.',
    PREVIOUS_ENDPOINT_CONFIG_NAME: 'The endpoint config that served before; absent when the endpoint is new.',
    MODEL_NAME: 'The SageMaker model in the endpoint config.',
    ENDPOINT_URL: "The endpoint's page in the AWS console.",
  } satisfies Record<Output, string>,
  permissions: [
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:ListModelPackages', on: 'package', when: A_POLICY },
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
    { action: 'cloudwatch:DescribeAlarms', on: 'alarms', when: 'the endpoint file has alarms' },
    { action: 'cloudwatch:DescribeAlarmHistory', on: 'alarms', when: 'the endpoint file has alarms' },
    { action: 'cloudwatch:PutMetricAlarm', on: 'release alarms', when: 'the endpoint file has alarms' },
    { action: 'cloudwatch:DeleteAlarms', on: 'release alarms', when: 'the endpoint file has alarms' },
    { action: 'cloudwatch:GetMetricData', on: 'metrics', when: 'the strategy has a bake' },
    { action: 'sagemaker:InvokeEndpoint', on: 'endpoint', when: 'the strategy has bake_traffic' },
    permissionToUseVolumeKey('the endpoint file has kms_key_id'),
    ...CLEAN_UP_PERMISSIONS,
    { action: 'logs:DescribeLogStreams', on: 'endpoint logs', when: 'the deployment failed' },
    { action: 'logs:GetLogEvents', on: 'endpoint logs', when: 'the deployment failed' },
    ...permissionsToSeeScaling('the endpoint file has autoscaling, or the instance type changes'),
    ...permissionsToScale('the endpoint file has autoscaling'),
    ...permissionsToUnscale(),
  ],

  checkFiles: checkEndpointFile,

  channels: channelsOf,

  async run(given, context) {
    const handed = readVersion(given, context);
    if (handed.outcome === 'nothing') return skip(handed, given, context);
    linkTo(given.endpoint_name, context);
    const description = await describe(given, context);
    const policy = await policyOf(given, handed.promotion_path, context);
    const look = firstLook(given.endpoint_name, context);
    const terms = { ...termsOf(given, description), policy: policy?.hash };
    const version = await look.beside(describeDeployable(handed, terms, { look, job: context.job }));
    context.log.line(deployingLine(version, given, context.job));
    if (policy) await holdAtDeployment(policy, { given, version, handed }, context);
    const plan = planDeployment({ version, description }, given, context.job);
    const task: DeploymentTask = { given, handed, version, plan, policy: policy?.hash };

    if (given.wait) refuseLongWaits(plan, given.max_wait_time);
    const reconcile = reconcileContext(task, context);
    const own = given.wait ? await ownTraffic(plan, reconcile, context) : undefined;
    const accepted = await reconcileEndpoint(task.plan, reconcile, look);
    if (accepted.by === 'refusal') throw await explainRefusal(accepted, task.plan, context);
    await tidyBefore(accepted, plan, reconcile);
    writeRecord('progressing', task, accepted, context);
    const brought = { endpoint: given.endpoint_name, ...accepted };
    if (accepted.by !== 'nothing' && !given.wait) {
      await refuseUnlessWanted(handed, { ...brought, state: 'is progressing to' }, context);
      return exitWithoutWaiting(task, accepted, context);
    }
    const clean = await beginCleanUp(task, context);
    const following = endOf(accepted, plan, reconcile, own);
    await Promise.allSettled([following, clean.listed]);
    const end = await following;
    const { endpoint, where } = end;
    const fired = await endRelease(end, accepted, plan, reconcile);
    await endScaling(end, accepted, plan, { ...reconcile, account: context.aws.account });
    if (where.is !== 'live') {
      if (where.is === 'rolled back') tellRolledBack(task, accepted, fired, context);
      throw await explainDeploymentEnd({ ...accepted, endpoint, where, fired }, plan, context);
    }
    writeRecord(
      'deployed',
      task,
      { ...accepted, bake: await bakeOf(end, { ...accepted, own }, plan, reconcile) },
      context,
    );
    if (accepted.by !== 'nothing') tellLive(task, context);
    const refuse = () => refuseUnlessWanted(handed, { ...brought, state: 'serves' }, context);
    await refuse();
    // What is refused meanwhile does not end well either: the last request is the look.
    if (await clean.deleteOlder()) await refuse();
    return done(task, accepted, context);
  },
});

/** How the endpoint is to serve. The inputs were refused where nothing says it. */
async function describe(given: Inputs, { job, fileOfCommit }: Context): Promise<EndpointDescription> {
  const description = await descriptionOf(given, { fileOfCommit, environment: job.environment });
  if (description === undefined) throw new Error('Neither instance_type nor endpoint_file is given.');
  return description;
}

function termsOf({ require_approval }: Inputs, description: EndpointDescription) {
  return { require_approval, ...servedOn(description) };
}

/** Where our deployment ends; at once, where it is live already. */
async function endOf(
  accepted: Accepted,
  plan: DeploymentPlan,
  reconcile: ReconcileContext,
  own: OwnTraffic | undefined,
): Promise<DeploymentEnd> {
  if (accepted.by !== 'nothing') return followDeployment(plan, accepted, reconcile, own);
  return { endpoint: accepted.seen.endpoint, where: { is: 'live' }, since: reconcile.clock.now() };
}

/** Asks for the endpoint and its tags, while the version is described. */
function firstLook(endpoint: string, { aws, clock }: Context): Look {
  const look = new Look({ ...aws, clock });
  look.endpoint(endpoint);
  look.tags(expectedArn(endpoint, aws));
  return look;
}

interface DeploymentTask {
  readonly given: Inputs;
  readonly handed: HandedVersion;
  readonly version: ModelPackage;
  readonly plan: DeploymentPlan;
  /** The hash of the policy of this environment. */
  readonly policy: string | undefined;
}

function reconcileContext({ given, handed, plan, policy }: DeploymentTask, context: Context): ReconcileContext {
  const terms = { ...termsOf(given, plan.serving.description), policy };
  const { aws, clock, log, begun } = context;
  return {
    ...aws,
    clock,
    deadline: context.deadline(given.max_wait_time),
    interval: given.poll_interval,
    log: log.line,
    begun,
    cloudwatch: aws.cloudwatch,
    confirm: async (look) => void (await describeDeployable(handed, terms, { look, job: context.job })),
  };
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
  report.link('Endpoint', 'Endpoint logs', logsUrl(aws, endpointLogGroup(endpoint)));
}

function writeRecord(
  outcome: 'progressing' | 'deployed',
  task: DeploymentTask,
  { previousConfig, bake }: Accepted & { readonly bake?: Bake['is'] | undefined },
  { report }: Context,
) {
  const { given, handed, version, plan } = task;
  const { autoscaling, variant_name: variant, async_inference_config: later } = plan.serving.description;
  report.record({
    outcome,
    group: version.group,
    package: version.arn,
    version: version.version,
    content: version.content,
    promotion_path: handed.promotion_path,
    open: handed.open,
    endpoint: given.endpoint_name,
    endpoint_file: given.endpoint_file,
    config: plan.desired.config,
    previous_config: previousConfig,
    model: plan.serving.model.name,
    bake,
    ...(autoscaling && { scaled: { variant, autoscaling } }),
    ...(later && { asynchronous: { s3_input_path: later.s3_input_path } }),
  });
}

function tellLive({ given, version, plan }: DeploymentTask, context: Context): void {
  const serving = capacityWords(capacityPart(plan.serving.description));
  tellDeployed({ version, endpoint: given.endpoint_name, serving }, context);
}

function tellRolledBack(
  { given, version }: DeploymentTask,
  { previousConfig: previous }: Accepted,
  fired: readonly Fired[],
  context: Context,
): void {
  tellFallBack({ version, endpoint: given.endpoint_name, previous, fired: fired.map(firedLine) }, context);
}

function exitWithoutWaiting(task: DeploymentTask, brought: Accepted, context: Context): Done<Output> {
  const { given, version } = task;
  return {
    verdict: `${given.endpoint_name} is progressing to ${displayName(version)}. This job does not wait for it (wait: false).${leftAlarms(task.plan)}`,
    outputs: outputsOf(task, brought, context),
  };
}

function done(task: DeploymentTask, brought: Accepted, context: Context): Done<Output> {
  const { given, version, plan } = task;
  const { config, description } = plan.serving;
  const serves = `${displayName(version)} (endpoint config ${config.name}, ${capacityWords(capacityPart(description))})`;
  return {
    verdict:
      brought.by === 'nothing'
        ? `${given.endpoint_name} already serves ${serves}. Nothing was changed.`
        : `${given.endpoint_name} serves ${serves}.`,
    outputs: outputsOf(task, brought, context),
  };
}

function outputsOf({ given, plan }: DeploymentTask, { previousConfig }: Accepted, { aws }: Context) {
  return {
    ENDPOINT_NAME: given.endpoint_name,
    ENDPOINT_CONFIG_NAME: plan.desired.config,
    ...(previousConfig !== undefined && { PREVIOUS_ENDPOINT_CONFIG_NAME: previousConfig }),
    MODEL_NAME: plan.serving.model.name,
    ENDPOINT_URL: endpointUrl(aws, given.endpoint_name),
  };
}
