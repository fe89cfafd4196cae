/** A word of fewer letters begins too much to mean any of it. */
const SHORTEST_BEGINNING = 3;

/** The known word that is most like another, or the only one that begins with it, where that is enough to be what was meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const each = known.map((one) => ({ one, distance: distanceBetween(word.toLowerCase(), one.toLowerCase()) }));
  const [best] = each.sort((a, b) => a.distance - b.distance);
  if (best !== undefined && best.distance <= Math.max(2, Math.floor(word.length / 3))) return best.one;
  const [longer, another] = known.filter((one) => one.toLowerCase().startsWith(word.toLowerCase()));
  return another === undefined && word.length >= SHORTEST_BEGINNING ? longer : undefined;
}

/** The least number of letters to add, remove or replace, by the rows of Wagner and Fischer. */
function distanceBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [at, another] of [...other].entries()) {
      const [above = 0, before = 0, left = 0] = [row[at + 1], row[at], next[at]];
      next.push(Math.min(above + 1, left + 1, before + (letter === another ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
