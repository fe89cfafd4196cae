import type { Session } from '../aws/session.ts';
import { includeIn } from '../gitlab/include.ts';
import type { Job } from '../gitlab/job.ts';
import type { Env } from '../ground/env.ts';
import { visibleText } from '../ground/visible-text.ts';
import type { SharedInputs } from './shared-inputs.ts';

interface Entered {
  readonly job: Job;
  readonly session: Pick<Session, 'account' | 'arn'>;
  readonly shared: SharedInputs;
  readonly env: Env;
}

/** What a job is about to act on, a line each, and where each fact came from: an input, a CI/CD variable, or nothing. */
export function firstLines({ job, session, shared, env }: Entered): string[] {
  const { environment, role_arn: role, aws_region: region } = shared;
  const from = (input: string, value: string, variable: string) => `(${originOf(input, value, { variable, env })})`;
  return [
    `environment  ${environment} ${from('environment', environment, 'CI_COMMIT_BRANCH')}${inGitLab(shared, job)}`,
    `${job.refType.padEnd(12)} ${job.ref}`,
    `started by   ${job.user}${job.verified ? ` (user ID ${job.userId})` : ' (no id_token was exchanged: records say "unverified")'}`,
    `role         ${role === 'none' ? "none: the runner's own credentials" : role} ${from('role_arn', role, 'AWS_ROLE_ARN')}`,
    `account      ${session.account} (${accountCheck(session.account, shared, env)})`,
    `caller       ${session.arn}`,
    `region       ${region} ${from('aws_region', region, 'AWS_REGION')}`,
    ...serverLines(job, env),
    `component    ${componentIn(env)}`,
  ].map(visibleText);
}

/** Where the links of the job lead, when that is not where a variable says: to the GitLab of the token that AWS accepted. */
function serverLines({ server, verified }: Job, { CI_SERVER_URL: told }: Env): string[] {
  if (!verified || told === undefined || told.replace(/\/+$/, '') === server) return [];
  return [`links        lead to ${server}, which issued the id_token; CI_SERVER_URL is ${told}`];
}

/** Whose variables the job sees, where the name does not follow from the environment's. */
function inGitLab({ gitlab_environment_suffix: suffix }: SharedInputs, { gitlabEnvironment }: Job): string {
  return suffix === '' ? '' : `, in GitLab ${gitlabEnvironment}`;
}

/** Name, version and commit. At a branch or commit there is no version: what the include names stands in its place. */
function componentIn(env: Env): string {
  const include = includeIn(env);
  if (include === undefined) return 'not named';
  const { name, version, sha, reference } = include;
  return `${name} ${version || (reference && `@${reference} (not a released version)`)} ${sha}`.trimEnd();
}

/** The CI/CD variable that the input's default names, when the value is that variable's; else the input itself. */
function originOf(input: string, value: string, { variable, env }: { variable: string; env: Env }): string {
  return env[variable] === value ? `CI/CD variable ${variable}` : `input ${input}`;
}

function accountCheck(account: string, { expected_account_id: expected }: SharedInputs, env: Env): string {
  if (expected === undefined) return 'not checked: expected_account_id is empty';
  const origin = originOf('expected_account_id', expected, { variable: 'AWS_ACCOUNT_ID', env });
  return `${account === expected ? 'as' : 'not as'} expected by ${origin}`;
}
