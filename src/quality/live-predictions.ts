import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { hashOf } from '../ground/canonical-json.ts';
import type { Answers } from '../statistics/answers.ts';
import { givenBy, type QualityPlan } from './quality-plan.ts';

/** What the live version answered to the same rows, or why nobody knows that; nobody, where no version is live that could have answered. */
export type LiveAnswers =
  | { readonly is: 'read'; readonly version: string; readonly answers: Said }
  | { readonly is: 'unknown'; readonly why: string }
  | { readonly is: 'nobody'; readonly why: string };

type Said = Pick<Answers, 'predictions' | 'scores'>;

/** What report.json says of the predictions that are kept beside it. */
export interface KeptPredictions {
  /** SHA-256 of all numbers. */
  readonly sha256: string;
  /** The hash of what decides which rows are asked, and what their numbers mean. */
  readonly asked: string;
}

const kept = z.object({
  predictions: z.strictObject({ sha256: z.string(), asked: z.string() }),
});

const DIGITS = 32;

export function keptPredictions(plan: QualityPlan, said: Said): KeptPredictions {
  return { sha256: digestOf(said), asked: askedBy(plan) };
}

function askedBy(plan: QualityPlan): string {
  const { id, label, task, positive, negative, classes, max_rows, prediction } = plan;
  const meaning = { gives: givenBy(plan), threshold: prediction.threshold };
  return hashOf({ id, label, task, positive, negative, classes, max_rows, ...meaning }, DIGITS);
}

function digestOf({ predictions, scores }: Said): string {
  const digest = createHash('sha256').update(bytesOf(predictions));
  return (scores ? digest.update(bytesOf(scores)) : digest).digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** An object of S3 with what a model said of each row, without ids, labels or features: a line with the report, then one for each column of numbers. */
export function predictionsObject(report: string, { predictions, scores }: Said): Buffer {
  const columns = [predictions, ...(scores ? [scores] : [])].map((column) => bytesOf(column).toString('base64'));
  return Buffer.from(`${[JSON.stringify(report), ...columns].join('\n')}\n`);
}

/** The most bytes of such an object about so many rows. */
export function largestObject(rows: number): number {
  return 2 * Math.ceil((rows * 8 * 4) / 3) + 2 ** 22;
}

/** What such an object holds: what was said of the rows; `other` where they were asked in another way; `forged` where it is not what was recorded. */
type FoundPredictions =
  | { readonly is: 'said'; readonly said: Said }
  | { readonly is: 'other' }
  | { readonly is: 'forged' };

interface RecordedPredictions {
  readonly plan: QualityPlan;
  readonly rows: number;
  /** The first digits of the SHA-256 of the report, as the registry entry has them. */
  readonly report: string;
}

/** Reads such an object. It counts only where its report is the recorded one, and its numbers are those of the report. */
export function predictionsIn(object: Buffer, { plan, rows, report }: RecordedPredictions): FoundPredictions {
  const [first = '', ...columns] = object.toString('latin1').trimEnd().split('\n');
  const text = textIn(first);
  if (text === undefined || !sha256(text).startsWith(report)) return { is: 'forged' };
  const told = kept.safeParse(JSON.parse(text));
  if (!told.success) return { is: 'forged' };
  const [predictions = EMPTY, scores] = columns.map(numbersIn);
  const said = { predictions, ...(scores && { scores }) };
  if (columns.length > 2 || digestOf(said) !== told.data.predictions.sha256) return { is: 'forged' };
  return told.data.predictions.asked === askedBy(plan) && predictions.length === rows
    ? { is: 'said', said }
    : { is: 'other' };
}

const EMPTY = new Float64Array(0);

function textIn(line: string): string | undefined {
  try {
    const text: unknown = JSON.parse(Buffer.from(line, 'latin1').toString('utf8'));
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function numbersIn(line: string): Float64Array {
  const bytes = Buffer.from(line, 'base64');
  const numbers = new Float64Array(Math.floor(bytes.length / 8));
  bytesOf(numbers).set(bytes.subarray(0, numbers.byteLength));
  return numbers;
}
