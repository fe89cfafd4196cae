/** How long a transient state lasts: so many describes, or so much time, whichever is reached first. */
export interface Pace {
  describes: number;
  milliseconds: number;
}

export interface Phase<Status> extends Readonly<Pace> {
  readonly status: Status;
}

/** The way from one settled state to the next. It goes on when it is looked at and when time has passed, never by itself. */
export class Transition<Status, P extends Phase<Status>> {
  /** When the present phase began. */
  since: Date;
  readonly #phases: readonly P[];
  #at = 0;
  #seen = 0;

  constructor(phases: readonly P[], now: Date) {
    this.#phases = phases;
    this.since = now;
  }

  /** The phase that it is in; undefined when it has arrived. */
  get phase(): P | undefined {
    return this.#phases[this.#at];
  }

  look(): void {
    this.#seen += 1;
  }

  advance(now: Date): void {
    for (let { phase } = this; phase; phase = this.phase) {
      const due = this.since.getTime() + phase.milliseconds;
      const seenEnough = this.#seen > phase.describes;
      if (!seenEnough && now.getTime() < due) return;
      this.#at += 1;
      // The look that found one phase over is the first look at the next.
      this.#seen = seenEnough ? 1 : 0;
      this.since = seenEnough ? now : new Date(due);
    }
  }
}
