import { describe, expect, it } from 'vitest';
import { surveyData } from '../../src/quality/data.ts';
import { answerReader } from '../../src/quality/predictions.ts';
import { requestMaker } from '../../src/quality/requests.ts';
import type { Task } from '../../src/statistics/answers.ts';
import { planFor } from './known.ts';

const FEATURES = ['town', 'area', 'postcode'];
const ROWS = [{ features: ['Bedok, east', '92.5', '007'] }, { features: ['', '-1e3', '12'] }];

describe('rows become requests', () => {
  it.each<[content: string, request: object, rows: typeof ROWS, body: string]>([
    ['CSV', {}, ROWS, '"Bedok, east",92.5,007\n,-1e3,12\n'],
    [
      'JSON, as most containers take it',
      { content_type: 'application/json' },
      ROWS,
      '{"instances":[{"town":"Bedok, east","area":92.5,"postcode":"007"},{"town":null,"area":-1000,"postcode":12}]}',
    ],
    [
      'JSON by a template, with a column that stays a text',
      { content_type: 'application/json', body: { inputs: '$arrays', version: 2 }, text: ['postcode'] },
      ROWS,
      '{"inputs":[["Bedok, east",92.5,"007"],[null,-1000,"12"]],"version":2}',
    ],
    [
      'JSON of one row',
      { content_type: 'application/json', body: '$object', batch: 1 },
      ROWS.slice(1),
      '{"town":null,"area":-1000,"postcode":12}',
    ],
    [
      'JSON by a template with words that every object of JavaScript knows',
      { content_type: 'application/json', body: { method: 'toString', inputs: '$array' }, batch: 1 },
      ROWS.slice(1),
      '{"method":"toString","inputs":[null,-1000,12]}',
    ],
    [
      'JSON Lines',
      { content_type: 'application/jsonlines', body: { features: '$array' } },
      ROWS,
      '{"features":["Bedok, east",92.5,"007"]}\n{"features":[null,-1000,12]}\n',
    ],
  ])('of %s', (_, request, rows, body) => {
    expect(requestMaker(planFor('regression', { request }), FEATURES)(rows)).toBe(body);
  });
});

describe('rows of JSON Lines', () => {
  /** What a first look says of 40 rows, of which the second is other. */
  async function lookedAt(second: string, request: object = {}): Promise<string> {
    const lines = Array.from({ length: 40 }, (_, row) =>
      row === 1 ? second : `{"id": ${row}, "x": ${row}, "y": ${row}}`,
    );
    const open = async () =>
      (async function* () {
        yield Buffer.from(lines.join('\n'));
      })();
    const looking = surveyData({
      source: { name: 'rows', format: 'jsonl', open },
      plan: planFor('regression', { request, slices: [] }),
    });
    return looking.then(
      ({ rows }) => `${rows} rows`,
      (error: Error) => error.message,
    );
  }
  const AS_JSON = { content_type: 'application/json' };

  it.each([
    ['{"id": 1, "x": {"of": 2}, "y": 1}', {}, 'row 2: its x is a list or an object: write a column for each value'],
    ['{"id": 1, "x": [2], "y": 1}', AS_JSON, '40 rows'],
    ['{"id": [1], "x": 2, "y": 1}', AS_JSON, 'row 2: its id is a list or an object'],
    ['{"id": 1, "x": 2, "y": [1]}', AS_JSON, 'row 2: its y is a list or an object'],
    ['{"id": 1, "x": 2, "y": "0x10"}', {}, 'row 2: the label "0x10" is no number'],
    ['{"id": 1, "x": 2, "y": "\u00a05"}', {}, 'is no number'],
    ['{"id": 1, "x": 2, "y": " +5 "}', {}, '40 rows'],
    ['{"id": 1, "x": "1e400", "y": 1}', AS_JSON, 'its x 1e400 is beyond 2^53, where JSON would say another number'],
    ['{"id": 1, "x": "1e400", "y": 1}', {}, '40 rows'],
    ['{"id": 9007199254740993, "x": 1e300, "y": 1}', AS_JSON, '40 rows'],
    ['{"id": 1, "x": 9007199254740993, "y": 1}', {}, '40 rows'],
    [
      '{"id": 1, "x": 9007199254740993, "y": 1}',
      AS_JSON,
      'its x 9007199254740993 is beyond 2^53, where JSON would say',
    ],
  ])('%s, sent as %j: %s', async (second, request, said) => {
    expect(await lookedAt(second, request)).toContain(said);
  });
});

describe('an answer', () => {
  const read = (task: Task, prediction: object, [contentType, text]: readonly [string, string], rows = 2) =>
    answerReader(planFor(task, { prediction, ...(task === 'binary' && { metrics: { accuracy: { min: 0.1 } } }) }))(
      { contentType, body: Buffer.from(text) },
      rows,
    );
  const JSON_TYPE = 'application/json';

  it.each<[what: string, task: Task, prediction: object, answer: readonly [string, string], said: object[]]>([
    ['CSV', 'regression', {}, ['text/csv; charset=utf-8', '1.5\n-2\n'], [{ prediction: 1.5 }, { prediction: -2 }]],
    [
      'all rows in one line of CSV',
      'regression',
      {},
      ['text/csv', '1.5,-2'],
      [{ prediction: 1.5 }, { prediction: -2 }],
    ],
    ['a column of CSV', 'regression', { column: 2 }, ['text/csv', 'a,1\nb,2'], [{ prediction: 1 }, { prediction: 2 }]],
    ['a list', 'regression', {}, [JSON_TYPE, '[[1],[2]]'], [{ prediction: 1 }, { prediction: 2 }]],
    [
      'the way to the predictions',
      'binary',
      { at: 'out.predictions[].scores[1]', threshold: 0.3 },
      [JSON_TYPE, '{"out":{"predictions":[{"scores":[0.9,0.1]},{"scores":[0.7,0.3]}]}}'],
      [
        { prediction: 0, score: 0.1 },
        { prediction: 1, score: 0.3 },
      ],
    ],
    ['labels', 'binary', { gives: 'class' }, ['text/csv', 'yes\nno'], [{ prediction: 1 }, { prediction: 0 }]],
    [
      'JSON Lines',
      'multiclass',
      { at: '[].label' },
      ['application/jsonlines', '{"label":"high"}\n{"label":"low"}\n'],
      [{ prediction: 2 }, { prediction: 0 }],
    ],
    [
      'a score for each class',
      'multiclass',
      { gives: 'scores' },
      [JSON_TYPE, '[[0.1,0.7,0.2],[0.5,0.1,0.4]]'],
      [{ prediction: 1 }, { prediction: 0 }],
    ],
  ])('is read as %s', (_, task, prediction, answer, said) => {
    expect(read(task, prediction, answer)).toEqual(said);
  });

  it.each<[what: string, task: Task, prediction: object, answer: readonly [string, string], why: string]>([
    ['that is too short', 'regression', {}, ['text/csv', '1'], 'it has 1 predictions for 2 rows: "1"'],
    ['that is no JSON', 'regression', {}, [JSON_TYPE, 'oops'], 'it is not JSON ('],
    [
      'without a list',
      'regression',
      {},
      [JSON_TYPE, '{"predictions":[1,2]}'],
      'it is no list: set prediction.at to the way to it',
    ],
    ['with NaN, as Python writes it', 'regression', {}, [JSON_TYPE, '[1,NaN]'], 'its prediction "NaN" is no number'],
    ['with an empty cell', 'regression', {}, ['text/csv', 'a,1\nb,'], 'its prediction "a" is no number'],
    ['in hexadecimal', 'regression', {}, ['text/csv', '0x10\n1'], 'its prediction "0x10" is no number'],
    ['with an endless number', 'regression', {}, [JSON_TYPE, '[1e400,1]'], 'is no number'],
    [
      'with digits of another script',
      'regression',
      {},
      [JSON_TYPE, '["\u0663",1]'],
      'its prediction "\u0663" is no number',
    ],
    [
      'of a class never seen',
      'multiclass',
      {},
      ['text/csv', 'low\nhuge'],
      'its prediction "huge" is none of low, middle, high',
    ],
    [
      'with too few scores',
      'multiclass',
      { gives: 'scores' },
      [JSON_TYPE, '[[1,2],[1,2]]'],
      'its prediction "[1,2]" is no list of 3 scores',
    ],
  ])('%s is refused: no number is made up', (_, task, prediction, answer, why) => {
    expect(() => read(task, prediction, answer)).toThrow(why);
  });

  it('that is no probability is refused where a metric takes it for one', () => {
    const plan = planFor('binary', { metrics: { log_loss: { max: 1 } } });
    expect(() => answerReader(plan)({ contentType: 'text/csv', body: Buffer.from('0.5\n1.5') }, 2)).toThrow(
      'its prediction 1.5 is no probability',
    );
  });
});
