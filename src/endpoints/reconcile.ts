import type { SageMakerClient, Tag } from '@aws-sdk/client-sagemaker';
import { passingTrouble } from '../aws/trouble.ts';
import type { Clock, Deadline } from '../ground/clock.ts';
import { Failure } from '../ground/failure.ts';
import { type Look, type Waited, waitFor } from '../ground/wait.ts';
import { type Acted, createEndpoint, deleteEndpoint, updateEndpoint } from './changes.ts';
import { findLive, keptInstances, type Live } from './current.ts';
import { type Decision, decide, mayBeReplaced, type Wanted } from './decision.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { ensureConfig, ensureModel, type Release } from './model-and-config.ts';
import { type Progress, progress } from './progress.ts';
import { noteTags, readNote, tagEndpoint } from './tags.ts';

/** What is to serve, and where. */
export interface Plan {
  readonly wanted: Wanted;
  readonly release: Release;
  /** The model package group: what is older is older within it. */
  readonly group: string;
  /** The tags of whatever is made. */
  readonly tags: readonly Tag[];
}

export interface World {
  readonly sagemaker: SageMakerClient;
  readonly region: string;
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** The longest pause between two looks, in seconds. */
  readonly interval: number;
  /** Told what is done, and what changes. */
  say(line: string): void;
}

/** How our config came to the endpoint, and which one was live before; or why it may not come there. */
export type Brought =
  | { by: 'create' | 'update' | 'follow' | 'nothing'; previousConfig: string | undefined }
  | { by: 'refusal'; refusal: Extract<Decision, { do: 'refuse' }>; endpoint: Endpoint | undefined };

/** How often somebody else may be faster, before we say so instead of trying again. */
const MOST_RACES = 10;
const RACE_PAUSE = 5_000;

/** Brings our config on its way: describes, decides and acts, until SageMaker has accepted it or it is there. */
export async function bring(plan: Plan, world: World): Promise<Brought> {
  const { endpoint: name } = plan.wanted;
  const { sagemaker, clock, say } = world;
  for (let races = 0, prepared = false; races < MOST_RACES; races++) {
    const { endpoint, live, decision } = await settle(plan, world);
    if (decision.do === 'refuse') return { by: 'refusal', refusal: decision, endpoint };
    if (decision.do === 'delete') {
      say(`${name} is Failed, and recreate_failed is true: deleting it.`);
      await deleteEndpoint(world, name);
      continue;
    }
    const first = !prepared;
    if (first) await ensureRelease(plan, world);
    prepared = true;
    // An update has no condition: what it replaces is looked at once more, just before.
    if (first && decision.do === 'update') continue;
    const previousConfig = await configBefore(endpoint, plan, sagemaker);
    if (decision.do === 'nothing' || decision.do === 'follow') return { by: decision.do, previousConfig };
    const acted = endpoint ? await update({ endpoint, live, previousConfig }, plan, world) : await create(plan, world);
    if (acted === 'accepted') return { by: decision.do, previousConfig };
    say(`Another deployment reached ${name} first; looking again.`);
    await clock.sleep(RACE_PAUSE);
  }
  throw new Failure(
    'refused',
    `${name} changed each time that this job was about to change it; or it exists in other upper and lower case.`,
    `look at it (aws sagemaker list-endpoints --name-contains ${name} --region ${world.region}), and run this job again when nobody else deploys to it.`,
  );
}

interface Scene {
  readonly endpoint: Endpoint | undefined;
  readonly live: Live | undefined;
  readonly decision: Exclude<Decision, { do: 'wait' }>;
}

/** Waits while SageMaker is busy with somebody else's change, until there is something for us to do. */
async function settle({ wanted, group }: Plan, world: World): Promise<Scene> {
  const { sagemaker } = world;
  const look = async (): Promise<Look<Scene>> => {
    const endpoint = await findEndpoint(sagemaker, wanted.endpoint);
    const live = endpoint && mayBeReplaced(endpoint, wanted) ? await findLive(sagemaker, endpoint, group) : undefined;
    const decision = decide({ endpoint, live }, wanted);
    if (decision.do === 'wait') return { is: 'pending', saying: decision.saying };
    return { is: 'settled', answer: { endpoint, live, decision } };
  };
  return answerOf(await waitFor(look, waiting(world)), wanted, world);
}

async function ensureRelease({ release, tags }: Plan, { sagemaker, say }: World): Promise<void> {
  const model = await ensureModel(sagemaker, release, tags);
  const config = await ensureConfig(sagemaker, release, tags);
  say(`Model ${release.model.name}: ${model}. Endpoint config ${release.config.name}: ${config}.`);
}

/** The config that was live before ours: the one that is live, or when that is ours already, the one that we noted. */
async function configBefore(endpoint: Endpoint | undefined, { wanted }: Plan, sagemaker: SageMakerClient) {
  if (!endpoint) return undefined;
  if (endpoint.config !== wanted.config) return endpoint.config;
  const note = await readNote(sagemaker, endpoint.arn);
  return note.wanted === wanted.config ? note.previous : undefined;
}

async function create({ wanted, tags }: Plan, world: World): Promise<Acted> {
  const { endpoint, config } = wanted;
  world.say(`Creating ${endpoint}.`);
  const noted = [...tags, ...noteTags({ wanted: config, previous: undefined })];
  return createEndpoint(world, { endpoint, config, tags: noted });
}

interface Replaced {
  readonly endpoint: Endpoint;
  readonly live: Live | undefined;
  readonly previousConfig: string | undefined;
}

async function update({ endpoint, live, previousConfig }: Replaced, plan: Plan, world: World): Promise<Acted> {
  const { sagemaker, say } = world;
  const { config } = plan.wanted;
  const { instances } = plan.release.config;
  const kept = live && keptInstances(endpoint, live, plan.release.config);
  if (kept !== undefined)
    say(`${endpoint.name} was scaled out to ${kept} instances: it keeps them (instance_count is ${instances}).`);

  say(`Updating ${endpoint.name} from ${endpoint.config} to ${config}.`);
  const tags = [...plan.tags, ...noteTags({ wanted: config, previous: previousConfig })];
  const change = { endpoint: endpoint.name, arn: endpoint.arn, config, tags, keepInstances: kept !== undefined };
  const acted = await updateEndpoint(world, change);
  if (acted === 'lost race') await noteTheWinner(sagemaker, endpoint.name);
  return acted;
}

/** Our note stands over the one of a deployment that was faster: puts that one back, as the endpoint itself tells it. */
async function noteTheWinner(sagemaker: SageMakerClient, name: string): Promise<void> {
  const now = await findEndpoint(sagemaker, name);
  if (now?.pending && now.pending !== now.config)
    await tagEndpoint(sagemaker, now.arn, noteTags({ wanted: now.pending, previous: now.config }));
}

/** For so long after our change SageMaker may still show the endpoint as it was before. */
const SHOWN_WITHIN = 60_000;

export interface Ended {
  readonly endpoint: Endpoint | undefined;
  readonly where: Exclude<Progress, { is: 'under way' }>;
}

/** Follows our deployment to its end, whichever that is. */
export async function follow(
  { wanted }: Plan,
  brought: Exclude<Brought, { by: 'refusal' }>,
  world: World,
): Promise<Ended> {
  const { sagemaker, clock } = world;
  const began = clock.now().getTime();
  let shown = brought.by === 'follow';
  const look = async (): Promise<Look<Ended>> => {
    const endpoint = await findEndpoint(sagemaker, wanted.endpoint);
    const where = progress(endpoint, { config: wanted.config, previousConfig: brought.previousConfig });
    if (where.is === 'under way') {
      shown = true;
      return { is: 'pending', saying: where.saying };
    }
    if (where.is !== 'live' && !shown && clock.now().getTime() - began < SHOWN_WITHIN)
      return { is: 'pending', saying: 'SageMaker does not show the change yet' };
    return { is: 'settled', answer: { endpoint, where } };
  };
  return answerOf(await waitFor(look, waiting(world)), wanted, world);
}

function waiting({ clock, interval, deadline, say }: World) {
  const onChange = (saying: string, elapsed: string) => say(`${saying} (after ${elapsed})`);
  return { clock, interval, deadline, tolerate: passingTrouble, onChange };
}

function answerOf<Answer>(waited: Waited<Answer>, { endpoint }: Wanted, { region }: World): Answer {
  if (waited.is === 'settled') return waited.answer;
  throw new Failure(
    'out of time',
    `Stopped waiting for ${endpoint} after ${waited.after} (${waited.because}). Pending: ${waited.saying}. SageMaker goes on with it.`,
    `run this job again: it goes on where this one stopped. To look: aws sagemaker describe-endpoint --endpoint-name ${endpoint} --region ${region}`,
  );
}
