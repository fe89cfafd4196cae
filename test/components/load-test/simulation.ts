import type { InvocationOutcome } from '../../../src/aws/invocations.ts';
import type { Clock } from '../../../src/ground/clock.ts';

interface Event {
  readonly at: number;
  happen(): void;
}

/** Milliseconds in which a machine sees what has arrived. */
const TURN = 0.1;

/** Time that passes from event to event: what is sent and answered has exact times, and no test waits. */
export class Simulation {
  readonly clock: Clock = {
    now: () => new Date(this.#now),
    elapsed: () => this.#now,
    sleep: (milliseconds) => new Promise((wake) => this.at(this.#now + milliseconds, wake)),
    turn: () => new Promise((wake) => this.at(this.#now + TURN, wake)),
    random: () => 0.5,
  };
  #now = 0;
  #events: Event[] = [];

  get now(): number {
    return this.#now;
  }

  /** The machine does something else for so long. */
  busy(milliseconds: number): void {
    this.#now += milliseconds;
  }

  at(time: number, happen: () => void): void {
    this.#events.push({ at: time, happen });
  }

  /** Lets events happen in the order of their times until something has ended. */
  async until<Value>(ended: Promise<Value>): Promise<Value> {
    let over = false;
    const seen = ended.finally(() => {
      over = true;
    });
    while (!over) {
      await new Promise((next) => setImmediate(next));
      const next = this.#events.reduce<Event | undefined>(
        (first, each) => (first === undefined || each.at < first.at ? each : first),
        undefined,
      );
      if (next === undefined) continue;
      this.#events = this.#events.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.happen();
    }
    return seen;
  }
}

/** An endpoint that answers each request so late after it has come, or not at all well. */
export function endpointThat(
  simulation: Simulation,
  answers: (at: number) => { readonly after: number; readonly status?: number },
): (ended: (outcome: InvocationOutcome) => void) => void {
  return (ended) => {
    const { after, status = 200 } = answers(simulation.now);
    simulation.at(simulation.now + after, () => ended({ status, why: status === 200 ? '' : `said ${status}` }));
  };
}
