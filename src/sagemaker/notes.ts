import { AddTagsCommand, ListTagsCommand, type SageMakerClient, type Tag } from '@aws-sdk/client-sagemaker';

const OURS = 'sagemaker-components:';

/** Tags that the components keep for themselves: a project's own may not begin so. */
export function isReserved(key: string): boolean {
  return key.toLowerCase().startsWith(OURS) || key.toLowerCase().startsWith('aws:');
}

/** Where a model, endpoint config or endpoint comes from. */
export interface Origin {
  /** The page of the GitLab pipeline. */
  readonly pipeline: string;
  readonly package: string;
}

/**
 * What a deployment notes on its endpoint, as tags, before it changes it: a job that is killed and run again still finds the
 * config that was live before. `previous` is true only of the deployment that wrote it: the one whose config is `wanted`.
 */
export interface Note extends Partial<Origin> {
  readonly wanted: string | undefined;
  readonly previous: string | undefined;
}

/** The project's tags, and ours that say where the thing comes from. */
export function originTags(own: ReadonlyMap<string, string>, origin: Origin): Tag[] {
  return tagsOf({ ...Object.fromEntries(own), ...named(origin) });
}

/** The tags of a note. No config before is an empty value: one that an earlier deployment noted must not stay. */
export function noteTags(note: Pick<Note, 'wanted' | 'previous'>): Tag[] {
  return tagsOf(named({ wanted: note.wanted ?? '', previous: note.previous ?? '' }));
}

/** Writes tags on an endpoint, all in one request. */
export async function tagEndpoint(sagemaker: SageMakerClient, arn: string, tags: readonly Tag[]): Promise<void> {
  await sagemaker.send(new AddTagsCommand({ ResourceArn: arn, Tags: [...tags] }));
}

/** What the last deployment noted on an endpoint; all unknown when none of ours ever did. */
export async function readNote(sagemaker: SageMakerClient, arn: string): Promise<Note> {
  const tags = new Map<string, string>();
  for (let NextToken: string | undefined; ; ) {
    const page = await sagemaker.send(new ListTagsCommand({ ResourceArn: arn, NextToken }));
    for (const { Key, Value } of page.Tags ?? []) if (Key) tags.set(Key, Value ?? '');
    NextToken = page.NextToken;
    if (!NextToken) break;
  }
  const read = (name: string) => tags.get(OURS + name) || undefined;
  return { wanted: read('wanted'), previous: read('previous'), ...given(read('pipeline'), read('package')) };
}

/** Whose a config is that an endpoint has instead of ours: `pipeline https://...`, or that nobody noted it. */
export function whose(config: string, note: Note): string {
  return note.wanted === config && note.pipeline
    ? `the pipeline ${note.pipeline}`
    : 'somebody who does not use these components (CloudTrail names them: UpdateEndpoint)';
}

function given(pipeline: string | undefined, modelPackage: string | undefined): Partial<Origin> {
  return { ...(pipeline && { pipeline }), ...(modelPackage && { package: modelPackage }) };
}

function named(words: object): Record<string, string> {
  return Object.fromEntries(Object.entries(words).map(([name, value]) => [OURS + name, String(value)]));
}

function tagsOf(words: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(words).map(([Key, Value]) => ({ Key, Value }));
}
