import { unlessNotFound } from '../aws/sagemaker-errors.ts';
import { Failure } from '../ground/failure.ts';
import { carryOutSteps } from './autoscaling/act.ts';
import { giveBack, isScaledAsSeen, type ScalingAround, tagsOfNew } from './autoscaling/scaling.ts';
import { type ChangeResult, createEndpoint, noteChange, updateEndpoint } from './changes.ts';
import { keptInstances } from './current.ts';
import { startingInstances } from './description/capacity.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { ensureModelAndConfig } from './ensure.ts';
import { describeLive, packagesOf } from './live.ts';
import { Look } from './look.ts';
import { isAsSeen, type Observed } from './observe.ts';
import { isSameOwner, ownerLine, ownerTags } from './owner.ts';
import type { DeploymentPlan, ReconcileContext } from './plan.ts';
import { deployedAt } from './progress.ts';
import { armRelease, hasOwnAlarms, refuseRollout, rolloutRequest, strategyClause } from './rollout/release.ts';
import { scalingBefore } from './scaling-before.ts';
import { alarmsTag, deploymentTags, tagEndpoint, uniqueTags } from './tags.ts';

/** The config that was live before ours, and when it was deployed; `undefined` where there was none, or nobody knows. */
export interface ConfigBefore {
  readonly previousConfig: string | undefined;
  readonly previousDeployedAt: Date | undefined;
}

/** The config that was live before ours: the one that is live, or when that is ours already, the one in our tags. */
export function configBefore({ endpoint, tags }: Observed, { desired }: DeploymentPlan): ConfigBefore {
  if (endpoint && endpoint.config !== desired.config)
    return { previousConfig: endpoint.config, previousDeployedAt: deployedAt(endpoint) };
  const previousConfig = tags?.wanted === desired.config ? tags.previous : undefined;
  return { previousConfig, previousDeployedAt: undefined };
}

/**
 * Does what was decided, which is nothing where our config is there already or on its way. Model and config are made before the
 * endpoint is touched: what is refused then leaves no trace on it.
 */
export async function carryOut(
  seen: Observed,
  before: ConfigBefore,
  plan: DeploymentPlan,
  context: ReconcileContext,
): Promise<ChangeResult> {
  const { endpoint, decision, look } = seen;
  if (decision.do === 'follow') context.begun(`the deployment of ${plan.desired.config}`);
  if (decision.do === 'follow' || decision.do === 'nothing') return 'accepted';
  if (!endpoint) {
    if ((await ensureModelAndConfig(plan, look, context)) === 'conflict') return 'conflict';
    return create(plan, context);
  }
  const kept = seen.current && keptInstances(endpoint, seen.current, plan.serving.description);
  const scaling = await scalingBefore(seen, plan, context);
  if (scaling instanceof Failure) throw scaling;
  await refuseRollout(plan, kept ?? startingInstances(plan.serving.description), context);
  if ((await ensureModelAndConfig(plan, look, context)) === 'conflict') return 'conflict';
  return update({ ...seen, endpoint, kept, scaling }, before, plan, context);
}

async function create(
  { component, desired, serving, scaled, tags }: DeploymentPlan,
  context: ReconcileContext,
): Promise<ChangeResult> {
  const { endpoint, config, owner } = desired;
  context.log(`Creating ${endpoint}.`);
  context.begun(`the creation of the endpoint ${endpoint} with ${config}`);
  const { name: model, package: arn } = serving.model;
  const deployment = {
    component,
    wanted: config,
    model,
    package: arn,
    previous: undefined,
    previousPackage: undefined,
  };
  const own = [...deploymentTags(deployment), ...ownerTags(owner), ...tagsOfNew(scaled.wanted)];
  const tagged = uniqueTags([...own, ...tags]);
  return createEndpoint(context, { endpoint, config, tags: tagged });
}

interface Replaced extends Omit<Observed, 'endpoint'> {
  readonly endpoint: Endpoint;
  /** How many instances it keeps that was scaled out. */
  readonly kept: number | undefined;
  readonly scaling: ScalingAround;
}

/**
 * The tags come first: they say what the endpoint is about to become. Between them and the update everything that was decided
 * upon is looked at again. Where the update is not accepted, what it took away of the autoscaling is given back.
 */
async function update(
  replaced: Replaced,
  { previousConfig: previous }: ConfigBefore,
  plan: DeploymentPlan,
  context: ReconcileContext,
): Promise<ChangeResult> {
  const { endpoint, current, scaling } = replaced;
  const { component, desired, serving, tags } = plan;
  const { config } = desired;
  const { name: model, package: arn } = serving.model;
  const previousPackage = current?.served.package;
  const deployment = { component, wanted: config, model, package: arn, previous, previousPackage };
  const alarms = hasOwnAlarms(plan) ? alarmsTag(true) : [];
  const notes = [...deploymentTags(deployment), ...alarms, ...scaling.tags];
  const noted = await noteChange(context, endpoint.arn, uniqueTags([...notes, ...tags]));
  if (noted === 'conflict' || !(await isScaledAsSeen(scaling, context))) return 'conflict';
  await armRelease(plan, context);
  try {
    await carryOutSteps(scaling.steps, scaling.of, context);
    return await updateNoted(replaced, plan, context);
  } catch (error) {
    if (scaling.steps.length > 0) await giveBack(plan.scaled, context);
    throw error;
  }
}

async function updateNoted(replaced: Replaced, plan: DeploymentPlan, context: ReconcileContext): Promise<ChangeResult> {
  const { endpoint, kept } = replaced;
  const { desired, serving } = plan;
  const { config } = desired;
  if (kept !== undefined)
    context.log(
      `${endpoint.name} was scaled out to ${kept} instances: it keeps them (instance_count is ${startingInstances(serving.description)}).`,
    );
  context.log(`Updating ${endpoint.name} from ${endpoint.config} to ${config}${strategyClause(plan)}.`);
  context.begun(`the update of the endpoint ${endpoint.name} to ${config}`);
  const result = await updateEndpoint(context, {
    endpoint: endpoint.name,
    config,
    keepInstances: kept !== undefined,
    rollout: rolloutRequest(plan),
    isAsSeen: () => isAsSeen(replaced, plan, context),
  });
  if (result === 'conflict') await recordConcurrentUpdate(replaced, plan, context);
  return result;
}

/** Our tags replaced those of the deployment that was first: writes that one's again, as DescribeEndpoint shows it. */
async function recordConcurrentUpdate(
  { endpoint, current }: Replaced,
  { component, desired }: DeploymentPlan,
  context: ReconcileContext,
): Promise<void> {
  const { sagemaker } = context;
  const now = await findEndpoint(sagemaker, endpoint.name);
  if (!now) return;
  const wanted = now.pending ?? now.config;
  if (wanted === endpoint.config) return;
  // One that has ended already replaced what we saw.
  const previous = wanted === now.config ? endpoint.config : now.config;
  const live = await describeLive(new Look(context), { ...now, config: wanted });
  const [served, ...more] = packagesOf(live);
  const [model, ...others] = live.models;
  const tags = deploymentTags({
    // Another job brings the same by the same component.
    component: wanted === desired.config ? component : undefined,
    wanted,
    model: others.length > 0 ? undefined : model?.ModelName,
    package: more.length > 0 ? undefined : served,
    previous,
    previousPackage: previous === endpoint.config ? current?.served.package : undefined,
  });
  await tagEndpoint(sagemaker, now.arn, tags);
}

/**
 * Writes on an endpoint whose it is from now on (AWS: AddTags), and says so, unless it is ours already. After the change,
 * not before: of two that take one endpoint over at once, the one whose change SageMaker accepted has it.
 */
export async function takeOver(
  { endpoint, tags }: Observed,
  { desired: { owner } }: DeploymentPlan,
  { sagemaker, log }: ReconcileContext,
): Promise<void> {
  if (!endpoint || (tags?.owner && isSameOwner(tags.owner, owner))) return;
  const before = tags?.owner ? `belonged to ${ownerLine(tags.owner)}` : 'had no tags that say whose it is';
  log(`Taking over ${endpoint.name} for ${ownerLine(owner)}: it ${before}.`);
  await unlessNotFound(tagEndpoint(sagemaker, endpoint.arn, ownerTags(owner)));
}
