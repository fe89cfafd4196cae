import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { type Naming, sureBeginning, versionNamed } from './names.ts';
import { listConfigs, type StockItem } from './stock.ts';

/** An endpoint config whose name says that deploy-model made it for a version. Only its tags say for which endpoint. */
export interface ReleaseConfig extends StockItem {
  readonly version: number;
}

/** The newest endpoint configs that deploy-model made in an environment, by their names, the newest first (AWS: ListEndpointConfigs). */
export async function listReleaseConfigs(
  sagemaker: SageMakerClient,
  naming: Pick<Naming, 'prefix' | 'environment'>,
): Promise<ReleaseConfig[]> {
  const beginning = sureBeginning(naming);
  const { items } = await listConfigs(sagemaker, beginning);
  return items.flatMap((item) => {
    const version = item.name.startsWith(beginning) ? versionNamed(item.name) : undefined;
    return version === undefined ? [] : [{ ...item, version }];
  });
}
