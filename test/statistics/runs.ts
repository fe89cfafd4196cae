import type { Matched } from '../../src/statistics/matched.ts';

/** In which share of so many runs something is so. */
export function shareOf(runs: number, isSo: () => boolean): number {
  let so = 0;
  for (let run = 0; run < runs; run++) if (isSo()) so++;
  return so / runs;
}

/** A thousand rows of which one model wins and loses these shares against another. */
export function drawnRows(random: () => number, wins: number, losses: number): Matched {
  const n = 1000;
  let [won, lost] = [0, 0];
  for (let row = 0; row < n; row++) {
    const drawn = random();
    if (drawn < wins) won++;
    else if (drawn < wins + losses) lost++;
  }
  return { won, lost, n };
}
