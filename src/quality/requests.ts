import Papa from 'papaparse';
import { jsonNumberIn } from './json-number.ts';
import type { QualityPlan } from './quality-plan.ts';
import { shapeOf, templateOf } from './request-shape.ts';
import type { LabelledRow } from './rows.ts';

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
  if (typeof template === 'string') return Object.hasOwn(filling, template) ? filling[template] : template;
  if (Array.isArray(template)) return template.map((each) => filled(each, filling));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, each]) => [key, filled(each, filling)]));
}

/** A cell of CSV is a text: one that is written as a JSON number is one, an empty one is null. `007` stays a text. */
function jsonValue(cell: unknown, isText: boolean): unknown {
  if (typeof cell !== 'string' || isText) return cell;
  return cell.trim() === '' ? null : (jsonNumberIn(cell) ?? cell);
}
