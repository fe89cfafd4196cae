import { z } from 'zod';
import type { World } from './finding.ts';

/** What GitLab answered instead of what was asked for. */
export class NotAnswered extends Error {
  readonly status: number | undefined;
  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** Asks the API for what stands at a path, or GraphQL for a query. */
export type Ask = <Type>(path: string, schema: z.ZodType<Type>, query?: string) => Promise<Type>;

const REDIRECTS = [301, 302, 307, 308];

/** The API of a GitLab. The token is sent to no other host, wherever an answer leads: a moved project is looked for on the same one. */
export function gitlabOf({ fetch, env }: World, gitlab: string): Ask {
  const request = (address: string, query?: string) =>
    fetch(address, {
      headers: {
        'PRIVATE-TOKEN': env.GITLAB_TOKEN ?? '',
        ...(query !== undefined && { 'Content-Type': 'application/json' }),
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(20_000),
      ...(query !== undefined && { method: 'POST', body: query }),
    });
  const answerOf = async (address: string, query?: string) => {
    const response = await request(address, query);
    const target = response.headers.get('location');
    const moved = REDIRECTS.includes(response.status) && target ? new URL(target, address) : undefined;
    return moved?.origin === new URL(gitlab).origin ? request(moved.href, query) : response;
  };
  return async (path, schema, query) => {
    const address = query === undefined ? `${gitlab}/api/v4${path}` : `${gitlab}/api${path}`;
    const response = await answerOf(address, query).catch((error: unknown) => {
      throw new NotAnswered(`${address} did not answer: ${reasonOf(error)}.`);
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok)
      throw new NotAnswered(`${address} answered ${response.status} ${wordsOf(body)}`.trim(), response.status);
    const read = schema.safeParse(body);
    if (!read.success) throw new NotAnswered(`${address} did not answer as GitLab's API does.`);
    return read.data;
  };
}

/** GitLab's own words for a refusal. */
function wordsOf(body: unknown): string {
  const { data } = z.object({ message: z.optional(z.string()), error: z.optional(z.string()) }).safeParse(body);
  return data?.message ?? data?.error ?? '';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
