import type { SageMakerClient, Tag } from '@aws-sdk/client-sagemaker';
import { passingTrouble } from '../aws/trouble.ts';
import type { Clock, Deadline } from '../ground/clock.ts';
import { Failure } from '../ground/failure.ts';
import { type PollOutcome, type PollResult, waitFor } from '../ground/wait.ts';
import { type ChangeResult, createEndpoint, deleteEndpoint, updateEndpoint } from './changes.ts';
import { type CurrentDeployment, describeCurrent, keptInstances } from './current.ts';
import { type DesiredEndpoint, decideChange, type EndpointDecision, mayBeReplaced } from './decision.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { ensureConfig, ensureModel, type ModelAndConfig } from './model-and-config.ts';
import { type DeploymentProgress, progress } from './progress.ts';
import { deploymentTags, readDeploymentTags, tagEndpoint } from './tags.ts';

/** What is to serve, and where. */
export interface DeploymentPlan {
  readonly desired: DesiredEndpoint;
  readonly serving: ModelAndConfig;
  /** The model package group: what is older is older within it. */
  readonly group: string;
  /** The tags of whatever is made. */
  readonly tags: readonly Tag[];
}

export interface ReconcileContext {
  readonly sagemaker: SageMakerClient;
  readonly region: string;
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** The longest pause between two looks, in seconds. */
  readonly interval: number;
  /** Told what is done, and what changes. */
  log(line: string): void;
}

/** How our config came to the endpoint, and which one was live before; or why it may not come there. */
export type Reconciled =
  | { by: 'create' | 'update' | 'follow' | 'nothing'; previousConfig: string | undefined }
  | { by: 'refusal'; refusal: Extract<EndpointDecision, { do: 'refuse' }>; endpoint: Endpoint | undefined };

/** How often somebody else may be faster, before we say so instead of trying again. */
const MAX_CONFLICTS = 10;
const CONFLICT_PAUSE = 5_000;

/** Brings our config on its way: describes, decides and acts, until SageMaker has accepted it or it is there. */
export async function reconcileEndpoint(plan: DeploymentPlan, world: ReconcileContext): Promise<Reconciled> {
  const { endpoint: name } = plan.desired;
  const { sagemaker, clock, log: say } = world;
  for (let races = 0, prepared = false; races < MAX_CONFLICTS; races++) {
    const { endpoint, live, decision } = await waitUntilSettled(plan, world);
    if (decision.do === 'refuse') return { by: 'refusal', refusal: decision, endpoint };
    if (decision.do === 'delete') {
      say(`${name} is Failed, and recreate_failed is true: deleting it.`);
      await deleteEndpoint(world, name);
      continue;
    }
    const first = !prepared;
    if (first) await ensureModelAndConfig(plan, world);
    prepared = true;
    // An update has no condition: what it replaces is looked at once more, just before.
    if (first && decision.do === 'update') continue;
    const previousConfig = await configBefore(endpoint, plan, sagemaker);
    if (decision.do === 'nothing' || decision.do === 'follow') return { by: decision.do, previousConfig };
    const acted = endpoint ? await update({ endpoint, live, previousConfig }, plan, world) : await create(plan, world);
    if (acted === 'accepted') return { by: decision.do, previousConfig };
    say(`Another deployment reached ${name} first; looking again.`);
    await clock.sleep(CONFLICT_PAUSE);
  }
  throw new Failure(
    'refused',
    `${name} changed each time that this job was about to change it; or it exists in other upper and lower case.`,
    `look at it (aws sagemaker list-endpoints --name-contains ${name} --region ${world.region}), and run this job again when nobody else deploys to it.`,
  );
}

interface SettledEndpoint {
  readonly endpoint: Endpoint | undefined;
  readonly live: CurrentDeployment | undefined;
  readonly decision: Exclude<EndpointDecision, { do: 'wait' }>;
}

/** Waits while SageMaker is busy with somebody else's change, until there is something for us to do. */
async function waitUntilSettled(
  { desired: wanted, group }: DeploymentPlan,
  world: ReconcileContext,
): Promise<SettledEndpoint> {
  const { sagemaker } = world;
  const look = async (): Promise<PollResult<SettledEndpoint>> => {
    const endpoint = await findEndpoint(sagemaker, wanted.endpoint);
    const live =
      endpoint && mayBeReplaced(endpoint, wanted) ? await describeCurrent(sagemaker, endpoint, group) : undefined;
    const decision = decideChange({ endpoint, live }, wanted);
    if (decision.do === 'wait') return { is: 'pending', saying: decision.saying };
    return { is: 'settled', answer: { endpoint, live, decision } };
  };
  return answerOf(await waitFor(look, pollOptions(world)), wanted, world);
}

async function ensureModelAndConfig(
  { serving: release, tags }: DeploymentPlan,
  { sagemaker, log: say }: ReconcileContext,
): Promise<void> {
  const model = await ensureModel(sagemaker, release, tags);
  const config = await ensureConfig(sagemaker, release, tags);
  say(`Model ${release.model.name}: ${model}. Endpoint config ${release.config.name}: ${config}.`);
}

/** The config that was live before ours: the one that is live, or when that is ours already, the one that we noted. */
async function configBefore(
  endpoint: Endpoint | undefined,
  { desired: wanted }: DeploymentPlan,
  sagemaker: SageMakerClient,
) {
  if (!endpoint) return undefined;
  if (endpoint.config !== wanted.config) return endpoint.config;
  const note = await readDeploymentTags(sagemaker, endpoint.arn);
  return note.wanted === wanted.config ? note.previous : undefined;
}

async function create({ desired: wanted, tags }: DeploymentPlan, world: ReconcileContext): Promise<ChangeResult> {
  const { endpoint, config } = wanted;
  world.log(`Creating ${endpoint}.`);
  const noted = [...tags, ...deploymentTags({ wanted: config, previous: undefined })];
  return createEndpoint(world, { endpoint, config, tags: noted });
}

interface EndpointToUpdate {
  readonly endpoint: Endpoint;
  readonly live: CurrentDeployment | undefined;
  readonly previousConfig: string | undefined;
}

async function update(
  { endpoint, live, previousConfig }: EndpointToUpdate,
  plan: DeploymentPlan,
  world: ReconcileContext,
): Promise<ChangeResult> {
  const { sagemaker, log: say } = world;
  const { config } = plan.desired;
  const { instances } = plan.serving.config;
  const kept = live && keptInstances(endpoint, live, plan.serving.config);
  if (kept !== undefined)
    say(`${endpoint.name} was scaled out to ${kept} instances: it keeps them (instance_count is ${instances}).`);

  say(`Updating ${endpoint.name} from ${endpoint.config} to ${config}.`);
  const tags = [...plan.tags, ...deploymentTags({ wanted: config, previous: previousConfig })];
  const change = { endpoint: endpoint.name, arn: endpoint.arn, config, tags, keepInstances: kept !== undefined };
  const acted = await updateEndpoint(world, change);
  if (acted === 'conflict') await recordConcurrentUpdate(sagemaker, endpoint.name);
  return acted;
}

/** Our note stands over the one of a deployment that was faster: puts that one back, as the endpoint itself tells it. */
async function recordConcurrentUpdate(sagemaker: SageMakerClient, name: string): Promise<void> {
  const now = await findEndpoint(sagemaker, name);
  if (now?.pending && now.pending !== now.config)
    await tagEndpoint(sagemaker, now.arn, deploymentTags({ wanted: now.pending, previous: now.config }));
}

/** For so long after our change SageMaker may still show the endpoint as it was before. */
const VISIBLE_WITHIN = 60_000;

export interface DeploymentEnd {
  readonly endpoint: Endpoint | undefined;
  readonly where: Exclude<DeploymentProgress, { is: 'progressing' }>;
}

/** Follows our deployment to its end, whichever that is. */
export async function followDeployment(
  { desired: wanted }: DeploymentPlan,
  brought: Exclude<Reconciled, { by: 'refusal' }>,
  world: ReconcileContext,
): Promise<DeploymentEnd> {
  const { sagemaker, clock } = world;
  const began = clock.now().getTime();
  let shown = brought.by === 'follow';
  const look = async (): Promise<PollResult<DeploymentEnd>> => {
    const endpoint = await findEndpoint(sagemaker, wanted.endpoint);
    const where = progress(endpoint, { config: wanted.config, previousConfig: brought.previousConfig });
    if (where.is === 'progressing') {
      shown = true;
      return { is: 'pending', saying: where.saying };
    }
    if (where.is !== 'live' && !shown && clock.now().getTime() - began < VISIBLE_WITHIN)
      return { is: 'pending', saying: 'SageMaker does not show the change yet' };
    return { is: 'settled', answer: { endpoint, where } };
  };
  return answerOf(await waitFor(look, pollOptions(world)), wanted, world);
}

function pollOptions({ clock, interval, deadline, log: say }: ReconcileContext) {
  const onChange = (saying: string, elapsed: string) => say(`${saying} (after ${elapsed})`);
  return { clock, interval, deadline, tolerate: passingTrouble, onChange };
}

function answerOf<Answer>(
  waited: PollOutcome<Answer>,
  { endpoint }: DesiredEndpoint,
  { region }: ReconcileContext,
): Answer {
  if (waited.is === 'settled') return waited.answer;
  throw new Failure(
    'out of time',
    `Stopped waiting for ${endpoint} after ${waited.after} (${waited.because}). Pending: ${waited.saying}. SageMaker goes on with it.`,
    `run this job again: it goes on where this one stopped. To look: aws sagemaker describe-endpoint --endpoint-name ${endpoint} --region ${region}`,
  );
}
