import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { bakeTrafficTag, readEndpointTags, tagEndpoint } from '../tags.ts';

/** The update of an endpoint that bakes: jobs that come one after the other send requests to the same one. */
interface BakingUpdate {
  readonly config: string;
  readonly since: Date;
}

/** How many requests jobs may have sent themselves in an update at most. */
interface OwnNote extends BakingUpdate {
  readonly most: number;
}

const NOTE = /^config=(\S+) since=(\S+) most=(\d{1,9})$/;

/** `config=resale-price-dev-v3-0123456789 since=2026-11-22T08:00:00.000Z most=1200` */
function noteText({ config, since, most }: OwnNote): string {
  return `config=${config} since=${since.toISOString()} most=${most}`;
}

/** What a note says; `unreadable` where somebody else wrote it. */
function readNote(note: string | undefined): OwnNote | 'unreadable' | undefined {
  if (note === undefined) return undefined;
  const [, config, since = '', most] = NOTE.exec(note) ?? [];
  const at = new Date(since);
  return config === undefined || Number.isNaN(at.getTime()) ? 'unreadable' : { config, since: at, most: Number(most) };
}

/**
 * Notes on an endpoint that up to so many requests follow, beside those that an earlier job of the same update has noted (AWS:
 * ListTags, AddTags). It is written before the first of them: a job that is killed leaves it to the next.
 */
export async function noteOwnRequests(
  sagemaker: SageMakerClient,
  endpointArn: string,
  { config, since, most }: OwnNote,
): Promise<void> {
  const tags = await readEndpointTags(sagemaker, endpointArn);
  const before = readNote(tags?.bakeTraffic);
  const same = before !== undefined && before !== 'unreadable' && before.config === config;
  const noted = same && before.since.getTime() === since.getTime() ? before.most : 0;
  await tagEndpoint(sagemaker, endpointArn, bakeTrafficTag(noteText({ config, since, most: noted + most })));
}

/** How many requests jobs have sent to a config at most, as its endpoint's tags note it; any number, where nobody can read that. */
export async function notedOwnRequests(
  sagemaker: SageMakerClient,
  endpointArn: string,
  config: string,
): Promise<number> {
  const note = readNote((await readEndpointTags(sagemaker, endpointArn))?.bakeTraffic);
  if (note === 'unreadable') return Number.POSITIVE_INFINITY;
  return note?.config === config ? note.most : 0;
}
