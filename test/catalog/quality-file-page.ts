import * as z from 'zod/mini';
import { qualityPlan } from '../../src/quality/quality-plan.ts';
import { METRIC_NAMES, metricNamed } from '../../src/statistics/metrics.ts';
import { isSchema, keyRows, type Schema } from './endpoint-file-page.ts';
import { code, table } from './markdown.ts';

/** docs/quality-file.schema.json: for editors. */
export function qualityFileSchema(): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(qualityPlan, { io: 'input', unrepresentable: 'any' });
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  return { $schema, title: 'Quality file of sagemaker-components', ...rest };
}

/** The table of docs/evidence.md: every key of a quality file, what it may be and what it means. */
export function keysOfQualityFile(): string {
  const { properties = {} } = withOneMetric(qualityFileSchema());
  const rows = Object.entries(properties).flatMap(([key, schema]) => (isSchema(schema) ? keyRows(key, schema) : []));
  return table(['key', 'value and meaning'], rows);
}

/** A schema in which one metric stands for all: each has the same two keys. */
function withOneMetric(schema: Schema): Schema {
  const { properties = {}, items } = schema;
  const inner = Object.entries(properties).map(([name, each]) => [name, isSchema(each) ? reduced(name, each) : each]);
  return {
    ...schema,
    ...(schema.properties && { properties: Object.fromEntries(inner) }),
    ...(isSchema(items) && !Array.isArray(items) && { items: withOneMetric(items) }),
  };
}

function reduced(name: string, schema: Schema): Schema {
  const [any] = Object.values(name === 'metrics' || name === 'margins' ? (schema.properties ?? {}) : {});
  if (!isSchema(any)) return withOneMetric(schema);
  return { ...schema, properties: { '<metric>': { description: 'A metric of the table below.', ...any } } };
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
