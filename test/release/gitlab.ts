import { createServer } from 'node:http';

/** What GitLab shows of one project to a token that may see it; each answer by its path, as docs.gitlab.com/api has it. */
export interface Shown {
  readonly answers: Readonly<Record<string, unknown>>;
  /** Path -> status and words, instead of an answer. */
  readonly refused: Readonly<Record<string, readonly [number, unknown]>>;
}

export interface GitLab {
  readonly address: string;
  /** Method and path of every request. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const MISSING: readonly [number, unknown] = [404, { message: '404 Project Not Found' }];

/** A GitLab on loopback that knows one project, and one token. */
export async function startGitLab(token: string, { answers, refused }: Shown): Promise<GitLab> {
  const asked: string[] = [];
  const server = createServer(({ method, url = '', headers }, response) => {
    const path = decodeURIComponent(url.replace(/\?.*/, ''));
    asked.push(`${method} ${path}`);
    const known = headers['private-token'] === token;
    const answer = answers[path];
    const [status, body] = known
      ? (refused[path] ?? (answer === undefined ? MISSING : [200, answer]))
      : [401, { message: '401 Unauthorized' }];
    const leads = status === 301 && { location: String(Object(body).location) };
    response.writeHead(status, { 'content-type': 'application/json', ...leads });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return {
    address: `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`,
    asked,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
