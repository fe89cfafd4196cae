import type * as z from 'zod/mini';
import { refuseOtherServices } from '../aws/hosts.ts';
import { refuseMalformedProxy } from '../aws/proxy.ts';
import { asInInclude } from '../gitlab/include.ts';
import { createLog, type Log } from '../gitlab/log.ts';
import { createReport, reportFolder } from '../gitlab/report.ts';
import { lineForFork } from '../gitlab/target-branch.ts';
import type { Env } from '../ground/env.ts';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { EXIT_CODES } from '../ground/failure-codes.ts';
import { type Component, type Done, isOfMergeRequests } from './component.ts';
import type { Context, Host } from './context.ts';
import { enter } from './enter.ts';
import { explain } from './explain.ts';
import { type LookAhead, readAndCheck } from './inputs-and-files.ts';
import { Messages } from './messages.ts';

/**
 * The life of every job: parse, enter AWS, run, report, and fail well. Returns the exit code. Where it is the first of
 * several, it looks ahead at what they are given.
 */
export async function runComponent<Inputs extends z.ZodMiniObject, Output extends string>(
  component: Component<Inputs, Output>,
  host: Host,
  lookAhead?: LookAhead,
): Promise<number> {
  const log = createLog(host.print, host.clock);
  const id = jobId(host.env);
  if (id === undefined) return refuseFolder(host.env, log);
  try {
    const { name, gitlab } = component;
    const { folder = reportFolder(name, id), reports } = gitlab;
    const report = createReport(host.root, { component: name, folder, reports });
    return await live(component, host, { log, report, lookAhead });
  } catch (error) {
    // What fails here is the folder of the reports, so there is only the log to tell it in.
    return printFailure(explain(error, component.permissions), log);
  }
}

/** What is told of anything thrown: what happened, and what to do next, in the words of the include. */
export function asTold(
  error: unknown,
  { name, permissions }: Pick<Component, 'name' | 'permissions'>,
  env: Env,
): Failure {
  const explained = explain(error, permissions);
  const { code, message, next, cause = explained } = explained;
  return new Failure(code, asInInclude(message, name, env), asInInclude(next, name, env), cause);
}

interface Living extends Pick<Context, 'log' | 'report'> {
  readonly lookAhead: LookAhead | undefined;
}

async function live<Inputs extends z.ZodMiniObject, Output extends string>(
  component: Component<Inputs, Output>,
  host: Host,
  { log, report, lookAhead }: Living,
): Promise<number> {
  const started = startRun(component, host, { log, report, lookAhead });
  try {
    const { verdict, outputs } = await Promise.race([started.done, stop(host, started)]);
    report.check(SUCCEEDED);
    sayLeftOut(report.dotenv(given(outputs)), log);
    await messagesSent(started, host);
    log.last(verdict);
    return 0;
  } catch (error) {
    const failure = asTold(error, component, host.env);
    if (isTold(failure)) started.messages?.tellFailure(component.name, failure.code);
    if (failure.exitCode !== EXIT_CODES.stopped) await messagesSent(started, host);
    return fail(failure, { log, report, trace: host.env.CI_DEBUG_TRACE === 'true' });
  }
}

/** A cancelled job tells nothing more. What GitLab retries by itself, and that there is nothing to do, is nobody's news. */
const NOT_TOLD: readonly number[] = [EXIT_CODES.stopped, EXIT_CODES['AWS trouble'], EXIT_CODES['nothing to promote']];

const isTold = ({ exitCode }: Failure) => !NOT_TOLD.includes(exitCode);

/** Waits until what was told is sent. A job that is cancelled meanwhile has done its work, and ends at once. */
async function messagesSent({ messages }: Pick<Started<never>, 'messages'>, { stopped }: Host): Promise<void> {
  await Promise.race([messages?.ended(), stopped]);
}

interface Started<Output extends string> {
  readonly done: Promise<Done<Output>>;
  /** What AWS continues; empty while nothing was begun. */
  goesOn: string;
  /** Those of a job that is known. */
  messages?: Messages;
}

/** The outputs of a job that had nothing to do. */
const NONE: Readonly<Partial<Record<string, string>>> = {};

/** Checks the inputs, enters AWS and runs. `goesOn` says at any moment what AWS would continue. */
function startRun<Inputs extends z.ZodMiniObject, Output extends string>(
  component: Component<Inputs, Output>,
  host: Host,
  { lookAhead, ...reports }: Living,
): Started<Output> {
  const begun = (what: string) => {
    started.goesOn = what;
  };
  const run = async (): Promise<Done<Output>> => {
    refuseOtherServices(host.env);
    refuseMalformedProxy(host.env);
    const ofFork = isOfMergeRequests(component) ? lineForFork(host.env) : undefined;
    if (ofFork !== undefined) return { verdict: ofFork, outputs: NONE };
    const { shared, own, ahead } = await readAndCheck(component, host, lookAhead);
    const entered = await enter(component, shared, host, { ...reports, begun });
    const messages = new Messages({
      component: component.name,
      job: entered.job,
      env: host.env,
      clock: host.clock,
      log: reports.log.line,
      channels: async () => (await component.channels?.(own, entered)) ?? [],
    });
    started.messages = messages;
    const context: Context = {
      ...entered,
      refuseAhead: () => ahead.refuse(context),
      tell: (told) => messages.tell(told),
    };
    for (const line of ahead.lines) context.log.line(line);
    return component.run(own, context);
  };
  const started: Started<Output> = { goesOn: '', done: Promise.resolve().then(run) };
  return started;
}

/** Ends the job when it is to end at once: GitLab gives a cancelled job a few seconds. */
async function stop({ stopped }: Host, started: Pick<Started<never>, 'goesOn'>): Promise<never> {
  await stopped;
  const { goesOn } = started;
  throw new Failure(
    'SMC-1401',
    `This job was stopped (SIGTERM): GitLab cancelled it, or its runner was stopped. ${goesOn ? `AWS continues ${goesOn}.` : 'Nothing continues in AWS, except a request that was just sent.'}`,
    goesOn ? 'run this job again: it continues where this one stopped.' : 'run this job again.',
  );
}

/**
 * The last part of the job's own folder, which is emptied: only a number, as GitLab gives one, never a path to
 * elsewhere.
 */
function jobId({ CI_JOB_ID: id = '0' }: Env): string | undefined {
  return /^\d{1,15}$/.test(id) ? id : undefined;
}

function refuseFolder({ CI_JOB_ID: id = '' }: Env, log: Log): number {
  log.line(
    `ERROR SMC-1102: Somebody overrode predefined variables of this job: CI_JOB_ID is "${id}". Nothing was written.`,
  );
  log.line('Next: start a new pipeline without a variable named CI_JOB_ID.');
  return EXIT_CODES.refused;
}

function given(outputs: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const SUCCEEDED = 'The job succeeded';

function sayLeftOut(names: readonly string[], log: Log): void {
  if (names.length === 0) return;
  log.line(
    `Not in the dotenv report: ${names.join(', ')}. GitLab takes at most 20 variables and 5 KB; each value must be one line of printable ASCII.`,
  );
}

function fail(failure: Failure, { log, report, trace }: Pick<Context, 'log' | 'report'> & { trace: boolean }): number {
  try {
    report.check(SUCCEEDED, failure.coded);
  } catch (error) {
    // What fails here must not hide why the job failed.
    log.line(partsOf(error).message);
  }
  if (trace) log.section('Stack', stackOf(failure).split('\n'));
  return printFailure(failure, log);
}

/** The last lines of a job that failed. Returns its exit code. */
export function printFailure(failure: Failure, log: Log): number {
  log.last(`ERROR ${failure.coded}`);
  log.last(`Next: ${failure.next}`);
  return failure.exitCode;
}

function stackOf(failure: Failure): string {
  const cause = failure.cause instanceof Error ? failure.cause : failure;
  return cause.stack ?? cause.message;
}
