/** Words as a sentence: a question keeps its mark, anything else ends with a full stop. */
export function sentence(words: string): string {
  return words.endsWith('?') ? words : `${words}.`;
}
