import { describe, expect, it } from 'vitest';
import { compareMetrics, metadataMetrics } from '../../src/preview/metrics.ts';
import { line, version } from './known.ts';

describe('the metrics that an approver reads in the log', () => {
  it.each<[what: string, ours: Record<string, string>, live: Record<string, string> | undefined, told: string]>([
    ['one, with nothing live', { rmse: '41250' }, undefined, 'rmse=41250'],
    ['one that fell', { rmse: '41250' }, { rmse: '43000' }, 'rmse=41250 (live 43000: -1750)'],
    ['one that rose', { r2: '0.9' }, { r2: '0.85' }, 'r2=0.9 (live 0.85: +0.05)'],
    ['one that stayed', { r2: '0.9' }, { r2: '0.90' }, 'r2=0.9 (live 0.90: 0)'],
    ['one that is new', { rmse: '1', mae: '2' }, { rmse: '1' }, 'rmse=1 (live 1: 0), mae=2'],
    ['one with its bounds', { rmse: '4', rmse_max: '5', rmse_min: '1' }, undefined, 'rmse=4 (at most 5; at least 1)'],
    ['one at its bound', { rmse: '5', rmse_max: '5' }, undefined, 'rmse=5 (at most 5)'],
    ['one beyond its bound', { rmse: '6', rmse_max: '5' }, undefined, 'rmse=6 (beyond its bound: at most 5)'],
    ['one below its bound', { r2: '0.5', r2_min: '0.8' }, undefined, 'r2=0.5 (beyond its bound: at least 0.8)'],
    [
      'one that no bound can hold',
      { r2: 'good', r2_min: '0.8' },
      undefined,
      'r2=good (beyond its bound: at least 0.8)',
    ],
    [
      'one without an end',
      { r2: 'Infinity', r2_min: '0.8', mae: '1e999' },
      { mae: '1' },
      'r2=Infinity (beyond its bound: at least 0.8), mae=1e999 (live 1)',
    ],
    ['one whose bound is no number', { r2: '0.9', r2_min: '' }, undefined, 'r2=0.9 (beyond its bound: at least )'],
    ['a word', { data: 'resale' }, { data: 'rental' }, 'data=resale (live rental)'],
    ['an empty value', { rmse: '' }, { rmse: '' }, 'rmse= (live )'],
    ['a bound of nothing', { price_max: '7' }, undefined, 'price_max=7'],
    ['names that every object has', { constructor: '1', toString_max: '2' }, {}, 'constructor=1, toString_max=2'],
    ['no entry of ours', { built: 'x', 'approved.dev': 'y' }, undefined, 'none: the training wrote none'],
    [
      'more than fit in a line',
      Object.fromEntries(Array.from({ length: 9 }, (_, number) => [`m${number}`, '1'])),
      undefined,
      'm5=1 and 3 more (on the page)',
    ],
  ])('%s', (_, ours, live, told) => {
    expect(line('metrics', version(ours), { live: { version: live && version(live, { version: 1 }) } })).toBe(
      `metrics  ${told}${told.startsWith('none') ? ' into the metadata' : ''}`.replace(
        'metrics  m5',
        'metrics  m0=1, m1=1, m2=1, m3=1, m4=1, m5',
      ),
    );
  });

  it('begin with what is beyond its bound, so that the log never leaves it out', () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, number) => [`m${number}`, '1']));
    const { metrics } = metadataMetrics({ ...many, r2: '1', r2_max: '2', rmse: '9', rmse_max: '5' }, {});
    expect(metrics.slice(0, 3).map(({ name }) => name)).toEqual(['rmse', 'r2', 'm0']);
  });
});

it('a value beside one that is no number has no difference', () => {
  const [metric] = compareMetrics(new Map([['rmse', '1']]), new Map([['rmse', 'unknown']]), new Map());
  expect(metric).toEqual({ name: 'rmse', value: '1', live: 'unknown', difference: '', bounds: '', isBeyond: false });
});

describe('a bound in the metadata', () => {
  const bounds = new Map([['rmse_max', '5']]);
  const boundsOf = (name: string, more = bounds) => compareMetrics(new Map([[name, '6']]), new Map(), more)[0];

  it.each(['rmse', 'regression_metrics.rmse', 'metrics[rmse]', 'test.metrics[rmse]'])(
    'holds for a value of its name, however deep a report has it: %s',
    (name) => {
      expect(boundsOf(name)).toMatchObject({ bounds: 'at most 5', isBeyond: true });
    },
  );

  it.each(['rmse.lower', 'my_rmse', 'train.normalised_rmse', 'rmse[0]'])('holds for no other value: %s', (name) => {
    expect(boundsOf(name)).toMatchObject({ bounds: '', isBeyond: false });
  });

  it('of the whole name goes before that of its end', () => {
    expect(boundsOf('train.rmse', new Map([...bounds, ['train.rmse_max', '7']]))).toMatchObject({
      bounds: 'at most 7',
      isBeyond: false,
    });
  });
});
