/** The number that a text says in the way of JSON, perhaps an endless one; `undefined` where it says none, as `007` and `+5`. */
export function jsonNumberIn(text: string): number | undefined {
  return /^[ \t]*-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?[ \t]*$/i.test(text) ? Number(text) : undefined;
}
