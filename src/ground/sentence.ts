/** Words as a sentence: a question stays one, anything else ends with a full stop. */
export function sentence(words: string): string {
  return words.endsWith('?') ? words : `${words}.`;
}
