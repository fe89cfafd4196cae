import http from 'node:http';
import https from 'node:https';
import { isThisMachine } from '../../src/aws/hosts.ts';
import { httpsProxy, malformedProxy } from '../../src/aws/proxy.ts';
import type { Env } from '../../src/ground/env.ts';
import { partsOf } from '../../src/ground/error-parts.ts';
import { type Answer, Refusal, refusalOf, unreachable } from './refusal.ts';

type Body = Readonly<Record<string, unknown>>;

/** Where GraphQL answers, beside the paths of REST. */
const GRAPHQL = '/graphql';

/** A change that GitLab is asked for: its path is below the project. */
export interface Change {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body: Body;
}

export interface ClientOptions {
  /** The address of GitLab. */
  readonly gitlab: string;
  /** A personal, project or group access token: it is sent to that address alone, and never printed. */
  readonly token: string;
  readonly env: Env;
  sleep(milliseconds: number): Promise<void>;
}

/** How many of a list GitLab sends at once, at most. */
const PAGE = 100;
/** No project has longer lists, and no answer of GitLab is larger: what has no end is not read for ever. */
const MOST_PAGES = 1000;
const MOST_BYTES = 16 * 1024 * 1024;
/** How long an answer may take, and how often a request is sent that GitLab is too busy for. */
const MILLISECONDS = 30_000;
const TRIES = 5;
/** GitLab says how long to wait; where it does not, or says longer than a person waits, it is this. */
const [USUAL_WAIT, LONGEST_WAIT] = [10_000, 120_000];

/**
 * GitLab's API by a person's access token. A redirection is an answer: the token is for nobody else. The client that most use,
 * @gitbeaker/rest, is not taken: its 43.8.0 follows a redirection to another host with the token, takes a sign-in page for a
 * project, and asks again within milliseconds of a 429, whatever its Retry-After says.
 */
export class GitLabClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** What lies at a path. Throws a Refusal. */
  async get(path: string): Promise<unknown> {
    return (await this.#asked('GET', path)).json;
  }

  /** All pages of a list. Throws a Refusal. */
  async list(path: string): Promise<readonly unknown[]> {
    const all: unknown[] = [];
    for (let page: number | undefined = 1; page !== undefined; ) {
      const { json, headers } = await this.#asked('GET', `${path}?per_page=${PAGE}&page=${page}`);
      if (!Array.isArray(json)) throw new Refusal('not GitLab', `GitLab's answer about ${path} is no list`);
      all.push(...json);
      const next = headers['x-next-page'];
      if (next === undefined && json.length >= PAGE)
        throw new Refusal('not GitLab', `GitLab's answer about ${path} does not say whether there is more`);
      page = pageAfter(page, String(next ?? ''), path);
    }
    return all;
  }

  /** What GraphQL answers to a query. Throws a Refusal. */
  async query(query: string, variables: Readonly<Record<string, string>>): Promise<unknown> {
    return (await this.#asked('POST', GRAPHQL, { query, variables })).json;
  }

  /** Changes something of a project. Throws a Refusal. */
  async change(project: string, { method, path, body }: Change): Promise<void> {
    await this.#asked(method, `${project}${path}`, body);
  }

  /** Only what GitLab was too busy for is sent again, and a question: whether a change was made, a broken answer leaves open. */
  async #asked(method: string, path: string, body?: Body): Promise<Answer> {
    for (let left = TRIES; ; left -= 1) {
      const answer = await this.#once(method, path, body);
      const again = answer.status === 429 || (method === 'GET' && answer.status >= 500);
      if (left === 1 || !again) return accepted(answer);
      await this.#options.sleep(waitOf(answer));
    }
  }

  async #once(method: string, path: string, body?: Body): Promise<Answer> {
    const { gitlab, token, env } = this.#options;
    const proxy = malformedProxy(env);
    if (proxy) throw unreachable(gitlab, `${proxy.name} is no address of a proxy: "${proxy.received}"`);
    if (!IS_TOKEN.test(token)) throw new Refusal('token', NO_TOKEN);
    const url = new URL(`${gitlab}/api${path === GRAPHQL ? '' : '/v4'}${path}`);
    const isPlain = url.protocol === 'http:';
    if (isPlain && !isThisMachine(url)) throw unreachable(gitlab, 'an access token is not sent without encryption');
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = { 'PRIVATE-TOKEN': token, ...(text !== undefined && { 'content-type': 'application/json' }) };
    const options = { method, headers, signal: AbortSignal.timeout(MILLISECONDS) };
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const receive = (response: http.IncomingMessage) => void answerIn(response, token).then(resolve, reject);
        // A connection of its own for each: whether a change was made on one that GitLab was about to close, nobody knows.
        const request = isPlain
          ? http.request(url, { ...options, agent: new http.Agent() }, receive)
          : https.request(url, { ...options, agent: new https.Agent({ proxyEnv: httpsProxy(env) }) }, receive);
        request.on('error', reject).end(text);
      });
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw unreachable(gitlab, partsOf(error).message);
    }
  }
}

/** What a header may hold: a token was pasted with more than it, or something else was. */
const IS_TOKEN = /^[\x21-\x7e]+$/;
const NO_TOKEN = 'the access token has a blank, a line break or a character that no token has, and was not sent';

/** The page after one; `undefined` after the last. Throws a Refusal where pages would have no end. */
function pageAfter(page: number, next: string, path: string): number | undefined {
  if (next === '') return undefined;
  if (next === String(page + 1) && page < MOST_PAGES) return page + 1;
  throw new Refusal('not GitLab', `GitLab's answer about ${path} says that page ${next} follows page ${page}`);
}

/** An answer without the token, which nobody may read in what is printed of it. */
async function answerIn(response: http.IncomingMessage, token: string): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Refusal('not GitLab', `an answer has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8').replaceAll(token, '[GITLAB_TOKEN]');
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: jsonIn(text) };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An answer that GitLab gave, and that says yes. */
function accepted(answer: Answer): Answer {
  const isYes = answer.status >= 200 && answer.status < 300 && (answer.json !== undefined || answer.status === 204);
  if (!isYes) throw refusalOf(answer);
  return answer;
}

/** How many milliseconds GitLab wants to be left alone: https://docs.gitlab.com/security/rate_limits/ */
function waitOf({ headers }: Answer): number {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, LONGEST_WAIT) : USUAL_WAIT;
}
