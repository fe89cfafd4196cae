/** What is said of a generated page that is not what it is made of. */
export function stale(page: string): string {
  return `${page} is not what the templates, definitions and rows say: run npm run docs, and commit what it writes`;
}
