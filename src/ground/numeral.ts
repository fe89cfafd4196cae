/** As pandas reads a column of numbers: `+5`, `.5` and ` 5 `, but not `0x10`, `1_000` or a digit of another script. */
const NUMERAL = /^[ \t]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[ \t]*$/i;

/** The number that a text says; `undefined` where it says none, or one that is not finite, such as `1e400`. */
export function numberIn(text: string): number | undefined {
  const number = NUMERAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
