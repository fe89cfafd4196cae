import type { Emulator } from '../../emulator/emulator.ts';
import type { Call } from '../../emulator/world.ts';
import type { Caller } from './nearby.ts';

/** What AWS answers instead, from one call of a job on. */
export const FAULTS = {
  throttled: { kind: 'throttle', times: 2 },
  'server error': { kind: 'server error', times: 2 },
  'connection lost': { kind: 'reset before', times: 2 },
  'effect unknown': { kind: 'reset after', times: 1 },
  'no AWS': { kind: 'server error', times: Number.POSITIVE_INFINITY },
} as const;

/** When a job dies: before a call has its answer, or right after. */
interface DeathAtCall {
  readonly kind: 'dies';
  readonly call: number;
  readonly answered: boolean;
}

/** What happens to a job. */
export type Blow = DeathAtCall | { readonly kind: keyof typeof FAULTS; readonly call: number } | undefined;

interface Watching {
  readonly emulator: Emulator;
  /** Before a call, the first of which is 1. */
  called(call: number): Promise<void>;
  /** AWS has done its part of a call. */
  done(call: Call): void;
  /** Before a pause, the first of which is 1. */
  paused?(pause: number): Promise<void>;
}

const never = new Promise<never>(() => undefined);

/** How a job's calls fare, and whether it dies. A dead job reaches nothing more, and no time passes for it. */
export function fateOf(blow: Blow, { emulator, called, done, paused }: Watching) {
  if (blow && blow.kind !== 'dies') emulator.fault({ operation: '*', nth: blow.call, ...FAULTS[blow.kind] });
  const dies = blow?.kind === 'dies' ? blow : undefined;
  const end = Promise.withResolvers<undefined>();
  let [calls, pauses, dead] = [0, 0, false];
  const die = () => {
    dead = true;
    end.resolve(undefined);
  };
  /** Whether the job still lives when its last answer has arrived. */
  const lives = () => {
    if (dies?.answered && calls >= dies.call) die();
    return !dead;
  };
  const caller: Caller = {
    emulator,
    before: async () => {
      if (!lives()) return never;
      calls += 1;
      await called(calls);
    },
    done,
    answered: async () => {
      if (dies?.answered || calls !== dies?.call) return undefined;
      die();
      return never;
    },
  };
  const clock = {
    now: () => emulator.clock.now(),
    sleep: async (milliseconds: number) => {
      if (!lives()) return never;
      pauses += 1;
      await paused?.(pauses);
      return emulator.clock.advance(milliseconds);
    },
    random: () => 0.5,
  };
  return { caller, clock, died: end.promise };
}
