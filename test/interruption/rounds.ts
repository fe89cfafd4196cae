import type { Emulator } from '../../emulator/emulator.ts';
import type { Call } from '../../emulator/world.ts';

/** Requests of one round: none of them was answered before all had arrived. */
export type Round = readonly Call[];

interface Gathering {
  /** How many requests each round has; the first that comes is one alone, where nothing is said. */
  readonly sizes: readonly number[];
  /**
   * Turns of the event loop, of a millisecond or two, without another request, after which a round goes on that is smaller, or of
   * unknown size. A machine that was busy elsewhere makes a turn longer, not their number smaller.
   */
  readonly patience: number;
  /** What becomes of a round that is complete: the requests that are answered. */
  answered?(round: Round, number: number): Round;
}

/** Answers nothing before all of a round has arrived. Returns the rounds as they come. */
export function answerInRounds(emulator: Emulator, { sizes, patience, answered = (round) => round }: Gathering) {
  const came: Round[] = [];
  let waiting: { call: Call; go(): void }[] = [];
  let late: NodeJS.Timeout | undefined;
  const waitFor = (turns: number) => {
    late = setTimeout(() => (turns > 0 ? waitFor(turns - 1) : release()), 1);
  };
  const release = () => {
    const [round, calls] = [waiting, waiting.map(({ call }) => call)];
    waiting = [];
    came.push(calls);
    const chosen = answered(calls, came.length - 1);
    for (const { go } of round.filter(({ call }) => chosen.includes(call))) go();
  };
  emulator.onAsked = (call) =>
    new Promise((go) => {
      waiting.push({ call, go });
      clearTimeout(late);
      const complete = waiting.length >= (sizes[came.length] ?? Number.POSITIVE_INFINITY);
      if (complete) release();
      else waitFor(patience);
    });
  return came;
}
