import type { DescribeModelCommandOutput } from '@aws-sdk/client-sagemaker';
import { inOrder } from '../ground/reads.ts';
import { type Endpoint, type EndpointConfig, packagesIn } from './endpoint.ts';
import type { Look } from './look.ts';

/** The config and models behind an endpoint, without those that no longer tell what serves. */
export interface Live {
  readonly config: EndpointConfig | undefined;
  readonly models: readonly DescribeModelCommandOutput[];
  /** One sentence for each that was deleted, or made anew behind the endpoint. */
  readonly gone: readonly string[];
}

/** Describes what is behind an endpoint (AWS: DescribeEndpointConfig, DescribeModel). */
export async function describeLive(look: Look, endpoint: Endpoint): Promise<Live> {
  const config = await look.config(endpoint.config);
  const lacking = whyUntold(`the endpoint config ${endpoint.config}`, config?.answer, endpoint);
  if (!config || lacking !== undefined) return { config: undefined, models: [], gone: [lacking ?? ''] };
  const names = [...new Set(config.variants.flatMap(({ model }) => model ?? []))];
  const found = await inOrder(names.map((name) => look.model(name)));
  const each = found.map((model, index) => ({ model, why: whyUntold(`the model ${names[index]}`, model, endpoint) }));
  return {
    config,
    models: each.flatMap(({ model, why }) => (model && why === undefined ? [model] : [])),
    gone: each.flatMap(({ why }) => why ?? []),
  };
}

/**
 * Why a config or model does not tell what serves: it was deleted; or one of its name was created after the last change
 * of the endpoint, so that the endpoint cannot have been made from it. A time that nobody tells counts as after it.
 */
export function whyUntold(
  what: string,
  found: { readonly CreationTime?: Date | undefined } | undefined,
  { answer: { LastModifiedTime: changed } }: Pick<Endpoint, 'answer'>,
): string | undefined {
  if (!found) return `${what} was deleted`;
  const { CreationTime: created } = found;
  if (instantOf(created) <= instantOf(changed)) return undefined;
  return `${what} was created again at ${created?.toISOString() ?? 'an unknown time'}, after the last change of the endpoint`;
}

/** An instant that can be compared: an unknown one is NaN, which is before and after no other. */
function instantOf(time: Date | undefined): number {
  return time?.getTime() ?? Number.NaN;
}

/** The model packages that serve: none when the config or a model no longer tells. */
export function packagesOf({ models, gone }: Live): string[] {
  return gone.length > 0 ? [] : packagesIn(models);
}

/** The model packages that serve on an endpoint, as `packagesOf` tells them. */
export async function packagesServed(look: Look, endpoint: Endpoint): Promise<string[]> {
  return packagesOf(await describeLive(look, endpoint));
}
