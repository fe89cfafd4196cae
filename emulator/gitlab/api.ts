import type { IncomingMessage } from 'node:http';
import { isPage, pageOf } from './pages.ts';

/** What a person's access token asks of GitLab's API. */
export interface ApiRequest {
  readonly method: string;
  /** Below `/api/v4`, still encoded: `/projects/wog%2Fmlops/variables`. */
  readonly path: string;
  /** Those of the query and of the body together: GitLab makes no difference. */
  readonly params: Params;
  readonly token: string | undefined;
}

/** Reads a request, as JSON or as a form. */
export async function requestOf(incoming: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = incoming.headers['content-type']?.startsWith('application/json') === true;
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://gitlab.example.com');
  const token = incoming.headers['private-token'];
  return {
    method: incoming.method ?? 'GET',
    path: pathname.replace(/^\/api\/v4/, ''),
    params: {
      ...Object.fromEntries(searchParams),
      ...(isJson ? JSON.parse(text || '{}') : Object.fromEntries(new URLSearchParams(text))),
    },
    token: typeof token === 'string' ? token : undefined,
  };
}

export type Params = Readonly<Record<string, unknown>>;

export interface ApiAnswer {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request that a resource of a project answers, and the role that it takes: 20 Reporter, 30 Developer, 40 Maintainer. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the project; its groups are the decoded names. */
  readonly below: RegExp;
  readonly level: 20 | 30 | 40;
  answer(names: readonly string[], params: Params, level: number): ApiAnswer | readonly object[];
}

export const refused = (status: number, message: string | object): ApiAnswer => ({ status, body: { message } });
export const notFound = (what: string): ApiAnswer => refused(404, `404 ${what} Not Found`);
/** What Grape answers before GitLab's own code sees a request. */
export const unusable = (error: string): ApiAnswer => ({ status: 400, body: { error } });
export const created = (body: object): ApiAnswer => ({ status: 201, body });
export const done = (body: object): ApiAnswer => ({ status: 200, body });

/** The first parameter that is missing or has no valid value, as GitLab says it. */
export function mistakeIn(params: Params, rules: Readonly<Record<string, readonly unknown[] | 'required'>>) {
  for (const [name, allowed] of Object.entries(rules)) {
    const value = params[name];
    if (allowed === 'required' && value === undefined) return unusable(`${name} is missing`);
    if (allowed !== 'required' && value !== undefined && !allowed.map(String).includes(String(value)))
      return unusable(`${name} does not have a valid value`);
  }
  return undefined;
}

/** A page of a list, with the headers that lead to the next: https://docs.gitlab.com/api/rest/#pagination */
export function paged(all: readonly object[], { path, params }: Pick<ApiRequest, 'path' | 'params'>): ApiAnswer {
  const query = new URLSearchParams(
    Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
  );
  if (!isPage(query)) return unusable('page does not have a valid value');
  const [size, page] = [Math.min(100, Number(query.get('per_page') ?? 20)), Number(query.get('page') ?? 1)];
  const next = page * size < all.length ? String(page + 1) : '';
  query.set('page', next);
  return {
    status: 200,
    body: pageOf(all, new URLSearchParams({ page: String(page), per_page: String(size) })),
    headers: {
      'x-page': String(page),
      'x-per-page': String(size),
      'x-next-page': next,
      'x-total': String(all.length),
      ...(next !== '' && { link: `<http://gitlab.example.com/api/v4${path}?${query}>; rel="next"` }),
    },
  };
}
