import * as z from 'zod/mini';
import { qualityPlan } from '../../src/quality/quality-plan.ts';
import { METRIC_NAMES, metricNamed } from '../../src/statistics/metrics.ts';
import { isSchema, keyRows } from './endpoint-file-page.ts';
import { code, table } from './markdown.ts';

/** docs/quality-file.schema.json: for editors. */
export function qualityFileSchema() {
  const { $schema, ...rest } = z.toJSONSchema(qualityPlan, { io: 'input', unrepresentable: 'any' });
  return { $schema, title: 'Quality file of sagemaker-components', ...rest };
}

/** The table of docs/evidence.md: every key of a quality file, what it may be and what it means. */
export function keysOfQualityFile(): string {
  return table(['key', 'value', 'meaning'], rowsOf('', qualityFileSchema()));
}

/** The rows of a mapping; those of the items of a list have [] in their key, and every metric has the same two. */
function rowsOf(
  before: string,
  { properties = {} }: { readonly properties?: Readonly<Record<string, unknown>> },
): string[][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (!isSchema(schema)) return [];
    const key = `${before}${name}`;
    if (name === 'metrics') {
      const { properties: _, ...own } = schema;
      return [...keyRows(key, own), ...limitRows(key)];
    }
    const { items } = schema;
    const inner = isSchema(items) && items.properties ? rowsOf(`${key}[].`, items) : [];
    return [...keyRows(key, schema), ...inner];
  });
}

function limitRows(key: string): string[][] {
  return [
    [code(`${key}.<metric>.min`), 'a number', 'The metric must be at least this.'],
    [code(`${key}.<metric>.max`), 'a number', 'The metric must be at most this.'],
  ];
}

/** The table of metrics: for which tasks each is, and what it needs. */
export function metricsOfQualityFile(): string {
  const rows = METRIC_NAMES.map((name) => {
    const { tasks, better, needs, share } = metricNamed(name);
    const bounds = share ? 'exact (Clopper-Pearson)' : 'bootstrap or jackknife';
    return [code(name), tasks.join(', '), better, needs ?? 'nothing more', bounds];
  });
  return table(['metric', 'task', 'better', 'needs', 'bounds'], rows);
}
