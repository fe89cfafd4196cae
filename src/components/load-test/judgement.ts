import { BROKEN, TIMED_OUT } from '../../aws/invocations.ts';
import { normalQuantile } from '../../statistics/normal.ts';
import { CONFIDENCE, lowerShare, upperShare } from '../../statistics/proportion.ts';
import type { Samples } from './generator.ts';
import { intendedAt } from './schedule.ts';

/** Classes of requests that failed -> whether a status is of it. */
export const CLASSES = {
  any: (status: number) => status !== 200,
  '429': (status: number) => status === 429,
  '503': (status: number) => status === 503,
  '424': (status: number) => status === 424,
  timeout: (status: number) => status === TIMED_OUT,
  other: (status: number) => ![200, 429, 503, 424, TIMED_OUT].includes(status),
} as const;

export type ErrorClass = keyof typeof CLASSES;

/** How a status is told. */
export function statusWords(status: number): string {
  if (status === TIMED_OUT) return 'no answer in time';
  return status === BROKEN ? 'the connection broke' : `HTTP ${status}`;
}

/** What a load test holds the endpoint to. */
export interface LoadLimits {
  /** Percentile -> milliseconds. */
  readonly latency: ReadonlyMap<number, number>;
  /** Class -> the share of the requests that may be of it, from 0 to 1. */
  readonly errors: ReadonlyMap<ErrorClass, number>;
}

/** What is known about one limit. */
export interface LimitFinding {
  /** `p99 at most 250 ms`. */
  readonly name: string;
  readonly is: 'good' | 'bad' | 'inconclusive';
  /** How many of the requests are beyond it, of how many. */
  readonly beyond: number;
  readonly requests: number;
  /** The share that may be beyond it, and between which the true share lies with 95 % certainty on each side. */
  readonly allowed: number;
  readonly from: number;
  readonly to: number;
  /** How many more requests would decide, where it is inconclusive; `undefined` where no number is known to. */
  readonly more?: number;
}

/**
 * Judges each limit of a load by what was measured, where the limits are judged so many times in all. A percentile is a
 * share of requests that may take longer, so that every limit is a share: good where the upper bound of Clopper and
 * Pearson at 95 % is within it, bad where the lower one is beyond it, at 95 % for all limits together (Bonferroni).
 * Requests that follow each other share what delays them: seconds are compared, and where these differ more than by
 * chance, the requests count as fewer (the design effect of cluster sampling; Kish, Survey Sampling, 1965, chapter 5).
 */
export function judgeLoad(samples: Samples, limits: LoadLimits, times = 1): LimitFinding[] {
  const all = (limits.latency.size + limits.errors.size) * times;
  const latency = [...limits.latency].map(([percent, most]) => ({
    name: `p${percent} at most ${most} ms`,
    allowed: (100 - percent) / 100,
    isBeyond: (index: number) => samples.statuses[index] !== 200 || (samples.latencies[index] ?? 0) > most,
  }));
  const errors = [...limits.errors].map(([kind, allowed]) => ({
    name: `${kind === 'any' ? 'failed requests' : `failed requests (${kind})`} at most ${percentWords(allowed)}`,
    allowed,
    isBeyond: (index: number) => CLASSES[kind](samples.statuses[index] ?? BROKEN),
  }));
  return [...latency, ...errors].map((limit) => judge(samples, limit, 1 - (1 - CONFIDENCE) / all));
}

interface LoadLimit {
  readonly name: string;
  readonly allowed: number;
  isBeyond(index: number): boolean;
}

function judge(samples: Samples, { name, allowed, isBeyond }: LoadLimit, surely: number): LimitFinding {
  const seconds = secondsOf(samples, isBeyond);
  const beyond = seconds.reduce((sum, each) => sum + each.beyond, 0);
  const requests = seconds.reduce((sum, each) => sum + each.requests, 0);
  const effect = designEffect(seconds);
  const [k, n] = [beyond / effect, requests / effect];
  const [from, to] = [lowerShare(k, n, surely), upperShare(k, n)];
  const told = { name, beyond, requests, allowed, from, to };
  if (to <= allowed) return { ...told, is: 'good' };
  if (from > allowed) return { ...told, is: 'bad' };
  const enough = enoughFor(k / n, allowed, surely);
  return { ...told, is: 'inconclusive', ...(enough !== undefined && { more: enough * effect - requests }) };
}

/** A second of a stage: how many requests were meant for it, and how many are beyond a limit. */
interface Second {
  readonly beyond: number;
  readonly requests: number;
}

function secondsOf(samples: Samples, isBeyond: LoadLimit['isBeyond']): Second[] {
  const seconds = new Map<number, { beyond: number; requests: number }>();
  for (let index = 0; index < samples.sent; index++) {
    const second = Math.floor(intendedAt(samples.stage, index) / 1000);
    const found = seconds.get(second) ?? { beyond: 0, requests: 0 };
    found.requests++;
    found.beyond += Number(isBeyond(index));
    seconds.set(second, found);
  }
  return [...seconds.values()];
}

/** By how many times the share varies more from second to second than it would by chance; at least 1. */
export function designEffect(seconds: readonly Second[]): number {
  const requests = seconds.reduce((sum, each) => sum + each.requests, 0);
  const share = seconds.reduce((sum, each) => sum + each.beyond, 0) / requests;
  if (seconds.length < 2 || share === 0 || share === 1) return 1;
  const squares = seconds.reduce((sum, each) => sum + (each.beyond - share * each.requests) ** 2, 0);
  const variance = (squares * seconds.length) / (seconds.length - 1) / requests ** 2;
  return Math.max(1, variance / ((share * (1 - share)) / requests));
}

/** More would be no answer: nobody sends ten million requests. */
const MOST = 10_000_000;

/**
 * About how many requests would decide, if as large a share of them is beyond as was seen (by the normal distribution).
 */
function enoughFor(share: number, allowed: number, surely: number): number | undefined {
  const deviations = share < allowed ? normalQuantile(CONFIDENCE) : normalQuantile(surely);
  const enough = allowed * (1 - allowed) * (deviations / (share - allowed)) ** 2;
  // Where none is beyond it, so many are needed that even this is not by chance.
  const least = Math.log(1 - CONFIDENCE) / Math.log1p(-allowed);
  return enough > MOST ? undefined : Math.max(enough, least);
}

/** `1 %`, `0.25 %`. */
export function percentWords(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** Whether no limit is exceeded by what was seen, whatever is sure: for the steps of a search. */
export function holds({ beyond, requests, allowed }: LimitFinding): boolean {
  return beyond <= allowed * requests;
}
