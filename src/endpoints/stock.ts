import { paginateListEndpointConfigs, paginateListModels, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { unlessNotFound } from '../aws/sagemaker-errors.ts';
import { tagsOf } from '../aws/tags.ts';
import { OURS } from '../gitlab/tags.ts';
import { inOrder } from '../ground/reads.ts';

/** A model or endpoint config, as a list names it. */
export interface StockItem {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
}

/** The newest models or endpoint configs of some names, the newest first. */
export interface Stock {
  readonly items: readonly StockItem[];
  /** Whether there are older ones, which are not listed. */
  readonly more: boolean;
}

/** How many are listed: as many as SageMaker gives in one answer. */
const MOST = 100;
const NEWEST_FIRST = { SortBy: 'CreationTime', SortOrder: 'Descending' } as const;

/** What the list of one kind says of one item. */
interface Line {
  readonly name: string | undefined;
  readonly arn: string | undefined;
  readonly createdAt: Date | undefined;
}

/** The endpoint configs whose names contain this (AWS: ListEndpointConfigs). */
export function listConfigs(client: SageMakerClient, NameContains: string): Promise<Stock> {
  const pages = paginateListEndpointConfigs(
    { client, pageSize: MOST, stopOnSameToken: true },
    { NameContains, ...NEWEST_FIRST },
  );
  return collect(pages, ({ EndpointConfigs = [] }) =>
    EndpointConfigs.map(({ EndpointConfigName: name, EndpointConfigArn: arn, CreationTime: createdAt }) => ({
      ...{ name, arn, createdAt },
    })),
  );
}

/** The models whose names contain this (AWS: ListModels). */
export function listModels(client: SageMakerClient, NameContains: string): Promise<Stock> {
  const pages = paginateListModels(
    { client, pageSize: MOST, stopOnSameToken: true },
    { NameContains, ...NEWEST_FIRST },
  );
  return collect(pages, ({ Models = [] }) =>
    Models.map(({ ModelName: name, ModelArn: arn, CreationTime: createdAt }) => ({ ...{ name, arn, createdAt } })),
  );
}

/** A page may be short or empty, and more pages follow. The order is ours: SageMaker's is not promised from page to page. */
async function collect<Page extends { readonly NextToken?: string | undefined }>(
  pages: AsyncIterable<Page>,
  linesOf: (page: Page) => readonly Line[],
): Promise<Stock> {
  const lines: Line[] = [];
  let more = false;
  for await (const page of pages) {
    lines.push(...linesOf(page));
    more = page.NextToken !== undefined;
    if (lines.length >= MOST) break;
  }
  const items = lines.flatMap(({ name, arn, createdAt }) =>
    name && arn && createdAt ? [{ name, arn, createdAt }] : [],
  );
  return { items: items.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime()), more };
}

/** What was made for an endpoint, with the model package that it serves; both by its tags. */
export interface OwnItem extends StockItem {
  readonly package: string | undefined;
}

/** How many requests are sent side by side: more would be throttled. */
const AT_ONCE = 10;

/** Reads for each of many, some at a time. */
export async function readEach<Item, Answer>(
  items: readonly Item[],
  read: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE)
    answers.push(...(await inOrder(items.slice(at, at + AT_ONCE).map(read))));
  return answers;
}

/** Those that were made for exactly this endpoint (AWS: ListTags). What another endpoint shares with it carries one name only. */
export async function ownOnly(
  sagemaker: SageMakerClient,
  endpoint: string,
  items: readonly StockItem[],
): Promise<OwnItem[]> {
  const read = await readEach(items, async (item) => ({
    item,
    tags: await unlessNotFound(tagsOf(sagemaker, item.arn)),
  }));
  return read.flatMap(({ item, tags }) =>
    tags?.get(`${OURS}endpoint`) === endpoint ? [{ ...item, package: tags.get(`${OURS}package`) }] : [],
  );
}
