import type { InvocationOutcome } from '../../aws/invocations.ts';
import { type Clock, elapsedOn } from '../../ground/clock.ts';
import { intendedAt, type Stage } from './schedule.ts';

/** What was measured in a stage: a value for each request, in the order in which they were meant to be sent. */
export interface Samples {
  readonly stage: Stage;
  /** How many were sent: all of them, unless the stage was ended. */
  readonly sent: number;
  /** Milliseconds from when it was meant to be sent to the last byte of its answer. */
  readonly latencies: Float32Array;
  /** Milliseconds by which it was sent later than meant. */
  readonly lateness: Float32Array;
  /** The HTTP status, or why there is none (src/aws/invocations.ts). */
  readonly statuses: Uint16Array;
  /** Status -> the first answer of it that was not 200. */
  readonly firsts: ReadonlyMap<number, string>;
  /** Milliseconds in which it sent them. */
  readonly sending: number;
  /** Why it was ended early: the end of a sentence. */
  readonly ended?: string;
}

/** When a stage is ended early. */
export interface Limits {
  /** The share of the latest requests that may fail, from 0 to 1. */
  readonly errors: number;
  /** Requests that may be under way at once. */
  readonly underWay: number;
}

/** How many of the latest answers tell the error rate that ends a stage. */
const LATEST = 100;

type Send = (ended: (outcome: InvocationOutcome) => void) => void;

/**
 * Sends the requests of a stage when they are meant to be sent, whatever became of those before, and waits for every answer. The
 * latency counts from the time when a request was meant to be sent: what a stall keeps from being sent counts, too.
 */
export async function runStage(
  stage: Stage,
  { send, clock, limits }: { readonly send: Send; readonly clock: Clock; readonly limits: Limits },
): Promise<Samples> {
  const tally = new Tally(stage, limits);
  const start = elapsedOn(clock);
  for (let index = 0; index < stage.requests; index++) {
    const intended = start + intendedAt(stage, index);
    await until(intended, clock);
    if (tally.ended !== undefined) break;
    tally.sends(index, elapsedOn(clock) - intended);
    send((outcome) => tally.ends(index, elapsedOn(clock) - intended, outcome));
  }
  const sending = elapsedOn(clock) - start;
  await tally.answered();
  return tally.samples(sending);
}

/** Waits for a time; at once where it has passed. A timer may wake a little early. */
async function until(time: number, clock: Clock): Promise<void> {
  for (let left = time - elapsedOn(clock); left > 0; left = time - elapsedOn(clock)) await clock.sleep(left);
}

/** What is known of the requests of a stage while they run. */
class Tally {
  readonly #stage: Stage;
  readonly #limits: Limits;
  readonly #latencies: Float32Array;
  readonly #lateness: Float32Array;
  readonly #statuses: Uint16Array;
  readonly #firsts = new Map<number, string>();
  readonly #latest = new Uint8Array(LATEST);
  readonly #done = Promise.withResolvers<void>();
  #sent = 0;
  #answered = 0;
  #failing = 0;
  #sending = true;
  ended: string | undefined;

  constructor(stage: Stage, limits: Limits) {
    this.#stage = stage;
    this.#limits = limits;
    this.#latencies = new Float32Array(stage.requests);
    this.#lateness = new Float32Array(stage.requests);
    this.#statuses = new Uint16Array(stage.requests);
  }

  sends(index: number, late: number): void {
    this.#sent++;
    this.#lateness[index] = late;
    const underWay = this.#sent - this.#answered;
    if (underWay > this.#limits.underWay) this.ended ??= `${this.#limits.underWay} requests had no answer yet`;
  }

  ends(index: number, latency: number, { status, why }: InvocationOutcome): void {
    this.#latencies[index] = latency;
    this.#statuses[index] = status;
    if (status !== 200 && !this.#firsts.has(status)) this.#firsts.set(status, why);
    this.#count(status !== 200);
    if (!this.#sending && this.#answered === this.#sent) this.#done.resolve();
  }

  #count(failed: boolean): void {
    const place = this.#answered++ % LATEST;
    this.#failing += Number(failed) - (this.#latest[place] ?? 0);
    this.#latest[place] = Number(failed);
    if (this.#answered < LATEST || this.#failing <= LATEST * this.#limits.errors) return;
    this.ended ??= `${this.#failing} of the latest ${LATEST} requests had failed`;
  }

  /** Fulfilled when every request that was sent has an outcome; each has one, because its time is limited. */
  answered(): Promise<void> {
    this.#sending = false;
    return this.#answered === this.#sent ? Promise.resolve() : this.#done.promise;
  }

  samples(sending: number): Samples {
    const sent = this.#sent;
    return {
      stage: this.#stage,
      sent,
      latencies: this.#latencies.subarray(0, sent),
      lateness: this.#lateness.subarray(0, sent),
      statuses: this.#statuses.subarray(0, sent),
      firsts: this.#firsts,
      sending,
      ...(this.ended !== undefined && { ended: this.ended }),
    };
  }
}
