import fc from 'fast-check';
import { live, type Tally } from './life.ts';
import { answerNearby } from './nearby.ts';
import { history } from './steps.ts';

/** Which histories: `path` leads, by the seed, to the one that failed. */
export interface Chosen {
  readonly runs: number;
  readonly seed: number;
  readonly path?: string | undefined;
}

/** Lives through random histories; throws, with the shortest history that it finds, when one comes to what never may be. */
export async function liveThrough({ runs, seed, path }: Chosen): Promise<Tally> {
  const tally: Tally = new Map();
  const restore = answerNearby();
  try {
    const property = fc.asyncProperty(history, (steps) => live(steps, tally));
    await fc.assert(property, { numRuns: runs, seed, ...(path !== undefined && { path }) });
    return tally;
  } finally {
    restore();
  }
}
