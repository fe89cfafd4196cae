import type { Definition } from './definition.ts';
import type { Json } from './definition-parts.ts';
import { type Documents, leftBy, objectAt, propertyFile } from './documents.ts';
import type { Scope } from './expressions.ts';
import type { Job } from './jobs.ts';
import type { Step } from './step.ts';
import { mayRetry } from './step-retries.ts';
import { isRunning, type StepRun, type StepTrouble } from './step-run.ts';
import { type Worker, type WorkParts, work } from './step-work.ts';
import type { Pace } from './transitions.ts';

/** What a run needs of its surroundings. */
export interface RunParts extends WorkParts {
  readonly pace: Pace;
  readonly trouble: (step: string) => StepTrouble | undefined;
  readonly documents: Documents;
}

interface RunFacts {
  readonly id: string;
  readonly arn: string;
  readonly role: string;
  readonly started: Date;
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly properties: Json;
  /** How many steps may run at the same time. */
  readonly atOnce: number;
}

/** One walk through a definition: steps start when what they need has succeeded, and a failed step starts no more. */
export class Run {
  /** In the order of their start. */
  readonly runs: StepRun[] = [];
  readonly facts: RunFacts;
  readonly #definition: Definition;
  readonly #parts: RunParts;
  readonly #worker: Worker;
  /** Step -> how often it was attempted before the execution was retried. */
  readonly #attempts = new Map<string, number>();
  #atOnce: number;
  #resumed: Date;
  #stopped = false;

  constructor(definition: Definition, facts: RunFacts, parts: RunParts) {
    this.#definition = definition;
    this.facts = facts;
    this.#parts = parts;
    this.#atOnce = facts.atOnce;
    this.#resumed = facts.started;
    const role = facts.role.slice(facts.role.lastIndexOf('/') + 1);
    const policies = parts.world.roles.get(facts.role)?.policies;
    const principal = {
      ...(policies && { policies }),
      arn: `arn:aws:sts::${parts.world.account}:assumed-role/${role}/SageMaker`,
      userId: `AROA${role}:SageMaker`,
    };
    this.#worker = { ...parts, execution: facts.id, role: facts.role, principal, scope: this.#scope() };
  }

  #scope(): Scope {
    const { documents } = this.#parts;
    return {
      parameters: this.facts.parameters,
      execution: this.facts.properties,
      properties: (name) => this.#runOf(name)?.properties,
      propertyFile: (step, file) => propertyFile(documents, step, file),
      object: (uri) => objectAt(documents, this.runs, uri),
    };
  }

  /** The document that a step left at an address of S3; `undefined` when none did. */
  leftAt = (uri: string): unknown => leftBy(this.#parts.documents, this.runs, uri);

  failed = (): boolean => this.isStill() && this.runs.some(({ status }) => status === 'Failed');
  succeeded = (): boolean => this.isStill() && this.#ready().length === 0;
  isStill = (): boolean => this.runs.every((run) => !isRunning(run));

  advance(looked: boolean): void {
    if (looked) for (const run of this.runs) run.seen += 1;
    for (let moved = true; moved; ) {
      const ended = this.runs.filter((run) => isRunning(run) && this.#moves(run)).length > 0;
      const started = this.#ready().filter((step) => this.#hasRoom() && this.#start(step)).length > 0;
      moved = ended || started;
    }
  }

  #hasRoom = (): boolean => this.runs.filter(isRunning).length < this.#atOnce;

  stop(): void {
    this.#stopped = true;
    for (const run of this.runs) if (isRunning(run)) Object.assign(run, { status: 'Stopping', seen: 0 });
  }

  /** Goes on where it failed or was stopped, from now on with so many steps at a time. */
  retry(atOnce = this.#atOnce): void {
    this.#atOnce = atOnce;
    this.#resumed = this.#parts.world.clock.now();
    this.#stopped = false;
    for (const run of this.runs.filter(({ status }) => status === 'Failed' || status === 'Stopped')) {
      this.#attempts.set(run.step.name, run.attempts);
      this.runs.splice(this.runs.indexOf(run), 1);
    }
    this.advance(false);
  }

  #ready(): Step[] {
    if (this.#stopped || this.runs.some(({ status }) => status === 'Failed')) return [];
    const open = [...this.#definition.steps, ...this.runs.flatMap((run) => run.branch ?? [])];
    return open.filter(
      (step) => !this.#runOf(step.name) && step.needs.every((name) => this.#runOf(name)?.status === 'Succeeded'),
    );
  }

  #runOf(name: string): StepRun | undefined {
    return this.runs.find(({ step }) => step.name === name);
  }

  /** A step starts when the last of those it needs has ended and there is room for it, which may be earlier than now. */
  #start(step: Step): boolean {
    const ends = step.needs.map((name) => this.#runOf(name)?.ended?.getTime() ?? 0);
    const condition = this.runs.find((run) => run.branch?.includes(step))?.ended?.getTime() ?? 0;
    const started = new Date(Math.max(this.#resumed.getTime(), condition, this.#roomSince(), ...ends));
    const attempts = this.#attempts.get(step.name) ?? 0;
    const run: StepRun = { step, began: started, started, status: 'Starting', attempts, seen: 0 };
    this.runs.push(run);
    this.#begin(run, started);
    return true;
  }

  /** The moment since which fewer steps run than may, given that it is so now. */
  #roomSince(): number {
    const ends = this.runs.map(({ ended }) => ended?.getTime() ?? Number.POSITIVE_INFINITY);
    return ends.sort((a, b) => b - a)[this.#atOnce - 1] ?? 0;
  }

  #begin(run: StepRun, started: Date): void {
    const attempt = run.attempts + 1;
    const fresh = { started, ended: undefined, status: 'Starting', attempts: attempt, seen: 0, reason: undefined };
    Object.assign(run, { ...fresh, job: undefined, failure: undefined, trouble: undefined });
    try {
      Object.assign(run, work(this.#worker, { step: run.step, attempt, at: started }));
      if (run.cacheHit === undefined) run.trouble = this.#parts.trouble(run.step.name);
      if (!run.job) this.#end(run, started, run.trouble?.reason ?? run.failure);
    } catch (error) {
      this.#end(run, started, error instanceof Error ? error.message : String(error));
    }
  }

  /** Whether a running step got further. */
  #moves(run: StepRun): boolean {
    const { describes, milliseconds } = this.#parts.pace;
    const now = this.#parts.world.clock.now();
    const due = new Date(run.started.getTime() + milliseconds);
    if (run.status === 'Stopping') {
      if (run.seen < 1 && due > now) return false;
      this.#end(run, now);
      return true;
    }
    const endless = run.trouble !== undefined && run.trouble.reason === undefined;
    if (!endless && (run.seen > describes || due <= now)) {
      this.#end(run, run.seen > describes ? now : due, run.trouble?.reason);
      return true;
    }
    // It starts in the first half of the looks and executes in the second.
    if (run.status === 'Starting' && run.seen > describes / 2) {
      run.status = 'Executing';
      return true;
    }
    return false;
  }

  #end(run: StepRun, at: Date, reason?: string): void {
    const status = run.status === 'Stopping' ? 'Stopped' : reason === undefined ? 'Succeeded' : 'Failed';
    Object.assign(run, { ended: at, status, reason });
    if (run.job) this.#endJob(run, run.job, at);
    if (status === 'Failed' && mayRetry(run, reason ?? '', at)) this.#begin(run, at);
  }

  #endJob(run: StepRun, job: Job, at: Date): void {
    const { jobs, cache } = this.#parts;
    const { status, metadata } = run;
    const ended = status === 'Succeeded' ? 'Completed' : status === 'Failed' ? 'Failed' : 'Stopped';
    jobs.end(job, at, ended, run.reason, run.trouble?.log);
    run.properties = jobs.properties(job);
    if (status === 'Succeeded' && run.cacheKey)
      cache.put(run.cacheKey, { execution: this.facts.arn, ended: at, metadata, properties: run.properties });
  }
}
