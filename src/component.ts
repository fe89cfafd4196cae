import * as z from 'zod/mini';
import { refuseOtherServices } from './aws/hosts.ts';
import { type Aws, ambientSession, assumeRole, connect, explainRefusal, type Session } from './aws/session.ts';
import { explain } from './explain.ts';
import { readClaims } from './gitlab/claims.ts';
import { type Env, optional, parseInputs } from './gitlab/inputs.ts';
import { type Job, unverifiedJob, verifiedJob } from './gitlab/job.ts';
import { createLog, type Log } from './gitlab/log.ts';
import { createReport, type Report } from './gitlab/report.ts';
import { type Clock, type Deadline, earliest } from './ground/clock.ts';
import { EXIT_CODES, Failure } from './ground/failure.ts';
import type { BUILT, Mark } from './registry/entries.ts';

/** One AWS action that a component needs. Read by the generated policies, by the hint after a denied call, and by a test. */
export interface Permission {
  /** `sagemaker:DescribeEndpoint`, spelled as IAM spells it. */
  readonly action: `${string}:${string}`;
  readonly on:
    | 'anything'
    | 'group'
    | 'package'
    | 'pipeline'
    | 'execution'
    | 'model'
    | 'endpoint config'
    | 'endpoint'
    | 'job logs'
    | 'endpoint logs'
    | 'pipeline role'
    | 'execution role';
  /** When it is needed, if not always: the end of a sentence. */
  readonly when?: string;
  /** For UpdateModelPackage: the only key of the trail that this duty writes. */
  readonly writes?: typeof BUILT | Mark;
}

/** A text that is empty when its CI/CD variable is not visible in the job, the usual reason for an empty one. */
function visible(variable: string) {
  return z
    .string()
    .check(
      z.minLength(
        1,
        `must not be empty, as it is when no CI/CD variable ${variable} is visible here: let its scope cover the job's environment (uat* covers uat and uat/approval)`,
      ),
    );
}

/** The inputs that every program reads. What they mean; their types, defaults and descriptions are the templates'. */
export const sharedInputs = z.strictObject({
  environment: z
    .string()
    .check(
      z.maxLength(118, "must be at most 118 characters, so that its record keys fit SageMaker's 128"),
      z.regex(/^[\w./-]+$/, 'must be the name of an environment, of letters, digits and _ . / -'),
    ),
  aws_region: visible('AWS_REGION').check(
    z.regex(/^([a-z]{2}(-[a-z]+)+-\d)?$/, 'must be an AWS region, like ap-southeast-1'),
  ),
  role_arn: visible('AWS_ROLE_ARN').check(
    z.regex(
      /^(none|arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+)?$/,
      'must be the ARN of the IAM role that this job assumes, or "none" to use the runner\'s own credentials',
    ),
  ),
  expected_account_id: optional(
    z.string().check(z.regex(/^\d{12}$/, 'must be an AWS account ID of 12 digits, or empty')),
  ),
});

type SharedInputs = z.output<typeof sharedInputs>;

/** The world of one run, passed in. */
export interface Context {
  readonly aws: Aws;
  readonly job: Job;
  readonly clock: Clock;
  readonly log: Log;
  readonly report: Report;
  /** The folder of the project, where artifacts of earlier jobs lie. */
  readonly root: string;
  /** The earliest of: this many seconds from now, the job's own timeout less a minute for its uploads, the token's end. */
  deadline(maxWaitTime: number): Deadline;
}

/** How a run ended well: the last line of the log, and the variables for the project's own jobs. */
export interface Done<Output extends string> {
  readonly verdict: string;
  readonly outputs: Readonly<Partial<Record<Output, string>>>;
}

export interface Component<Inputs extends z.ZodMiniObject = z.ZodMiniObject, Output extends string = string> {
  readonly name: string;
  /** What the inputs mean: no defaults and no descriptions, the template has them. */
  readonly inputs: Inputs;
  /** Inputs that decide safety: words of the script, which no CI/CD variable reaches. */
  readonly fences: readonly (keyof z.output<Inputs> & string)[];
  /** dotenv variable -> meaning. */
  readonly outputs: Readonly<Record<Output, string>>;
  readonly permissions: readonly Permission[];
  /** The GitLab environment of the job, where it is not the environment that it serves. */
  gitlabEnvironment?(environment: string): string;
  /** Refuses what the project's own files say wrongly, before AWS is reached. `root` is the project's folder. */
  checkFiles?(inputs: z.output<Inputs>, root: string): Promise<void>;
  run(inputs: z.output<Inputs>, context: Context): Promise<Done<Output>>;
}

/** A component's program. The identity, for its types: outputs and inputs flow from the definition into `run`. */
export function defineComponent<Inputs extends z.ZodMiniObject, Output extends string>(
  component: Component<Inputs, Output>,
): Component<Inputs, Output> {
  return component;
}

/** What a run reaches outside itself. */
export interface Host {
  readonly env: Env;
  /** The words after the component's name. */
  readonly args: readonly string[];
  readonly root: string;
  readonly clock: Clock;
  print(line: string): void;
}

/** The life of every job: parse, prove who we are, run, report, and fail well. Returns the exit code. */
export async function runComponent<Inputs extends z.ZodMiniObject, Output extends string>(
  component: Component<Inputs, Output>,
  host: Host,
): Promise<number> {
  const log = createLog(host.print, host.clock);
  const slug = jobSlug(host.env);
  if (slug === undefined) return refuseFolder(host.env, log);
  try {
    const report = createReport(host.root, component.name, slug);
    return await live(component, host, { log, report });
  } catch (error) {
    // What fails here is the folder of the reports, so there is only the log to tell it in.
    return tell(explain(error, component.permissions), log);
  }
}

async function live<Inputs extends z.ZodMiniObject, Output extends string>(
  component: Component<Inputs, Output>,
  host: Host,
  { log, report }: Pick<Context, 'log' | 'report'>,
): Promise<number> {
  try {
    refuseOtherServices(host.env);
    const source = { component: component.name, env: host.env, args: host.args, fences: component.fences };
    const { shared, own } = parseInputs(source, sharedInputs, component.inputs);
    await component.checkFiles?.(own, host.root);
    const context = await enter(component, shared, host, { log, report });
    const { verdict, outputs } = await component.run(own, context);
    report.check('The job did what it was asked to do');
    report.dotenv(given(outputs));
    log.line(verdict);
    return 0;
  } catch (error) {
    return fail(explain(error, component.permissions), { log, report, trace: host.env.CI_DEBUG_TRACE === 'true' });
  }
}

/** The last part of the job's own folder, which is emptied: only a name that GitLab itself would give, never a way to elsewhere. */
function jobSlug({ CI_JOB_NAME_SLUG: slug = 'local' }: Env): string | undefined {
  return /^[a-z0-9-]{1,63}$/.test(slug) ? slug : undefined;
}

function refuseFolder({ CI_JOB_NAME_SLUG: slug = '' }: Env, log: Log): number {
  log.line(`ERROR Somebody overrode what GitLab says of this job: CI_JOB_NAME_SLUG is "${slug}". Nothing was written.`);
  log.line('Next: start a new pipeline without a variable named CI_JOB_NAME_SLUG.');
  return EXIT_CODES.refused;
}

/** Proves who we are, and tells it in the first lines of the log, before anything is read or written. */
async function enter(
  component: Pick<Component, 'name' | 'gitlabEnvironment'>,
  shared: SharedInputs,
  host: Host,
  { log, report }: Pick<Context, 'log' | 'report'>,
): Promise<Context> {
  const { env, clock, root } = host;
  const expected = {
    environment: shared.environment,
    gitlabEnvironment: component.gitlabEnvironment?.(shared.environment) ?? shared.environment,
  };
  const token = tokenFor(shared, env);

  const claims = token === undefined ? undefined : readClaims(token);
  const session =
    token && claims ? await exchangeToken(token, claims, shared, host) : await ambientSession(shared.aws_region, host);
  const job = claims ? verifiedJob(env, claims, expected) : unverifiedJob(env, expected);
  log.section(`${component.name} for ${job.environment} in the AWS account ${session.account}`, [
    ...introduction(job, session, shared, env),
    `component    ${env.SAGEMAKER_COMPONENT ?? 'not named'}`,
  ]);
  refuseOtherAccount(session, shared);

  const ends = claims && { at: new Date(claims.exp * 1000), because: "the life of the job's token" };
  return {
    job,
    log,
    clock,
    root,
    report: { ...report, record: (record) => report.record({ ...stamp(component, job), ...record }) },
    aws: connect(session),
    deadline: (seconds) =>
      earliest(
        { at: new Date(clock.now().getTime() + seconds * 1000), because: 'max_wait_time' },
        ...(ends ? [ends] : []),
        ...jobTimeout(env),
      ),
  };
}

/** The token to exchange; none only where the include says so. A token that somebody emptied never means other credentials. */
function tokenFor({ role_arn: role }: SharedInputs, { AWS_OIDC_TOKEN: token }: Env): string | undefined {
  if (role === 'none') return undefined;
  if (token) return token;
  throw new Failure(
    'not allowed',
    `This job has no id_token in AWS_OIDC_TOKEN, and so cannot assume ${role}. AWS was not asked anything.`,
    "leave id_tokens: to the template and remove any CI/CD variable named AWS_OIDC_TOKEN; or set role_arn: none to use the runner's own credentials.",
  );
}

async function exchangeToken(
  token: string,
  claims: ReturnType<typeof readClaims>,
  { aws_region, role_arn: roleArn }: SharedInputs,
  host: Host,
): Promise<Session> {
  const sessionName = `gl-${claims.project_id}-${claims.pipeline_id}-${claims.job_id}`.slice(0, 64);
  try {
    return await assumeRole(aws_region, { token, roleArn, sessionName }, host);
  } catch (error) {
    throw explainRefusal(error, { roleArn, claims });
  }
}

function introduction(job: Job, session: Session, shared: SharedInputs, env: Env): string[] {
  const from = (input: string, value: string, ...variables: string[]) => {
    const variable = variables.find((name) => env[name] === value);
    return variable ? `CI/CD variable ${variable}` : `input ${input}`;
  };
  const { expected_account_id: account, role_arn: role, aws_region: region } = shared;
  return [
    `environment  ${job.environment} (${from('environment', job.environment, 'CI_COMMIT_BRANCH')})`,
    `branch       ${job.ref}`,
    `started by   ${job.user}${job.verified ? '' : ' (no id_token was exchanged: records say "unverified")'}`,
    `role         ${role === 'none' ? "none: the runner's own credentials" : role} (${from('role_arn', role, 'AWS_ROLE_ARN')})`,
    `account      ${session.account} (${account ? `${account === session.account ? 'as' : 'not as'} expected by ${from('expected_account_id', account, 'AWS_ACCOUNT_ID')}` : 'not checked: expected_account_id is empty'})`,
    `caller       ${session.arn}`,
    `region       ${region} (${from('aws_region', region, 'AWS_REGION')})`,
  ];
}

function refuseOtherAccount(
  { account }: Session,
  { expected_account_id: expected, role_arn: role }: SharedInputs,
): void {
  if (expected === undefined || expected === account) return;
  throw new Failure(
    'refused',
    `${role === 'none' ? "The runner's own credentials lead" : `The role ${role} leads`} to the AWS account ${account}, but expected_account_id is ${expected}. Nothing was read or changed there.`,
    'correct role_arn or expected_account_id (the CI/CD variables AWS_ROLE_ARN and AWS_ACCOUNT_ID) for this environment.',
  );
}

/** Where a record comes from. */
function stamp({ name }: Pick<Component, 'name'>, job: Job) {
  return {
    component: name,
    environment: job.environment,
    pipeline: job.pipeline,
    job: job.id,
    commit: job.commit,
    verified: job.verified,
  };
}

/** GitLab kills a job at its timeout; a minute before it we end by ourselves, explained, with time left for the uploads. */
function jobTimeout(env: Env): Deadline[] {
  const started = Date.parse(env.CI_JOB_STARTED_AT ?? '');
  const seconds = Number(env.CI_JOB_TIMEOUT || Number.NaN);
  if (Number.isNaN(started) || Number.isNaN(seconds)) return [];
  return [{ at: new Date(started + (seconds - 60) * 1000), because: "the job's timeout" }];
}

function given(outputs: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function fail(failure: Failure, { log, report, trace }: Pick<Context, 'log' | 'report'> & { trace: boolean }): number {
  report.check('The job did what it was asked to do', failure.message);
  if (trace) log.section('Stack', stackOf(failure).split('\n'));
  return tell(failure, log);
}

function tell(failure: Failure, log: Log): number {
  log.line(`ERROR ${failure.message}`);
  log.line(`Next: ${failure.next}`);
  return failure.exitCode;
}

function stackOf(failure: Failure): string {
  const cause = failure.cause instanceof Error ? failure.cause : failure;
  return cause.stack ?? cause.message;
}
