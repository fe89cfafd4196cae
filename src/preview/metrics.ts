import { numberIn } from '../ground/numeral.ts';
import type { Metadata } from '../registry/entries.ts';
import { isEntryKey } from '../registry/entry-keys.ts';

/** One value that says how good a version is, beside that of what is live. */
export interface Metric {
  readonly name: string;
  readonly value: string;
  /** `undefined` where nothing is live, or it has no such metric. */
  readonly live: string | undefined;
  /** `-1750`; empty where one of the two is no number. */
  readonly difference: string;
  /** `at most 45000; at least 1`; empty without bounds. */
  readonly bounds: string;
  /** Whether it is beyond a bound, or cannot be compared with it. */
  readonly isBeyond: boolean;
}

/** Metrics from one place: the version's metadata, or a report of its training. */
export interface MetricGroup {
  /** `metadata`, or the name of the report: `model quality`. */
  readonly source: string;
  readonly metrics: readonly Metric[];
  /** Why the report, or a part of it, was not read. */
  readonly notRead: string | undefined;
  /** The page of the report in the AWS console. */
  readonly url: string | undefined;
}

/** Values by their names: not a record, because a name may be any, such as `constructor`. */
export type Values = ReadonlyMap<string, string>;

/** The team's own metadata entries, into which a training writes its metrics, beside those of what is live. */
export function metadataMetrics(metadata: Metadata, live: Metadata): MetricGroup {
  const all = valuesOf(metadata);
  const own = new Map([...all].filter(([name]) => !isEntryKey(name) && !boundsAnother(name, all)));
  return { source: 'metadata', metrics: compareMetrics(own, valuesOf(live), all), notRead: undefined, url: undefined };
}

/** Metadata as values, and as bounds: `rmse_max` bounds `rmse`. */
export const valuesOf = (metadata: Metadata): Values => new Map(Object.entries(metadata));

/** Compares values with those of what is live. What is beyond a bound comes first, then what has one. */
export function compareMetrics(values: Values, live: Values, bounds: Values): Metric[] {
  const metrics = [...values].map(([name, value]) => metric(name, value, live.get(name), bounds));
  const rank = ({ isBeyond, bounds: own }: Metric) => (isBeyond ? 0 : own === '' ? 2 : 1);
  return metrics.toSorted((a, b) => rank(a) - rank(b));
}

function metric(name: string, value: string, live: string | undefined, bounds: Values): Metric {
  const [most, least] = [boundOf(name, 'max', bounds), boundOf(name, 'min', bounds)];
  const told = [
    ...(most === undefined ? [] : [`at most ${most}`]),
    ...(least === undefined ? [] : [`at least ${least}`]),
  ];
  const isWithin =
    (most === undefined || numberOf(value) <= numberOf(most)) &&
    (least === undefined || numberOf(value) >= numberOf(least));
  const difference = live === undefined ? '' : differenceOf(value, live);
  return { name, value, live, difference, bounds: told.join('; '), isBeyond: !isWithin };
}

/** `rmse_max` bounds each value named `rmse`, however deep a report has it: `regression_metrics.rmse`, `metrics[rmse]`. */
function boundOf(name: string, end: 'max' | 'min', bounds: Values): string | undefined {
  const [, last = name] = /([^.[\]]+)\]?$/.exec(name) ?? [];
  return bounds.get(`${name}_${end}`) ?? bounds.get(`${last}_${end}`);
}

/** Whether an entry is the bound of another: `rmse_max`, where there is `rmse`. */
function boundsAnother(name: string, all: Values): boolean {
  const bounded = /^(.+)_(max|min)$/.exec(name)?.[1];
  return bounded !== undefined && all.has(bounded);
}

/** A text that is no finite number is NaN, which is within no bound. */
function numberOf(text: string): number {
  return numberIn(text) ?? Number.NaN;
}

function differenceOf(value: string, before: string): string {
  const change = numberOf(value) - numberOf(before);
  if (Number.isNaN(change)) return '';
  return `${change > 0 ? '+' : ''}${Number(change.toPrecision(6))}`;
}
