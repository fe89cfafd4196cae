import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { numberIn } from '../ground/numeral.ts';
import { visibleText } from '../ground/visible-text.ts';
import { jsonNumberIn } from './json-number.ts';
import type { QualityPlan } from './quality-plan.ts';
import { shapeOf } from './request-shape.ts';
import { metricsOf } from './wanted.ts';

/** A row that can be asked about. */
export interface LabelledRow {
  /** From 1, without the header. */
  readonly number: number;
  readonly id: string;
  /** The place of its id among all possible ones, from 0 to 1: of a random sample are those below a limit. */
  readonly draw: number;
  /** A number, 1 or 0 for the positive class or the other, or the code of a class. */
  readonly label: number;
  readonly features: readonly unknown[];
  /** The values by which slices and groups are told apart: a column each. */
  readonly parts: readonly string[];
}

/** What is wrong with a row: a clause after its number. */
export class RowProblem extends Error {}

/** Reads the cells of a row. Throws a RowProblem where one is missing or has no meaning. */
export type RowReader = (cells: readonly unknown[], number: number) => LabelledRow;

/** The columns by which a plan tells slices and groups apart, each once. */
export function partColumns({ slices, groups }: Pick<QualityPlan, 'slices' | 'groups'>): string[] {
  return [...new Set([...slices, ...groups].map(({ column }) => column))];
}

/** The columns that are sent, in their order. */
export function featuresOf({ features, id, label }: QualityPlan, columns: readonly string[]): readonly string[] {
  return features ?? columns.filter((name) => name !== id && name !== label);
}

/** The columns that a plan needs, each once; `undefined` where it sends all that the data has. */
export function neededColumns(plan: QualityPlan): readonly string[] | undefined {
  return plan.features && [...new Set([plan.id, plan.label, ...plan.features, ...partColumns(plan)])];
}

/** The columns of a plan that the data does not have. */
export function missingColumns(plan: QualityPlan, columns: readonly string[]): string[] {
  const needed = neededColumns(plan) ?? [plan.id, plan.label, ...partColumns(plan)];
  return [...new Set(needed)].filter((name) => !columns.includes(name));
}

/** The reader for data of these columns. */
export function rowReader(plan: QualityPlan, columns: readonly string[]): RowReader {
  const placeOf = (name: string) => columns.indexOf(name);
  const [id, label] = [placeOf(plan.id), placeOf(plan.label)];
  const [features, parts] = [featuresOf(plan, columns), partColumns(plan)].map((names) => names.map(placeOf));
  const labelOf = labelReader(plan);
  const featureOf = featureReader(plan);
  return (cells, number) => {
    if (cells.length !== columns.length)
      throw new RowProblem(`it has ${cells.length} cells, and the header has ${columns.length}`);
    const named = textOf(single(cells[id], plan.id));
    if (named === '') throw new RowProblem(`it has no ${plan.id}, the id`);
    const given = single(cells[label], plan.label);
    if (textOf(given) === '') throw new RowProblem(`it has no ${plan.label}, the label`);
    return {
      number,
      id: named,
      draw: drawOf(named),
      label: labelOf(String(given)),
      features: (features ?? []).map((at) => featureOf(cells[at], columns[at] ?? '')),
      parts: (parts ?? []).map((at) => textOf(present(single(cells[at], columns[at] ?? ''), columns[at] ?? ''))),
    };
  };
}

/** A cell that is there; it may be empty. */
function present(cell: unknown, name: string): unknown {
  if (cell === undefined) throw new RowProblem(`it has no ${name}`);
  return cell;
}

/** A cell that is one value: a list or an object has no text of its own. */
function single(cell: unknown, name: string): unknown {
  if (typeof cell !== 'object' || cell === null) return cell;
  throw new RowProblem(`its ${name} is a list or an object: write a column for each value`);
}

/** A reader of cells that are sent: no request says another number than the data. */
function featureReader({ request }: QualityPlan): (cell: unknown, name: string) => unknown {
  const texts = shapeOf(request.content_type) === 'csv' ? undefined : new Set(request.text);
  return (cell, name) => {
    if (typeof cell === 'number' && !Number.isFinite(cell))
      throw new RowProblem(`its ${name} is ${cell}, which no request can say: leave the cell empty`);
    if (texts && !texts.has(name) && (isBeyondExact(cell) || isEndless(cell)))
      throw new RowProblem(
        `its ${name} ${cell} is beyond 2^53, where JSON would say another number: name the column in request.text`,
      );
    if (texts === undefined) single(cell, name);
    return typeof cell === 'bigint' ? String(cell) : present(cell, name);
  };
}

/** Whether a whole number, or a text that is one, is larger than numbers are exact. */
function isBeyondExact(cell: unknown): boolean {
  const isWhole = typeof cell === 'bigint' || (typeof cell === 'string' && /^\s*[+-]?\d+\s*$/.test(cell));
  return isWhole && !Number.isSafeInteger(Number(cell));
}

/** Whether JSON would say null for a text that is written as a number: `1e400`. */
function isEndless(cell: unknown): boolean {
  return typeof cell === 'string' && Math.abs(jsonNumberIn(cell) ?? 0) === Number.POSITIVE_INFINITY;
}

function textOf(cell: unknown): string {
  return cell === undefined || cell === null ? '' : String(cell).trim();
}

function labelReader(plan: QualityPlan): (text: string) => number {
  const codes = classCodes(plan);
  const dividesByLabel = metricsOf(plan).has('mape');
  return (text) => {
    const label = plan.task === 'regression' ? numberIn(text) : codes.get(text.trim());
    const shown = `the label "${visibleText(text).slice(0, 60)}"`;
    if (plan.task === 'regression' && isBeyondExact(text))
      throw new RowProblem(`${shown} is beyond 2^53, where numbers are no longer exact`);
    if (label === 0 && dividesByLabel)
      throw new RowProblem(`${shown} is 0, and mape divides by it: judge mae in its place, or leave such rows out`);
    if (label !== undefined) return label;
    throw new RowProblem(
      plan.task === 'regression' ? `${shown} is no number` : `${shown} is none of ${[...codes.keys()].join(', ')}`,
    );
  };
}

/** The classes of a task by their labels: of a binary one, the positive class has the code 1. */
export function classCodes({ task, negative, positive, classes = [] }: QualityPlan): ReadonlyMap<string, number> {
  const labels = task === 'binary' ? [negative, positive] : classes;
  return new Map(labels.map((label, code) => [String(label), code]));
}

/** Where an id falls: 48 bits of its SHA-256, which nobody chooses. */
function drawOf(id: string): number {
  return Buffer.from(hash('sha256', id, 'hex').slice(0, 12), 'hex').readUIntBE(0, 6) / 2 ** 48;
}
