import type {
  DescribeModelCommandOutput,
  ProductionVariantInstanceType,
  SageMakerClient,
  Tag,
} from '@aws-sdk/client-sagemaker';
import { passingTrouble } from '../aws/trouble.ts';
import { OURS } from '../gitlab/tags.ts';
import { hashOf } from '../ground/canonical-json.ts';
import type { Clock, Deadline } from '../ground/clock.ts';
import { Failure } from '../ground/failure.ts';
import { type PollResult, waitFor } from '../ground/wait.ts';
import { createEndpoint } from './changes.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { ensureModelAndConfig, refusalOfTakenNames } from './ensure.ts';
import { Look } from './look.ts';
import type { ModelAndConfig } from './model-and-config.ts';
import { explainReason } from './outcome.ts';
import { type Owner, ownerTags } from './owner.ts';
import { statusLine } from './progress.ts';

/** What the names of all temporary endpoints begin with: the only ones that the role of a comparison may create and delete. */
export const TEMPORARY = 'cmp-';

/** What the names of a project's temporary endpoints begin with. */
export function temporaryPrefix(project: string): string {
  return `${TEMPORARY}${project}-`;
}

/** A variant of a temporary endpoint, and the model behind it. */
interface TemporaryVariant {
  readonly name: string;
  readonly model: string;
}

/** An endpoint that is made for one job, and deleted by it; its config and its own model have the same name. */
export interface TemporaryEndpoint {
  readonly name: string;
  readonly variants: readonly TemporaryVariant[];
  readonly serving: ModelAndConfig;
  readonly tags: readonly Tag[];
}

export interface TemporaryOrder {
  readonly owner: Owner;
  /** The GitLab pipeline: its number, and its page. */
  readonly pipeline: string;
  readonly pipelineUrl: string;
  /** The endpoint of the environment, whose version is asked beside the other. */
  readonly endpoint: string;
  /** The model behind that endpoint, as SageMaker describes it. */
  readonly model: DescribeModelCommandOutput;
  /** The version that is asked beside it: ARN and content hash. */
  readonly other: { readonly arn: string; readonly content: string };
  readonly instance_type: ProductionVariantInstanceType;
  readonly expires: Date;
  /** Whether the variants have each other's place: what hangs on a place then says nothing of a version. */
  readonly exchanged?: boolean;
}

/** The names of the two variants: the other version, and the one that serves. */
interface VariantNames {
  readonly other: string;
  readonly served: string;
}

/**
 * Plans a temporary endpoint with two variants that differ in nothing but the version: the other one runs in a copy of the model
 * that serves. Equal content in one pipeline has an equal name, so that a job that runs again finds what it created.
 */
export function planTemporary(order: TemporaryOrder, names: VariantNames): TemporaryEndpoint {
  const { owner, pipeline, endpoint, model, other, instance_type, exchanged } = order;
  const { ModelName: served = '', PrimaryContainer, ExecutionRoleArn: execution_role_arn = '' } = model;
  const { VpcConfig, EnableNetworkIsolation } = model;
  const content = {
    ...owner,
    endpoint,
    served,
    PrimaryContainer,
    VpcConfig,
    EnableNetworkIsolation,
    other,
    instance_type,
    ...(exchanged && { exchanged }),
  };
  const name = `${temporaryPrefix(owner.project)}${pipeline}-${hashOf(content, 10)}`;
  const inOrder = [
    { name: names.other, model: name },
    { name: names.served, model: served },
  ];
  const variants = exchanged ? inOrder.toReversed() : inOrder;
  const made = {
    model: {
      ModelName: name,
      PrimaryContainer: { ModelPackageName: other.arn, Environment: PrimaryContainer?.Environment ?? {} },
      ExecutionRoleArn: execution_role_arn,
      ...(VpcConfig && { VpcConfig }),
      ...(EnableNetworkIsolation && { EnableNetworkIsolation }),
    },
    config: {
      EndpointConfigName: name,
      ProductionVariants: variants.map((variant) => ({
        VariantName: variant.name,
        ModelName: variant.model,
        InstanceType: instance_type,
        InitialInstanceCount: 1,
        InitialVariantWeight: 1,
      })),
    },
  };
  return {
    name,
    variants,
    serving: {
      model: { name, package: other.arn, execution_role_arn },
      config: { name },
      description: { variant_name: names.other, instance_type, instance_count: 1, model_environment: {}, tags: {} },
      made,
    },
    tags: temporaryTags(order),
  };
}

function temporaryTags({ owner, pipelineUrl, endpoint, expires }: TemporaryOrder): Tag[] {
  const told = { component: 'compare-models', pipeline: pipelineUrl, endpoint, expires: expires.toISOString() };
  return [...ownerTags(owner), ...Object.entries(told).map(([name, Value]) => ({ Key: OURS + name, Value }))];
}

export interface TemporaryContext {
  readonly sagemaker: SageMakerClient;
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** The longest pause between two polls, in seconds. */
  readonly interval: number;
  log(line: string): void;
  /** Receives what SageMaker continues when this job ends first. */
  begun(what: string): void;
}

/** Does one thing after another, where several endpoints are started at once: what changes something is sent alone. */
export type InTurn = <Value>(act: () => Promise<Value>) => Promise<Value>;

/**
 * Creates the endpoint with what is behind it, and waits until it answers (AWS: CreateModel, CreateEndpointConfig, CreateEndpoint).
 * What a killed job of this pipeline created already is taken as it is. Throws a Failure where SageMaker cannot start it.
 */
export async function startTemporary(
  planned: TemporaryEndpoint,
  context: TemporaryContext,
  inTurn: InTurn,
): Promise<void> {
  const { name } = planned;
  const { clock, log } = context;
  const poll = async (): Promise<PollResult<Endpoint>> => {
    const found = await findEndpoint(context.sagemaker, name);
    if (!found) return { is: 'pending', saying: await create(planned, context) };
    if (['InService', 'Failed'].includes(found.status)) return { is: 'settled', answer: found };
    return { is: 'pending', saying: statusLine(found) };
  };
  const onChange = (saying: string, elapsed: string) => log(`${name}: ${saying} (after ${elapsed}).`);
  const { deadline, interval } = context;
  const waited = await waitFor(() => inTurn(poll), { clock, deadline, interval, tolerate: passingTrouble, onChange });
  if (waited.is === 'out of time') throw tooLate(name, waited);
  if (waited.answer.status !== 'InService') throw notStarted(waited.answer);
  if (waited.answer.config !== name) throw notAsCreated(name, waited.answer.config);
  await inTurn(() => refuseOtherContent(planned, context));
}

/** A name shows nothing: what it serves is compared with what was planned. */
async function refuseOtherContent({ serving }: TemporaryEndpoint, context: TemporaryContext): Promise<void> {
  const refused = await refusalOfTakenNames(new Look(context), serving);
  if (refused) throw refused;
}

async function create({ name, serving, tags }: TemporaryEndpoint, context: TemporaryContext): Promise<string> {
  const ensured = await ensureModelAndConfig({ serving, tags }, new Look(context), context);
  if (ensured === 'conflict') return 'SageMaker does not show the new model yet';
  context.begun(`the endpoint ${name}, which costs money until a job deletes it`);
  await createEndpoint({ ...context, confirm: async () => undefined }, { endpoint: name, config: name, tags });
  return 'Creating';
}

/** Throws a Failure where the endpoint is no longer as this job started it. */
export async function refuseChanged(name: string, { sagemaker }: Pick<TemporaryContext, 'sagemaker'>): Promise<void> {
  const found = await findEndpoint(sagemaker, name);
  if (found?.config === name && found.pending === undefined && found.status === 'InService') return;
  throw notAsCreated(name, found ? `${found.config} (${found.status})` : 'nothing: it was deleted');
}

function notAsCreated(name: string, found: string): Failure {
  return voidBecause(`somebody changed the endpoint ${name} during the comparison; it serves ${found}`);
}

/** The Failure where nobody knows any more which version answered. */
export function voidBecause(why: string): Failure {
  return new Failure(
    'SMC-5204',
    `Void: ${why}. Nothing of it counts.`,
    'find out who changed it in CloudTrail (UpdateEndpoint, DeleteEndpoint), then run this job again.',
  );
}

function notStarted({ name, failureReason }: Endpoint): Failure {
  return new Failure(
    'SMC-5203',
    `The endpoint of the comparison, ${name}, could not be started. ${explainReason(failureReason)}`,
    'correct what the reason names: mostly the instance type, a quota, or a model that does not start. Then run this job again.',
  );
}

function tooLate(
  name: string,
  { saying, after, because }: { saying: string; after: string; because: string },
): Failure {
  return new Failure(
    'SMC-5207',
    `Stopped waiting for ${name} after ${after} (${because}). Pending: ${saying}.`,
    'run this job again. If the models need longer to start, raise max_minutes.',
  );
}
