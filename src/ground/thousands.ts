/**
 * A whole number as a person reads it: `12,345`. toLocaleString writes the same, and for its first number it loads how numbers are written
 * in a language: 10 ms.
 */
export function thousands(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
