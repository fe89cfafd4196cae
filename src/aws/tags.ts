import { AddTagsCommand, paginateListTags, type SageMakerClient, type Tag } from '@aws-sdk/client-sagemaker';

/** The tags of a resource (AWS: ListTags). */
export async function tagsOf(client: SageMakerClient, arn: string): Promise<ReadonlyMap<string, string>> {
  const tags = new Map<string, string>();
  for await (const page of paginateListTags({ client, stopOnSameToken: true }, { ResourceArn: arn }))
    for (const { Key = '', Value = '' } of page.Tags ?? []) tags.set(Key, Value);
  return tags;
}

/** Writes tags on a resource, all in one request. Tags with other keys stay (AWS: AddTags). */
export async function addTags(sagemaker: SageMakerClient, arn: string, tags: readonly Tag[]): Promise<void> {
  await sagemaker.send(new AddTagsCommand({ ResourceArn: arn, Tags: [...tags] }));
}

/** Tags as SageMaker's requests take them. */
export function asTags(pairs: Iterable<readonly [string, string]>): Tag[] {
  return [...pairs].map(([Key, Value]) => ({ Key, Value }));
}
