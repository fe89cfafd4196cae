import {
  ambientSession,
  assumeRole,
  connect,
  explainTokenRefusal,
  type Outside,
  type Session,
} from '../aws/session.ts';
import { readClaims } from '../gitlab/claims.ts';
import { type Job, unverifiedJob, verifiedJob } from '../gitlab/job.ts';
import { LONGEST_DESCRIPTION } from '../gitlab/project-file.ts';
import { withoutTargetBranch } from '../gitlab/target-branch.ts';
import { type Deadline, earliest } from '../ground/clock.ts';
import type { Env } from '../ground/env.ts';
import { Failure } from '../ground/failure.ts';
import { type Component, gitlabEnvironmentOf, isOfMergeRequests } from './component.ts';
import type { Context, Host } from './context.ts';
import { firstLines } from './first-lines.ts';
import type { SharedInputs } from './shared-inputs.ts';

/**
 * Exchanges the token and checks environment and account, before anything is read or written. The first lines of the
 * log say which they are.
 */
export async function enter(
  component: Pick<Component, 'name' | 'gitlab'>,
  shared: SharedInputs,
  host: Host,
  { log, report, begun }: Pick<Context, 'log' | 'report' | 'begun'>,
): Promise<Omit<Context, 'refuseAhead' | 'tell'>> {
  const { env, clock, root } = host;
  const expected = {
    environment: shared.environment,
    gitlabEnvironment: gitlabEnvironmentOf(component, shared.environment + shared.gitlab_environment_suffix),
  };
  const token = tokenFor(shared, env);
  let [limit] = jobTimeout(env);
  const outside = { env, clock, limit: () => limit };

  const claims = token === undefined ? undefined : readClaims(token);
  const session =
    token && claims
      ? await exchangeToken(token, claims, shared, outside)
      : await ambientSession(shared.aws_region, outside);
  const told = isOfMergeRequests(component) ? withoutTargetBranch(env) : env;
  const job = claims ? verifiedJob(told, claims, expected) : unverifiedJob(told, expected);
  log.section(`${component.name} for ${job.environment} in the AWS account ${session.account}`, [
    ...firstLines({ job, session, shared, env }),
  ]);
  refuseOtherAccount(session, shared);

  const ends = claims && { at: new Date(claims.exp * 1000), because: "the token's lifetime" };
  return {
    job,
    log,
    clock,
    root,
    begun,
    report: { ...report, record: (record) => report.record({ ...stamp(component, job, shared), ...record }) },
    aws: connect(session),
    async mergeRequestsOf(commit) {
      const { mergeRequestsOf } = await import('../gitlab/merge-requests.ts');
      return mergeRequestsOf(commit, job, env);
    },
    async approvalJobPage() {
      const { approvalJobPage } = await import('../gitlab/approval-job.ts');
      return approvalJobPage(job, env);
    },
    async voicesOn(jobs) {
      const { readVoices } = await import('../gitlab/deployments.ts');
      return readVoices(jobs, { job, env, clock });
    },
    async peopleBehind(range, merged) {
      const { peopleBehind } = await import('../gitlab/changes.ts');
      return peopleBehind(range, merged, { job, env, clock });
    },
    fileOfCommit: descriptionsOnce(async (named) => {
      const { fileOfCommit } = await import('../gitlab/commit-file.ts');
      return fileOfCommit(named, { job, env, root, log: log.line });
    }),
    async fileOfProject(named, other) {
      const { fileOfProject } = await import('../gitlab/commit-file.ts');
      return fileOfProject(named, other, { job, env });
    },
    async fileOfTarget(named) {
      const { fileOfBranch } = await import('../gitlab/commit-file.ts');
      return fileOfBranch(named, env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME ?? '', { job, env });
    },
    async fileOfPipeline(named) {
      const { fileOfPipeline } = await import('../gitlab/commit-file.ts');
      return fileOfPipeline(named, { job, env, root, log: log.line });
    },
    async surroundings() {
      const { surroundingsOf } = await import('./surroundings.ts');
      return surroundingsOf(env, shared, session);
    },
    deadline(seconds) {
      const waited = { at: new Date(clock.now().getTime() + seconds * 1000), because: 'max_wait_time' };
      // A job that waits repeats no request for longer than that.
      limit = earliest(waited, ...(ends ? [ends] : []), ...jobTimeout(env));
      return limit;
    },
  };
}

/** Asks once for what describes something: several parts of a job read it. Data is asked for anew, and not held in memory. */
function descriptionsOnce(read: Context['fileOfCommit']): Context['fileOfCommit'] {
  const known = new Map<string, Promise<Buffer>>();
  return (named) => {
    const { input, file, maxBytes } = named;
    if (maxBytes !== LONGEST_DESCRIPTION) return read(named);
    const key = `${input} ${file}`;
    const content = known.get(key) ?? read(named);
    known.set(key, content);
    // What could not be read may be there when it is asked for again.
    content.catch(() => known.delete(key));
    return content;
  };
}

/**
 * The token to exchange; `undefined` only with role_arn: none. An empty token is a Failure: it never means other
 * credentials.
 */
function tokenFor({ role_arn: role }: SharedInputs, { AWS_OIDC_TOKEN: token }: Env): string | undefined {
  if (role === 'none') return undefined;
  if (token) return token;
  throw new Failure(
    'SMC-1105',
    `This job cannot assume ${role}: AWS_OIDC_TOKEN holds no id_token. Nothing was sent to AWS.`,
    "remove any CI/CD variable named AWS_OIDC_TOKEN and any id_tokens: that overrides the template's. To use the runner's own credentials, set role_arn: none.",
  );
}

async function exchangeToken(
  token: string,
  claims: ReturnType<typeof readClaims>,
  { aws_region, role_arn: roleArn }: SharedInputs,
  outside: Outside,
): Promise<Session> {
  const sessionName = `gl-${claims.project_id}-${claims.pipeline_id}-${claims.job_id}`.slice(0, 64);
  try {
    return await assumeRole(aws_region, { token, roleArn, sessionName }, outside);
  } catch (error) {
    throw explainTokenRefusal(error, { roleArn, claims });
  }
}

function refuseOtherAccount(
  { account }: Session,
  { expected_account_id: expected, role_arn: role }: SharedInputs,
): void {
  if (expected === undefined || expected === account) return;
  throw new Failure(
    'SMC-1211',
    `${role === 'none' ? "The runner's own credentials belong" : `The role ${role} belongs`} to the AWS account ${account}, but expected_account_id is ${expected}. Nothing was read or changed.`,
    'correct role_arn or expected_account_id (the CI/CD variables AWS_ROLE_ARN and AWS_ACCOUNT_ID) for this environment.',
  );
}

/** Where a record comes from. */
function stamp({ name }: Pick<Component, 'name'>, job: Job, { aws_region: region }: SharedInputs) {
  return {
    component: name,
    environment: job.environment,
    region,
    pipeline: job.pipeline,
    job: job.id,
    job_name: job.name,
    commit: job.commit,
    user: job.user,
    user_id: job.userId,
    verified: job.verified,
  };
}

/**
 * The deadline a minute before GitLab stops the job: it ends with an explanation, and has time left for the uploads.
 */
function jobTimeout(env: Env): Deadline[] {
  const started = Date.parse(env.CI_JOB_STARTED_AT ?? '');
  const seconds = Number(env.CI_JOB_TIMEOUT || Number.NaN);
  if (Number.isNaN(started) || Number.isNaN(seconds)) return [];
  return [{ at: new Date(started + (seconds - 60) * 1000), because: "the job's timeout" }];
}
