import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readQualityFile } from '../../src/quality/quality-file.ts';

const GOOD = {
  data: { file: 'rows.csv' },
  id: 'id',
  label: 'y',
  task: 'regression',
  metrics: { rmse: { max: 1 } },
};
const BINARY = { task: 'binary', positive: 'yes', negative: 'no', metrics: { accuracy: { min: 0.5 } } };

const read = (change: object) => readQualityFile('quality.yml', stringify({ ...GOOD, ...change }));

interface KeySchema {
  readonly properties?: Readonly<Record<string, KeySchema>>;
  readonly items?: KeySchema;
}

const SCHEMA: KeySchema = JSON.parse(
  readFileSync(new URL('../../docs/quality-file.schema.json', import.meta.url), 'utf8'),
);

/** A value of each kind, at the place of each key in turn; of the metrics, which are alike, at that of one. */
function misused({ properties = {}, items }: KeySchema): unknown[] {
  const here = [-1, 1e99, 'a\nb', true, null, [], [null], {}];
  if (items) return [...here, ...misused(items).map((each) => [each])];
  const keys = Object.entries(properties).filter(([key]) => key === 'rmse' || !('rmse' in properties));
  return [...here, ...keys.flatMap(([key, schema]) => misused(schema).map((each) => ({ [key]: each })))];
}

describe('a quality file', () => {
  it('has usual values for what it does not say', async () => {
    expect(await read({})).toMatchObject({
      request: { content_type: 'text/csv', batch: 100, at_once: 4 },
      beats: 'constant',
      max_rows: 200_000,
      slices: [],
    });
  });

  it.each<[what: string, change: object, why: string]>([
    [
      'two places of its data',
      { data: { file: 'a.csv', s3: 's3://b/c' } },
      'data must have one of file, artifact and s3',
    ],
    ['no place of its data', { data: {} }, 'data must have one of file, artifact and s3'],
    ['an artifact without a hash', { data: { artifact: 'a.csv' } }, 'data.artifact must be named with its sha256'],
    [
      'a format that nobody reads',
      { data: { file: 'a.csv', format: 'avro' } },
      'data.format must be csv or jsonl or parquet',
    ],
    [
      'data whose name tells no format',
      { data: { file: 'a.xlsx' } },
      'data must have a format: csv, jsonl and parquet are read, and its name ends like none of them',
    ],
    ['a metric of another task', { metrics: { f1: { min: 0.5 } } }, 'metrics.f1 is no metric of the task regression'],
    ['a metric without a limit', { metrics: { rmse: {} } }, 'metrics.rmse must have min or max'],
    [
      'a drop from a version whose predictions nobody keeps',
      { metrics: { rmse: { max_drop_from_live: 1 } } },
      'metrics.rmse.max_drop_from_live needs predictions_uri, where the predictions of the live version lie; without it, compare-models judges a drop',
    ],
    [
      'a drop of nothing',
      { predictions_uri: 's3://bucket/folder', metrics: { rmse: { max_drop_from_live: 0 } } },
      'metrics.rmse.max_drop_from_live must be above 0: no number of rows shows a model to be exactly as good',
    ],
    [
      'a drop in a slice',
      { slices: [{ column: 'part', metrics: { rmse: { max: 1, max_drop_from_live: 1 } } }] },
      'slices.0.metrics.rmse.max_drop_from_live is not known',
    ],
    ['no metric', { metrics: {} }, 'metrics must name a metric with its min or max'],
    [
      'a metric of scores where there are none',
      { ...BINARY, prediction: { gives: 'class' }, metrics: { roc_auc: { min: 0.5 } } },
      'metrics.roc_auc needs scores',
    ],
    [
      'a binary task without its labels',
      { task: 'binary', metrics: { f1: { min: 0.5 } } },
      'task is binary: positive must be given',
    ],
    ['classes of a task that has none', { classes: ['a', 'b'] }, 'classes is not for the task regression'],
    ['one name for two classes', { ...BINARY, negative: 'yes' }, 'task must have classes of different names'],
    [
      'groups of a task that has no positive class',
      { groups: [{ column: 'sex', selection_rate: { max_difference: 0.1 } }] },
      'groups.0 are for the task binary only',
    ],
    [
      'a slice of few rows',
      { slices: [{ column: 'x', min_rows: 5, metrics: { rmse: { max: 1 } } }] },
      'slices.0.min_rows must be a whole number from 30',
    ],
    ['the label among what is sent', { features: ['x', 'y'] }, 'features must not have the label y'],
    [
      'a content type that rows are not sent in',
      { request: { content_type: 'image/png' } },
      'request content_type must be text/csv, JSON or JSON Lines',
    ],
    [
      'a body without the rows',
      { request: { content_type: 'application/json', body: {} } },
      'request body must have one of $objects, $arrays, $object, $array',
    ],
    [
      'a body of one row in a batch',
      { request: { content_type: 'application/json', body: '$object' } },
      'request body has the place of one row: set batch to 1',
    ],
  ])('with %s is refused, with the place', async (_, change, why) => {
    await expect(read(change)).rejects.toThrow(/Invalid quality file:\n {2}quality\.yml: line \d+, column \d+: /);
    await expect(read(change)).rejects.toThrow(why);
  });

  it('that has a value of another kind at any key is told what would be right, in words of its own', async () => {
    const wrong = Object.entries(SCHEMA.properties ?? {}).flatMap(([key, schema]) =>
      misused(schema).map((each) => ({ [key]: each })),
    );
    expect(wrong.length).toBeGreaterThan(400);
    const told = await Promise.all(wrong.map((each) => read(each).catch((error: Error) => error.message)));
    const refused = told.filter((each) => typeof each === 'string');
    expect(refused.length).toBeGreaterThan(300);
    expect(refused.filter((each) => /Invalid input|Too (small|big)|Unrecognized|Invalid string/.test(each))).toEqual(
      [],
    );
  });

  it('that repeats a value by an alias is refused, in words that fit this file', async () => {
    const text = 'metrics: &all { rmse: { max: 1 } }\nslices: [{ column: a, metrics: *all }]';
    await expect(readQualityFile('quality.yml', text)).rejects.toThrow(
      'line 2, column 32: aliases are not supported: write the value itself',
    );
  });

  it('that is no YAML is refused, with the place', async () => {
    await expect(readQualityFile('quality.yml', 'data: {')).rejects.toThrow(/quality\.yml: line 1, column \d+: /);
    await expect(readQualityFile('quality.yml', 'data')).rejects.toThrow('must be a mapping');
  });
});
