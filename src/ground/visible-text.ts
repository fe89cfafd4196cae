/** The text without characters that control a terminal, cannot be seen, or turn the direction of writing. */
export function visibleText(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
}

/** The text, cut where it is longer than so many characters, with how many are left out. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 40).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}... (${text.length - kept.length} characters more)`;
}
