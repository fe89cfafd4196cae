import type { InvocationResponse } from '../endpoints/invocation.ts';
import { partsOf } from '../ground/error-parts.ts';
import { numberIn } from '../ground/numeral.ts';
import { visibleText } from '../ground/visible-text.ts';
import { givenBy, type QualityPlan } from './quality-plan.ts';
import { shapeOf } from './request-shape.ts';
import { classCodes } from './rows.ts';
import { needsProbabilities } from './wanted.ts';

/** What a model said of a row: a number or the code of a class, and the score of the positive class where it gave one. */
export interface Prediction {
  readonly prediction: number;
  readonly score?: number;
}

/** What is wrong with an answer: a sentence without its end; `row` is the place in the request, from 0. */
export class AnswerProblem extends Error {
  readonly row: number | undefined;

  constructor(message: string, row?: number) {
    super(message);
    this.row = row;
  }
}

/** Reads what an answer says of so many rows. Throws an AnswerProblem where it says something else: no number is made up. */
export type AnswerReader = (answer: Pick<InvocationResponse, 'contentType' | 'body'>, rows: number) => Prediction[];

/** The reader of a model's answers. */
export function answerReader(plan: QualityPlan): AnswerReader {
  const read = predictionReader(plan);
  return ({ contentType, body }, rows) => {
    const text = Buffer.from(body).toString('utf8');
    const values = valuesIn(plan, { contentType, text, rows });
    if (values.length !== rows)
      throw new AnswerProblem(`it has ${values.length} predictions for ${rows} rows: "${opening(text)}"`);
    return values.map((value, row) => read(value, row));
  };
}

interface AnswerText {
  readonly contentType: string;
  readonly text: string;
  readonly rows: number;
}

function valuesIn({ prediction }: QualityPlan, { contentType, text, rows }: AnswerText): unknown[] {
  const { column, at } = prediction;
  const shape = at === undefined ? (column === undefined ? shapeOf(contentType) : 'csv') : shapeOf(contentType);
  if (shape === 'csv' || shape === undefined) return csvValues(text, { column, rows });
  const steps = at ?? '';
  if (shape === 'lines')
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => valueAt(json(line), keysIn(steps.replace('[]', ''))));
  return listValues(json(text), steps);
}

interface CsvPlace {
  readonly column: number | undefined;
  readonly rows: number;
}

/** A line for each row; older containers of AWS answer all rows in one line. */
function csvValues(text: string, { column, rows }: CsvPlace): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const [only = '', ...more] = lines;
  if (column === undefined && more.length === 0 && rows > 1) return only.split(',');
  return lines.map((line) => line.split(',')[(column ?? 1) - 1]?.replace(/^[ \t]*"(.*)"[ \t]*$/, '$1') ?? '');
}

/** NaN and Infinity are no JSON, but containers in Python write them: they are read, and refused as what they are. */
function json(text: string): unknown {
  const readable = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (part) =>
    part.startsWith('"') ? part : `"${part}"`,
  );
  try {
    return JSON.parse(readable);
  } catch (error) {
    throw new AnswerProblem(`it is not JSON (${partsOf(error).message}): "${opening(text)}"`);
  }
}

function listValues(document: unknown, at: string): unknown[] {
  const [before = '', after = ''] = at === '' ? ['', ''] : at.split('[]');
  const list = valueAt(document, keysIn(before));
  if (!Array.isArray(list))
    throw new AnswerProblem(
      `${before === '' ? 'it' : before} is no list: set prediction.at to the way to it: "${opening(JSON.stringify(document))}"`,
    );
  return list.map((item: unknown) => valueAt(item, keysIn(after)));
}

/** `predictions[0].score` as its keys. */
function keysIn(path: string): string[] {
  return path
    .replace(/^\$/, '')
    .split(/[.[\]]/)
    .filter(Boolean);
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return Object.entries(inner).find(([name]) => name === key)?.[1];
  }, value);
}

type PredictionReader = (value: unknown, row: number) => Prediction;

function predictionReader(plan: QualityPlan): PredictionReader {
  const gives = givenBy(plan);
  if (gives === 'value') return (value, row) => ({ prediction: numberOf(value, row) });
  if (gives === 'score') return scoreReader(plan);
  if (gives === 'scores') return scoresReader(plan);
  const codes = classCodes(plan);
  return (value, row) => {
    const code = codes.get(String(value).trim());
    if (code !== undefined) return { prediction: code };
    throw new AnswerProblem(`its prediction ${shown(value)} is none of ${[...codes.keys()].join(', ')}`, row);
  };
}

function scoreReader(plan: QualityPlan): PredictionReader {
  const { threshold } = plan.prediction;
  const isProbability = needsProbabilities(plan);
  return (value, row) => {
    const score = numberOf(value, row);
    if (isProbability && (score < 0 || score > 1))
      throw new AnswerProblem(`its prediction ${score} is no probability, which log_loss and brier_score need`, row);
    return { prediction: score >= threshold ? 1 : 0, score };
  };
}

function scoresReader({ classes = [] }: QualityPlan): PredictionReader {
  return (value, row) => {
    const scores = Array.isArray(value) ? value.map((each: unknown) => numberOf(each, row)) : [];
    if (scores.length !== classes.length)
      throw new AnswerProblem(`its prediction ${shown(value)} is no list of ${classes.length} scores`, row);
    return { prediction: scores.indexOf(Math.max(...scores)) };
  };
}

function numberOf(value: unknown, row: number): number {
  const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  const number = typeof only === 'string' ? numberIn(only) : only;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new AnswerProblem(`its prediction ${shown(value)} is no number`, row);
}

const opening = (text: string) => visibleText(text.slice(0, 200));

function shown(value: unknown): string {
  return value === undefined
    ? 'is missing and'
    : `"${opening(typeof value === 'string' ? value : JSON.stringify(value))}"`;
}
