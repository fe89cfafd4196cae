/**
 * The p-values of several tests, adjusted so that all of them together raise a false alarm in at most the share at which each is
 * judged: Holm's step-down method (Scandinavian Journal of Statistics 6, 1979). They keep their order.
 */
export function holm(values: readonly number[]): number[] {
  const ascending = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const adjusted = [...values];
  let highest = 0;
  for (const [rank, { value, index }] of ascending.entries()) {
    highest = Math.max(highest, Math.min(1, (values.length - rank) * value));
    adjusted[index] = highest;
  }
  return adjusted;
}
