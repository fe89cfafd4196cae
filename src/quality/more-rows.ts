/** The most rows that anybody would label. */
const MOST = 1e9;

/** An interval narrows with the square root of the rows: about so many more and its half is as small as the distance. */
export function moreRows(half: number, distance: number, n: number): { more?: number } {
  const more = Math.ceil(n * (half / distance) ** 2) - n;
  return Number.isFinite(more) && more < MOST ? { more: Math.max(1, more) } : {};
}
