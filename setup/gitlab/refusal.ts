import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod/mini';
import { cutText, visibleText } from '../../src/ground/visible-text.ts';

/** An answer of whatever answers there. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** What it says in JSON; `undefined` where it does not. */
  readonly json: unknown;
}

/** Why GitLab did not do what it was asked for. */
export type Why =
  | 'token'
  | 'scope'
  | 'forbidden'
  | 'not found'
  | 'moved'
  | 'refused'
  | 'busy'
  | 'not GitLab'
  | 'unreachable';

/** The most characters of what somebody else says. */
const MOST_WORDS = 1000;

/** What GitLab, or what stands before it, answered instead: the message has its own words, as a terminal may show them. */
export class Refusal extends Error {
  readonly why: Why;

  constructor(why: Why, message: string) {
    super(cutText(visibleText(message), MOST_WORDS));
    this.why = why;
  }
}

/** Nobody answered. */
export function unreachable(gitlab: string, because: string): Refusal {
  return new Refusal('unreachable', `${gitlab} was not reached: ${because}`);
}

const BY_STATUS: Readonly<Record<number, Why>> = { 401: 'token', 403: 'forbidden', 404: 'not found', 429: 'busy' };

/** What GitLab says when it does not say yes: https://docs.gitlab.com/api/rest/troubleshooting/ */
const words = z.object({
  error: z.optional(z.unknown()),
  error_description: z.optional(z.unknown()),
  message: z.optional(z.unknown()),
});

/** What an answer means that is not yes. */
export function refusalOf({ status, headers, json, text }: Answer): Refusal {
  const { data: said = {} } = z.safeParse(words, json);
  const message = `HTTP ${status}${inWords(said.error_description ?? said.message ?? said.error)}`;
  if (status >= 300 && status < 400 && text.includes('moved permanently')) return new Refusal('moved', message);
  if (status >= 300 && status < 400) return new Refusal('not GitLab', `${message}: ${originOf(headers.location)}`);
  if (status === 429 || status >= 500) return new Refusal('busy', message);
  if (json === undefined || status < 400) return new Refusal('not GitLab', message);
  return new Refusal(said.error === 'insufficient_scope' ? 'scope' : (BY_STATUS[status] ?? 'refused'), message);
}

/** GitLab's own words: a sentence, several, or several for each attribute. */
function inWords(said: unknown): string {
  if (said === undefined) return '';
  if (typeof said === 'string') return `: ${said}`;
  if (Array.isArray(said)) return `: ${said.join(', ')}`;
  const each = Object.entries(Object(said)).map(([name, problems]) => `${name} ${[problems].flat().join(', ')}`);
  return `: ${each.join('; ')}`;
}

/** Where a redirection leads, without what its address may carry. */
function originOf(location = ''): string {
  return URL.canParse(location) ? `a redirection to ${new URL(location).origin}` : 'a redirection';
}
