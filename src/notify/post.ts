import http from 'node:http';
import https from 'node:https';
import { httpsProxy } from '../aws/proxy.ts';
import type { Env } from '../ground/env.ts';
import { NotSent } from './not-sent.ts';

interface Posted {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly env: Env;
  readonly signal: AbortSignal;
}

/** Posts JSON through the runner's proxy. A redirection is not followed. Throws when the receiver does not accept it. */
export function post(url: URL, { body, headers, env, signal }: Posted): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
      signal,
    };
    const answered = (response: http.IncomingMessage) => {
      const { statusCode = 0 } = response;
      response.destroy();
      if (statusCode >= 200 && statusCode < 300) resolve();
      else reject(new NotSent(`the receiver answered with HTTP ${statusCode}`));
    };
    const request =
      url.protocol === 'http:'
        ? http.request(url, options, answered)
        : https.request(url, { ...options, agent: new https.Agent({ proxyEnv: httpsProxy(env) }) }, answered);
    request.on('error', reject);
    request.end(body);
  });
}
