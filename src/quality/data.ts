import { createHash, type Hash } from 'node:crypto';
import { Failure } from '../ground/failure.ts';
import { cutText } from '../ground/visible-text.ts';
import type { QualityPlan } from './quality-plan.ts';
import {
  featuresOf,
  type LabelledRow,
  missingColumns,
  neededColumns,
  partColumns,
  RowProblem,
  type RowReader,
  rowReader,
} from './rows.ts';
import { type Bytes, type RowChunk, type TableFormat, TableProblem } from './table-data.ts';
import { readTable } from './tables.ts';
import { metricsOf } from './wanted.ts';

/** Where the labelled rows come from: read twice, because what is asked is chosen among all of them. */
export interface DataSource {
  /** What a person calls it: `holdout.csv of the commit 8b1a9953c461`. */
  readonly name: string;
  readonly format: TableFormat;
  open(): Promise<Bytes>;
}

/** What a first look at all rows shows. */
export interface DataSummary {
  readonly rows: number;
  /** SHA-256 of the data. */
  readonly sha256: string;
  /** A row is asked when its draw is below this. */
  readonly limit: number;
  /** How many rows are asked. */
  readonly asked: number;
  /** The columns that are sent. */
  readonly features: readonly string[];
}

interface PlannedData {
  readonly source: DataSource;
  readonly plan: QualityPlan;
}

/** As many problems of rows as a person corrects at once. */
const MOST_PROBLEMS = 5;
/** Fewer rows show nothing. */
const LEAST = 30;
/** Nobody reads more slices or groups than this; a column with more values is mostly an id or a number. */
const MOST_PARTS = 500;
/** Characters of the names of the columns that data has. */
const NAMES_SHOWN = 500;

/**
 * Looks at every row before any is asked. Throws a Failure of kind "invalid input" that names the rows that are wrong:
 * the data is judged as it is, or not at all.
 */
export async function surveyData({ source, plan }: PlannedData): Promise<DataSummary> {
  const draws = new Draws();
  const seen = new SeenValues(plan);
  const problems: string[] = [];
  let wrong = 0;
  const digest = createHash('sha256');
  const features = await readRows({ source, plan }, digest, {
    row: (row) => {
      draws.put(row.draw);
      seen.put(row);
    },
    problem: (why) => {
      wrong++;
      if (problems.length < MOST_PROBLEMS) problems.push(why);
    },
  });
  const sha256 = digest.digest('hex');
  refuseOtherData(source, plan, sha256);
  if (wrong > MOST_PROBLEMS) problems.push(`and ${wrong - MOST_PROBLEMS} more rows`);
  const ascending = draws.ascending();
  if (problems.length === 0) problems.push(...(await doubled({ source, plan }, ascending)));
  if (problems.length === 0) problems.push(...tooFewRows(ascending.length), ...seen.problems());
  if (problems.length > 0) throw wrongData(source, problems);
  const rows = ascending.length;
  // The next one is not asked: about so many rows are, and exactly so many where no two draws are equal.
  const limit = rows > plan.max_rows ? (ascending[plan.max_rows] ?? 1) : 1;
  return { rows, sha256, limit, asked: Math.min(rows, plan.max_rows), features };
}

interface Visitor {
  row(row: LabelledRow): void;
  problem(why: string): void;
}

/** Visits every row, and returns the columns that are sent. */
async function readRows({ source, plan }: PlannedData, digest: Hash, visit: Visitor): Promise<readonly string[]> {
  let read: RowReader | undefined;
  let features: readonly string[] = [];
  let number = 0;
  try {
    for await (const { columns, rows } of tableOf({ source, plan }, digest)) {
      read ??= readerFor({ source, plan }, columns);
      features = featuresOf(plan, columns);
      for (const cells of rows) {
        number++;
        const row = attempted(read, cells, number, visit);
        if (row) visit.row(row);
      }
    }
  } catch (error) {
    if (error instanceof TableProblem) throw wrongData(source, [error.message]);
    throw error;
  }
  return features;
}

function attempted(
  read: RowReader,
  cells: readonly unknown[],
  number: number,
  visit: Visitor,
): LabelledRow | undefined {
  try {
    return read(cells, number);
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    visit.problem(`row ${number}: ${error.message}`);
    return undefined;
  }
}

function readerFor({ source, plan }: PlannedData, columns: readonly string[]): RowReader {
  const missing = missingColumns(plan, columns);
  if (missing.length === 0) return rowReader(plan, columns);
  const has = cutText(columns.join(', '), NAMES_SHOWN);
  throw wrongData(source, [`it has no column ${missing.join(', ')}; it has ${has}`]);
}

async function* tableOf({ source, plan }: PlannedData, digest: Hash): AsyncGenerator<RowChunk> {
  const { format } = source;
  yield* readTable(hashing(await source.open(), digest), { format, needed: neededColumns(plan) });
}

async function* hashing(bytes: Bytes, digest: Hash): Bytes {
  for await (const piece of bytes) {
    digest.update(piece);
    yield piece;
  }
}

/**
 * The rows that are asked, in the order of the data, some at a time. Throws a Failure when the data is no longer the
 * one that was looked at.
 */
export async function* askedRows(
  { source, plan }: PlannedData,
  { limit, sha256 }: Pick<DataSummary, 'limit' | 'sha256'>,
): AsyncGenerator<readonly LabelledRow[]> {
  const digest = createHash('sha256');
  let read: RowReader | undefined;
  let number = 0;
  try {
    for await (const { columns, rows } of tableOf({ source, plan }, digest)) {
      read ??= readerFor({ source, plan }, columns);
      const asked: LabelledRow[] = [];
      for (const cells of rows) {
        const row = read(cells, ++number);
        if (row.draw < limit) asked.push(row);
      }
      yield asked;
    }
  } catch (error) {
    // At the first look, each row was right.
    throw error instanceof TableProblem || error instanceof RowProblem ? changedData(source) : error;
  }
  if (digest.digest('hex') !== sha256) throw changedData(source);
}

/**
 * The rows whose id another one has. Equal draws are rare, and mostly equal ids: only then the data is read for them
 * again.
 */
async function doubled(place: PlannedData, ascending: Float64Array): Promise<string[]> {
  const twice = new Set(ascending.filter((draw, at) => at > 0 && ascending[at - 1] === draw));
  if (twice.size === 0) return [];
  const first = new Map<string, number>();
  const problems: string[] = [];
  await readRows(place, createHash('sha256'), {
    row: ({ id, draw, number }) => {
      if (!twice.has(draw)) return;
      const before = first.get(id);
      if (before === undefined) first.set(id, number);
      else if (problems.length < MOST_PROBLEMS) problems.push(`rows ${before} and ${number} have the same id "${id}"`);
    },
    problem: () => {},
  });
  return problems;
}

function tooFewRows(rows: number): string[] {
  return rows < LEAST ? [`it has ${rows} rows, and fewer than ${LEAST} show nothing`] : [];
}

/** The different values of labels, slices and groups: as many as it takes to know that they are enough, or too many. */
class SeenValues {
  readonly #plan: QualityPlan;
  readonly #most: number;
  readonly #labels = new Set<number>();
  readonly #parts: readonly (readonly [string, Set<string>])[];

  constructor(plan: QualityPlan) {
    this.#plan = plan;
    this.#most = plan.task === 'regression' ? 2 : Number.POSITIVE_INFINITY;
    this.#parts = partColumns(plan).map((column) => [column, new Set()]);
  }

  put({ label, parts }: LabelledRow): void {
    if (this.#labels.size < this.#most) this.#labels.add(label);
    for (const [place, [, values]] of this.#parts.entries())
      if (values.size <= MOST_PARTS) values.add(parts[place] ?? '');
  }

  /** What the data does not show at all, whatever the model answers. */
  problems(): string[] {
    return [...this.#labelProblems(), ...this.#partProblems()];
  }

  #labelProblems(): string[] {
    const { task, negative, positive, classes = [], beats } = this.#plan;
    if (task === 'regression') {
      const isJudged = beats === 'constant' || metricsOf(this.#plan).has('r2');
      const [only] = this.#labels;
      return isJudged && this.#labels.size === 1 ? [`every row has the label ${only}, so that r2 has no value`] : [];
    }
    const wanted = task === 'binary' ? [negative, positive] : classes;
    return wanted.flatMap((each, code) => (this.#labels.has(code) ? [] : [`no row has the label "${each}"`]));
  }

  #partProblems(): string[] {
    return this.#parts.flatMap(([column, { size }]) =>
      size > MOST_PARTS
        ? [`its column ${column} has more than ${MOST_PARTS} values, too many for slices or groups`]
        : [],
    );
  }
}

/** The draws of all rows, in so much memory as they need: there may be millions. */
class Draws {
  #values = new Float64Array(1024);
  #length = 0;

  put(draw: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = draw;
  }

  /** In ascending order, once all are there. */
  ascending(): Float64Array {
    return this.#values.subarray(0, this.#length).sort();
  }
}

function refuseOtherData(source: DataSource, { data }: QualityPlan, sha256: string): void {
  if (data.sha256 === undefined || data.sha256 === sha256) return;
  throw new Failure(
    'SMC-5103',
    `${source.name} has the SHA-256 ${sha256}, but the quality file names ${data.sha256}. Nothing was asked.`,
    'find out who changed the data. If it is right, write its sha256 into the quality file, then push.',
  );
}

function wrongData(source: DataSource, problems: readonly string[]): Failure {
  return new Failure(
    'SMC-5102',
    `${source.name} cannot be evaluated:\n${problems.map((each) => `  ${each}.`).join('\n')}`,
    'correct the data or the quality file, then push.',
  );
}

function changedData(source: DataSource): Failure {
  return new Failure(
    'SMC-5104',
    `${source.name} changed while it was read: nothing of it counts.`,
    'find out what writes there, then run this job again.',
  );
}
