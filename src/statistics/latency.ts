import { normalBelow, normalQuantile } from './normal.ts';
import { POWER, SIGNIFICANCE } from './paired.ts';
import { CONFIDENCE, type OneSidedBounds } from './proportion.ts';

/** Milliseconds of the same requests to two models, in the same order, one instance each. */
export interface PairedLatencies {
  readonly champion: readonly number[];
  readonly challenger: readonly number[];
}

/** How much longer the requests to one model take than those to the other. */
export interface LatencyRatio {
  /** The natural logarithm of the ratio, above 0 where the challenger takes longer, with its one-sided 95 % bounds. */
  readonly log: number;
  readonly bounds: OneSidedBounds;
  /** How likely so large a ratio is on either side, where both take as long. */
  readonly p: number;
  /** The standard error of the logarithm. */
  readonly error: number;
  /** Requests to each. */
  readonly n: number;
  /** How many instances each model had. */
  readonly instances: number;
  /** By how much instances of one type are taken to differ: the standard deviation of the logarithm of a latency. */
  readonly differ: number;
}

/**
 * By how much the instances of one type are taken to differ at least, as the standard deviation of the logarithm of a latency. No number of
 * requests tells it: each model has only so many instances as there are pairs of them.
 */
export const INSTANCES_DIFFER = 0.05;

/** Fewer pairs of requests than this on two instances show nothing. */
const LEAST_PAIRS = 30;

/** Of the pairs, the share on either side that a mean leaves out: stalls. */
const TRIMMED = 0.2;

/** What no clock tells apart, in milliseconds. */
const LEAST = 0.01;

/**
 * How much longer the challenger takes, by the mean over pairs of instances of the trimmed mean of the logarithms of the ratios. Whatever
 * the requests are, an instance that is slower by itself makes its model slower: that is in the error, by what instances differ at least, or
 * by what these differed if that is more. NaN where an instance answered too few requests.
 */
export function latencyRatio(each: readonly PairedLatencies[]): LatencyRatio {
  const seen = each.map(trimmedLog);
  const instances = seen.length;
  const log = meanOf(seen.map(({ mean }) => mean));
  const differ = Math.max(INSTANCES_DIFFER, Math.sqrt(varianceOf(seen.map(({ mean }) => mean)) / 2));
  const ofRequests = Math.hypot(...seen.map(({ error }) => error)) / instances;
  const error = Math.hypot(ofRequests, instancesError(instances, differ));
  const half = normalQuantile(CONFIDENCE) * error;
  const n = each.reduce((sum, { champion }) => sum + champion.length, 0);
  const bounds = { lower: log - half, upper: log + half };
  return { log, bounds, p: 2 * normalBelow(-Math.abs(log) / error), error, n, instances, differ };
}

/** The standard error of the logarithm of a ratio that instances alone make. */
function instancesError(instances: number, differ: number): number {
  return differ * Math.sqrt(2 / instances);
}

/** What two instances of each model show, where they differ by INSTANCES_DIFFER and requests show everything else. */
export interface LatencyPower {
  /** How often a model that takes as long is shown to be within the margin. */
  readonly within: number;
  /** The smallest logarithm of a ratio that is found in four of five runs. */
  readonly smallest: number;
}

/** What two instances of each model can show, for a margin that is a logarithm. By chance they seem to differ by more than they do, and then show less. */
export function latencyPower(margin: number): LatencyPower {
  const error = instancesError(2, INSTANCES_DIFFER);
  const seeming = seemingDifferences();
  const chance = (log: number, z: number) => meanOf(seeming.map((times) => normalBelow(log / error - times * z)));
  const found = normalQuantile(1 - SIGNIFICANCE / 2);
  let [low, high] = [0, 20 * error];
  for (let step = 0; step < 30; step++) {
    const log = (low + high) / 2;
    if (chance(log, found) < POWER) low = log;
    else high = log;
  }
  return { within: chance(margin, normalQuantile(CONFIDENCE)), smallest: high };
}

/** How many times as much as they do two pairs of instances seem to differ, never less than once: each as likely as the other. */
function seemingDifferences(): number[] {
  return Array.from({ length: 50 }, (_, at) => Math.max(1, normalQuantile(0.5 + (at + 0.5) / 100)));
}

/** The mean of the logarithms without those at either end, and its standard error (J. W. Tukey and D. H. McLaughlin, Sankhya A 25, 1963). */
function trimmedLog({ champion, challenger }: PairedLatencies): { mean: number; error: number } {
  const n = champion.length;
  if (n < LEAST_PAIRS) return { mean: Number.NaN, error: Number.NaN };
  const logs = Float64Array.from(champion, (one, at) => logOf(challenger[at] ?? Number.NaN) - logOf(one)).sort();
  const cut = Math.floor(TRIMMED * n);
  const kept = logs.subarray(cut, n - cut);
  const drawnIn = logs.map((log) => Math.min(Math.max(log, kept[0] ?? log), kept.at(-1) ?? log));
  return { mean: meanOf(kept), error: Math.sqrt(varianceOf(drawnIn) / n) / (1 - (2 * cut) / n) };
}

const logOf = (milliseconds: number) => Math.log(Math.max(milliseconds, LEAST));

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] ?? Number.NaN;
  return sum / values.length;
}

/** The variance of values of which these are a sample; 0 of one. */
function varianceOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += ((values[at] ?? Number.NaN) - mean) ** 2;
  return values.length > 1 ? squares / (values.length - 1) : 0 * squares;
}
