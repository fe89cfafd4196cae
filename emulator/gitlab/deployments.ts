import { isPage, type JsonAnswer, pageOf } from './pages.ts';

/** Somebody with an account. */
export interface GitLabUser {
  readonly id: number;
  readonly username: string;
  /** `active`, unless their account was taken from them. */
  readonly state?: string;
  /** Whether it is the account of an access token, or a service account. */
  readonly bot?: boolean;
}

interface GivenApproval {
  readonly user: GitLabUser;
  readonly status: 'approved' | 'rejected';
  readonly created_at: string;
  readonly comment: string;
}

/** Who has to approve, as an approval rule of a protected environment says it: the people of a group, or of a role. */
export interface ApprovalRule {
  readonly group_id: number | null;
  readonly access_level: number | null;
  readonly access_level_description: string;
  readonly required_approvals: number;
  /** The people whose approvals the rule takes. */
  readonly people: readonly number[];
}

export interface GitLabJob {
  readonly id: number;
  readonly name: string;
  readonly pipeline: number;
  readonly sha: string;
  /** Where a deployment to it begins with the job; absent for a job that deploys nothing. */
  readonly environment?: string;
}

interface RunJob extends GitLabJob {
  status: string;
  /** Who started it last. */
  user: GitLabUser | null;
  started_at: string | null;
  queued_duration: number | null;
  finished_at: string | null;
  updated_at: string;
}

interface Deployment {
  readonly id: number;
  readonly environment: string;
  readonly job: RunJob;
  readonly created_at: string;
  readonly rules: readonly ApprovalRule[];
  readonly approvals: GivenApproval[];
}

/** Until somebody starts a manual job, GitLab names whoever made its pipeline. */
const PIPELINE_MAKER: GitLabUser = { id: 50, username: 'maker' };

/**
 * The jobs of a project, their deployments, and who approved these, as GitLab answers a job that asks:
 * https://docs.gitlab.com/api/deployments/ and https://docs.gitlab.com/api/jobs/
 */
export class Deployments {
  readonly #jobs = new Map<number, RunJob>();
  #deployments: Deployment[] = [];
  readonly #rules = new Map<string, readonly ApprovalRule[]>();
  #isDenied = false;

  /** Forgets every job and deployment. */
  clear(): void {
    this.#isDenied = false;
    this.#jobs.clear();
    this.#rules.clear();
    this.#deployments = [];
  }

  /** Lets no job token read jobs and deployments from now on. */
  deny(): void {
    this.#isDenied = true;
  }

  /** Protects an environment: its deployments from now on are held until its rules are met. */
  protect(environment: string, rules: readonly ApprovalRule[]): void {
    this.#rules.set(environment, rules);
  }

  /** Adds a job when its pipeline is created. One that deploys has a deployment from then on. Run again, it is a new job. */
  create(job: GitLabJob, at: Date): void {
    const added = {
      ...job,
      status: 'manual',
      user: PIPELINE_MAKER,
      started_at: null,
      queued_duration: null,
      finished_at: null,
      updated_at: at.toISOString(),
    };
    this.#jobs.set(job.id, added);
    if (job.environment === undefined) return;
    this.#deployments.push({
      id: 7000 + this.#deployments.length,
      environment: job.environment,
      job: added,
      created_at: at.toISOString(),
      rules: this.#rules.get(job.environment) ?? [],
      approvals: [],
    });
  }

  /** Lets a job run, or end; somebody may have started it, some seconds before a runner began. One that never ran was dropped. */
  report(
    id: number,
    status: 'running' | 'success' | 'failed' | 'canceled',
    at: Date,
    user?: GitLabUser,
    queued = 1,
  ): void {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Error(`There is no job ${id}.`);
    job.status = status;
    job.user = user ?? job.user;
    job.updated_at = at.toISOString();
    if (status === 'running') [job.started_at, job.queued_duration] = [at.toISOString(), queued];
    job.finished_at = status === 'running' ? null : at.toISOString();
  }

  /** Somebody approves the deployment of a job, or rejects it. A person has one voice: it can be taken back, not doubled. */
  approve(
    job: number,
    user: GitLabUser,
    at: Date,
    { comment = '', status = 'approved' }: Partial<Pick<GivenApproval, 'comment' | 'status'>> = {},
  ): void {
    const deployment = this.#deployments.find((each) => each.job.id === job);
    if (deployment === undefined) throw new Error(`The job ${job} deploys nothing.`);
    if (deployment.approvals.some((each) => each.user.id === user.id))
      throw new Error('400 Bad request - you have already approved or rejected this deployment');
    deployment.approvals.push({ user, status, created_at: at.toISOString(), comment });
  }

  /** The answer to a request below the project's path; `undefined` for what is about neither jobs nor deployments. */
  answer(path: string, query: URLSearchParams): JsonAnswer | undefined {
    if (this.#isDenied && /^\/(jobs|deployments)\b/.test(path)) return [403, { message: '403 Forbidden' }];
    const [, job] = /^\/jobs\/(\d+)$/.exec(path) ?? [];
    if (job !== undefined) return found(this.#jobs.get(Number(job)), jobAnswer);
    const [, deployment] = /^\/deployments\/(\d+)$/.exec(path) ?? [];
    if (deployment !== undefined)
      return found(
        this.#deployments.find(({ id }) => id === Number(deployment)),
        (each) => ({ ...deploymentAnswer(each), ...approvalsOf(each) }),
      );
    return path === '/deployments' ? this.#list(query) : undefined;
  }

  #list(query: URLSearchParams): JsonAnswer {
    const [order, sort] = [query.get('order_by') ?? 'id', query.get('sort') ?? 'asc'];
    const after = query.get('updated_after') ?? '';
    if (!['id', 'updated_at'].includes(order) || !['asc', 'desc'].includes(sort) || !isPage(query))
      return [400, { error: 'a parameter does not have a valid value' }];
    if (after !== '' && order !== 'updated_at')
      return [400, { message: '400 Bad request - `updated_at` filter requires `updated_at` sort' }];
    const wanted = this.#deployments.filter(
      ({ environment, job }) => environment === (query.get('environment') ?? environment) && job.updated_at > after,
    );
    if (order === 'updated_at') wanted.sort((one, other) => one.job.updated_at.localeCompare(other.job.updated_at));
    return [200, pageOf(sort === 'asc' ? wanted : wanted.toReversed(), query).map(deploymentAnswer)];
  }
}

function found<Value>(value: Value | undefined, answer: (value: Value) => object): JsonAnswer {
  return value === undefined ? [404, { message: '404 Not found' }] : [200, answer(value)];
}

function jobAnswer({ id, name, pipeline, sha, status, user, started_at, queued_duration, finished_at }: RunJob) {
  return {
    id,
    name,
    status,
    user: user && { ...userAnswer(user), bio: null, bot: user.bot ?? false },
    started_at,
    queued_duration,
    finished_at,
    commit: { id: sha },
    pipeline: { id: pipeline, project_id: 42, sha },
  };
}

function deploymentAnswer({ id, environment, job, created_at }: Deployment) {
  const status = job.status === 'manual' ? 'blocked' : job.status;
  return {
    id,
    iid: id - 6999,
    ref: 'uat',
    sha: job.sha,
    status,
    created_at,
    updated_at: job.updated_at,
    environment: { id: 9, name: environment, external_url: null },
    deployable: jobAnswer(job),
  };
}

/** What everybody is told of somebody. That they are a bot, GitLab tells only beside a job. */
function userAnswer({ id, username, state = 'active' }: GitLabUser) {
  return { id, username, name: username, state };
}

/** What only the answer about one deployment has. */
function approvalsOf({ approvals, rules }: Deployment) {
  const given = approvals.map(({ user, ...more }) => ({ user: userAnswer(user), ...more }));
  return {
    pending_approval_count: Math.max(
      0,
      rules.reduce((sum, rule) => sum + rule.required_approvals, 0) - approvals.length,
    ),
    approvals: given,
    approval_summary: {
      rules: rules.map(({ people, ...rule }, index) => ({
        id: index + 1,
        user_id: null,
        group_inheritance_type: 0,
        ...rule,
        deployment_approvals: given.filter(({ user }) => people.includes(user.id)),
      })),
    },
  };
}
