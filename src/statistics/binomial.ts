/**
 * The probability of at most so many hits in so many trials, at a share between 0 and 1: an incomplete beta function (NIST Digital
 * Library of Mathematical Functions, 8.17.5), by Lentz's continued fraction (8.17.22).
 */
export function atMostHits(hits: number, trials: number, share: number): number {
  if (hits < 0) return 0;
  if (hits >= trials || share <= 0) return 1;
  if (share >= 1) return 0;
  return betaBelow(1 - share, trials - hits, hits + 1);
}

/** The probability of at least so many hits. */
export function atLeastHits(hits: number, trials: number, share: number): number {
  return atMostHits(trials - hits, trials, 1 - share);
}

function betaBelow(value: number, a: number, b: number): number {
  // The fraction is quick on one side of the mean; the other side is its complement.
  if (value > (a + 1) / (a + b + 2)) return 1 - betaBelow(1 - value, b, a);
  const front = a * Math.log(value) + b * Math.log1p(-value) - logBeta(a, b) - Math.log(a);
  return Math.exp(front) / betaFraction(value, a, b);
}

const TINY = 1e-300;
const notZero = (value: number) => (Math.abs(value) < TINY ? TINY : value);

function betaFraction(value: number, a: number, b: number): number {
  let upper = 1;
  let lower = 0;
  let fraction = 1;
  for (let step = 1; step < 20_000; step++) {
    const m = Math.floor(step / 2);
    const top = step % 2 === 0 ? m * (b - m) * value : -(a + m) * (a + b + m) * value;
    const term = top / ((a + step - 1) * (a + step));
    lower = 1 / notZero(1 + term * lower);
    upper = notZero(1 + term / upper);
    const change = upper * lower;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-15) return fraction;
  }
  return fraction;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Stirling's series, from 15 upwards to the last digit; below that by steps up to it. */
function logGamma(value: number): number {
  let shift = 0;
  let x = value;
  for (; x < 15; x++) shift += Math.log(x);
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - shift;
}
