import type { Chosen } from './random-sequences.ts';

/**
 * As many histories as a test lives through, and of its seed, unless HISTORIES_RUNS and HISTORIES_SEED say otherwise. HISTORIES_PATH
 * leads, by the seed, to the one that failed.
 */
export function chosen({ runs, seed }: Chosen): { readonly numRuns: number; readonly seed: number } {
  const { HISTORIES_RUNS = runs, HISTORIES_SEED = seed, HISTORIES_PATH: path } = process.env;
  return { numRuns: Number(HISTORIES_RUNS), seed: Number(HISTORIES_SEED), ...(path !== undefined && { path }) };
}
