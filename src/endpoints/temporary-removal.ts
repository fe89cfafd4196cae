import {
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  paginateListEndpoints,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { unlessNotFound } from '../aws/sagemaker-errors.ts';
import { tagsOf } from '../aws/tags.ts';
import { passingTrouble } from '../aws/trouble.ts';
import { OURS } from '../gitlab/tags.ts';
import { inItsOwnWords } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { type PollResult, waitFor } from '../ground/wait.ts';
import { deleteEndpoint } from './changes.ts';
import { findEndpoint } from './endpoint.ts';
import { ownerIn } from './owner.ts';
import { statusLine } from './progress.ts';
import { listConfigs, listModels, readEach } from './stock.ts';
import { type TemporaryContext, temporaryPrefix } from './temporary.ts';

/** Whose temporary endpoints are looked for. */
interface TemporaryOwner {
  readonly project: string;
  readonly environment: string;
}

/** Something that a comparison made, by its tags. */
interface TemporaryThing {
  readonly kind: 'endpoint' | 'endpoint config' | 'model';
  readonly name: string;
  /** When it is to be gone; never, where its tags do not say. */
  readonly expires: Date;
}

/**
 * All that comparisons of this environment made and did not delete, endpoints first (AWS: ListEndpoints,
 * ListEndpointConfigs, ListModels, ListTags).
 */
export async function findTemporary(owner: TemporaryOwner, sagemaker: SageMakerClient): Promise<TemporaryThing[]> {
  const prefix = temporaryPrefix(owner.project);
  const listed = [
    ...(await listEndpoints(sagemaker, prefix)).map((item) => ({ kind: 'endpoint' as const, ...item })),
    ...(await listConfigs(sagemaker, prefix)).items.map((item) => ({ kind: 'endpoint config' as const, ...item })),
    ...(await listModels(sagemaker, prefix)).items.map((item) => ({ kind: 'model' as const, ...item })),
  ].filter(({ name }) => name.startsWith(prefix));
  const each = await readEach(listed, async ({ kind, name, arn }): Promise<TemporaryThing | undefined> => {
    const tags = await unlessNotFound(tagsOf(sagemaker, arn));
    const theirs = tags && ownerIn(tags);
    const ours = theirs?.project === owner.project && theirs.environment === owner.environment;
    if (!ours || tags?.get(`${OURS}component`) !== 'compare-models') return undefined;
    return { kind, name, expires: new Date(tags.get(`${OURS}expires`) ?? Number.NaN) };
  });
  return each.flatMap((thing) => thing ?? []);
}

async function listEndpoints(client: SageMakerClient, NameContains: string) {
  const items: { name: string; arn: string }[] = [];
  for await (const { Endpoints = [] } of paginateListEndpoints(
    { client, pageSize: 100, stopOnSameToken: true },
    { NameContains },
  ))
    for (const { EndpointName: name, EndpointArn: arn } of Endpoints) if (name && arn) items.push({ name, arn });
  return items;
}

/**
 * Deletes things that comparisons made, an endpoint before what is behind it. One that cannot be deleted keeps what is behind it, and
 * nothing else: the others would cost money. Throws what went wrong first.
 */
export async function removeThings(things: readonly TemporaryThing[], context: TemporaryContext): Promise<void> {
  const failed = new Map<string, unknown>();
  for (const { kind, name } of things) {
    if (failed.has(name)) continue;
    try {
      await REMOVE[kind](name, context);
      context.log(`Deleted: ${kind} ${name}.`);
    } catch (error) {
      context.log(`Not deleted: ${kind} ${name} (${inItsOwnWords(error)}).`);
      failed.set(name, error);
    }
  }
  const [first] = failed.values();
  if (failed.size > 0) throw first;
}

/** Deletes a temporary endpoint and what was made for it. What is gone already is no error. */
export async function removeTemporary(name: string, context: TemporaryContext): Promise<void> {
  await removeEndpointNamed(name, context);
  await removeConfig(name, context);
  await removeModel(name, context);
  context.begun('');
  context.log(`Deleted: the endpoint ${name}, with its endpoint config and model.`);
}

async function removeConfig(name: string, { sagemaker }: TemporaryContext): Promise<void> {
  await unlessNotFound(sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })));
}

async function removeModel(name: string, { sagemaker }: TemporaryContext): Promise<void> {
  await unlessNotFound(sagemaker.send(new DeleteModelCommand({ ModelName: name })));
}

const REMOVE = { endpoint: removeEndpointNamed, 'endpoint config': removeConfig, model: removeModel };

/** SageMaker deletes no endpoint that it creates: it is waited for. */
const BUSY = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack'];

async function removeEndpointNamed(name: string, context: TemporaryContext): Promise<void> {
  const { clock, deadline, interval, log, sagemaker } = context;
  const poll = async (): Promise<PollResult<'gone'>> => {
    const found = await findEndpoint(sagemaker, name);
    if (!found) return { is: 'settled', answer: 'gone' };
    if (!BUSY.includes(found.status) && found.status !== 'Deleting')
      await deleteEndpoint({ ...context, confirm: async () => undefined }, name);
    return { is: 'pending', saying: BUSY.includes(found.status) ? statusLine(found) : 'Deleting' };
  };
  const onChange = (saying: string, elapsed: string) => log(`${name}: ${saying} (after ${elapsed}).`);
  const waited = await waitFor(poll, { clock, deadline, interval, tolerate: passingTrouble, onChange });
  if (waited.is === 'settled') return;
  throw new Failure(
    'SMC-5208',
    `The endpoint ${name} is not deleted after ${waited.after} (${waited.because}), and costs money. Pending: ${waited.saying}.`,
    'start the job that stops the environment of the comparison, or run this job again: it deletes what expired first.',
  );
}
