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

/** Which requests of a load one machine sends: every `of`-th, from the one that is counted so. The requests of all are those of one. */
export interface LoadPart {
  readonly index: number;
  readonly of: number;
}

/** A load that one machine sends alone. */
const WHOLE: LoadPart = { index: 0, of: 1 };

/** How many requests of a stage are a part of it. */
export function requestsOf({ requests }: Stage, { index, of }: LoadPart): number {
  return Math.max(0, Math.ceil((requests - index) / of));
}

interface StageSending {
  readonly send: Send;
  readonly clock: Clock;
  readonly brake: Brake;
  /** When the stage begins, as the clock tells time that elapses: now, when nothing else is said. */
  readonly start?: number;
  readonly part?: LoadPart;
}

/** Requests of which the last have been sent. */
interface SentStage {
  /** What was measured, when each of them has an outcome; each has one, because its time is limited. */
  answered(): Promise<Samples>;
}

/** Sends the requests of a stage, waits for every answer, and tells why it was ended early, if it was. */
export async function runStage(
  stage: Stage,
  { send, clock, limits }: { readonly send: Send; readonly clock: Clock; readonly limits: Limits },
): Promise<Samples> {
  const brake = new Brake(limits);
  const sent = await sendStage(stage, { send, clock, brake });
  const samples = await sent.answered();
  return { ...samples, ...(brake.ended !== undefined && { ended: brake.ended }) };
}

/**
 * Sends the requests of a stage when they are meant to be sent, whatever became of those before. The latency counts from the time
 * when a request was meant to be sent: what a stall keeps from being sent counts, too.
 */
export async function sendStage(
  stage: Stage,
  { send, clock, brake, start = elapsedOn(clock), part = WHOLE }: StageSending,
): Promise<SentStage> {
  const tally = new Tally(stage, part);
  for (let index = 0; index < tally.size; index++) {
    const intended = start + intendedAt(stage, part.index + index * part.of);
    await until(intended, clock);
    if (brake.ended !== undefined) break;
    brake.sends();
    tally.sends(index, elapsedOn(clock) - intended);
    send((outcome) => {
      brake.answers(outcome.status !== 200);
      tally.ends(index, elapsedOn(clock) - intended, outcome);
    });
  }
  const sending = elapsedOn(clock) - start;
  return {
    async answered() {
      await tally.answered();
      return tally.samples(sending);
    },
  };
}

/**
 * Waits for a time. Where it has passed, only what has arrived is seen: what is late by a pause of the machine is sent one after the other,
 * over the connections that answers set free. Sent at once, each request would open one, and make the next ones late by that.
 * A timer may wake a little early.
 */
export async function until(time: number, clock: Clock): Promise<void> {
  if (time < elapsedOn(clock)) await clock.turn?.();
  for (let left = time - elapsedOn(clock); left > 0; left = time - elapsedOn(clock)) await clock.sleep(left);
}

/** Ends a load when too many of its requests fail, or have no answer yet. */
export class Brake {
  readonly #limits: Limits;
  readonly #latest = new Uint8Array(LATEST);
  #underWay = 0;
  #answered = 0;
  #failing = 0;
  /** Why the load is ended; `undefined` while it goes on. */
  ended: string | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  sends(): void {
    if (++this.#underWay > this.#limits.underWay) this.ended ??= `${this.#limits.underWay} requests had no answer yet`;
  }

  answers(failed: boolean): void {
    this.#underWay--;
    const place = this.#answered++ % LATEST;
    this.#failing += Number(failed) - (this.#latest[place] ?? 0);
    this.#latest[place] = Number(failed);
    if (this.#answered < LATEST || this.#failing <= LATEST * this.#limits.errors) return;
    this.ended ??= `${this.#failing} of the latest ${LATEST} requests had failed`;
  }
}

/** What is known of the requests of a stage while they run. */
class Tally {
  /** How many requests are to be sent. */
  readonly size: number;
  readonly #stage: Stage;
  readonly #latencies: Float32Array;
  readonly #lateness: Float32Array;
  readonly #statuses: Uint16Array;
  readonly #firsts = new Map<number, string>();
  readonly #done = Promise.withResolvers<void>();
  #sent = 0;
  #answered = 0;
  #sending = true;

  constructor(stage: Stage, part: LoadPart) {
    this.#stage = stage;
    this.size = requestsOf(stage, part);
    this.#latencies = new Float32Array(this.size);
    this.#lateness = new Float32Array(this.size);
    this.#statuses = new Uint16Array(this.size);
  }

  sends(index: number, late: number): void {
    this.#sent++;
    this.#lateness[index] = late;
  }

  ends(index: number, latency: number, { status, why }: InvocationOutcome): void {
    this.#latencies[index] = latency;
    this.#statuses[index] = status;
    if (status !== 200 && !this.#firsts.has(status)) this.#firsts.set(status, why);
    this.#answered++;
    if (!this.#sending && this.#answered === this.#sent) this.#done.resolve();
  }

  /** Fulfilled when every request that was sent has an outcome. */
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
    };
  }
}
