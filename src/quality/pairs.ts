import type { InvocationResponse } from '../endpoints/invocation.ts';
import { voidBecause } from '../endpoints/temporary.ts';
import type { Context } from '../program/context.ts';
import type { PairedLatencies } from '../statistics/latency.ts';
import type { PairedAnswers } from '../statistics/paired.ts';
import { randomAfter } from '../statistics/random.ts';
import { type AskingPlan, type Batch, inBatches, Kept, predictionsOf, Sender } from './asking.ts';
import { answerReader } from './predictions.ts';
import { requestMaker } from './requests.ts';
import type { LabelledRow } from './rows.ts';

/** The variants of a comparison: what serves at the end of the promotion path, and what may take its place. */
export const SIDES = ['champion', 'challenger'] as const;

type Side = (typeof SIDES)[number];

export interface PairPlan extends Omit<AskingPlan, 'keep' | 'endpoint'> {
  /** Each has both variants; a request goes to both variants of one of them. */
  readonly endpoints: readonly string[];
  /** Decides which endpoint is asked, and which of its variants first. */
  readonly seed: number;
}

/** What both answered to the same requests. */
export interface AnsweredPairs {
  readonly pairs: PairedAnswers;
  /** How many rows both were asked about, whether or not they answered. */
  readonly asked: number;
  readonly requests: number;
  readonly repeated: number;
  /** Requests that failed, by who failed: only rows that both answered are in `pairs`. */
  readonly failed: Readonly<Record<Side | 'both', number>>;
  /** What was first said in place of an answer, and by whom. */
  readonly firstError?: string;
  /** Milliseconds of each request that both answered, for each endpoint. */
  readonly latencies: readonly PairedLatencies[];
}

/** Requests that are sent to each variant before the first that counts: a container is slow at the start. */
const WARM_UP = 3;

/** Asks both variants of an endpoint about the same rows, one right after the other, in a random order within each pair. */
export async function askPairs(
  rows: AsyncGenerator<readonly LabelledRow[]>,
  asking: PairPlan,
  context: Context,
): Promise<AnsweredPairs> {
  const runtime = await context.aws.runtime();
  const senders = asking.endpoints.map((endpoint) => new Sender({ ...asking, endpoint }, context, runtime));
  const asker = new PairAsker(asking, senders);
  const batches = inBatches(rows, asking.plan.request.batch);
  const first = await batches.next();
  if (!first.done) {
    for (let round = 0; round < WARM_UP; round++) await asker.warmUp(first.value);
    await asker.ask(first.value);
  }
  let failed = false;
  const work = async () => {
    for (;;) {
      const { value: batch, done } = await batches.next();
      if (done || failed) return;
      await asker.ask(batch);
    }
  };
  const stopping = (error: unknown) => {
    // The others ask nothing more.
    failed = true;
    throw error;
  };
  await Promise.all(Array.from({ length: asking.plan.request.at_once }, () => work().catch(stopping)));
  return asker.answered();
}

/** An endpoint with both variants, and how long each of them took. */
interface PairEndpoint {
  readonly sender: Sender;
  readonly took: Readonly<Record<Side, number[]>>;
}

class PairAsker {
  readonly #endpoints: readonly PairEndpoint[];
  readonly #make;
  readonly #read;
  readonly #random;
  readonly #kept: Readonly<Record<Side, Kept>>;
  readonly #failed = { champion: 0, challenger: 0, both: 0 };
  /** The endpoints that are asked before any is asked again. */
  #next: readonly PairEndpoint[] = [];
  #firstError: string | undefined;
  #asked = 0;
  #answered = 0;
  #pairs = 0;

  constructor(asking: PairPlan, senders: readonly Sender[]) {
    const { plan, features, seed } = asking;
    this.#endpoints = senders.map((sender) => ({ sender, took: { champion: [], challenger: [] } }));
    this.#make = requestMaker(plan, features);
    this.#read = answerReader(plan);
    this.#random = randomAfter(seed);
    this.#kept = { champion: new Kept(asking), challenger: new Kept(asking) };
  }

  async warmUp({ rows }: Batch): Promise<void> {
    const body = this.#make(rows);
    for (const { sender } of this.#endpoints) for (const side of SIDES) await sender.answer(body, rows, side);
  }

  async ask({ rows }: Batch): Promise<void> {
    const body = this.#make(rows);
    const endpoint = this.#endpoint();
    const order = this.#inRandomOrder(SIDES);
    const answers: Partial<Record<Side, InvocationResponse>> = {};
    for (const side of order) answers[side] = await endpoint.sender.answer(body, rows, side);
    this.#asked += rows.length;
    this.#pairs++;
    const failed = SIDES.filter((side) => answers[side]?.status !== 200);
    if (failed.length === 0) return this.#put(rows, answers, endpoint);
    const [who] = failed;
    if (who) this.#failed[failed.length > 1 ? 'both' : who]++;
    for (const side of failed) this.#firstError ??= errorOf(side, answers[side]);
  }

  /** Each endpoint once, in a random order, and then each again: none has the rows of every other line, or many more of them. */
  #endpoint(): PairEndpoint {
    if (this.#next.length === 0) this.#next = this.#inRandomOrder(this.#endpoints);
    const [endpoint, ...rest] = this.#next;
    if (!endpoint) throw new Error('A comparison has an endpoint.');
    this.#next = rest;
    return endpoint;
  }

  /** One or two of them. */
  #inRandomOrder<One>(all: readonly One[]): readonly One[] {
    return all.length < 2 || this.#random() < 0.5 ? all : all.toReversed();
  }

  #put(rows: readonly LabelledRow[], answers: Partial<Record<Side, InvocationResponse>>, { took }: PairEndpoint): void {
    const from = this.#answered;
    this.#answered += rows.length;
    for (const side of SIDES) {
      const answer = answers[side];
      if (!answer) continue;
      if (answer.variant !== side)
        throw voidBecause(`a request to the variant ${side} was answered by ${answer.variant ?? 'nobody'}`);
      took[side].push(answer.milliseconds);
      this.#kept[side].put({ from, rows }, predictionsOf(this.#read, answer, { rows, of: side }));
    }
  }

  answered(): AnsweredPairs {
    const sum = (of: 'requests' | 'repeated') => this.#endpoints.reduce((all, { sender }) => all + sender[of], 0);
    const sent = { requests: sum('requests'), repeated: sum('repeated') };
    const [champion, challenger] = SIDES.map((side) => this.#kept[side].answered(sent).answers);
    if (!champion || !challenger) throw new Error('A comparison has two sides.');
    return {
      pairs: { champion, challenger },
      asked: this.#asked,
      requests: this.#pairs,
      repeated: sent.repeated,
      failed: this.#failed,
      ...(this.#firstError !== undefined && { firstError: this.#firstError }),
      latencies: this.#endpoints.map(({ took }) => took),
    };
  }
}

function errorOf(side: Side, answer: InvocationResponse | undefined): string {
  const said = Buffer.from(answer?.body.subarray(0, 800) ?? []).toString('utf8');
  return `the ${side} answered HTTP ${answer?.status ?? 0}: ${said.slice(0, 200) || 'without a word'}`;
}
