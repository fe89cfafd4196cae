import { expect } from 'vitest';

/** Fails with what is to do, a sentence a line, when there is anything to do. */
export function tell(sentences: readonly string[]): void {
  if (sentences.length > 0) expect.fail(['', ...sentences].join('\n- '));
}

/** What is said of a generated page that is not what it is made of. */
export function stale(page: string): string {
  return `${page} is not what the templates, definitions and rows say: run npm run docs, and commit what it writes`;
}
