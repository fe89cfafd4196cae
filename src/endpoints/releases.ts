import {
  type EndpointConfigSummary,
  paginateListEndpointConfigs,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { type Naming, sureBeginning, versionNamed } from './names.ts';

/** An endpoint config whose name says that deploy-model made it for a version. Only its tags say for which endpoint. */
export interface ReleaseConfig {
  readonly name: string;
  readonly arn: string;
  readonly version: number;
  readonly createdAt: Date;
}

/** How many endpoint configs are listed, the newest first: as many as one page holds. */
const MOST_CONFIGS = 100;

/** The newest endpoint configs that deploy-model made in an environment, by their names, the newest first (AWS: ListEndpointConfigs). */
export async function listReleaseConfigs(
  sagemaker: SageMakerClient,
  naming: Pick<Naming, 'prefix' | 'environment'>,
): Promise<ReleaseConfig[]> {
  const beginning = sureBeginning(naming);
  const request = { NameContains: beginning, SortBy: 'CreationTime', SortOrder: 'Descending' } as const;
  const found: EndpointConfigSummary[] = [];
  const pages = paginateListEndpointConfigs(
    { client: sagemaker, pageSize: MOST_CONFIGS, stopOnSameToken: true },
    request,
  );
  for await (const { EndpointConfigs = [] } of pages) {
    found.push(...EndpointConfigs);
    if (found.length >= MOST_CONFIGS) break;
  }
  return found.flatMap(({ EndpointConfigName: name, EndpointConfigArn: arn, CreationTime: createdAt }) => {
    const version = name?.startsWith(beginning) ? versionNamed(name) : undefined;
    return name && arn && createdAt && version !== undefined ? [{ name, arn, version, createdAt }] : [];
  });
}
