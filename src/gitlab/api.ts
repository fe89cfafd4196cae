import http from 'node:http';
import https from 'node:https';
import { isThisMachine } from '../aws/hosts.ts';
import { httpsProxy } from '../aws/proxy.ts';
import type { Env } from '../ground/env.ts';

/** Milliseconds for a whole answer: nothing waits for GitLab long. */
const MAX_TIME = 5_000;
/** Bytes of an answer that are read. */
const MAX_ANSWER = 1_048_576;

/** What GitLab answered, whatever it is. */
export interface Answer {
  readonly status: number;
  /** The content type; empty where none is told. */
  readonly type: string;
  readonly text: string;
}

/** Asks GitLab's API by a job token, once, through the runner's proxy. Throws when no whole answer arrives. */
export async function askGitLab(url: string, token: string, env: Env): Promise<Answer> {
  const ended = AbortSignal.timeout(MAX_TIME);
  const response = await answerTo(url, { headers: { 'JOB-TOKEN': token }, signal: ended }, env);
  const chunks: Buffer[] = [];
  let left = MAX_ANSWER;
  for await (const chunk of response) {
    left -= chunk.length;
    if (left < 0) throw new Error(`GitLab's answer has more than ${MAX_ANSWER} bytes`);
    chunks.push(chunk);
  }
  const type = response.headers['content-type'] ?? '';
  return { status: response.statusCode ?? 0, type, text: Buffer.concat(chunks).toString('utf8') };
}

/** As askGitLab, for what answers with JSON. Throws, too, when that is not what arrives. */
export async function getJson(url: string, token: string, env: Env): Promise<unknown> {
  const { status, text } = await askGitLab(url, token, env);
  if (status !== 200) throw new Error(`GitLab answered with HTTP ${status}`);
  return JSON.parse(text);
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
