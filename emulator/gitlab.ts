import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Administration } from './gitlab/administration.ts';
import { requestOf } from './gitlab/api.ts';
import { Deployments } from './gitlab/deployments.ts';
import { MergeRequests } from './gitlab/merge-requests.ts';

/** Answers of GitLab, and of what stands before it, by what went wrong. */
const TROUBLE = {
  unauthorized: [401, 'application/json', '{"message":"401 Unauthorized"}'],
  forbidden: [403, 'application/json', '{"message":"403 Forbidden"}'],
  'project hidden': [404, 'application/json', '{"message":"404 Project Not Found"}'],
  throttled: [429, 'text/plain', 'Retry later\n'],
  'internal error': [500, 'application/json', '{"message":"500 Internal Server Error"}'],
  'bad gateway': [502, 'text/html', '<html><head><title>502</title></head></html>'],
  'sign-in page': [200, 'text/html; charset=utf-8', '<!DOCTYPE html><html><title>Sign in</title></html>'],
  redirected: [302, 'text/html', '<html><body>You are being redirected.</body></html>'],
} as const satisfies Record<string, readonly [status: number, type: string, body: string]>;

export type GitLabTrouble = keyof typeof TROUBLE;

/** The files of a commit: path -> what is in it. */
export interface CommitFiles {
  get(path: string): string | Uint8Array | undefined;
}

/** Which answers are trouble: those to requests like `POST /api/v4/projects/42/variables`, and how many of them. */
interface WhichAnswers {
  readonly to?: RegExp;
  readonly times?: number;
}

/** A GitLab on this machine that answers what a job token, or a person's access token, may ask, for one project. */
export interface GitLab {
  /** Its address: the issuer of the id_tokens of its jobs. */
  readonly url: string;
  /** The token of its jobs: a JWT after a prefix, whose issuer is the name of the host. */
  readonly jobToken: string;
  /** The paths that it was asked for. */
  readonly asked: readonly string[];
  /** The jobs of the project, their deployments, and who approved these. */
  readonly deployments: Deployments;
  /** Its commits and merge requests. */
  readonly mergeRequests: MergeRequests;
  /** The settings of the project, by the access token of a person. */
  readonly administration: Administration;
  /** Breaks every connection after so many changes by an access token: the last is made, and its answer lost. */
  cutAfter(changes: number): void;
  /** Adds a commit of another project, with its files: whether it lets this project's job tokens in, it says. */
  other(project: string, sha: string, files: Readonly<Record<string, string>>, lets?: boolean): void;
  /** Adds a commit, with its files. */
  commit(sha: string, files: CommitFiles | Readonly<Record<string, string | Uint8Array>>): void;
  /** Lets every answer from now on be trouble, or only some. */
  trouble(kind: GitLabTrouble, which?: WhichAnswers): void;
  close(): Promise<void>;
}

const FILE = /^\/api\/v4\/projects\/(\d+)\/repository\/files\/([^/]+)\/raw$/;

/** What is below the project's own path. */
const BELOW = /^\/api\/v4\/projects\/(\d+)(\/.+)$/;

/** Starts one, with the project of this number, whose job tokens say that they are of a host. What GitLab answers: https://docs.gitlab.com/api/repository_files/ */
export async function startGitLab(project = '42', host = '127.0.0.1'): Promise<GitLab> {
  const commits = new Map<string, CommitFiles>();
  const asked: string[] = [];
  const deployments = new Deployments();
  const mergeRequests = new MergeRequests();
  const others = new Map<string, Map<string, CommitFiles>>();
  const administration = new Administration(project);
  let trouble: { readonly kind: GitLabTrouble; readonly to: RegExp; left: number } | undefined;
  let changesLeft = Number.POSITIVE_INFINITY;
  const payload = Buffer.from(JSON.stringify({ iss: host, sub: 'gid://gitlab/Ci::Build/7' }));
  const jobToken = `glcbt-eyJhbGciOiJSUzI1NiJ9.${payload.toString('base64url')}.c2lnbmF0dXJlIG9mIGEgam9i`;

  const troubleFor = (asks: string): GitLabAnswer | undefined => {
    if (trouble === undefined || trouble.left === 0 || !trouble.to.test(asks)) return undefined;
    trouble.left -= 1;
    return TROUBLE[trouble.kind];
  };

  const answer = (url: string, token: unknown): GitLabAnswer => {
    const troubled = troubleFor(`GET ${url}`);
    if (troubled) return troubled;
    if (token !== jobToken) return TROUBLE.unauthorized;
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
    const [, asks, below = ''] = BELOW.exec(pathname) ?? [];
    const told =
      asks === project
        ? (deployments.answer(below, searchParams) ?? mergeRequests.answer(below, searchParams, project))
        : undefined;
    if (told !== undefined) return [told[0], 'application/json', JSON.stringify(told[1])];
    return fileAt(pathname, searchParams);
  };

  const fileAt = (pathname: string, query: URLSearchParams): GitLabAnswer => {
    const [, id, path = ''] = FILE.exec(pathname) ?? [];
    if (id === undefined) return notFound('404 Not Found');
    const of = id === project ? commits : others.get(id);
    if (of === undefined) return TROUBLE['project hidden'];
    const commit = of.get(query.get('ref') ?? '');
    if (!commit) return notFound('404 Commit Not Found');
    const content = commit.get(decodeURIComponent(path));
    return content === undefined ? notFound('404 File Not Found') : [200, 'text/plain; charset=utf-8', content];
  };

  const administer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asks = await requestOf(request);
    if (changesLeft === 0) return void request.socket.destroy();
    const troubled = troubleFor(`${request.method} ${request.url}`);
    if (troubled) return send(response, troubled);
    const { status, body, headers } = administration.answer(asks);
    if (asks.method !== 'GET') changesLeft -= 1;
    if (changesLeft === 0) return void request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.headers['private-token'] !== undefined) return void administer(request, response);
    send(response, answer(request.url ?? '', request.headers['job-token']));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // Whoever is done with everything else need not close it.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    jobToken,
    asked,
    deployments,
    mergeRequests,
    other(id, sha, files, lets = true) {
      if (!lets) return;
      others.set(id, new Map([...(others.get(id) ?? []), [sha, new Map(Object.entries(files))]]));
    },
    commit: (sha, files) => void commits.set(sha, isCommitFiles(files) ? files : new Map(Object.entries(files))),
    administration,
    cutAfter: (changes) => {
      changesLeft = changes;
    },
    trouble: (kind, { to = /^/, times = Number.POSITIVE_INFINITY } = {}) => {
      trouble = { kind, to, left: times };
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const notFound = (message: string) => [404, 'application/json', JSON.stringify({ message })] as const;

type GitLabAnswer = readonly [status: number, type: string, body: string | Uint8Array];

function isCommitFiles(files: Parameters<GitLab['commit']>[1]): files is CommitFiles {
  return typeof files.get === 'function';
}

function send(response: ServerResponse, [status, type, body]: GitLabAnswer): void {
  const more =
    status === 302 ? { location: 'https://sign-in.example.com' } : status === 429 ? { 'retry-after': '60' } : {};
  response.writeHead(status, { 'content-type': type, ...more }).end(body);
}
