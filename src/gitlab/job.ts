import type { Env } from '../ground/env.ts';
import { Failure } from '../ground/failure.ts';
import type { Claims } from './claims.ts';

/** The CI job that runs us: who, which commit, which pipeline, for which environment. */
export interface Job {
  /** The environment that the job serves; approvals have a GitLab environment of their own beside it. */
  readonly environment: string;
  /**
   * The GitLab environment in which the job runs: `uat`, `uat/approval`, or with a suffix `uat/churn/approval`; absent in the
   * pipeline of a merge request.
   */
  readonly gitlabEnvironment: string | undefined;
  readonly pipeline: string;
  readonly id: string;
  readonly name: string;
  readonly commit: string;
  readonly ref: string;
  readonly refType: 'branch' | 'tag';
  /** The login of who started the job; `unverified` when no accepted token says it. */
  readonly user: string;
  /** The number of their account, which stays when a login changes; absent when no accepted token says it. */
  readonly userId: string | undefined;
  /** The groups in which they are a direct member, by path; absent when no accepted token names them. */
  readonly userGroups?: readonly string[] | undefined;
  readonly project: string;
  /** The project's ID, which it keeps when it is renamed or moved. */
  readonly projectId: string;
  /** The address of the GitLab, without a slash at the end: of the one that issued the token, where there is one. */
  readonly server: string;
  /** The project's page, without a slash at the end. */
  readonly projectUrl: string;
  readonly url: string;
  /** Whether the facts above are claims of a token that STS accepted. */
  readonly verified: boolean;
  /** From when to when the token counts, by GitLab's clock; `undefined` where no accepted token tells it. */
  readonly tokenLife: { readonly from: Date; readonly to: Date } | undefined;
  /** Whether GitLab says that a person started this job by hand. */
  readonly manual: boolean;
  /** Which of the jobs of `parallel` this is, counted from 1, as its variables tell it. */
  readonly parallel: { readonly index: number; readonly total: number } | undefined;
  /** Whether the job's GitLab environment is protected; unknown without a token. */
  readonly environmentProtected: boolean | undefined;
  /** Whether its branch or tag is protected; unknown without a token. */
  readonly refProtected: boolean | undefined;
}

/** GitLab's own environment for approvals of an environment, where the list of deployments is the list of approvals. */
export function approvalEnvironment(environment: string): string {
  return `${environment}/approval`;
}

/** GitLab's own environment for rollbacks of an environment: protecting it restricts who may roll back. */
export function rollbackEnvironment(environment: string): string {
  return `${environment}/rollback`;
}

/** GitLab's own environment for comparisons of an environment: stopping it deletes what a comparison left. */
export function comparisonEnvironment(environment: string): string {
  return `${environment}/comparison`;
}

/** Predefined variables that repeat a claim. A pipeline variable can override each of them; the claim it cannot. */
const REPEATED: Readonly<Record<string, keyof Claims>> = {
  CI_PROJECT_ID: 'project_id',
  CI_PROJECT_PATH: 'project_path',
  CI_PIPELINE_ID: 'pipeline_id',
  CI_JOB_ID: 'job_id',
  CI_COMMIT_SHA: 'sha',
  CI_COMMIT_REF_NAME: 'ref',
  CI_COMMIT_BRANCH: 'ref',
  CI_COMMIT_TAG: 'ref',
  CI_ENVIRONMENT_NAME: 'environment',
};

/** Predefined variables that only a pipeline of this type has. */
const OF_TYPE: Readonly<Record<string, Claims['ref_type']>> = { CI_COMMIT_BRANCH: 'branch', CI_COMMIT_TAG: 'tag' };

/** The claim that a variable contradicts. A branch can have the name of a tag, and is none. */
function contradicted(name: string, claim: keyof Claims, env: Env, claims: Claims): (keyof Claims)[] {
  const value = env[name];
  if (!value) return [];
  if (value !== claims[claim]) return [claim];
  return (OF_TYPE[name] ?? claims.ref_type) === claims.ref_type ? [] : ['ref_type'];
}

interface ExpectedJob {
  /** The input `environment`. */
  readonly environment: string;
  /** The GitLab environment in which the template places the job; `undefined` where it places it in none. */
  readonly gitlabEnvironment: string | undefined;
}

/** The job as an accepted token tells it. A variable that contradicts the token is refused: somebody set it. */
export function verifiedJob(env: Env, claims: Claims, expected: ExpectedJob): Job {
  const forged = Object.entries(REPEATED).flatMap(([name, repeated]) =>
    contradicted(name, repeated, env, claims).map((claim) => ({ name, claim })),
  );
  if (forged.length > 0) {
    const each = forged.map(
      ({ name, claim }) => `  ${name} is "${env[name]}"; the token's ${claim} is "${claims[claim] ?? ''}".`,
    );
    throw new Failure(
      'SMC-1101',
      `Somebody overrode predefined variables of this job:\n${each.join('\n')}`,
      `start a new pipeline without a variable named ${forged.map(({ name }) => name).join(' or ')}.`,
    );
  }
  if (claims.environment !== expected.gitlabEnvironment) {
    throw new Failure(
      'SMC-1103',
      `This job is for the environment "${expected.gitlabEnvironment ?? 'none'}", but its token is for "${claims.environment ?? 'none'}".`,
      "remove any CI/CD variable named INPUT_ENVIRONMENT and any environment: that overrides the template's, then start a new pipeline.",
    );
  }
  return {
    ...described(env, claims.iss, claims.project_path, claims.job_id),
    environment: expected.environment,
    gitlabEnvironment: expected.gitlabEnvironment,
    pipeline: claims.pipeline_id,
    id: claims.job_id,
    commit: claims.sha,
    ref: claims.ref,
    refType: claims.ref_type,
    user: claims.user_login,
    userId: claims.user_id,
    userGroups: claims.groups_direct,
    projectId: claims.project_id,
    verified: true,
    tokenLife:
      claims.iat === undefined ? undefined : { from: new Date(claims.iat * 1000), to: new Date(claims.exp * 1000) },
    environmentProtected:
      claims.environment_protected === undefined ? undefined : claims.environment_protected === 'true',
    refProtected: claims.ref_protected === 'true',
  };
}

/** The job as its variables tell it, when there is no token that confirms it. Records say so. */
export function unverifiedJob(env: Env, expected: ExpectedJob): Job {
  return {
    ...described(
      env,
      env.CI_SERVER_URL ?? 'https://gitlab.example.com',
      env.CI_PROJECT_PATH ?? 'local',
      env.CI_JOB_ID ?? '0',
    ),
    environment: expected.environment,
    gitlabEnvironment: expected.gitlabEnvironment,
    pipeline: env.CI_PIPELINE_ID ?? '0',
    id: env.CI_JOB_ID ?? '0',
    commit: env.CI_COMMIT_SHA ?? 'unknown',
    ref: env.CI_COMMIT_REF_NAME ?? 'unknown',
    refType: env.CI_COMMIT_TAG ? 'tag' : 'branch',
    user: 'unverified',
    userId: undefined,
    projectId: env.CI_PROJECT_ID ?? '0',
    verified: false,
    tokenLife: undefined,
    environmentProtected: undefined,
    refProtected: undefined,
  };
}

/** Links lead to the GitLab that issued the token, not to where a variable says. */
function described(env: Env, server: string, project: string, id: string) {
  const address = server.replace(/\/+$/, '');
  const projectUrl = `${address}/${project}`;
  return {
    name: env.CI_JOB_NAME ?? 'local',
    project,
    server: address,
    projectUrl,
    url: `${projectUrl}/-/jobs/${id}`,
    manual: env.CI_JOB_MANUAL === 'true',
    parallel: parallelOf(env),
  };
}

function parallelOf({ CI_NODE_INDEX: index = '', CI_NODE_TOTAL: total = '' }: Env): Job['parallel'] {
  const isNumber = (text: string) => /^\d{1,4}$/.test(text);
  return isNumber(index) && isNumber(total) ? { index: Number(index), total: Number(total) } : undefined;
}
