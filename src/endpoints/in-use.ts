import { type EndpointSummary, paginateListEndpoints, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { findEndpoint } from './endpoint.ts';
import { readEach } from './stock.ts';

/** What the endpoints of the account serve or are about to serve, by lower-case names; or why nobody knows. */
export type InUse = { is: 'known'; configs: ReadonlySet<string> } | { is: 'unknown'; why: string };

/** The statuses in which an endpoint serves what it served when it was last modified. */
const AT_REST = ['InService', 'OutOfService', 'Failed'];

/**
 * The endpoint configs behind every endpoint of the account (AWS: ListEndpoints, DescribeEndpoint). It is read again before each
 * deletion: endpoints that are as they were then are not described again.
 */
export class ConfigsInUse {
  readonly #sagemaker: SageMakerClient;
  /** Endpoint -> how the list showed it, and its configs. */
  #seen = new Map<string, { readonly shown: string; readonly configs: readonly string[] }>();

  constructor(sagemaker: SageMakerClient) {
    this.#sagemaker = sagemaker;
  }

  async now(): Promise<InUse> {
    const listed = await this.#list();
    const torn = listed.find(({ EndpointStatus }) => EndpointStatus === 'UpdateRollbackFailed');
    if (torn)
      return { is: 'unknown', why: `${torn.EndpointName} is UpdateRollbackFailed: it may serve several configs` };
    const each = await readEach(listed, async (endpoint) => [endpoint, await this.#configsOf(endpoint)] as const);
    this.#seen = new Map(each.map(([endpoint, configs]) => [nameOf(endpoint), { shown: shownAs(endpoint), configs }]));
    return { is: 'known', configs: new Set(each.flatMap(([, configs]) => configs)) };
  }

  async #list(): Promise<EndpointSummary[]> {
    const listed: EndpointSummary[] = [];
    for await (const { Endpoints = [] } of paginateListEndpoints(
      { client: this.#sagemaker, pageSize: 100, stopOnSameToken: true },
      {},
    ))
      listed.push(...Endpoints);
    return listed;
  }

  async #configsOf(endpoint: EndpointSummary): Promise<readonly string[]> {
    const before = this.#seen.get(nameOf(endpoint));
    const atRest = AT_REST.includes(String(endpoint.EndpointStatus));
    if (atRest && before?.shown === shownAs(endpoint)) return before.configs;
    const found = await findEndpoint(this.#sagemaker, nameOf(endpoint));
    return [found?.config, found?.pending].flatMap((config) => config?.toLowerCase() ?? []);
  }
}

const nameOf = ({ EndpointName }: EndpointSummary) => EndpointName ?? '';

function shownAs({ EndpointStatus, CreationTime, LastModifiedTime }: EndpointSummary): string {
  return [EndpointStatus, CreationTime?.getTime(), LastModifiedTime?.getTime()].join(' ');
}
