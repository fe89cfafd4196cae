import type {
  DescribeEndpointCommandOutput,
  DescribeEndpointConfigCommandOutput,
  ProductionVariant,
  ProductionVariantServerlessConfig,
} from '@aws-sdk/client-sagemaker';
import { canonicalJson } from '../ground/canonical-json.ts';
import { versionIn } from '../registry/packages.ts';
import { type Capacity, startingInstances } from './description/capacity.ts';
import type { EndpointDescription } from './description/description.ts';
import { type Endpoint, type EndpointConfig, packagesIn } from './endpoint.ts';
import { describeLive, type Live } from './live.ts';
import type { Look } from './look.ts';
import { differencesFrom, lostMembers, OPTIONS, statedOptions } from './members.ts';
import { configRequest, type ModelAndConfig, modelRequest } from './model-and-config.ts';
import type { EndpointTags } from './tags.ts';

/** Which model serves on an endpoint, as far as SageMaker and our tags tell. */
export type Served =
  | { is: 'version'; version: number; package: string }
  | { is: 'version of another group'; package: string }
  | { is: 'model from outside the registry'; package?: undefined }
  | { is: 'unknown'; why: string; package?: undefined };

/** What serves on an endpoint now, before it is changed. */
export interface CurrentDeployment {
  readonly served: Served;
  /** What an update to the plan would remove, by member: `DataCaptureConfig: {"EnableCapture":true}`. */
  readonly lost: readonly string[];
  /** Why what serves may not be as planned, although its config has the planned name; empty when it is as planned. */
  readonly notAsPlanned: readonly string[];
  /** The config that serves; `undefined` when nobody knows it any more. */
  readonly config: EndpointConfig | undefined;
  /** Whether a deployment of ours left its number of instances to autoscaling. */
  readonly scaled: boolean;
}

export interface CurrentQuery {
  readonly endpoint: Endpoint;
  readonly tags: EndpointTags;
  /** The ARN of the model package group, within which a version is older or newer. */
  readonly group: string;
  readonly serving: ModelAndConfig;
}

/** Describes what serves on an endpoint (AWS: DescribeEndpointConfig, DescribeModel). */
export async function describeCurrent(
  look: Look,
  { endpoint, tags, group, serving }: CurrentQuery,
): Promise<CurrentDeployment> {
  // Most likely the model that the config names: asked for before the config tells.
  if (tags.wanted === endpoint.config && tags.model !== undefined) look.model(tags.model);
  const live = await describeLive(look, endpoint);
  const { config, models, gone } = live;
  const notAsPlanned = [
    ...gone,
    ...(config ? differencesFrom('endpoint config', configRequest(serving), config.answer) : []),
    ...models.flatMap((model) => differencesFrom('model', modelRequest(serving), model)),
  ];
  const served = servedBy(live, tags, { endpoint, group });
  return {
    served,
    lost: lostFrom(live, { endpoint, tags, serving }),
    notAsPlanned,
    config,
    scaled: tags.autoscaling !== undefined,
  };
}

/** Which model serves on an endpoint (AWS: DescribeEndpointConfig, DescribeModel). */
export async function findServed(
  look: Look,
  { endpoint, tags, group }: Omit<CurrentQuery, 'serving'>,
): Promise<Served> {
  return servedBy(await describeLive(look, endpoint), tags, { endpoint, group });
}

/** Endpoint and config tell some members twice: those of the config say more. */
function lostFrom({ config, models }: Live, { endpoint, tags, serving }: Omit<CurrentQuery, 'group'>) {
  const stated = statedBy(serving, { endpoint, tags });
  const [ofModel, ofConfig] = [modelRequest(serving), configRequest(serving)];
  const seen = withoutConfigured(withoutOurRollout(endpoint, tags, serving), [config?.answer, ofConfig]);
  const members = new Map([
    ...lostMembers('endpoint', seen, { request: {}, stated }),
    ...models.flatMap((model) => [...lostMembers('model', model, { request: ofModel, stated })]),
    ...(config ? lostMembers('endpoint config', config.answer, { request: ofConfig, stated }) : []),
  ]);
  return [...withoutModel(config), ...otherModels(config), ...[...members].map(([path, value]) => `${path}: ${value}`)];
}

/**
 * The options that may change: those that the endpoint file states. What was made before says all of itself, so that between two
 * releases of ours none is lost.
 */
function statedBy(
  { made, description }: ModelAndConfig,
  { endpoint, tags }: Pick<CurrentQuery, 'endpoint' | 'tags'>,
): ReadonlySet<string> {
  return made && isOfOurs(endpoint, tags) ? OPTIONS : statedOptions(description);
}

/** Whether what serves is what we brought, or what it was rolled back to. */
function isOfOurs({ config }: Pick<Endpoint, 'config'>, { wanted, previous }: EndpointTags): boolean {
  return [wanted, previous].includes(config);
}

/** How the last update was brought in is no loss where we did it, or say how the next one is. */
function withoutOurRollout(
  endpoint: Endpoint,
  tags: EndpointTags,
  { description }: ModelAndConfig,
): DescribeEndpointCommandOutput {
  const { LastDeploymentConfig: last, ...rest } = endpoint.answer;
  const isOurs = description.strategy !== undefined || isOfOurs(endpoint, tags);
  return isOurs ? rest : { ...rest, LastDeploymentConfig: last };
}

/** What a serverless variant has and is to have is no loss where its config says it, or the plan: nobody changed it meanwhile. */
function withoutConfigured(
  answer: DescribeEndpointCommandOutput,
  configs: readonly (ConfigMembers | undefined)[],
): DescribeEndpointCommandOutput {
  const known = configs.flatMap((config) => config?.ProductionVariants ?? []).map(serverlessOf);
  const unlessKnown = (value: ProductionVariantServerlessConfig | undefined) =>
    known.includes(canonicalJson(value ?? {})) ? undefined : value;
  const variants = (answer.ProductionVariants ?? []).map((variant) => ({
    ...variant,
    CurrentServerlessConfig: unlessKnown(variant.CurrentServerlessConfig),
    DesiredServerlessConfig: unlessKnown(variant.DesiredServerlessConfig),
  }));
  return { ...answer, ProductionVariants: variants };
}

const serverlessOf = ({ ServerlessConfig }: ProductionVariant) => canonicalJson(ServerlessConfig ?? {});

type ConfigMembers = Pick<DescribeEndpointConfigCommandOutput, 'ProductionVariants'>;

function servedBy(
  { models, gone }: Live,
  tags: EndpointTags,
  { endpoint, group }: Pick<CurrentQuery, 'endpoint' | 'group'>,
): Served {
  const isTold = gone.length === 0;
  // A second package is of a further variant or container, for which an update is refused (members.ts).
  const served = isTold ? packagesIn(models)[0] : packageTagged(tags, endpoint.config);
  if (served === undefined)
    return isTold ? { is: 'model from outside the registry' } : { is: 'unknown', why: gone.join(', and ') };
  const version = versionIn(group, served);
  return version === undefined
    ? { is: 'version of another group', package: served }
    : { is: 'version', version, package: served };
}

/** The model package that the endpoint's tags name for a config. */
function packageTagged(tags: EndpointTags, config: string): string | undefined {
  if (tags.wanted === config) return tags.package;
  return tags.previous === config ? tags.previousPackage : undefined;
}

/** A variant without a model is for inference components, which are no part of the config. */
function withoutModel(config: EndpointConfig | undefined): string[] {
  const empty = (config?.variants ?? []).flatMap(({ model }, index) => (model === undefined ? [index] : []));
  return empty.map((index) => `inference components: ProductionVariants[${index}] names no model`);
}

/** A pool may name a model of its own for its instance type: no deployment of ours does. */
function otherModels(config: EndpointConfig | undefined): string[] {
  return (config?.answer.ProductionVariants ?? []).flatMap(({ InstancePools = [] }, variant) =>
    InstancePools.flatMap(({ ModelNameOverride: model }, pool) =>
      model === undefined
        ? []
        : [`ProductionVariants[${variant}].InstancePools[${pool}].ModelNameOverride: ${JSON.stringify(model)}`],
    ),
  );
}

type KeptBy = Pick<EndpointDescription, 'variant_name' | 'autoscaling'> & Capacity;

/**
 * How many instances an endpoint keeps that was scaled out, by hand or by autoscaling: all that it has, when those are
 * more than the new config would start with; `undefined` otherwise. Fewer instances than the config before had is what
 * the project wants, unless an endpoint file leaves or left their number to autoscaling.
 */
export function keptInstances(
  endpoint: Endpoint,
  current: CurrentDeployment,
  { variant_name, autoscaling, ...capacity }: KeptBy,
): number | undefined {
  const running = endpoint.variants.find(({ name }) => name === variant_name)?.wantedInstances ?? 0;
  const began = current.config?.variants.find(({ name }) => name === variant_name)?.instances ?? 0;
  const wantsFewer = !autoscaling && !current.scaled && running <= began;
  return running > startingInstances(capacity) && !wantsFewer ? running : undefined;
}
