import http from 'node:http';
import https from 'node:https';
import { isThisMachine } from '../aws/hosts.ts';
import { httpsProxy } from '../aws/proxy.ts';
import type { Env } from '../ground/env.ts';

/** How long a whole answer may take, and how long it may be. */
interface AnswerLimits {
  readonly milliseconds: number;
  readonly bytes: number;
}

/** Nothing waits long for what a page shows. */
const SHOWN: AnswerLimits = { milliseconds: 5_000, bytes: 1_048_576 };

/** What GitLab answered, whatever it is. */
export interface Answer {
  readonly status: number;
  /** The content type; empty where none is told. */
  readonly type: string;
  readonly content: Buffer;
}

/** An answer that is longer than its limit, and was not read to its end. */
export class LongAnswer extends Error {
  readonly status: number | undefined;

  constructor(bytes: number, status: number | undefined) {
    super(`GitLab's answer has more than ${bytes} bytes`);
    this.status = status;
  }
}

/**
 * Asks GitLab's API by a job token, once, through the runner's proxy. Throws when no whole answer arrives; a LongAnswer
 * when it is too long.
 */
export async function askGitLab(
  url: string,
  token: string,
  { env, limits = SHOWN }: { readonly env: Env; readonly limits?: AnswerLimits },
): Promise<Answer> {
  const ended = AbortSignal.timeout(limits.milliseconds);
  const response = await answerTo(url, { headers: { 'JOB-TOKEN': token }, signal: ended }, env);
  const chunks: Buffer[] = [];
  let left = limits.bytes;
  for await (const chunk of response) {
    left -= chunk.length;
    if (left < 0) throw new LongAnswer(limits.bytes, response.statusCode);
    chunks.push(chunk);
  }
  const type = response.headers['content-type'] ?? '';
  return { status: response.statusCode ?? 0, type, content: Buffer.concat(chunks) };
}

/** As askGitLab, for what answers with JSON. Throws, too, when that is not what arrives. */
export async function getJson(url: string, token: string, env: Env): Promise<unknown> {
  const { status, content } = await askGitLab(url, token, { env });
  if (status !== 200) throw new Error(`GitLab answered with HTTP ${status}`);
  return JSON.parse(content.toString('utf8'));
}

/** A redirection is an answer that is not followed: the token is for nobody else. */
function answerTo(url: string, options: http.RequestOptions, env: Env): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const isPlain = new URL(url).protocol === 'http:';
    if (isPlain && !isThisMachine(new URL(url))) throw new Error('a job token is not sent without encryption');
    const request = isPlain
      ? http.get(url, options, resolve)
      : https.get(url, { ...options, agent: new https.Agent({ proxyEnv: httpsProxy(env) }) }, resolve);
    request.on('error', reject);
  });
}
