import type { GitLabUser } from './deployments.ts';
import { isPage, type JsonAnswer, pageOf } from './pages.ts';

/** A merge request, and the commits that it brought. */
export interface MergeRequest {
  readonly iid: number;
  readonly author: GitLabUser | null;
  /** Who merged it; nobody where their account is gone. */
  readonly merger: GitLabUser | null;
  readonly commits: readonly string[];
  /** `merged`, unless it is open or was closed. */
  readonly state?: string;
  /** The branch into which it was merged; `dev` where nothing is said. */
  readonly target?: string;
  /** Another project than this one: a fork. */
  readonly project?: number;
}

const COMMITS = /^\/repository\/commits$/;
const OF_COMMIT = /^\/repository\/commits\/([0-9a-f]+)\/merge_requests$/;

/**
 * The history of a project and its merge requests, as GitLab answers a job that asks: https://docs.gitlab.com/api/commits/
 */
export class MergeRequests {
  /** The commits, the oldest first: each is the only child of the one before. */
  #history: string[] = [];
  #all: MergeRequest[] = [];

  /** Forgets everything. */
  clear(): void {
    this.#history = [];
    this.#all = [];
  }

  /** Adds commits to the history. */
  pushed(...commits: readonly string[]): void {
    this.#history = [...this.#history.filter((each) => !commits.includes(each)), ...commits];
  }

  /** Adds a merge request, whose commits are in the history from now on. */
  merged(request: MergeRequest): void {
    this.pushed(...request.commits);
    this.#all.push(request);
  }

  /** What GitLab answers about commits and their merge requests; nothing for anything else. */
  answer(below: string, query: URLSearchParams, project: string): JsonAnswer | undefined {
    const [, sha] = OF_COMMIT.exec(below) ?? [];
    if (sha === undefined && !COMMITS.test(below)) return undefined;
    if (!isPage(query)) return [400, { error: 'page does not have a valid value' }];
    if (sha === undefined) return [200, pageOf(this.#between(query.get('ref_name') ?? ''), query).map(asCommit)];
    const state = query.get('state');
    const own = this.#all.filter(
      (each) => each.commits.includes(sha) && (state === null || state === 'all' || (each.state ?? 'merged') === state),
    );
    return [200, pageOf(own, query).map((each) => asRequest(each, project))];
  }

  /** The commits of a range `a..b`, the newest first; none where one of them is not known. */
  #between(range: string): string[] {
    const [from = '', to = ''] = range.split('..');
    const [after, until] = [from, to].map((sha) => this.#history.indexOf(sha));
    if (after === undefined || until === undefined || after < 0 || until < 0) return [];
    return this.#history.slice(after + 1, until + 1).reverse();
  }
}

function asCommit(id: string): object {
  return {
    id,
    short_id: id.slice(0, 8),
    title: 'A commit',
    author_name: 'Somebody',
    author_email: 'someone@example.com',
  };
}

function asUser(user: GitLabUser | null): object | null {
  return user && { state: 'active', name: user.username, avatar_url: null, ...user };
}

/** As it is told beside a commit: https://docs.gitlab.com/api/commits/#list-merge-requests-associated-with-a-commit */
function asRequest(
  { iid, author, merger, state = 'merged', target = 'dev', project: other }: MergeRequest,
  project: string,
): object {
  return {
    id: 1000 + iid,
    iid,
    project_id: other ?? Number(project),
    title: `Merge request ${iid}`,
    state,
    author: asUser(author),
    merged_by: asUser(merger),
    merge_user: asUser(merger),
    target_branch: target,
  };
}
