import Papa from 'papaparse';
import type { QualityPlan } from './quality-plan.ts';
import type { LabelledRow } from './rows.ts';

/** What a request looks like, by its content type. */
const SHAPES = { csv: /^text\/csv\b/i, lines: /^application\/(x-)?(jsonlines|jsonl|ndjson)\b/i, json: /\bjson\b/i };

export type RequestShape = keyof typeof SHAPES;

/** The shape of a content type; `undefined` where it is none that rows are sent in. */
export function shapeOf(contentType: string): RequestShape | undefined {
  return (['csv', 'lines', 'json'] as const).find((shape) => SHAPES[shape].test(contentType));
}

/** What stands in a template for the rows, and for the only row. */
const PLACES = ['$objects', '$arrays', '$object', '$array'];

/** The body of a JSON request, or of a line of JSON Lines, where the quality file gives none. */
function templateOf({ request }: Pick<QualityPlan, 'request'>): unknown {
  return request.body ?? (shapeOf(request.content_type) === 'lines' ? '$object' : { instances: '$objects' });
}

/** Why a request cannot be made of rows as the file says it; `undefined` when it can. */
export function whyNoRequest({ request }: Pick<QualityPlan, 'request'>): string | undefined {
  const shape = shapeOf(request.content_type);
  if (shape === undefined) return 'content_type must be text/csv, JSON or JSON Lines';
  if (shape === 'csv') return request.body === undefined ? undefined : 'body is not for text/csv';
  const used = PLACES.filter((place) => occurs(templateOf({ request }), place));
  if (used.length !== 1) return `body must have one of ${PLACES.join(', ')}`;
  const isOfOne = used.some((place) => !place.endsWith('s'));
  if (shape === 'lines' && !isOfOne) return 'body must have $object or $array: each line is a row';
  if (shape === 'json' && isOfOne && request.batch > 1) return 'body has the place of one row: set batch to 1';
  return undefined;
}

function occurs(template: unknown, place: string): boolean {
  if (typeof template !== 'object' || template === null) return template === place;
  return Object.values(template).some((inner) => occurs(inner, place));
}

/** Makes the bodies of requests. */
export type RequestMaker = (rows: readonly Pick<LabelledRow, 'features'>[]) => string;

/** The maker for rows of these features. */
export function requestMaker(plan: QualityPlan, features: readonly string[]): RequestMaker {
  const shape = shapeOf(plan.request.content_type);
  if (shape === 'csv')
    return (rows) =>
      `${Papa.unparse(
        rows.map((row) => [...row.features]),
        { newline: '\n' },
      )}\n`;
  const template = templateOf(plan);
  const texts = new Set(plan.request.text);
  const valuesOf = ({ features: cells }: Pick<LabelledRow, 'features'>) =>
    cells.map((cell, at) => jsonValue(cell, texts.has(features[at] ?? '')));
  const bodyOf = (rows: readonly Pick<LabelledRow, 'features'>[]) => {
    const arrays = rows.map(valuesOf);
    const objects = arrays.map((values) => Object.fromEntries(values.map((value, at) => [features[at], value])));
    const filling = { $arrays: arrays, $objects: objects, $array: arrays[0], $object: objects[0] };
    return JSON.stringify(filled(template, filling));
  };
  return shape === 'lines' ? (rows) => rows.map((row) => `${bodyOf([row])}\n`).join('') : bodyOf;
}

function filled(template: unknown, filling: Readonly<Record<string, unknown>>): unknown {
  if (typeof template === 'string') return template in filling ? filling[template] : template;
  if (Array.isArray(template)) return template.map((each) => filled(each, filling));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, each]) => [key, filled(each, filling)]));
}

/** A cell of CSV is a text: one that is written as a JSON number is one, an empty one is null. `007` stays a text. */
function jsonValue(cell: unknown, isText: boolean): unknown {
  if (typeof cell !== 'string' || isText) return cell;
  const text = cell.trim();
  if (text === '') return null;
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : cell;
}
