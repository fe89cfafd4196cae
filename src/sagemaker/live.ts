import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { type Endpoint, type EndpointConfig, findConfig, packagesOf } from './endpoints.ts';
import { versionIn } from './packages.ts';

/** What serves on an endpoint now, before it is changed. */
export interface Live {
  /** The version of the group that is live; `undefined` when what serves is not of this group, or no longer known. */
  readonly version: number | undefined;
  /** The config that serves; `undefined` when it was deleted, which SageMaker allows. */
  readonly config: EndpointConfig | undefined;
}

export async function findLive(sagemaker: SageMakerClient, endpoint: Endpoint, group: string): Promise<Live> {
  const config = await findConfig(sagemaker, endpoint.config);
  const packages = config ? await packagesOf(sagemaker, config) : [];
  const versions = packages.flatMap((arn) => versionIn(group, arn) ?? []);
  return { version: versions.length > 0 ? Math.max(...versions) : undefined, config };
}

interface Configured {
  readonly variant: string;
  readonly instances: number;
}

/**
 * An endpoint that was scaled out, by hand or by autoscaling, keeps the instances that it has: how many, when that is more than
 * the new config would begin with. Fewer instances than the config before had is a project's own wish, and so is followed.
 */
export function keptInstances(endpoint: Endpoint, live: Live, { variant, instances }: Configured): number | undefined {
  const running = endpoint.variants.find(({ name }) => name === variant)?.wantedInstances ?? 0;
  const began = live.config?.variants.find(({ name }) => name === variant)?.instances ?? 0;
  return running > instances && running > began ? running : undefined;
}
