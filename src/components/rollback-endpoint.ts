import * as z from 'zod/mini';
import { endpointUrl, logsUrl, studioUrl } from '../aws/console.ts';
import { endpointLogGroup } from '../aws/logs.ts';
import { findServed } from '../endpoints/current.ts';
import { explainDeploymentEnd, explainRefusal } from '../endpoints/deployment-failure.ts';
import { kindConfigured } from '../endpoints/description/kinds.ts';
import { type Endpoint, resourceName } from '../endpoints/endpoint.ts';
import { followDeployment } from '../endpoints/follow.ts';
import type { Look } from '../endpoints/look.ts';
import { configRequest } from '../endpoints/model-and-config.ts';
import { see } from '../endpoints/observe.ts';
import type { DeploymentPlan, ReconcileContext } from '../endpoints/plan.ts';
import { reconcileEndpoint } from '../endpoints/reconcile.ts';
import { scalingBefore } from '../endpoints/scaling-before.ts';
import { waitUntilStable } from '../endpoints/stable.ts';
import { type EndpointTags, originTags } from '../endpoints/tags.ts';
import { optional, typedNumber, typedText, wholeNumber } from '../gitlab/inputs.ts';
import { rollbackEnvironment } from '../gitlab/job.ts';
import { Failure } from '../ground/failure.ts';
import { CHANNEL_SAFETY_INPUTS, channelInputs, channelsOf } from '../policy/channels.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { refuseUnlessPressed } from '../program/pressed.ts';
import { permissionsToSeeScaling } from '../program/scaling-permissions.ts';
import { tellReturn } from '../program/told.ts';
import { permissionToUseVolumeKey } from '../program/volume-key-permission.ts';
import { refuseOffPath } from '../registry/eligibility.ts';
import { promotionPath } from '../registry/entries.ts';
import {
  describePackage,
  displayName,
  groupArnIn,
  groupArnOf,
  modelPackageGroup,
  versionIn,
} from '../registry/packages.ts';
import { judgeReturn, type ReturnPlace } from '../registry/returnable.ts';
import { decideRollback, type EarlierRelease, type RollbackDecision } from './rollback-endpoint/decision.ts';
import { findReleases, firstStanding, type PassedBy, type Standing } from './rollback-endpoint/releases.ts';
import { withdraw } from './rollback-endpoint/withdrawal.ts';

const inputs = z.strictObject({
  ...channelInputs,
  model_package_group_name: modelPackageGroup,
  endpoint_name: resourceName,
  name_prefix: optional(resourceName),
  promotion_path: promotionPath,
  version: typedNumber,
  comment: typedText,
  max_wait_time: wholeNumber(60, 86_400),
  poll_interval: wholeNumber(1, 300),
});

type Inputs = z.output<typeof inputs>;

const LOOKS = 'the job is to look, before it changes anything, whether';

export default defineComponent({
  name: 'rollback-endpoint',
  duty: 'rollback',
  gitlab: {
    stage: 'rollback_endpoint',
    branches: 'every',
    timeout: '1 hour',
    environment: { action: 'start', name: rollbackEnvironment, sharesRole: true },
    resourceGroup: 'endpoint_name',
    manual: 'optional',
  },
  inputs,
  safetyInputs: ['promotion_path', ...CHANNEL_SAFETY_INPUTS, 'gitlab_environment_suffix'],
  jobInputs: ['version', 'comment'],
  outputs: {},
  permissions: [
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:UpdateModelPackage', on: 'package', writes: 'withdrawn' },
    { action: 'sagemaker:ListEndpointConfigs', on: 'anything' },
    { action: 'sagemaker:DescribeEndpoint', on: 'endpoint' },
    { action: 'sagemaker:DescribeEndpointConfig', on: 'endpoint config' },
    { action: 'sagemaker:DescribeModel', on: 'model' },
    { action: 'sagemaker:UpdateEndpoint', on: 'endpoint' },
    { action: 'sagemaker:UpdateEndpoint', on: 'endpoint config' },
    permissionToUseVolumeKey('the release before was deployed with kms_key_id'),
    { action: 'sagemaker:AddTags', on: 'endpoint' },
    { action: 'sagemaker:ListTags', on: 'endpoint' },
    { action: 'sagemaker:ListTags', on: 'endpoint config' },
    { action: 'ecr:BatchGetImage', on: 'image', when: `${LOOKS} its image still exists` },
    { action: 's3:ListBucket', on: 'model data', when: `${LOOKS} its data still exists` },
    ...permissionsToSeeScaling('the release before ran on another instance type'),
    { action: 'logs:DescribeLogStreams', on: 'endpoint logs', when: 'the update failed' },
    { action: 'logs:GetLogEvents', on: 'endpoint logs', when: 'the update failed' },
  ],

  channels: channelsOf,

  async run(given, context) {
    const place = placeOf(given, context);
    refuseUnlessPressed(context);
    sayWho(given, context);
    const waiting = waitingContext(given, context);
    const found = await look(given, waiting, context);
    const { decision, passedBy } = await decide({ given, place, found }, context);
    if (decision.do === 'nothing') return nothingToDo(decision, { given, found }, context);
    if (decision.do === 'ask') throw asking(decision, given);

    const chosen = await firstStanding(decision.candidates, {
      endpoint: given.endpoint_name,
      look: found.look,
      context,
    });
    const standing = chosen.standing ?? refuseAll([...chosen.passedBy, ...passedBy], given);
    for (const { version, why } of chosen.passedBy) context.log.line(`Passed over version ${version}: ${why}.`);
    for (const line of standing.notLookedAt) context.log.line(line);
    const plan = planReturn(standing, given, context);
    await refuseWhatIsForeseen(plan, found.look, context);
    await leave(decision, { standing, given }, context);
    return bring({ plan, standing, found, given, place, waiting }, context);
  },
});

function placeOf({ promotion_path: path, model_package_group_name: group }: Inputs, { job }: Context): ReturnPlace {
  const place = { environment: job.environment, path, group };
  refuseOffPath(place, 'rollback-endpoint');
  return place;
}

/** Whoever may start it is GitLab's to say: the log tells by what. */
function sayWho({ endpoint_name: endpoint, comment }: Inputs, { aws, job, log, report }: Context): void {
  report.link('Endpoint', endpoint, endpointUrl(aws, endpoint));
  report.link('Endpoint', 'Endpoint logs', logsUrl(aws, endpointLogGroup(endpoint)));
  report.link('SageMaker', 'Model packages in Studio', studioUrl(aws));
  log.line(`${job.user} rolls back ${endpoint}. ${whoMay(job)}`);
  if (comment.trim() !== '') log.line(`Comment: ${comment.trim()}`);
}

function whoMay({ environmentProtected, gitlabEnvironment }: Context['job']): string {
  if (environmentProtected === true)
    return `The protected environment ${gitlabEnvironment} in GitLab says who may do so.`;
  const unprotected = `The environment ${gitlabEnvironment} is not protected in GitLab`;
  const whether =
    environmentProtected === undefined ? `No token says whether ${gitlabEnvironment} is protected` : unprotected;
  return `${whether}: whoever may deploy from this branch may do so.`;
}

type Waiting = Omit<ReconcileContext, 'confirm'>;

function waitingContext(given: Inputs, { aws, clock, log, begun, deadline }: Context): Waiting {
  const until = deadline(given.max_wait_time);
  return { ...aws, clock, log: log.line, begun, deadline: until, interval: given.poll_interval };
}

interface Present {
  readonly endpoint: Endpoint;
  readonly tags: EndpointTags;
  readonly look: Look;
}

async function look({ endpoint_name: name }: Inputs, waiting: Waiting, context: Context): Promise<Present> {
  const { endpoint, look } = await waitUntilStable(name, waiting);
  const tags = endpoint && (await look.tags(endpoint.arn));
  if (endpoint && tags) return { endpoint, tags, look };
  throw new Failure(
    'SMC-4201',
    `The endpoint ${name} does not exist in ${context.aws.region}: nothing can be rolled back. Nothing was changed.`,
    'correct endpoint_name. If somebody deleted the endpoint, run the deploy-model job of the version that should serve.',
  );
}

interface Situation {
  readonly given: Inputs;
  readonly place: ReturnPlace;
  readonly found: Present;
}

async function decide(
  { given, place, found: { endpoint, tags, look } }: Situation,
  context: Context,
): Promise<{ decision: RollbackDecision; passedBy: readonly PassedBy[] }> {
  const { endpoint_name: name, name_prefix: prefix = name, version: named } = given;
  const group = groupArnIn(context.aws, place.group);
  const served = await findServed(look, { endpoint, tags, group });
  const tagged = [tags.package, tags.previousPackage].flatMap((arn) => arn ?? []);
  const known = [...tagged.flatMap((arn) => versionIn(group, arn) ?? []), ...(named === undefined ? [] : [named])];
  const { found: releases, passedBy } = await findReleases({ endpoint: name, prefix, place, known }, context);
  return { decision: decideRollback({ endpoint, tags, served, releases, named }), passedBy };
}

function nothingToDo(
  { because, release }: Extract<RollbackDecision, { do: 'nothing' }>,
  { given, found: { endpoint, tags } }: Pick<Situation, 'given' | 'found'>,
  context: Context,
): Done<never> {
  const previous = tags.wanted === endpoint.config ? tags.previous : tags.wanted;
  record(release, { endpoint: endpoint.name, config: endpoint.config, previous_config: previous }, context);
  const further = given.version === undefined ? ' To go further back, type the version when you start the job.' : '';
  return { verdict: `Nothing was changed on ${endpoint.name}: ${because}.${further}`, outputs: {} };
}

/** Whoever starts a rollback because a version is bad must not be told that all is well, where nobody knows. */
function asking(
  { live, others }: Extract<RollbackDecision, { do: 'ask' }>,
  { endpoint_name: endpoint }: Inputs,
): Failure {
  const versions = others.slice(0, 3).map(({ version, at }) => `${version.version} (${at})`);
  return new Failure(
    'SMC-4207',
    `Nobody knows whether ${endpoint} went back already: its tags do not name what the last deployment brought. ${displayName(live.version)} is live. Nothing was changed.`,
    `start this job again, and type the version that should serve. The newest releases beside it: ${versions.join(', ')}.`,
  );
}

/** Refuses when no release is left; a version that somebody named tells its own reason. */
function refuseAll(passedBy: readonly PassedBy[], { endpoint_name: endpoint, version }: Inputs): never {
  const named = version === undefined ? undefined : passedBy.find((each) => each.version === version);
  if (version !== undefined)
    throw new Failure(
      'SMC-4203',
      `${endpoint} cannot go back to version ${version}: ${named?.why ?? 'it is not a release of this endpoint'}. Nothing was changed.`,
      'run this job again without a version, to go back to the release before, or with another version.',
    );
  const lines = passedBy.map((each) => `\n  version ${each.version}: ${each.why}`).join('');
  throw new Failure(
    'SMC-4202',
    `${endpoint} has no earlier release that it can go back to${lines === '' ? '.' : `:${lines}`}\nNothing was changed.`,
    'promote another version: docs/bad-release.md says how, and how long it takes.',
  );
}

/** Brings back what was made before, as it was made. */
function planReturn({ release, serving }: Standing, given: Inputs, { aws, job }: Context): DeploymentPlan {
  const { endpoint_name: endpoint, model_package_group_name: group } = given;
  const component = 'rollback-endpoint';
  const pipeline = `${job.projectUrl}/-/pipelines/${job.pipeline}`;
  const owner = { project: job.projectId, environment: job.environment, group: groupArnIn(aws, group) };
  return {
    component,
    serving,
    desired: {
      endpoint,
      config: serving.config.name,
      kind: kindConfigured(configRequest(serving)),
      version: release.version.version,
      owner,
      take_over_endpoint: false,
      // A rollback goes back by nature.
      allow_downgrade: true,
      recreate_failed: false,
      update_rollback_failed: true,
    },
    scaled: { endpoint, variant: serving.description.variant_name, wanted: undefined, stays: true },
    tags: originTags(new Map(), { component, pipeline, package: release.version.arn, endpoint }),
  };
}

/** Refuses before anything is written what the update would refuse. */
async function refuseWhatIsForeseen(plan: DeploymentPlan, look: Look, context: Context): Promise<void> {
  const seen = await look.beside(see(look, plan));
  const scaling = seen && (await scalingBefore(seen, plan, context.aws));
  if (scaling instanceof Failure) throw scaling;
  if (seen?.decision.do !== 'refuse') return;
  throw await explainRefusal({ by: 'refusal', refusal: seen.decision, endpoint: seen.endpoint }, plan, context);
}

async function leave(
  { leaving }: Extract<RollbackDecision, { do: 'return' }>,
  { standing, given }: { readonly standing: Standing; readonly given: Inputs },
  context: Context,
): Promise<void> {
  const { version } = standing.release;
  if (leaving === undefined) return;
  // Only the tags of the endpoint name it where an update and its rollback failed: whoever may tag that writes no entry elsewhere.
  if (versionIn(groupArnOf(version.arn), leaving) === undefined)
    return context.log.line(`${leaving} is no version of ${version.group}: it is not withdrawn.`);
  await withdraw({ package: leaving, to: version.version, comment: given.comment }, context);
}

interface Return extends Situation {
  readonly plan: DeploymentPlan;
  readonly standing: Standing;
  readonly waiting: Waiting;
}

async function bring(task: Return, context: Context): Promise<Done<never>> {
  const { plan, standing, found, waiting } = task;
  const reconcile = { ...waiting, confirm: (again: Look) => refuseUnlessAsSeen(again, task) };
  const accepted = await reconcileEndpoint(plan, reconcile, found.look);
  if (accepted.by === 'refusal') throw await explainRefusal(accepted, plan, context);
  const { endpoint, where } = await followDeployment(plan, accepted, reconcile);
  if (where.is !== 'live') throw await explainDeploymentEnd({ ...accepted, endpoint, where, fired: [] }, plan, context);
  const { endpoint: name, config } = plan.desired;
  record(standing.release, { endpoint: name, config, previous_config: accepted.previousConfig }, context);
  tellReturn({ version: standing.release.version, endpoint: name, comment: task.given.comment }, context);
  await refuseUnlessStillFit(task, context);
  const verdict = `${name} serves ${displayName(standing.release.version)} again (endpoint config ${config}).`;
  return { verdict, outputs: {} };
}

interface NowServed {
  readonly endpoint: string;
  readonly config: string;
  readonly previous_config: string | undefined;
}

function record(
  { version: { group, arn, version, content } }: EarlierRelease,
  now: NowServed,
  { report }: Context,
): void {
  report.record({ outcome: 'rolled back', group, package: arn, version, content, ...now });
}

/** Refuses to end well when somebody rejected or changed the version after the last look before the change. */
async function refuseUnlessStillFit({ standing, place, plan }: Return, { aws, clock }: Context): Promise<void> {
  const now = await describePackage({ ...aws, clock }, standing.release.version.arn);
  const verdict = judgeReturn(now, place);
  if (verdict.is === 'fit') return;
  throw new Failure(
    'SMC-4206',
    `${plan.desired.endpoint} serves ${displayName(now)} again, but ${verdict.why}.`,
    'run this job again, and type a version that may serve. Until then this one stays live.',
  );
}

/** Refuses when the version may no longer be brought back, or another deployment came between. */
async function refuseUnlessAsSeen(look: Look, { standing, found, place, plan }: Return): Promise<void> {
  const [version, now] = [await look.package(standing.release.version.arn), await look.endpoint(found.endpoint.name)];
  const verdict = judgeReturn(version, place);
  if (verdict.is === 'unfit')
    throw new Failure(
      'SMC-4205',
      `${displayName(version)} may no longer be brought back: ${verdict.why}.`,
      'run this job again.',
    );
  if (now?.config === found.endpoint.config || now?.config === plan.desired.config) return;
  throw new Failure(
    'SMC-4204',
    `${found.endpoint.name} served ${found.endpoint.config} when this job chose where to go back, and serves ${now?.config ?? 'nothing'} now.`,
    'read what serves now. If it should be left, run this job again.',
  );
}
