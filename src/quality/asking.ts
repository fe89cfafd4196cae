import { settled } from '../asking/settled.ts';
import { passingTrouble } from '../aws/trouble.ts';
import { type Invocation, type InvocationResponse, invoke, opening } from '../endpoints/invocation.ts';
import type { Deadline } from '../ground/clock.ts';
import { Failure } from '../ground/failure.ts';
import { type PollResult, waitFor } from '../ground/wait.ts';
import type { Context } from '../program/context.ts';
import type { Answers } from '../statistics/answers.ts';
import { AnswerProblem, answerReader, type Prediction } from './predictions.ts';
import { givenBy, type QualityPlan } from './quality-plan.ts';
import { requestMaker } from './requests.ts';
import { type LabelledRow, partColumns } from './rows.ts';

/** What is asked of an endpoint, and until when. */
export interface AskingPlan {
  readonly plan: QualityPlan;
  readonly endpoint: string;
  /** The columns that are sent. */
  readonly features: readonly string[];
  /** How many rows there are at most. */
  readonly asked: number;
  readonly deadline: Deadline;
  /** Seconds: the longest pause before a request is repeated. */
  readonly poll_interval: number;
  /** Takes each row with what was said of it. */
  keep?(row: LabelledRow, prediction: Prediction): void;
}

/** What the endpoint answered. */
export interface Answered {
  readonly answers: Answers;
  /** The value of each row in each column by which slices and groups are told apart. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  readonly requests: number;
  /** How many requests had to be repeated, because SageMaker or the network was in trouble. */
  readonly repeated: number;
}

/** Sends every row, some requests at once, and keeps what was said of it. Throws a Failure at the first answer that says something else. */
export async function askRows(
  rows: AsyncGenerator<readonly LabelledRow[]>,
  asking: AskingPlan,
  context: Context,
): Promise<Answered> {
  const { plan, features } = asking;
  const kept = new Kept(asking);
  const sender = new Sender(asking, context, await context.aws.runtime());
  const [make, read] = [requestMaker(plan, features), answerReader(plan)];
  const batches = inBatches(rows, plan.request.batch);
  let failed = false;
  const work = async () => {
    for (;;) {
      const { value: batch, done } = await batches.next();
      if (done || failed) return;
      const answer = await sender.send(make(batch.rows), batch.rows);
      kept.put(batch, predictionsOf(read, answer, batch));
    }
  };
  const stopping = (error: unknown) => {
    // The others ask nothing more.
    failed = true;
    throw error;
  };
  await Promise.all(Array.from({ length: plan.request.at_once }, () => work().catch(stopping)));
  return kept.answered(sender);
}

/** Rows that are asked in one request, and the place of the first. */
export interface Batch {
  readonly from: number;
  readonly rows: readonly LabelledRow[];
}

/** The rows, as many together as a request takes. */
export async function* inBatches(rows: AsyncGenerator<readonly LabelledRow[]>, size: number): AsyncGenerator<Batch> {
  let batch: LabelledRow[] = [];
  let from = 0;
  for await (const more of rows) {
    batch.push(...more);
    for (; batch.length >= size; batch = batch.slice(size)) {
      yield { from, rows: batch.slice(0, size) };
      from += size;
    }
  }
  if (batch.length > 0) yield { from, rows: batch };
}

/** What was said of the rows so far. */
export class Kept {
  readonly #plan: QualityPlan;
  readonly #keep: AskingPlan['keep'];
  readonly #labels: Float64Array;
  readonly #predictions: Float64Array;
  readonly #scores: Float64Array | undefined;
  readonly #parts: readonly (readonly [string, string[]])[];
  /** Each value once, however many rows have it. */
  readonly #values = new Map<string, string>();
  #rows = 0;

  constructor({ plan, asked, keep }: Pick<AskingPlan, 'plan' | 'asked' | 'keep'>) {
    this.#plan = plan;
    this.#keep = keep;
    this.#labels = new Float64Array(asked);
    this.#predictions = new Float64Array(asked);
    this.#scores = givenBy(plan) === 'score' ? new Float64Array(asked) : undefined;
    this.#parts = partColumns(plan).map((column) => [column, []]);
  }

  put({ from, rows }: Batch, said: readonly Prediction[]): void {
    for (const [index, row] of rows.entries()) {
      const at = from + index;
      const { prediction, score } = said[index] ?? { prediction: Number.NaN };
      this.#labels[at] = row.label;
      this.#predictions[at] = prediction;
      if (this.#scores) this.#scores[at] = score ?? Number.NaN;
      for (const [place, [, values]] of this.#parts.entries()) values[at] = this.#once(row.parts[place] ?? '');
      this.#keep?.(row, said[index] ?? { prediction: Number.NaN });
    }
    this.#rows += rows.length;
  }

  #once(value: string): string {
    const known = this.#values.get(value) ?? value;
    if (!this.#values.has(value)) this.#values.set(value, value);
    return known;
  }

  answered({ requests, repeated }: Pick<Sender, 'requests' | 'repeated'>): Answered {
    const { task, classes = [] } = this.#plan;
    const scores = this.#scores?.subarray(0, this.#rows);
    return {
      answers: {
        task,
        labels: this.#labels.subarray(0, this.#rows),
        predictions: this.#predictions.subarray(0, this.#rows),
        scores,
        classes: { regression: 0, binary: 2, multiclass: classes.length }[task],
      },
      parts: new Map(this.#parts),
      requests,
      repeated,
    };
  }
}

type Runtime = Awaited<ReturnType<Context['aws']['runtime']>>;

type RowSending = Pick<AskingPlan, 'plan' | 'endpoint' | 'deadline' | 'poll_interval'>;

/** Sends requests, and repeats one that SageMaker or the network did not let through. */
export class Sender {
  readonly #asking: RowSending;
  readonly #context: Pick<Context, 'clock'>;
  readonly #runtime: Runtime;
  requests = 0;
  repeated = 0;

  constructor(asking: RowSending, context: Pick<Context, 'clock'>, runtime: Runtime) {
    this.#asking = asking;
    this.#context = context;
    this.#runtime = runtime;
  }

  /** The answer of the model. Throws a Failure where it answers with an error. */
  async send(body: string, rows: readonly LabelledRow[]): Promise<InvocationResponse> {
    const answer = await this.answer(body, rows);
    if (answer.status !== 200) throw refusedBy(answer, rows);
    return answer;
  }

  /** What the model answers, be it an error: the model behind a variant, where one is named. */
  async answer(body: string, rows: readonly LabelledRow[], variant?: string): Promise<InvocationResponse> {
    const { plan, endpoint, deadline, poll_interval: interval } = this.#asking;
    const { clock } = this.#context;
    const { content_type: contentType, accept, custom_attributes: customAttributes } = plan.request;
    const request = { endpoint, payload: Buffer.from(body), contentType, accept, customAttributes, variant };
    if (clock.now() >= deadline.at) throw tooSlow(rows, deadline);
    this.requests++;
    const look = async () => this.#seen(await invoke({ runtime: this.#runtime, clock }, request));
    const waiting = { clock, deadline, interval, tolerate: passingTrouble, onChange: () => void this.repeated++ };
    return settled(await waitFor(look, waiting), `an answer to ${namesOf(rows)}`);
  }

  #seen(seen: Invocation): PollResult<InvocationResponse> {
    if (seen.is === 'answered') return { is: 'settled', answer: seen.answer };
    return { is: 'pending', saying: `the endpoint is ${seen.is} (${seen.seen})` };
  }
}

/** `rows 101 to 200`, by which a person finds them in the data. */
function namesOf(rows: readonly LabelledRow[]): string {
  const [first, last] = [rows[0]?.number, rows.at(-1)?.number];
  return first === last ? `row ${first}` : `rows ${first} to ${last}`;
}

function tooSlow(rows: readonly LabelledRow[], { because }: Deadline): Failure {
  return new Failure(
    'SMC-5111',
    `No time was left (${because}) to ask about ${namesOf(rows)}: the answers were too slow.`,
    'raise max_wait_time, or lower max_rows in the quality file. Then run this job again.',
  );
}

function refusedBy(answer: InvocationResponse, rows: readonly LabelledRow[]): Failure {
  return new Failure(
    'SMC-5105',
    `The model answered HTTP ${answer.status} to ${namesOf(rows)}: ${opening(answer, 200) || 'without a word'}`,
    'compare the request with what the model takes: content_type, features and body in the quality file. The log of the endpoint (link on this page) says more.',
  );
}

/** What an answer says of each row; whose it is, where two are asked. Throws a Failure where it says something else. */
export function predictionsOf(
  read: ReturnType<typeof answerReader>,
  answer: InvocationResponse,
  { rows, of }: { readonly rows: readonly LabelledRow[]; readonly of?: string },
): Prediction[] {
  try {
    return read(answer, rows.length);
  } catch (error) {
    if (!(error instanceof AnswerProblem)) throw error;
    const row = error.row === undefined ? undefined : rows[error.row];
    const to = row ? `row ${row.number} (${row.id})` : namesOf(rows);
    throw new Failure(
      'SMC-5106',
      `The answer${of === undefined ? '' : ` of the ${of}`} to ${to} is no prediction: ${error.message}.`,
      'compare prediction and task in the quality file with what the model answers, or correct the model.',
    );
  }
}
