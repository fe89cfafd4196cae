/** An answer in JSON: its status, and what it holds. */
export type JsonAnswer = readonly [status: number, body: object];

/** What GitLab lists at once, where nothing is said, and at most: https://docs.gitlab.com/api/rest/#pagination */
const [USUAL, MOST] = [20, 100];

/** Whether a request asks for a page that can be. */
export function isPage(query: URLSearchParams): boolean {
  return ['page', 'per_page'].every((name) => /^[1-9]\d{0,8}$/.test(query.get(name) ?? '1'));
}

/** The page of a list that a request asks for; beyond the last one it is empty. */
export function pageOf<Item>(all: readonly Item[], query: URLSearchParams): readonly Item[] {
  const size = Math.min(MOST, Number(query.get('per_page') ?? USUAL));
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  return all.slice(from, from + size);
}
