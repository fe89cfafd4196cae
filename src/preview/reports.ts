import { objectUrl } from '../aws/console.ts';
import type { Context } from '../program/context.ts';
import type { ModelPackage } from '../registry/packages.ts';
import { compareMetrics, type MetricGroup, type Values, valuesOf } from './metrics.ts';

/** Bytes of a report that are read; one of SageMaker Clarify has a few ten thousand. */
const MAX_REPORT = 524_288;
/** Values of a report that are compared. */
const MAX_VALUES = 500;
/** Levels of a report that are looked through. */
const MAX_DEPTH = 16;

/**
 * The metrics in the reports that a training attached to a version (ModelMetrics), beside those of what is live (AWS:
 * GetObject). What cannot be read is told, and stops nothing: a role needs no permission for it.
 */
export async function readReports(
  version: ModelPackage,
  live: ModelPackage | undefined,
  { aws }: Pick<Context, 'aws'>,
): Promise<MetricGroup[]> {
  return Promise.all(
    [...version.metrics].map(async ([source, address]): Promise<MetricGroup> => {
      const [ours, theirs] = await Promise.all([valuesAt(address, aws), valuesAt(live?.metrics.get(source), aws)]);
      return reportGroup({ source, url: objectUrl(aws, address) }, ours, theirs, valuesOf(version.metadata));
    }),
  );
}

interface ReportValues {
  readonly values: Values;
  readonly notRead: string | undefined;
}

function reportGroup(
  about: Pick<MetricGroup, 'source' | 'url'>,
  ours: ReportValues,
  theirs: ReportValues,
  bounds: Values,
): MetricGroup {
  const notRead = [
    ...(ours.notRead === undefined ? [] : [ours.notRead]),
    ...(theirs.notRead === undefined ? [] : [`of what is live: ${theirs.notRead}`]),
  ].join('; ');
  const metrics = compareMetrics(ours.values, theirs.values, bounds);
  return { ...about, metrics, notRead: notRead || undefined };
}

async function valuesAt(address: string | undefined, aws: Context['aws']): Promise<ReportValues> {
  if (address === undefined) return { values: new Map(), notRead: undefined };
  const found = await aws.object(address, MAX_REPORT);
  return found.is === 'read' ? valuesIn(found.text) : { values: new Map(), notRead: found.why };
}

/** The numbers in a report, each by the way to it: `regression_metrics.rmse`, `metrics[CI]`. */
export function valuesIn(text: string): ReportValues {
  const report = parsed(text);
  if (typeof report !== 'object' || report === null) return { values: new Map(), notRead: 'it is no JSON object' };
  const values = new Map<string, string>();
  const missing = new Set<string>();
  for (const [path, value] of numbersIn('', report, MAX_DEPTH)) {
    if (values.size === MAX_VALUES) return { values, notRead: `it has more than ${MAX_VALUES} values` };
    if (value === 'too deep') missing.add(`it has more than ${MAX_DEPTH} levels`);
    else if (values.has(path)) missing.add(`it has several values named ${path}`);
    else values.set(path, String(value));
  }
  return { values, notRead: [...missing].join('; ') || undefined };
}

type FoundNumber = [path: string, value: number | 'too deep'];

function* numbersIn(path: string, value: unknown, levels: number): Generator<FoundNumber> {
  if (typeof value === 'number') yield [path.replace(/\.value$/, ''), value];
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) return yield [path, 'too deep'];
  for (const [name, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${nameOf(inner) ?? name}]` : `${path === '' ? '' : '.'}${name}`;
    yield* numbersIn(path + step, inner, levels - 1);
  }
}

/** What a part of a list calls itself, as the metrics of SageMaker Clarify do. */
function nameOf(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null || !('name' in part)) return undefined;
  return typeof part.name === 'string' ? part.name : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
