import { DeleteEndpointConfigCommand, DeleteModelCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { unlessNotFound } from '../aws/sagemaker-errors.ts';
import type { Clock, Deadline } from '../ground/clock.ts';
import { inOrder } from '../ground/reads.ts';
import { findPackage } from '../registry/packages.ts';
import { judgeReturn, validatedConfig } from '../registry/returnable.ts';
import { findEndpoint } from './endpoint.ts';
import { ConfigsInUse } from './in-use.ts';
import { Look } from './look.ts';
import { type Naming, sureBeginning } from './names.ts';
import { listConfigs, listModels, type OwnItem, ownOnly, readEach, type Stock, type StockItem } from './stock.ts';
import { readEndpointTags } from './tags.ts';

/** What a deployment leaves of the endpoint's earlier releases. */
export interface CleanUp extends Pick<Naming, 'prefix' | 'environment'> {
  readonly endpoint: string;
  /** The environments in order. */
  readonly promotion_path: readonly string[];
  /** How many endpoint configs, models and versions to return to are kept. */
  readonly keep: number;
}

export interface CleanUpContext {
  readonly sagemaker: SageMakerClient;
  readonly clock: Clock;
  /** When it ends, whatever is left. */
  readonly deadline: Deadline;
  log(line: string): void;
}

/** The endpoint's models and configs, and perhaps those of others. */
export interface Stocks {
  readonly configs: Stock;
  readonly models: Stock;
}

/** The most that one deployment deletes of each: the rest is for the next one. */
const MOST_DELETIONS = 10;

/** Lists what may be of the endpoint (AWS: ListEndpointConfigs, ListModels). */
export async function listStocks(
  sagemaker: SageMakerClient,
  naming: Pick<Naming, 'prefix' | 'environment'>,
): Promise<Stocks> {
  const beginning = sureBeginning(naming);
  const configs = listConfigs(sagemaker, beginning);
  const models = listModels(sagemaker, beginning);
  await inOrder([configs, models]);
  return { configs: await configs, models: await models };
}

/**
 * Deletes the endpoint's oldest configs and models that nothing needs (AWS: DeleteEndpointConfig, DeleteModel). AWS also deletes
 * what an endpoint serves: so everything that needs one is looked at again right before. Configs come first, because nobody can
 * begin to use what is gone; their models are found by the next deployment, if this job ends in between. Returns whether AWS was
 * asked for anything.
 */
export async function cleanUp(wanted: CleanUp, { configs, models }: Stocks, context: CleanUpContext): Promise<boolean> {
  const cleaning = { ...context, inUse: new ConfigsInUse(context.sagemaker), look: new Look(context) };
  const isMore = ({ items }: Stock) => items.length > wanted.keep;
  if (isMore(configs)) await cleanConfigs(wanted, configs, cleaning);
  if (isMore(models)) await cleanModels(wanted, models, cleaning);
  return isMore(configs) || isMore(models);
}

interface Cleaning extends CleanUpContext {
  readonly inUse: ConfigsInUse;
  readonly look: Look;
}

async function cleanConfigs(wanted: CleanUp, { items }: Stock, context: Cleaning): Promise<void> {
  const { sagemaker, log } = context;
  const own = await ownOnly(sagemaker, wanted.endpoint, items);
  const older = own.slice(wanted.keep);
  if (older.length === 0) return;
  const returns = await wantedByReturn(own, wanted, context);
  const unused = older.filter(({ name }) => !returns.includes(name)).toReversed();
  for (const config of unused.slice(0, MOST_DELETIONS)) {
    const needed = await neededNow(wanted, context);
    if (!needed || isOver(context)) return;
    if (needed.has(config.name.toLowerCase()) || !(await isStillOwn(wanted, config, context))) continue;
    await unlessNotFound(sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: config.name })));
    log(`Cleaned up: deleted the endpoint config ${config.name}.`);
  }
}

async function cleanModels(wanted: CleanUp, { items }: Stock, context: Cleaning): Promise<void> {
  const { sagemaker, log } = context;
  const own = await ownOnly(sagemaker, wanted.endpoint, items);
  for (const model of own.slice(wanted.keep).toReversed().slice(0, MOST_DELETIONS)) {
    const named = await modelsNamedNow(wanted, context);
    if (!named || isOver(context)) return;
    if (named.has(model.name.toLowerCase()) || !(await isStillOwn(wanted, model, context))) continue;
    await unlessNotFound(sagemaker.send(new DeleteModelCommand({ ModelName: model.name })));
    log(`Cleaned up: deleted the model ${model.name}.`);
  }
}

/** The configs of the newest versions to which the endpoint may return: so many versions. */
async function wantedByReturn(
  own: readonly OwnItem[],
  { endpoint, environment, promotion_path: path, keep }: CleanUp,
  context: CleanUpContext,
): Promise<string[]> {
  const judged = new Set<string>();
  const wanted: string[] = [];
  for (const { name, package: arn } of own) {
    if (wanted.length === keep) break;
    if (arn === undefined || judged.has(arn)) continue;
    judged.add(arn);
    const version = await findPackage(context, arn);
    const verdict = version && judgeReturn(version, { environment, path, group: version.group });
    if (verdict?.is !== 'fit') continue;
    const config = validatedConfig(verdict, endpoint) ?? name;
    if (own.some((each) => each.name === config)) wanted.push(config);
  }
  return wanted;
}

/** The configs, in lower case, that an endpoint serves or is about to, and those to which the tags of this one lead. */
interface Needed extends Pick<ReadonlySet<string>, 'has'> {
  readonly served: ReadonlySet<string>;
}

/** What is needed at this moment; `undefined` where nobody knows, which the log says. */
async function neededNow({ endpoint: name }: CleanUp, context: Cleaning): Promise<Needed | undefined> {
  const { sagemaker, inUse, log } = context;
  const everywhere = await inUse.now();
  if (everywhere.is === 'unknown') {
    log(`Not cleaned up: ${everywhere.why}.`);
    return undefined;
  }
  const endpoint = await findEndpoint(sagemaker, name);
  const tags = endpoint && (await readEndpointTags(sagemaker, endpoint.arn));
  if (!tags) {
    log(`Not cleaned up: ${name} was deleted meanwhile.`);
    return undefined;
  }
  const served = new Set([...everywhere.configs, ...namesOf([endpoint.config, endpoint.pending])]);
  const noted = new Set(namesOf([tags.wanted, tags.previous]));
  return { served, has: (config) => served.has(config) || noted.has(config) };
}

/** The models that a config of the endpoint, or one that any endpoint serves, names; `undefined` where nobody knows. */
async function modelsNamedNow(wanted: CleanUp, context: Cleaning): Promise<ReadonlySet<string> | undefined> {
  const { sagemaker, look, log } = context;
  const needed = await neededNow(wanted, context);
  if (!needed) return undefined;
  const { items, more } = await listConfigs(sagemaker, sureBeginning(wanted));
  if (more) {
    log('No model is cleaned up: there are too many endpoint configs to know which models they name.');
    return undefined;
  }
  const listed = await readEach(items, ({ name }) => look.config(name));
  const served = await readEach([...needed.served], async (name) => ({ name, config: await look.config(name) }));
  const gone = served.find(({ config }) => !config);
  if (gone) {
    log(`No model is cleaned up: an endpoint serves ${gone.name}, which was deleted, so that nobody knows its model.`);
    return undefined;
  }
  const configs = [...listed, ...served.map(({ config }) => config)];
  return new Set(namesOf(configs.flatMap((config) => config?.variants ?? []).map(({ model }) => model)));
}

function namesOf(names: readonly (string | undefined)[]): string[] {
  return names.flatMap((name) => name?.toLowerCase() ?? []);
}

async function isStillOwn({ endpoint }: CleanUp, item: StockItem, { sagemaker }: CleanUpContext): Promise<boolean> {
  return (await ownOnly(sagemaker, endpoint, [item])).length > 0;
}

function isOver({ clock, deadline }: CleanUpContext): boolean {
  return clock.now() >= deadline.at;
}
