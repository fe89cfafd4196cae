/** What was seen of a new fleet while it baked. */
export interface BakeCounts {
  /** The requests that its instances took, of whomever. */
  readonly requests: number;
  /** How many of them can be this job's own: copies of a payload, which say nothing of other requests. */
  readonly own: number;
  /** How many of all of them ended with a server error. */
  readonly errors: number;
}

/** What a bake shows: that a version is good, or nothing, because too few of other people's requests reached it. */
export type BakeVerdict = { readonly is: 'good' | 'nothing'; readonly saying: string };

/** Judges a bake that no alarm ended, by the requests of others alone: at least `least` of them. */
export function judgeBake({ requests, own, errors }: BakeCounts, least: number): BakeVerdict {
  // Nobody knows which fleet took our own: all of them count as taken by the new one.
  const others = Math.max(0, requests - own);
  const saying = [ofOthers(others, Math.min(errors, others)), ...(own > 0 ? [ofOurs(own)] : [])].join(' ');
  return others >= least ? { is: 'good', saying } : { is: 'nothing', saying: `${saying} ${tooFew(others, least)}` };
}

function ofOthers(requests: number, errors: number): string {
  if (requests === 0) return 'No request of others reached the new fleet.';
  const bound = percent(errorBound(errors, requests));
  return `${counted(requests)} of others reached the new fleet, ${errors === 0 ? 'without an error' : `${errors} with a server error`}: an error rate above ${bound} is excluded at 95 %.`;
}

function ofOurs(requests: number): string {
  return `This job sent ${counted(requests)} itself, copies of one payload: they show that the container answers, not that the model is right.`;
}

function tooFew(others: number, least: number): string {
  return `So the bake shows nothing: ${others} of ${least} requests.`;
}

const counted = (requests: number) => `${requests.toLocaleString('en')} request${requests === 1 ? '' : 's'}`;

/** `1 %`, `0.96 %`: rounded up, so that it never says more than was seen. */
function percent(share: number): string {
  const digits = share >= 0.1 ? 10 : 100;
  return `${Math.ceil(share * 100 * digits) / digits} %`;
}

/**
 * The error rate that so many errors in so many requests exclude: the one-sided upper bound of Clopper and Pearson. At this rate,
 * so few errors or fewer come up in only 5 % of the cases.
 */
export function errorBound(errors: number, requests: number, confidence = 0.95): number {
  if (errors >= requests) return 1;
  let [low, high] = [errors / requests, 1];
  for (let step = 0; step < 60; step++) {
    const rate = (low + high) / 2;
    if (atMost(errors, requests, rate) > 1 - confidence) low = rate;
    else high = rate;
  }
  return high;
}

/** The probability of at most so many errors, at a rate between 0 and 1. */
function atMost(errors: number, requests: number, rate: number): number {
  let term = requests * Math.log1p(-rate);
  let sum = Math.exp(term);
  for (let each = 1; each <= errors; each++) {
    term += Math.log((requests - each + 1) / each) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(term);
  }
  return sum;
}
