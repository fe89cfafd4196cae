import type { EmulatorClock } from './world.ts';

/** Stands still until it is moved. */
export function virtualClock(start = '2026-11-22T08:00:00Z'): EmulatorClock {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    elapsed: () => now,
    advance: (milliseconds) => {
      now += milliseconds;
    },
    takes: (milliseconds) => {
      now += milliseconds;
      return 0;
    },
  };
}

/** Follows the machine's time; moving it forward adds to that. Answers take as long as they take: others are given meanwhile. */
export function machineClock(): EmulatorClock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    elapsed: () => performance.now() + ahead,
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
    takes: (milliseconds) => milliseconds,
  };
}
