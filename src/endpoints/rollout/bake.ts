import { thousands } from '../../ground/thousands.ts';
import { upperShare } from '../../statistics/proportion.ts';
import type { WatchedFailures } from '../description/alarms-effects.ts';

/** What was seen of a new fleet while it baked. */
export interface BakeCounts {
  /** The requests that its instances took, of whomever. */
  readonly requests: number;
  /** How many of all of them ended with a server error. */
  readonly errors: number;
  /** How many of all of them it refused as wrong. */
  readonly refused: number;
  /** How many can be of jobs themselves at most: copies of a payload, which say nothing of other requests. */
  readonly own: number;
  /** What this job sent itself. */
  readonly sent?: OwnCounts | undefined;
}

/** Copies of a payload that a job sent. */
interface OwnCounts {
  readonly file: string;
  readonly answered: number;
  /** How many were not answered well, by whichever fleet. */
  readonly failed: number;
  /** How many reached the new fleet for sure; `undefined` where nobody knows. */
  readonly reached: number | undefined;
}

/**
 * What a bake shows: that a version is good; that its container answers copies of a payload; or nothing, because too
 * few requests reached it.
 */
export type BakeVerdict = { readonly is: 'good' | 'payload' | 'nothing'; readonly saying: string };

/** What a bake must have to be good. */
export interface BakeCriteria {
  /** How many requests of others. */
  readonly least: number;
  /** Of which failures an alarm would have rolled it back: that none fired says nothing of others. */
  readonly watched: WatchedFailures;
}

/**
 * Judges a bake that no alarm ended: good by the requests of others alone, as far as an alarm watched whether they
 * failed.
 */
export function judgeBake({ requests, errors, refused, own, sent }: BakeCounts, criteria: BakeCriteria): BakeVerdict {
  // Nobody knows which fleet took our own: all of them count as taken by the new one.
  const others = Math.max(0, requests - own);
  const saying = [ofOthers(others, Math.min(errors, others), own > 0), ...ofOwn(own, sent)].join(' ');
  const short = whyNotGood({ others, refused }, criteria);
  if (short === undefined) return { is: 'good', saying };
  const well = requests - errors - refused;
  if (own > 0 && well >= criteria.least)
    return { is: 'payload', saying: `${saying} So the bake shows that the container answers, and no more: ${short}.` };
  return { is: 'nothing', saying: `${saying} So the bake shows nothing: ${short}.` };
}

/** What a bake lacks to be good; `undefined` where it lacks nothing. */
function whyNotGood(
  { others, refused }: { readonly others: number; readonly refused: number },
  { least, watched }: BakeCriteria,
): string | undefined {
  if (others < least) return `${others} of ${least} requests of others`;
  if (watched === 'none') return 'no alarm that rolls back is known to watch whether requests fail';
  const unwatched = watched === 'all' ? 0 : refused;
  if (others - unwatched >= least) return undefined;
  return `the model refused ${counted(unwatched)} (4XX), which no alarm that rolls back watches: ${Math.max(0, others - unwatched)} of ${least} count`;
}

/** `atLeast` where some of the requests, and of the errors, may be our own. */
function ofOthers(requests: number, errors: number, atLeast: boolean): string {
  if (requests === 0) return `No request of others ${atLeast ? 'is known to have ' : ''}reached the new fleet.`;
  const bound = percent(upperShare(errors, requests));
  const many = atLeast ? `At least ${counted(requests)}` : counted(requests);
  const failed = errors === 0 ? 'without an error' : `${atLeast ? 'at most ' : ''}${errors} with a server error`;
  return `${many} of others reached the new fleet, ${failed}: an error rate above ${bound} is excluded at 95 %.`;
}

/** What jobs sent themselves: this one, or any of the same update. */
function ofOwn(own: number, sent: OwnCounts | undefined): string[] {
  if (sent && sent.answered > sent.failed) return [ofSent(sent), WORTH];
  if (sent && sent.answered > 0) return [ofSent(sent)];
  if (own === 0) return [];
  const many = Number.isFinite(own) ? `up to ${counted(own)}` : 'requests, nobody knows how many,';
  return [`Earlier jobs may have sent ${many} themselves, which are not counted. ${WORTH}`];
}

const WORTH = 'Such copies show that the container answers, not that the model is right.';

function ofSent({ file, answered, failed, reached }: OwnCounts): string {
  const began = `This job sent ${thousands(answered)} ${answered === 1 ? 'copy' : 'copies'} of ${file} itself`;
  const ended = failed === 0 ? 'without a failure' : `${thousands(failed)} without a good answer`;
  if (!reached || failed >= reached) return `${began}, ${ended}.`;
  const bound = percent(upperShare(failed, reached));
  const all = reached === answered ? 'all' : `at least ${thousands(reached)}`;
  return `${began}, ${ended}; ${all} reached the new fleet: a failure rate above ${bound} for this payload is excluded at 95 %.`;
}

const counted = (requests: number) => `${thousands(requests)} request${requests === 1 ? '' : 's'}`;

/** `1 %`, `0.96 %`: rounded up, so that it never says more than was seen. */
function percent(share: number): string {
  const digits = share >= 0.1 ? 10 : 100;
  return `${Math.ceil(share * 100 * digits) / digits} %`;
}
