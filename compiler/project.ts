import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Emulator } from '../emulator/emulator.ts';
import { type GitLab, startGitLab } from '../emulator/gitlab.ts';
import { type StartingJob, startAttendant } from './attendant.ts';
import { git, type PublishedCatalog } from './catalog.ts';
import { compilePipeline } from './compile.ts';
import { type Mapping, writeYaml } from './document.ts';
import { type Downstream, downstreamOf } from './downstream.ts';
import { withJobInputs } from './job-inputs.ts';
import { lintPipeline } from './lint.ts';
import { CountedDeployments } from './outdated.ts';
import { expandParallel } from './parallel.ts';
import { Pipeline, type StartingInputs } from './pipeline.ts';
import { refuse } from './problem.ts';
import { type PlannedJob, plan } from './schedule.ts';
import { MASKED, refuseSecrets } from './secrets.ts';

const HOST = 'sgts.gitlab-dedicated.com';
const PATH = 'wog/mlops/resale-price';
/** Where gitlab-ci-local keeps logs and artifacts, below a pipeline's work tree. */
const STATE = '.gitlab-ci-local';
const here = fileURLToPath(new URL('.', import.meta.url));

/** Variables of the project: a value, or one for each environment scope. */
type ProjectVariables = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

export interface ProjectOptions {
  readonly emulator: Emulator;
  /** SageMaker in further regions: a job of a matrix over regions asks that of its own. */
  readonly otherRegions?: readonly Emulator[];
  readonly catalog: PublishedCatalog;
  /** The folder of the bundled programs. */
  readonly programs: string;
  readonly variables: ProjectVariables;
  /** dev, uat and main, when nothing else is said. */
  readonly branches?: Branches;
  /** Branches and tags that anybody may change; every other one is protected. */
  readonly unprotectedRefs?: readonly string[];
  /** The environments that only their approvers may deploy to; those of the example when nothing else is said. */
  readonly protectedEnvironments?: readonly string[];
  /** Whether the programs' pauses pass faster than they are. */
  readonly hurry?: boolean;
  /** Command -> what runs in its place. */
  readonly replaced?: Readonly<Record<string, string>>;
  /** Host of the outside -> the address on this machine at which it answers. */
  readonly outside?: Readonly<Record<string, string>>;
  /** Given, each job runs in a container of its image, by the image's own commands; else in this machine's shell. */
  readonly containers?: Containers;
}

/** A container engine that has the images which the jobs name. */
export interface Containers {
  /** Options of gitlab-ci-local. */
  readonly options: readonly string[];
  /** What the engine reads from the environment. */
  readonly env: Readonly<Record<string, string>>;
}

export type Branch = 'dev' | 'uat' | 'main';

/** Branch -> the branch that is merged into it; the first is one to which files are committed. */
type Branches = Readonly<Record<string, string | undefined>>;

const USUAL = { dev: undefined, uat: 'dev', main: 'uat' } satisfies Branches;

/** A branch or tag for which a pipeline runs. */
interface Ref {
  readonly type: 'branch' | 'tag';
  readonly name: string;
  /** The branch into which a merge request would bring it: then the pipeline is of that. */
  readonly into?: string;
}

/** A GitLab project on this machine: branches to push to, and pipelines that really run. */
export interface Project {
  /** Merges into a branch the one before it, commits the files (path -> content) if there are any, and creates the pipeline. */
  push(branch: string, files?: Readonly<Record<string, string>>): Pipeline;
  /** Creates the pipeline of a merge request for the last commit of a branch, a new one where it does not exist. Nothing is merged. */
  mergeRequest(from: string, into: string): Pipeline;
  /** Creates the child pipeline that a trigger job of a pipeline starts. */
  child(parent: Pipeline, job: string): Pipeline;
  /** Tags the last commit of a branch, and creates the pipeline of the tag. */
  tag(name: string, branch: string): Pipeline;
  close(): Promise<void>;
}

/** Creates the project with these files on each of its branches. */
export async function createProject(
  files: Readonly<Record<string, string>>,
  options: ProjectOptions,
): Promise<Project> {
  const project = new LocalProject(options);
  await project.create(files);
  return project;
}

class LocalProject implements Project {
  readonly #options: ProjectOptions;
  readonly #root = mkdtempSync(join(tmpdir(), 'resale-price-'));
  readonly #folder = join(this.#root, 'work');
  readonly #temporary = join(this.#root, 'tmp');
  readonly #pipelines = new Map<string, CreatedPipeline>();
  #attendant = { port: 0, close: async () => {} };
  /** Its API, as far as a job token may ask it. */
  #gitlab: GitLab | undefined;
  #jobs = 5000;
  readonly #deployments = new CountedDeployments();
  /** The numbers of jobs by pipeline and name, each the last that it ran under. */
  readonly #numbers = new Map<string, number>();

  constructor(options: ProjectOptions) {
    this.#options = options;
  }

  async create(files: Readonly<Record<string, string>>): Promise<void> {
    this.#attendant = await startAttendant((pipeline, job) => this.#attend(pipeline, job));
    this.#gitlab = await startGitLab('42', HOST);
    const job = join(here, 'bin', this.#options.containers ? 'job-in-image' : 'job');
    installCommands(join(this.#root, 'bin'), job, this.#options.replaced ?? {});
    // Containers see this folder only.
    copyFileSync(join(here, 'bin/gitlab.js'), join(this.#root, 'bin/gitlab.js'));
    mkdirSync(this.#folder);
    mkdirSync(this.#temporary);
    git(this.#folder, 'init', '--quiet', '--template=', '--initial-branch=main');
    write(this.#folder, { ...files, '.gitignore': '.gitlab-ci-local/\n' });
    this.#commit('Start the project');
    for (const branch of Object.keys(this.#branches)) if (branch !== 'main') git(this.#folder, 'branch', branch);
  }

  get #branches(): Branches {
    return this.#options.branches ?? USUAL;
  }

  push(branch: string, files: Readonly<Record<string, string>> = {}): Pipeline {
    git(this.#folder, 'checkout', '--quiet', branch);
    const before = git(this.#folder, 'rev-parse', 'HEAD');
    const from = this.#branches[branch];
    if (from) git(this.#folder, 'merge', '--quiet', '--no-edit', '--no-ff', from);
    write(this.#folder, files);
    if (Object.keys(files).length > 0) this.#commit(`Change ${Object.keys(files).join(', ')}`);
    const changed = git(this.#folder, 'diff', '--name-only', before, 'HEAD').split('\n').filter(Boolean);
    return this.#createPipeline({ type: 'branch', name: branch }, changed);
  }

  mergeRequest(from: string, into: string): Pipeline {
    if (git(this.#folder, 'branch', '--list', from) === '') git(this.#folder, 'branch', from, into);
    const changed = git(this.#folder, 'diff', '--name-only', `${into}...${from}`).split('\n').filter(Boolean);
    return this.#createPipeline({ type: 'branch', name: from, into }, changed);
  }

  tag(name: string, branch: string): Pipeline {
    git(this.#folder, 'tag', name, branch);
    // GitLab compares the commit of a tag with nothing.
    return this.#createPipeline({ type: 'tag', name }, undefined);
  }

  child(parent: Pipeline, job: string): Pipeline {
    const run = this.#pipelines.get(parent.id);
    if (!run) throw new Error(`There is no pipeline ${parent.id}.`);
    return this.#createPipeline(run.ref, run.changed, downstreamOf(run.config, job));
  }

  async close(): Promise<void> {
    await this.#attendant.close();
    await this.#gitlab?.close();
    rmSync(this.#root, { recursive: true, force: true });
  }

  #createPipeline(ref: Ref, changed: readonly string[] | undefined, child?: Downstream): Pipeline {
    const { catalog, emulator, otherRegions = [], variables } = this.#options;
    const id = String(1001 + this.#pipelines.size);
    const folder = this.#checkOut(ref, id);
    const read = (path: string) => bytesIn(folder, path)?.toString('utf8');
    const known = {
      CI_SERVER_FQDN: HOST,
      CI_PROJECT_PATH: PATH,
      CI_PIPELINE_SOURCE: 'push',
      CI_DEFAULT_BRANCH: 'main',
      ...refVariables(ref),
      ...unscoped(variables),
      ...(child && { CI_PIPELINE_SOURCE: 'parent_pipeline', ...child.variables }),
    };
    const text = read(child?.file ?? '.gitlab-ci.yml') ?? '';
    const resolve = (address: string) => catalog.resolve(address);
    const files = git(folder, 'ls-files', '-z').split('\0');
    const compiled = compilePipeline({ text, resolve, readLocal: read, files, variables: known });
    refuse(lintPipeline(compiled.config));
    const config = expandParallel(compiled.config);
    write(join(folder, STATE), {
      'variables.yml': stringify({
        ...scoped(variables),
        ...(isOfBranch(ref) ? {} : refVariables(ref)),
      }),
    });
    const prepare = (starting: readonly StartingInputs[]) => {
      const jobs = starting.map((job) => ({ ...job, number: String(++this.#jobs) }));
      write(join(folder, STATE), { 'pipeline.yml': writeYaml(prepared(config, jobs)) });
    };

    const given = this.#given(id, emulator.url);
    const now = () => emulator.clock.now();
    const ended = (name: string, exit: number) => {
      const number = this.#numbers.get(jobKey(id, name));
      const status = exit === 0 ? 'success' : 'failed';
      if (number !== undefined) this.#gitlab?.deployments.report(number, status, now());
    };
    const secrets = () => [emulator, ...otherRegions].flatMap(({ secrets: own }) => [...own]);
    const inspect = (log: string) => refuseSecrets({ texts: [log], folders: [folder, this.#temporary] }, secrets());
    const env = this.#environment(given);
    const commit = git(folder, 'rev-parse', 'HEAD');
    const pipeline = new Pipeline(plan(config, { variables: known, changed, files }), {
      ...{
        folder,
        state: STATE,
        id,
        env,
        runner: [...this.#runner(given), ...overriding(child)],
        prepare,
        now,
        ended,
        inspect,
      },
      ...{ commit, deployments: this.#deployments },
    });
    this.#gitlab?.commit(
      commit,
      Object.fromEntries(files.flatMap((path) => (path ? [[path, bytesIn(folder, path) ?? '']] : []))),
    );
    if (ref.into !== undefined) this.#know(ref.into, id);
    this.#pipelines.set(id, { pipeline, ref, commit, changed, config });
    return pipeline;
  }

  /** A job of a merge request may ask for the files of the branch into which it is to be merged. */
  #know(branch: string, id: string): void {
    const folder = this.#checkOut({ type: 'branch', name: branch }, `${id}-into`);
    this.#gitlab?.commit(branch, { get: (path) => bytesIn(folder, path) });
  }

  /** The commit of a pipeline in a work tree of its own, where it stays when the branch moves on. */
  #checkOut({ name }: Ref, id: string): string {
    const folder = join(this.#root, id);
    git(this.#root, 'clone', '--quiet', '--template=', `--branch=${name}`, this.#folder, folder);
    git(folder, 'remote', 'set-url', 'origin', `https://${HOST}/${PATH}.git`);
    git(folder, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
    return folder;
  }

  #given(pipeline: string, endpoint: string): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      HARNESS_PORT: String(this.#attendant.port),
      HARNESS_PIPELINE: pipeline,
      HARNESS_PRELOAD: this.#preloads().join(' '),
    };
  }

  /** What the programs load first: GitLab's API and other hosts on this machine, AWS's time, and pauses that pass faster. */
  #preloads(): string[] {
    const hosts = { [HOST]: this.#gitlab?.url ?? '', ...this.#options.outside };
    const answering = Object.entries(hosts).map(([host, at]) => {
      const preload = new URL('bin/gitlab.js', import.meta.url);
      preload.search = new URLSearchParams({ host, at }).toString();
      return preload;
    });
    const always = [...answering, new URL('bin/ahead.js', import.meta.url)];
    const hurried = this.#options.hurry ? [new URL('bin/hurry.js', import.meta.url)] : [];
    return [...always, ...hurried].map(({ href }) => href);
  }

  /** Nothing of the machine's own: no AWS credentials, no proxy, no git configuration. */
  #environment(given: Readonly<Record<string, string>>): Record<string, string> {
    const own = [join(this.#root, 'bin'), join(here, 'bin'), join(here, '../node_modules/.bin')];
    return {
      PATH: [...own, process.env.PATH].join(':'),
      HOME: this.#root,
      TMPDIR: this.#temporary,
      LANG: 'C.UTF-8',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      PROGRAMS: this.#options.programs,
      // Dozens of processes start the same few scripts.
      NODE_COMPILE_CACHE: join(this.#options.programs, '../compiled'),
      ...given,
      ...this.#options.containers?.env,
    };
  }

  /** A container sees nothing of the environment: what a job is given goes in by name, the harness's commands by a folder. */
  #runner(given: Readonly<Record<string, string>>): string[] {
    const { containers } = this.#options;
    if (!containers) return ['--force-shell-executor', '--shell-isolation'];
    const path = '/harness:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    const variables = Object.entries({ ...given, PATH: path }).map(([name, value]) => `--variable=${name}=${value}`);
    const folder = `--volume=${join(this.#root, 'bin')}:/harness:ro`;
    // Without its umask, gitlab-ci-local lets the image say who the user is.
    return [...containers.options, '--network=host', '--umask=false', folder, ...variables];
  }

  /** What GitLab and its runner put into a job's environment, beside what gitlab-ci-local does. */
  #attend(id: string, { name, number }: StartingJob): Record<string, string> {
    const run = this.#pipelines.get(id);
    const job = run?.pipeline.jobs.find((each) => each.name === name);
    if (!run || !job) throw new Error(`Pipeline ${id} has no job ${name}.`);
    const user = run.pipeline.pressed.get(name);
    const login = user ?? 'tan.mei.ling';
    const emulator = this.#emulatorOf(job);
    const started = emulator.clock.now();
    this.#tellGitLab({ ...run, job, number: Number(number), login, started });
    return {
      AWS_ENDPOINT_URL: emulator.url,
      CI_PIPELINE_ID: id,
      CI_PROJECT_ID: '42',
      CI_PROJECT_PATH: PATH,
      CI_PROJECT_URL: `https://${HOST}/${PATH}`,
      CI_SERVER_URL: `https://${HOST}`,
      CI_COMMIT_SHA: run.commit,
      // gitlab-ci-local takes the work tree of a tag for a branch named HEAD. A job of a merge request has what its template gives it.
      CI_COMMIT_BRANCH: run.ref.into ?? '',
      ...refVariables(run.ref),
      CI_JOB_STARTED_AT: started.toISOString(),
      CI_JOB_TIMEOUT: String(job.timeoutSeconds),
      ...(user && { CI_JOB_MANUAL: 'true' }),
      GITLAB_USER_LOGIN: login,
      GITLAB_USER_ID: userId(login),
      HARNESS_AHEAD: String(started.getTime() - Date.now()),
      CI_JOB_TOKEN: this.#gitlab?.jobToken ?? '',
      ...MASKED,
      ...this.#tokens(job, emulator, {
        job_id: number,
        pipeline_id: id,
        ref: run.ref.name,
        ref_type: run.ref.type,
        ref_protected: String(!this.#options.unprotectedRefs?.includes(run.ref.name)),
        sha: run.commit,
        user_login: login,
        user_id: userId(login),
        exp: Math.floor(started.getTime() / 1000) + job.timeoutSeconds,
      }),
    };
  }

  /** GitLab knows the job that starts, its deployment, and who approved that. */
  #tellGitLab({ pipeline, job, number, commit, login, started }: TellingJob): void {
    const { name, environment, deploys } = job;
    this.#numbers.set(jobKey(pipeline.id, name), number);
    const deployments = this.#gitlab?.deployments;
    const place = environment !== undefined && deploys && { environment };
    deployments?.create({ id: number, name, pipeline: Number(pipeline.id), sha: commit, ...place }, started);
    for (const { by, at } of pipeline.takeApprovals(name))
      deployments?.approve(number, { id: Number(userId(by)), username: by }, at);
    deployments?.report(number, 'running', started, { id: Number(userId(login)), username: login });
  }

  #emulatorOf({ name }: PlannedJob): Emulator {
    const { emulator, otherRegions = [] } = this.#options;
    return otherRegions.find(({ region }) => name.endsWith(`: [${region}]`)) ?? emulator;
  }

  #tokens(
    { tokens, environment }: PlannedJob,
    emulator: Emulator,
    claims: Record<string, unknown>,
  ): Record<string, string> {
    const { protectedEnvironments = ['uat/approval', 'main/approval'] } = this.#options;
    const place = environment !== undefined && {
      environment,
      environment_protected: String(protectedEnvironments.includes(environment)),
    };
    const mint = (aud: string) => emulator.mintToken({ ...claims, ...place, aud });
    return Object.fromEntries(Object.entries(tokens).map(([variable, audience]) => [variable, mint(audience)]));
  }

  #commit(message: string): void {
    git(this.#folder, 'add', '--all');
    git(this.#folder, 'commit', '--quiet', '--allow-empty', `--message=${message}`);
  }
}

interface CreatedPipeline {
  readonly pipeline: Pipeline;
  readonly ref: Ref;
  readonly commit: string;
  readonly changed: readonly string[] | undefined;
  readonly config: Mapping;
}

interface TellingJob {
  readonly pipeline: Pipeline;
  readonly job: PlannedJob;
  readonly number: number;
  readonly commit: string;
  readonly login: string;
  readonly started: Date;
}

/** A child's jobs get what its parent passes as pipeline variables: over all others. */
function overriding(child: Downstream | undefined): string[] {
  return Object.entries(child?.variables ?? {}).map(([name, value]) => `--variable=${name}=${value}`);
}

/** A file of a folder; `undefined` where there is none. */
function bytesIn(folder: string, path: string): Buffer | undefined {
  const file = join(folder, path);
  return existsSync(file) ? readFileSync(file) : undefined;
}

function jobKey(pipeline: string, name: string): string {
  return `${pipeline} ${name}`;
}

/** Only the pipeline of a branch has one. */
function isOfBranch({ type, into }: Ref): boolean {
  return type === 'branch' && into === undefined;
}

/** A tag has no branch, a branch no tag, and a merge request neither. */
function refVariables({ type, name, into }: Ref): Record<string, string> {
  if (into !== undefined)
    return {
      CI_PIPELINE_SOURCE: 'merge_request_event',
      CI_COMMIT_REF_NAME: name,
      CI_MERGE_REQUEST_IID: '7',
      CI_MERGE_REQUEST_PROJECT_ID: '42',
      CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '42',
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: into,
    };
  return { CI_COMMIT_REF_NAME: name, [type === 'branch' ? 'CI_COMMIT_BRANCH' : 'CI_COMMIT_TAG']: name };
}

/** The number of an account: the same whenever somebody of this name starts a job. */
function userId(login: string): string {
  return String(1000 + [...login].reduce((sum, sign) => sum + (sign.codePointAt(0) ?? 0), 0));
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** What the templates call, and each component's name, which may be replaced. */
function commands(): Set<string> {
  const templates = readdirSync(join(here, '../templates')).filter((file) => file.endsWith('.yml'));
  const called = templates.flatMap((file) => {
    const text = readFileSync(join(here, '../templates', file), 'utf8');
    return [...text.matchAll(/^ {4}- >-\n {6}([a-z-]+)$/gm)].map(([, name = '']) => name);
  });
  return new Set([...templates.map((file) => file.replace(/\.yml$/, '')), ...called]);
}

/** The image's commands, which the templates call. */
function installCommands(bin: string, job: string, replaced: Readonly<Record<string, string>>): void {
  mkdirSync(bin, { recursive: true });
  for (const name of commands()) {
    if (replaced[name] === undefined) copyFileSync(job, join(bin, name));
    else writeFileSync(join(bin, name), `#!/bin/sh\nexec ${replaced[name]}\n`, { mode: 0o755 });
  }
}

/** Those that GitLab knows when it creates the pipeline, before any job has an environment. */
function unscoped(variables: ProjectVariables): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

/**
 * The jobs with their numbers, which gitlab-ci-local would draw by chance: GitLab numbers each run, in order. And with the values
 * of their inputs, which it does not know.
 */
function prepared(config: Mapping, starting: readonly (StartingInputs & { readonly number: string })[]): Mapping {
  const jobs = starting.map(({ name, inputs, number }) => {
    const declared = z.looseObject({ variables: z.record(z.string(), z.unknown()).default({}) }).parse(config[name]);
    const job = withJobInputs(name, declared, inputs);
    return [name, { ...job, variables: { ...declared.variables, CI_JOB_ID: number } }] as const;
  });
  return { ...config, ...Object.fromEntries(jobs) };
}

/** As gitlab-ci-local reads them. */
function scoped(variables: ProjectVariables): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? value : { values: value }]),
  );
}
