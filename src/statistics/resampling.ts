import { normalBelow, normalQuantile } from './normal.ts';
import { CONFIDENCE, type OneSidedBounds } from './proportion.ts';
import { randomAfter } from './random.ts';

/** How often each row counts. */
export type Weights = Float64Array;

/** A value of rows that count so often; NaN where it has none. */
export type Statistic = (weights: Weights) => number;

/** The rows from the first to the last. */
export function rowsInOrder(rows: number): Uint32Array {
  const order = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) order[row] = row;
  return order;
}

/** Each row once. */
export function once(rows: number): Weights {
  return new Float64Array(rows).fill(1);
}

/** Resamples of a bootstrap: the bounds of another seed differ by less than a tenth of their width. */
export const RESAMPLES = 2000;

/**
 * The values of several statistics in resamples of the rows, drawn with replacement (B. Efron, Annals of Statistics 7, 1979). All see the same
 * resamples, so that their differences are those of pairs.
 */
export function bootstrap(rows: number, statistics: readonly Statistic[], seed: number): Float64Array[] {
  const random = randomAfter(seed);
  const weights = new Float64Array(rows);
  const values = statistics.map(() => new Float64Array(RESAMPLES));
  for (let resample = 0; resample < RESAMPLES; resample++) {
    weights.fill(0);
    for (let draw = 0; draw < rows; draw++) {
      const row = Math.floor(random() * rows);
      weights[row] = (weights[row] ?? 0) + 1;
    }
    for (const [index, statistic] of statistics.entries()) {
      const own = values[index];
      if (own) own[resample] = statistic(weights);
    }
  }
  return values;
}

/** Blocks of a jackknife: so many that the Student's t of their number is nearly the normal quantile. */
const BLOCKS = 100;

/** The 95 % quantile of Student's t with 99 degrees of freedom, as SciPy gives it: scipy.stats.t.ppf(0.95, 99). */
const T_OF_BLOCKS = 1.660_391_156_016_990_6;

/**
 * The values of several statistics without each block of rows in turn (B. Efron and C. Stein, Annals of Statistics 9, 1981). The
 * blocks are drawn by chance, because the order of the rows may mean something; a block is a row where there are few.
 */
export function jackknife(rows: number, statistics: readonly Statistic[], seed: number): Float64Array[] {
  const blocks = Math.min(rows, BLOCKS);
  const order = shuffled(rows, seed);
  const weights = once(rows);
  const values = statistics.map(() => new Float64Array(blocks));
  const setBlock = (block: number, weight: number) => {
    for (let at = block; at < rows; at += blocks) weights[order[at] ?? 0] = weight;
  };
  for (let block = 0; block < blocks; block++) {
    setBlock(block, 0);
    for (const [index, statistic] of statistics.entries()) {
      const own = values[index];
      if (own) own[block] = statistic(weights);
    }
    setBlock(block, 1);
  }
  return values;
}

function shuffled(rows: number, seed: number): Uint32Array {
  const random = randomAfter(seed);
  const order = rowsInOrder(rows);
  for (let at = rows - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
  }
  return order;
}

/** The standard error that the values of a jackknife show; NaN where one of them is none. */
export function jackknifeError(without: Float64Array): number {
  const mean = meanOf(without);
  const squares = without.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(((without.length - 1) / without.length) * squares);
}

/** The bounds around a value that a jackknife over BLOCKS blocks shows. */
export function jackknifeBounds(value: number, without: Float64Array): OneSidedBounds {
  const half = T_OF_BLOCKS * jackknifeError(without);
  return { lower: value - half, upper: value + half };
}

/**
 * The bounds that the values of a bootstrap show, corrected for their bias and skew by the jackknife: BCa (B. Efron, Journal of the
 * American Statistical Association 82, 1987), as scipy.stats.bootstrap computes them. A resample in which the statistic has no value counts
 * against the version on either side. NaN where every resample has the same value: then nothing tells how far it could be off.
 */
export function bootstrapBounds(value: number, resampled: Float64Array, without: Float64Array): OneSidedBounds {
  const defined = resampled.filter((each) => !Number.isNaN(each)).sort();
  const missing = resampled.length - defined.length;
  if (defined.length === 0 || (missing === 0 && defined[0] === defined.at(-1))) return { lower: NaN, upper: NaN };
  const below = defined.filter((each) => each < value).length;
  const equal = defined.filter((each) => each === value).length;
  const bias = normalQuantile((below + equal / 2) / defined.length);
  const skew = skewOf(without);
  const at = (z: number) => normalBelow(bias + (bias + z) / (1 - skew * (bias + z)));
  const z = normalQuantile(CONFIDENCE);
  const [lowest, highest] = [new Array(missing).fill(-Infinity), new Array(missing).fill(Infinity)];
  return {
    lower: quantile([...lowest, ...defined], at(-z)),
    upper: quantile([...defined, ...highest], at(z)),
  };
}

/** The acceleration of BCa: a sixth of the skewness of what the jackknife shows. */
function skewOf(without: Float64Array): number {
  const mean = meanOf(without);
  let [squares, cubes] = [0, 0];
  for (const value of without) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  const skew = cubes / (6 * squares ** 1.5);
  return Number.isFinite(skew) ? skew : 0;
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The value below which a share of ascending values lies, between two of them by how near it is to each: NumPy's "linear". */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  const place = Math.min(1, Math.max(0, share)) * (ascending.length - 1);
  const before = Math.floor(place);
  const [low = NaN, high = low] = [ascending[before], ascending[before + 1]];
  return place === before || low === high ? low : low + (place - before) * (high - low);
}
