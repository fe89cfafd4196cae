import type * as api from '@aws-sdk/client-sagemaker';
import type { AwsError } from '../world.ts';
import { type Given, invalid, page, served } from './service.ts';

type Tag = Given<api.Tag>;

const MOST_TAGS = 50;

/** A version has the tags of its group, and none of its own. */
export const tagsOnVersion = (): AwsError =>
  invalid('Tags are not supported in Model Package versions. Please add them to the Model Package Group.');

/** Tags of whatever has an ARN. `exists` is how it knows that a thing is still there. */
export class Tags {
  readonly #tags = new Map<string, Map<string, string>>();
  readonly #exists: (arn: string) => boolean;

  constructor(exists: (arn: string) => boolean) {
    this.#exists = exists;
  }

  operations = () => served({ AddTags: this.#add, ListTags: this.#list, DeleteTags: this.#delete });

  of(arn: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#tags.get(arn) ?? []);
  }

  put(arn: string, tags: readonly Tag[] = []): void {
    if (new Set(tags.map(({ Key }) => Key)).size < tags.length) throw invalid('Tag keys must be unique in a request.');
    const wanted = new Map(this.#tags.get(arn));
    for (const { Key, Value } of tags) wanted.set(Key, Value);
    if (wanted.size > MOST_TAGS) throw invalid(`The resource ${arn} can have at most ${MOST_TAGS} tags.`);
    this.#tags.set(arn, wanted);
  }

  forget(arn: string): void {
    this.#tags.delete(arn);
  }

  #add = ({ ResourceArn, Tags: tags }: Given<api.AddTagsCommandInput>): Given<api.AddTagsCommandOutput> => {
    const arn = this.#mustExist(ResourceArn);
    if (/:model-package\/[^/]+\/\d+$/.test(arn)) throw tagsOnVersion();
    this.put(arn, tags);
    return { Tags: this.#listOf(arn) };
  };

  #list = (input: Given<api.ListTagsCommandInput>): Given<api.ListTagsCommandOutput> => {
    const { items, next } = page(this.#listOf(this.#mustExist(input.ResourceArn)), {
      ...input,
      MaxResults: input.MaxResults ?? MOST_TAGS,
    });
    return { Tags: items, NextToken: next };
  };

  #delete = ({ ResourceArn, TagKeys }: Given<api.DeleteTagsCommandInput>): Given<api.DeleteTagsCommandOutput> => {
    const arn = this.#mustExist(ResourceArn);
    for (const key of TagKeys) this.#tags.get(arn)?.delete(key);
    return {};
  };

  #listOf(arn: string): Tag[] {
    return [...(this.#tags.get(arn) ?? [])].map(([Key, Value]) => ({ Key, Value }));
  }

  #mustExist(arn: string): string {
    if (!this.#exists(arn)) throw invalid(`Could not find resource "${arn}".`);
    return arn;
  }
}
