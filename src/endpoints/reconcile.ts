import type { SageMakerClient, Tag } from '@aws-sdk/client-sagemaker';
import { passingTrouble } from '../aws/trouble.ts';
import type { Clock, Deadline } from '../ground/clock.ts';
import { Failure } from '../ground/failure.ts';
import { type PollOutcome, type PollResult, waitFor } from '../ground/wait.ts';
import { type ChangeResult, createEndpoint, deleteEndpoint, updateEndpoint } from './changes.ts';
import { type CurrentDeployment, describeCurrent, keptInstances } from './current.ts';
import { type DesiredEndpoint, decideChange, type EndpointDecision, mayBeReplaced } from './decision.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { ensureConfig, ensureModel } from './ensure.ts';
import type { ModelAndConfig } from './model-and-config.ts';
import { type DeploymentProgress, progress } from './progress.ts';
import { deploymentTags, readDeploymentTags, tagEndpoint } from './tags.ts';

/** What is to serve, and where. */
export interface DeploymentPlan {
  readonly desired: DesiredEndpoint;
  readonly serving: ModelAndConfig;
  /** The ARN of the model package group, within which a version is older or newer. */
  readonly groupArn: string;
  /** The tags of every resource that is created. */
  readonly tags: readonly Tag[];
}

export interface ReconcileContext {
  readonly sagemaker: SageMakerClient;
  readonly region: string;
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** The longest pause between two polls, in seconds. */
  readonly interval: number;
  /** Receives a line for everything that is done, and for everything that changes. */
  log(line: string): void;
  /** Receives what SageMaker continues when this job ends first. */
  begun(what: string): void;
}

/** How our config was accepted on the endpoint, and which one was live before; or why it was refused. */
export type Reconciled =
  | { by: 'create' | 'update' | 'follow' | 'nothing'; previousConfig: string | undefined }
  | { by: 'refusal'; refusal: Extract<EndpointDecision, { do: 'refuse' }>; endpoint: Endpoint | undefined };

/** The conflicts with other deployments after which the job fails. */
const MAX_CONFLICTS = 10;
const CONFLICT_PAUSE = 5_000;

/**
 * Describes, decides and acts until SageMaker has accepted our config on the endpoint, or it is already there (AWS:
 * CreateEndpoint, UpdateEndpoint). After a conflict with another deployment it decides again, at most MAX_CONFLICTS
 * times. Then it throws a Failure of kind "refused".
 */
export async function reconcileEndpoint(plan: DeploymentPlan, context: ReconcileContext): Promise<Reconciled> {
  let seen = await observe(plan, context);
  if (seen.decision.do !== 'refuse') await ensureModelAndConfig(plan, context);
  // An update has no condition: what it replaces is looked at once more, just before.
  if (seen.decision.do === 'update') seen = await observe(plan, context);

  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const { endpoint, decision } = seen;
    if (decision.do === 'refuse') return { by: 'refusal', refusal: decision, endpoint };
    const previousConfig = await configBefore(endpoint, plan, context);
    if (decision.do === 'follow') context.begun(`the deployment of ${plan.desired.config}`);
    if (decision.do === 'nothing' || decision.do === 'follow') return { by: decision.do, previousConfig };
    const result = await change({ ...seen, previousConfig }, plan, context);
    if (result === 'accepted') return { by: decision.do, previousConfig };
    context.begun('');
    context.log(`Another deployment changed ${plan.desired.endpoint} first. Checking again.`);
    await context.clock.sleep(CONFLICT_PAUSE);
    seen = await observe(plan, context);
  }
  throw changedEachTime(plan, context);
}

interface Observed {
  readonly endpoint: Endpoint | undefined;
  readonly current: CurrentDeployment | undefined;
  readonly decision: Exclude<EndpointDecision, { do: 'wait' } | { do: 'delete' }>;
}

/**
 * Waits while SageMaker is busy with another change, and deletes a Failed endpoint where that is allowed, until we can
 * act.
 */
async function observe(plan: DeploymentPlan, context: ReconcileContext): Promise<Observed> {
  for (let deletions = 0; deletions < MAX_CONFLICTS; deletions++) {
    const { endpoint, current, decision } = await waitUntilSettled(plan, context);
    if (decision.do !== 'delete') return { endpoint, current, decision };
    context.log(`${plan.desired.endpoint} is Failed, and recreate_failed is true: deleting it.`);
    context.begun(`the deletion of the endpoint ${plan.desired.endpoint}`);
    await deleteEndpoint(context, plan.desired.endpoint);
    await context.clock.sleep(CONFLICT_PAUSE);
  }
  throw changedEachTime(plan, context);
}

type Settled = Omit<Observed, 'decision'> & { readonly decision: Exclude<EndpointDecision, { do: 'wait' }> };

async function waitUntilSettled({ desired, groupArn }: DeploymentPlan, context: ReconcileContext): Promise<Settled> {
  const { sagemaker } = context;
  const look = async (): Promise<PollResult<Settled>> => {
    const endpoint = await findEndpoint(sagemaker, desired.endpoint);
    const replaces = endpoint && mayBeReplaced(endpoint, desired);
    const current = replaces ? await describeCurrent(sagemaker, endpoint, groupArn) : undefined;
    const decision = decideChange({ endpoint, current }, desired);
    if (decision.do === 'wait') return { is: 'pending', saying: decision.saying };
    return { is: 'settled', answer: { endpoint, current, decision } };
  };
  return answerOf(await waitFor(look, pollOptions(context)), desired, context);
}

async function ensureModelAndConfig({ serving, tags }: DeploymentPlan, { sagemaker, log }: ReconcileContext) {
  const model = await ensureModel(sagemaker, serving, tags);
  const config = await ensureConfig(sagemaker, serving, tags);
  log(`Model ${serving.model.name}: ${model}. Endpoint config ${serving.config.name}: ${config}.`);
}

/** The config that was live before ours: the one that is live, or when that is ours already, the one in our tags. */
async function configBefore(
  endpoint: Endpoint | undefined,
  { desired }: DeploymentPlan,
  { sagemaker }: ReconcileContext,
): Promise<string | undefined> {
  if (!endpoint) return undefined;
  if (endpoint.config !== desired.config) return endpoint.config;
  const { wanted, previous } = await readDeploymentTags(sagemaker, endpoint.arn);
  return wanted === desired.config ? previous : undefined;
}

type Change = Pick<Observed, 'endpoint' | 'current'> & { readonly previousConfig: string | undefined };

async function change({ endpoint, ...replaced }: Change, plan: DeploymentPlan, context: ReconcileContext) {
  return endpoint ? update({ endpoint, ...replaced }, plan, context) : create(plan, context);
}

async function create({ desired, tags }: DeploymentPlan, context: ReconcileContext): Promise<ChangeResult> {
  const { endpoint, config } = desired;
  context.log(`Creating ${endpoint}.`);
  context.begun(`the creation of the endpoint ${endpoint} with ${config}`);
  const tagged = [...tags, ...deploymentTags({ wanted: config, previous: undefined })];
  return createEndpoint(context, { endpoint, config, tags: tagged });
}

async function update(
  { endpoint, current, previousConfig }: Change & { readonly endpoint: Endpoint },
  { desired, serving, tags }: DeploymentPlan,
  context: ReconcileContext,
): Promise<ChangeResult> {
  const { config } = desired;
  const { instance_count } = serving.config;
  const kept = current && keptInstances(endpoint, current, serving.config);
  if (kept !== undefined)
    context.log(
      `${endpoint.name} was scaled out to ${kept} instances: it keeps them (instance_count is ${instance_count}).`,
    );
  context.log(`Updating ${endpoint.name} from ${endpoint.config} to ${config}.`);
  context.begun(`the update of the endpoint ${endpoint.name} to ${config}`);
  const result = await updateEndpoint(context, {
    endpoint: endpoint.name,
    arn: endpoint.arn,
    config,
    tags: [...tags, ...deploymentTags({ wanted: config, previous: previousConfig })],
    keepInstances: kept !== undefined,
  });
  if (result === 'conflict') await recordConcurrentUpdate(context, endpoint.name);
  return result;
}

/** Our tags replaced those of the deployment that was first: writes that one's again, as DescribeEndpoint shows it. */
async function recordConcurrentUpdate({ sagemaker }: ReconcileContext, name: string): Promise<void> {
  const now = await findEndpoint(sagemaker, name);
  if (now?.pending && now.pending !== now.config)
    await tagEndpoint(sagemaker, now.arn, deploymentTags({ wanted: now.pending, previous: now.config }));
}

/** Milliseconds after our change during which SageMaker may still show the endpoint as it was before. */
const VISIBLE_WITHIN = 60_000;

export interface DeploymentEnd {
  readonly endpoint: Endpoint | undefined;
  readonly where: Exclude<DeploymentProgress, { is: 'progressing' }>;
}

/** Polls until our deployment has ended. Throws a Failure of kind "out of time" at the deadline. */
export async function followDeployment(
  { desired }: DeploymentPlan,
  { by, previousConfig }: Exclude<Reconciled, { by: 'refusal' }>,
  context: ReconcileContext,
): Promise<DeploymentEnd> {
  const { sagemaker, clock } = context;
  const began = clock.now().getTime();
  let shown = by === 'follow';
  const look = async (): Promise<PollResult<DeploymentEnd>> => {
    const endpoint = await findEndpoint(sagemaker, desired.endpoint);
    const where = progress(endpoint, { config: desired.config, previousConfig });
    if (where.is === 'progressing') {
      shown = true;
      return { is: 'pending', saying: where.saying };
    }
    if (where.is !== 'live' && !shown && clock.now().getTime() - began < VISIBLE_WITHIN)
      return { is: 'pending', saying: 'SageMaker does not show the change yet' };
    return { is: 'settled', answer: { endpoint, where } };
  };
  return answerOf(await waitFor(look, pollOptions(context)), desired, context);
}

function pollOptions({ clock, interval, deadline, log }: ReconcileContext) {
  const onChange = (saying: string, elapsed: string) => log(`${saying} (after ${elapsed})`);
  return { clock, interval, deadline, tolerate: passingTrouble, onChange };
}

function answerOf<Answer>(
  outcome: PollOutcome<Answer>,
  { endpoint }: DesiredEndpoint,
  { region }: ReconcileContext,
): Answer {
  if (outcome.is === 'settled') return outcome.answer;
  throw new Failure(
    'out of time',
    `Stopped waiting for ${endpoint} after ${outcome.after} (${outcome.because}). Pending: ${outcome.saying}. SageMaker continues.`,
    `run this job again: it continues where this one stopped. To see the status: aws sagemaker describe-endpoint --endpoint-name ${endpoint} --region ${region}`,
  );
}

function changedEachTime({ desired: { endpoint } }: DeploymentPlan, { region }: ReconcileContext): Failure {
  return new Failure(
    'refused',
    `${endpoint} changed each time before this job could change it, or it exists with other upper and lower case.`,
    `check it (aws sagemaker list-endpoints --name-contains ${endpoint} --region ${region}). When nobody else deploys to it, run this job again.`,
  );
}
