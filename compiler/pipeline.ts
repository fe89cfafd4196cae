import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { CountedDeployments } from './outdated.ts';
import type { PlannedJob } from './schedule.ts';

/** A job that will run, and the values of its inputs that somebody gave. */
export interface StartingInputs {
  readonly name: string;
  readonly inputs: Inputs;
}

type Inputs = Readonly<Record<string, string>>;

/** Where a pipeline is executed, and as what. */
export interface Execution {
  /** The project's work tree, at the pipeline's commit. */
  readonly folder: string;
  /** Below the folder: the compiled pipeline, logs and artifacts. */
  readonly state: string;
  readonly id: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where jobs run, as options of gitlab-ci-local. */
  readonly runner: readonly string[];
  /** Gives jobs their numbers and inputs, before they run. */
  readonly prepare: (jobs: readonly StartingInputs[]) => void;
  /** The time by which GitLab notes what people do. */
  readonly now: () => Date;
  /** The pipeline's commit. */
  readonly commit: string;
  /** The deployments of all pipelines of the project. */
  readonly deployments: CountedDeployments;
  /** Is told how each job ended. */
  readonly ended: (name: string, exit: number) => void;
  /** Looks through what the jobs wrote, after every run. */
  readonly inspect: (text: string) => void;
}

export interface Job {
  readonly name: string;
  readonly exit: number;
  /** What the job page shows, without GitLab's markers. */
  readonly log: string;
  /** What it handed over: its record file, if it wrote one. */
  readonly record: unknown;
}

interface GivenApproval {
  readonly name: string;
  readonly by: string;
  readonly at: Date;
}

type Status = 'created' | 'manual' | 'success' | 'failed' | 'skipped';

/** A pipeline that runs as far as GitLab would run it: up to a job that waits for somebody to press it. */
export class Pipeline {
  readonly id: string;
  readonly jobs: readonly PlannedJob[];
  /** Who pressed which job. */
  readonly pressed = new Map<string, string>();
  /** Approvals in GitLab of deployments whose job nobody has started yet. */
  #approvals: GivenApproval[] = [];
  readonly #execution: Execution;
  readonly #statuses: Map<string, Status>;
  /** The values of a job's inputs that somebody gave when they last started it. */
  readonly #inputs = new Map<string, Inputs>();

  constructor(jobs: readonly PlannedJob[], execution: Execution) {
    this.id = execution.id;
    this.jobs = jobs;
    this.#execution = execution;
    this.#statuses = new Map(jobs.map(({ name, manual }) => [name, manual ? 'manual' : 'created']));
    for (const job of jobs) this.#count(job);
  }

  /** GitLab creates the deployment of a job together with the job. */
  #count({ name, deploys, environment }: PlannedJob): void {
    const { deployments, commit } = this.#execution;
    if (deploys && environment !== undefined) deployments.create(this.#key(name), environment, commit);
  }

  #isOutdated(name: string): boolean {
    return this.#execution.deployments.isOutdated(this.#key(name));
  }

  #key(name: string): string {
    return `${this.id} ${name}`;
  }

  statusOf(name: string): Status | undefined {
    return this.#statuses.get(name);
  }

  /** Runs everything that nobody must press. Returns the jobs that ran, in their order. */
  async run(): Promise<Job[]> {
    return this.#runAll(this.#due());
  }

  /** Presses a manual job, as GitLab lets one only when all before it is done; what waited for it follows. */
  async press(name: string, by: string, inputs: Inputs = {}): Promise<Job[]> {
    const job = this.jobs.find((each) => each.name === name);
    if (!job || this.#statuses.get(name) !== 'manual') throw new Error(`There is no job ${name} to press.`);
    if (!this.#isNext(job, new Set())) throw new Error(`${name} cannot be pressed yet.`);
    if (this.#isOutdated(name))
      throw new Error(`${name} is older than the latest deployment, and therefore can't run.`);
    this.pressed.set(name, by);
    this.#inputs.set(name, inputs);
    this.#statuses.set(name, 'created');
    return this.#runAll(this.#due());
  }

  /** Somebody approves, in GitLab, the deployment of a job that nobody has started yet. */
  approve(name: string, by: string): void {
    // Nobody reads a page within a millisecond.
    this.#approvals.push({ name, by, at: new Date(this.#execution.now().getTime() + 1000) });
  }

  /** Who approved the deployment of a job that starts now: GitLab keeps them with this run of it. */
  takeApprovals(name: string): readonly GivenApproval[] {
    const taken = this.#approvals.filter((each) => each.name === name);
    this.#approvals = this.#approvals.filter((each) => each.name !== name);
    return taken;
  }

  /** Runs a finished job again, and what was skipped after it. */
  async retry(name: string, by?: string): Promise<Job[]> {
    if (by !== undefined) this.pressed.set(name, by);
    this.#statuses.set(name, 'created');
    const again = this.jobs.find((job) => job.name === name);
    if (again) this.#count(again);
    for (const { name: each, manual } of this.jobs)
      if (this.#statuses.get(each) === 'skipped') this.#statuses.set(each, manual ? 'manual' : 'created');
    return this.#runAll(this.#due());
  }

  /** What will run now if all goes well: one call of the runner takes it all. */
  #due(): PlannedJob[] {
    const due = new Set<PlannedJob>();
    const next = () => this.jobs.find((job) => !due.has(job) && this.#starts(job, due) && !this.#isOutdated(job.name));
    for (let job = next(); job; job = next()) due.add(job);
    return this.jobs.filter((job) => due.has(job));
  }

  #starts(job: PlannedJob, running: ReadonlySet<PlannedJob>): boolean {
    return this.#statuses.get(job.name) === 'created' && this.#isNext(job, running);
  }

  #isNext(job: PlannedJob, running: ReadonlySet<PlannedJob>): boolean {
    const [names, jobs] = [new Set([...running].map(({ name }) => name)), this.jobs];
    return job.before.every((name) => {
      const before = jobs.find((each) => each.name === name);
      const status = this.#statuses.get(name);
      // A job of an earlier stage that nobody need press holds nothing up; one that is needed does.
      const passed = status === 'manual' && !job.needs && before?.optional;
      return names.has(name) || status === 'success' || passed;
    });
  }

  async #runAll(due: readonly PlannedJob[]): Promise<Job[]> {
    const ran = due.length === 0 ? [] : await this.#start(due);
    this.#dropOutdated();
    this.#skip();
    return ran;
  }

  async #start(due: readonly PlannedJob[]): Promise<Job[]> {
    const text = await this.#execute(due.map(({ name }) => name));
    this.#execution.inspect(text);
    const ran = due.flatMap((job) => this.#outcome(job, text) ?? []);
    for (const { name, exit } of ran) {
      const allowed = this.jobs.find((job) => job.name === name)?.allowedToFail(exit);
      this.#statuses.set(name, exit === 0 || allowed ? 'success' : 'failed');
      this.#execution.deployments.end(this.#key(name), exit === 0);
      this.#execution.ended(name, exit);
    }
    return ran;
  }

  /** GitLab fails such a job in place of starting it: "failed_outdated_deployment_job". */
  #dropOutdated(): void {
    for (const job of this.jobs)
      if (this.#starts(job, new Set()) && this.#isOutdated(job.name)) this.#statuses.set(job.name, 'failed');
  }

  #skip(): void {
    for (const job of this.jobs) {
      const status = this.#statuses.get(job.name);
      const lost = job.before.some((name) => ['failed', 'skipped'].includes(this.#statuses.get(name) ?? ''));
      if (lost && (status === 'created' || status === 'manual')) this.#statuses.set(job.name, 'skipped');
    }
  }

  async #execute(names: readonly string[]): Promise<string> {
    const { folder, state, env, runner, prepare } = this.#execution;
    prepare(names.map((name) => ({ name, inputs: this.#inputs.get(name) ?? {} })));
    const options = [
      `--file=${state}/pipeline.yml`,
      `--state-dir=${state}`,
      `--variables-file=${state}/variables.yml`,
      ...runner,
      '--no-artifacts-to-source',
      '--evaluate-rule-changes=false',
      '--json-schema-validation=false',
      ...names.flatMap((name) => (this.pressed.has(name) ? [`--manual=${name}`] : [])),
    ];
    const child = spawn('gitlab-ci-local', [...options, ...names], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += String(part)));
    await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    // Its own trouble, as opposed to a job's: it then ends before it sums up.
    if (!/^ (PASS|WARN|FAIL) /m.test(text))
      throw new Error(`gitlab-ci-local did not run ${names.join(', ')}:\n${text}`);
    return text;
  }

  /** A job that did not start, because one before it failed, has no outcome. */
  #outcome({ name }: PlannedJob, text: string): Job | undefined {
    const lines = text.split('\n').filter((line) => line.startsWith(`${name} `));
    const ended = lines.map((line) => endedAs.exec(line.slice(name.length))).find((match) => match !== null);
    if (!ended) return undefined;
    const state = join(this.#execution.folder, this.#execution.state);
    return {
      name,
      exit: Number(ended[1] ?? 0),
      log: readable(readFileSync(join(state, 'output', `${fileName(name)}.log`), 'utf8')),
      record: recordIn(join(state, 'artifacts', fileName(name), 'sagemaker')),
    };
  }
}

const endedAs = /^ +finished in .*?(?:(?:FAIL|WARN) (\d+) *)?$/;

/** How gitlab-ci-local names the folders of a job: what is no letter, digit, _ or - stands in base64. */
function fileName(job: string): string {
  return job.replaceAll(/[^\w-]+/g, (signs) => Buffer.from(signs).toString('base64url'));
}

/** The job page's log: sections unfolded, without the markers that fold them. */
function readable(log: string): string {
  const marker = /^sagemaker_\d+(_started| took .*)$/;
  return log
    .split('\n')
    .filter((line) => !marker.test(stripVTControlCharacters(line)))
    .join('\n');
}

function recordIn(folder: string): unknown {
  const paths = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const path = paths.find((each) => basename(each) === 'record.json');
  return path === undefined ? undefined : JSON.parse(readFileSync(join(folder, path), 'utf8'));
}
