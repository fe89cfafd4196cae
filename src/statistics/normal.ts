/**
 * The share of a standard normal distribution below a value: by Marsaglia's series near the middle, and by the continued fraction
 * of Mills' ratio in the tails, so that small shares keep their digits (G. Marsaglia, Journal of Statistical Software 11(4), 2004).
 */
export function normalBelow(value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  const distance = Math.abs(value);
  if (distance > MIDDLE) {
    const tail = tailBeyond(distance);
    return value < 0 ? tail : 1 - tail;
  }
  let term = value;
  let sum = value;
  for (let odd = 3; Math.abs(term) > 1e-18; odd += 2) {
    term *= (value * value) / odd;
    sum += term;
  }
  return 0.5 + sum * density(value);
}

/** Beyond it the series would lose digits. */
const MIDDLE = 3;

const density = (value: number) => Math.exp((-value * value) / 2) / Math.sqrt(2 * Math.PI);

function tailBeyond(distance: number): number {
  if (distance === Number.POSITIVE_INFINITY) return 0;
  let fraction = distance;
  for (let level = 120; level > 0; level--) fraction = distance + level / fraction;
  return density(distance) / fraction;
}

/** The value below which so large a share of a standard normal distribution lies. */
export function normalQuantile(share: number): number {
  let [low, high] = [-40, 40];
  for (let step = 0; step < 100; step++) {
    const value = (low + high) / 2;
    if (normalBelow(value) < share) low = value;
    else high = value;
  }
  return (low + high) / 2;
}
