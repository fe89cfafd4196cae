/**
 * Reads of one moment, side by side: each thing is asked for once, when it is first named. Whoever needs the answers awaits them
 * one by one, so that of several refusals the first in that order is told, whichever arrived first.
 */
export class Reads {
  readonly #begun: Promise<unknown>[] = [];

  /** A read that is sent once for each name. */
  once<Answer>(read: (name: string) => Promise<Answer>): (name: string) => Promise<Answer> {
    const asked = new Map<string, Promise<Answer>>();
    return (name) => {
      const answer = asked.get(name) ?? this.#begin(read(name));
      asked.set(name, answer);
      return answer;
    };
  }

  /** The answer of one more read, when all have ended: nothing is sent while one is open. */
  async beside<Answer>(read: Promise<Answer>): Promise<Answer> {
    this.#begin(read);
    await this.ended();
    return read;
  }

  /** Fulfilled when all reads have ended, well or not, and those that began meanwhile. */
  async ended(): Promise<void> {
    for (let seen = -1; seen < this.#begun.length; ) {
      seen = this.#begun.length;
      await Promise.allSettled(this.#begun);
    }
  }

  #begin<Answer>(read: Promise<Answer>): Promise<Answer> {
    // Nobody may ask for it any more, when an earlier one was refused.
    read.catch(() => undefined);
    this.#begun.push(read);
    return read;
  }
}

/** The answers of reads, in their order; or, when all have ended, the first refusal in that order. */
export async function inOrder<Answer>(reads: readonly Promise<Answer>[]): Promise<Answer[]> {
  const ended = await Promise.allSettled(reads);
  return ended.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}
