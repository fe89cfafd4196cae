import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished, vi } from 'vitest';
import type * as z from 'zod/mini';
import { MASKED, refuseSecrets } from '../../compiler/secrets.ts';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import type { Call } from '../../emulator/world.ts';
import { lookAheadAfter } from '../../src/compositions/look-ahead.ts';
import { optionFor, variableFor } from '../../src/gitlab/inputs.ts';
import { reportFolder } from '../../src/gitlab/report.ts';
import type { Clock } from '../../src/ground/clock.ts';
import { type Component, gitlabEnvironmentOf, isOfMergeRequests } from '../../src/program/component.ts';
import type { Host } from '../../src/program/context.ts';
import { runComponent } from '../../src/program/run.ts';
import { pauseAnswered } from './answered.ts';
import { gitStrategyOf, inputsOf } from './example.ts';
import { filesIn, gitlab, HOST } from './gitlab-host.ts';

/** The commit of every pipeline, unless a test says otherwise. */
export const COMMIT = '8b1a9953c4611296a827abf8c47804d7e6c49c6b';

/** An emulator for one test, stopped at its end, and the SDK pointed at it. */
export async function emulated(): Promise<Emulator> {
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  for (const [name, value] of Object.entries(emulator.env)) vi.stubEnv(name, value);
  return emulator;
}

/** A project's folder for one test: artifacts of one job are there for the next. */
export function projectFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'project-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

export interface JobOptions {
  readonly emulator: Emulator;
  readonly root: string;
  /** When GitLab cancels the job; never without it. */
  readonly stopped?: Promise<void>;
  /** Inputs that differ from what the example project passes; what is undefined does not arrive. */
  readonly inputs?: Readonly<Record<string, string | undefined>>;
  readonly environment?: string;
  readonly pipeline?: string;
  readonly job?: string;
  /** Who started the job. */
  readonly user?: string;
  /** Whether a person started the job; as its definition says, when nothing else is said. */
  readonly manual?: boolean;
  /** Claims of the token that differ from what the rest of the options says. */
  readonly claims?: Readonly<Record<string, string | number | readonly string[]>>;
  /** Further variables of the job, forged ones say. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its name; that of its component, when nothing else is said. */
  readonly name?: string;
  /** Further words of the script. */
  readonly words?: readonly string[];
  /** The files of its commit; those of its folder, when nothing else is said. */
  readonly committed?: Readonly<Record<string, string | Uint8Array>>;
  /** Its time; the emulator's, which a pause moves at once, when nothing else is said. */
  readonly clock?: Clock;
}

export interface FinishedJob {
  readonly exit: number;
  /** The log as a person reads it, without section markers. */
  readonly log: string;
  readonly record: Record<string, unknown> | undefined;
  /** The dotenv report's variables. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly links: string;
  readonly junit: string;
  /** The operations that AWS received, in order, without those of STS. */
  readonly calls: readonly string[];
  readonly received: readonly Call[];
}

/** Runs a component as its template's job would: inputs as variables, safety and job inputs as words, a token of its own. */
export async function startJob<Inputs extends z.ZodMiniObject, Output extends string>(
  component: Component<Inputs, Output>,
  options: JobOptions,
): Promise<FinishedJob> {
  const { emulator } = options;
  const before = emulator.calls.length;
  const lines: string[] = [];
  const { args, env } = invocationOf(component, options);
  const host: Host = {
    root: options.root,
    args,
    env,
    clock: options.clock ?? {
      now: () => emulator.clock.now(),
      elapsed: () => emulator.clock.elapsed(),
      sleep: (milliseconds) => pauseAnswered(emulator.clock, milliseconds),
      random: () => 0.5,
    },
    print: (line) => lines.push(line),
    stopped: options.stopped ?? new Promise(() => undefined),
  };
  const exit = await runComponent(component, host, lookAheadAfter(component.name));

  const received = emulator.calls.slice(before);
  refuseSecrets({ texts: [lines.join('\n')], folders: [options.root] }, [
    ...emulator.secrets,
    env.AWS_OIDC_TOKEN ?? '',
    env.CI_JOB_TOKEN ?? '',
  ]);
  return {
    exit,
    log: readable(lines),
    ...reportsOf(component, options),
    calls: received.filter(({ service }) => service !== 'sts').map(({ operation }) => operation),
    received,
  };
}

/** What a job left in its folder. */
export function reportsOf(
  { name: component, gitlab }: Pick<Component, 'name' | 'gitlab'>,
  { root, job = '1' }: Pick<JobOptions, 'root' | 'job'>,
): Pick<FinishedJob, 'record' | 'outputs' | 'links' | 'junit'> {
  const file = (name: string) => {
    const path = join(root, gitlab.folder ?? reportFolder(component, job), name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  return {
    record: file('record.json') === '' ? undefined : JSON.parse(file('record.json')),
    outputs: Object.fromEntries(
      file('sagemaker.env')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    ),
    links: file('links.json'),
    junit: file('junit.xml'),
  };
}

/** How a job of the component's template calls its program: the words after its name, and the variables. Its GitLab has its commit. */
export function invocationOf(
  component: Pick<Component, 'name' | 'safetyInputs' | 'jobInputs' | 'gitlab'>,
  options: JobOptions,
): { args: string[]; env: Record<string, string> } {
  const { emulator, environment = 'dev', committed } = options;
  gitlab.commit(String(options.claims?.sha ?? COMMIT), committed ?? filesIn(options.root));
  const inputs = Object.entries({
    environment,
    aws_region: emulator.region,
    role_arn: roleOf(emulator, environment),
    expected_account_id: emulator.account,
    ...inputsOf(component.name, environment),
    ...options.inputs,
  });
  const arriving = inputs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const isWord = (name: string) => [...component.safetyInputs, ...(component.jobInputs ?? [])].includes(name);
  const words = arriving.flatMap(([name, value]) => (isWord(name) ? [`${optionFor(name)}=${value}`] : []));
  const carried = arriving.flatMap(([name, value]) => (isWord(name) ? [] : [[variableFor(name), value]]));
  return {
    args: [...words, ...(options.words ?? [])],
    env: {
      ...variablesOf(component, options),
      CI_JOB_TOKEN: gitlab.jobToken,
      GIT_STRATEGY: gitStrategyOf(component.name),
      ...Object.fromEntries(carried),
      ...options.env,
    },
  };
}

/** A role that may do everything, trusted for every branch: what a role may do is the policies' own test. */
function roleOf(emulator: Emulator, environment: string): string {
  const arn = `arn:aws:iam::${emulator.account}:role/promotion-${environment.replaceAll('/', '-')}`;
  const policies = [{ Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }] }];
  if (!emulator.roles.has(arn))
    emulator.roles.set(arn, { arn, audience: 'https://sgts.gitlab-dedicated.com', subject: '*', policies });
  return arn;
}

/** The branches that are merged into those of the environments. */
const SOURCE_OF: Readonly<Record<string, string>> = { uat: 'dev', main: 'uat' };

function variablesOf(component: Pick<Component, 'name' | 'gitlab'>, options: JobOptions): Record<string, string> {
  const { emulator, environment = 'dev', pipeline = '101', job = '1', user = 'jane' } = options;
  const { manual = component.gitlab.manual !== false } = options;
  const suffix = options.inputs?.gitlab_environment_suffix ?? '';
  const gitlabEnvironment = gitlabEnvironmentOf(component, environment + suffix);
  const ref = isOfMergeRequests(component) ? (SOURCE_OF[environment] ?? 'feature') : environment;
  const now = Math.floor(emulator.clock.now().getTime() / 1000);
  const claims = {
    aud: 'https://sgts.gitlab-dedicated.com',
    sub: `project_path:wog/mlops/resale-price:ref_type:branch:ref:${ref}`,
    iat: now,
    nbf: now - 5,
    exp: now + 12 * 3600,
    pipeline_id: pipeline,
    job_id: job,
    ref,
    ref_type: 'branch',
    sha: COMMIT,
    user_login: user,
    ...(gitlabEnvironment !== undefined && { environment: gitlabEnvironment, environment_protected: 'true' }),
    ...options.claims,
  };
  return {
    // What the SDK reads of the machine's environment, our own request for an object reads of the job's.
    AWS_ENDPOINT_URL: emulator.url,
    AWS_OIDC_TOKEN: emulator.mintToken(claims),
    CI_SERVER_URL: `https://${HOST}`,
    CI_PROJECT_PATH: 'wog/mlops/resale-price',
    CI_PIPELINE_ID: pipeline,
    CI_JOB_ID: job,
    CI_JOB_NAME: options.name ?? component.name,
    CI_COMMIT_SHA: COMMIT,
    CI_COMMIT_REF_NAME: ref,
    ...(gitlabEnvironment === undefined
      ? {
          CI_PIPELINE_SOURCE: 'merge_request_event',
          CI_MERGE_REQUEST_TARGET_BRANCH_NAME: environment,
          // As its template gives it.
          CI_COMMIT_BRANCH: environment,
          CI_MERGE_REQUEST_IID: '12',
          CI_MERGE_REQUEST_PROJECT_ID: '42',
          CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '42',
        }
      : { CI_COMMIT_BRANCH: environment, CI_ENVIRONMENT_NAME: gitlabEnvironment }),
    ...(manual && { CI_JOB_MANUAL: 'true' }),
    ...MASKED,
  };
}

/** The log as a person reads it. */
export function readable(lines: readonly string[]): string {
  return lines
    .map((line) => stripVTControlCharacters(line).replace(/^section_(start|end):\d+:\w+(\[[\w=]+\])?\r/, ''))
    .join('\n');
}
