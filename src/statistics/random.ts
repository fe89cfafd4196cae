/**
 * Numbers from 0 to 1, the same ones after the same seed, so that a run can be repeated to the digit: the generator sfc32 of
 * Chris Doty-Humphrey's PractRand (https://pracrand.sourceforge.net), whose period is about 2^128.
 */
export function randomAfter(seed: number): () => number {
  let [a, b, c, counter] = [0, seed | 0, 0x9e37_79b9, 1];
  const next = () => {
    const mixed = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + mixed) | 0;
    return (mixed >>> 0) / 2 ** 32;
  };
  for (let step = 0; step < 15; step++) next();
  return next;
}
