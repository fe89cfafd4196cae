import type * as api from '@aws-sdk/client-sagemaker';
import { validate } from '../constraints.ts';
import { models } from '../model.ts';
import { decode } from '../wire.ts';
import type { Operation, Principal, World } from '../world.ts';
import { holds } from './conditions.ts';
import type { Definition } from './definition.ts';
import type { Json } from './definition-parts.ts';
import { type Documents, objectAt, propertyFile } from './documents.ts';
import type { StepTrouble } from './executions.ts';
import { resolve, type Scope } from './expressions.ts';
import type { Job, JobKind, Jobs } from './jobs.ts';
import type { Registry } from './registry.ts';
import { arnOf, digest, type Given } from './service.ts';
import type { Step } from './step-definition.ts';
import type { Pace } from './transitions.ts';

export interface StepRun {
  readonly step: Step;
  started: Date;
  ended?: Date | undefined;
  status: 'Starting' | 'Executing' | 'Stopping' | 'Stopped' | 'Failed' | 'Succeeded';
  attempts: number;
  /** How often it was looked at in this attempt. */
  seen: number;
  reason?: string | undefined;
  metadata?: Given<api.PipelineExecutionStepMetadata> | undefined;
  properties?: Json | undefined;
  job?: Job | undefined;
  branch?: readonly Step[] | undefined;
  trouble?: StepTrouble | undefined;
}

/** What a run needs of the rest of SageMaker. */
export interface RunParts {
  readonly world: World;
  readonly jobs: Jobs;
  readonly registry: Registry;
  readonly createModel: Operation;
  readonly pace: Pace;
  readonly trouble: (step: string) => StepTrouble | undefined;
  readonly documents: Documents;
}

export interface RunFacts {
  readonly id: string;
  readonly role: string;
  readonly started: Date;
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly properties: Json;
}

const JOBS: Readonly<Record<string, JobKind>> = {
  Processing: 'Processing',
  Training: 'Training',
  Transform: 'Transform',
};

/** One walk through a definition: steps start when what they need has succeeded, and a failed step starts no more. */
export class Run {
  /** In the order of their start. */
  readonly runs: StepRun[] = [];
  readonly facts: RunFacts;
  readonly #definition: Definition;
  readonly #parts: RunParts;
  readonly #principal: Principal;
  readonly #scope: Scope;

  constructor(definition: Definition, facts: RunFacts, parts: RunParts) {
    this.#definition = definition;
    this.facts = facts;
    this.#parts = parts;
    const role = facts.role.slice(facts.role.lastIndexOf('/') + 1);
    this.#principal = {
      arn: `arn:aws:sts::${parts.world.account}:assumed-role/${role}/SageMaker`,
      userId: `AROA${role}:SageMaker`,
    };
    this.#scope = {
      parameters: facts.parameters,
      execution: facts.properties,
      properties: (name) => this.#runOf(name)?.properties,
      propertyFile: (step, file) => propertyFile(parts.documents, step, file),
      object: (uri) => objectAt(parts.documents, this.runs, uri),
    };
  }

  failed = (): boolean => this.isStill() && this.runs.some(({ status }) => status === 'Failed');
  succeeded = (): boolean => this.isStill() && this.#ready().length === 0;
  isStill = (): boolean => this.runs.every((run) => !isRunning(run));

  advance(looked: boolean): void {
    if (looked) for (const run of this.runs) run.seen += 1;
    for (let moved = true; moved; ) {
      const ended = this.runs.filter((run) => isRunning(run) && this.#moves(run)).length > 0;
      const started = this.#ready().map((step) => this.#start(step)).length > 0;
      moved = ended || started;
    }
  }

  stop(): void {
    for (const run of this.runs) if (isRunning(run)) Object.assign(run, { status: 'Stopping', seen: 0 });
  }

  /** Goes on where it failed or was stopped. */
  retry(): void {
    for (const run of this.runs)
      if (run.status === 'Failed' || run.status === 'Stopped') this.#begin(run, this.#parts.world.clock.now());
    this.advance(false);
  }

  #ready(): Step[] {
    if (this.runs.some(({ status }) => status === 'Failed')) return [];
    const open = [...this.#definition.steps, ...this.runs.flatMap(({ branch }) => branch ?? [])];
    return open.filter(
      (step) => !this.#runOf(step.name) && step.needs.every((name) => this.#runOf(name)?.status === 'Succeeded'),
    );
  }

  #runOf(name: string): StepRun | undefined {
    return this.runs.find(({ step }) => step.name === name);
  }

  /** A step starts when the last of those it needs has ended, which may be earlier than now. */
  #start(step: Step): void {
    const ends = step.needs.map((name) => this.#runOf(name)?.ended?.getTime() ?? 0);
    const condition = this.runs.find(({ branch }) => branch?.includes(step))?.ended?.getTime() ?? 0;
    const started = new Date(Math.max(this.facts.started.getTime(), condition, ...ends));
    const run: StepRun = { step, started, status: 'Starting', attempts: 0, seen: 0 };
    this.runs.push(run);
    this.#begin(run, started);
  }

  #begin(run: StepRun, started: Date): void {
    const trouble = this.#parts.trouble(run.step.name);
    Object.assign(run, {
      started,
      ended: undefined,
      status: 'Starting',
      attempts: run.attempts + 1,
      seen: 0,
      reason: undefined,
      trouble,
    });
    try {
      this.#perform(run);
    } catch (error) {
      this.#end(run, started, error instanceof Error ? error.message : String(error));
    }
  }

  /** Jobs take time; everything else has happened when it starts. */
  #perform(run: StepRun): void {
    const { step } = run;
    const kind = JOBS[step.type];
    if (kind) {
      const name = `pipelines-${this.facts.id}-${step.name}`.slice(0, 52);
      const request = { RoleArn: this.facts.role, ...this.#resolved(step) };
      run.job = this.#parts.jobs.start(
        kind,
        `${name}-${digest(name, run.attempts).slice(0, 10)}`,
        request,
        run.started,
      );
      run.metadata = jobMetadata(run.job);
      return;
    }
    if (step.type === 'Condition') this.#decide(run);
    if (step.type === 'RegisterModel') this.#register(run);
    if (step.type === 'Model') this.#createModel(run);
    if (step.type === 'Fail')
      run.metadata = { Fail: { ErrorMessage: String(this.#resolved(step).ErrorMessage ?? '') } };
    const told = run.metadata?.Fail?.ErrorMessage;
    this.#end(run, run.started, run.trouble?.reason ?? told);
  }

  #resolved({ arguments: given }: Step): Record<string, unknown> {
    const resolved = resolve(given, this.#scope);
    return typeof resolved === 'object' && resolved !== null ? { ...resolved } : {};
  }

  #decide(run: StepRun): void {
    const yes = holds(run.step.arguments.Conditions, this.#scope);
    run.metadata = { Condition: { Outcome: yes ? 'True' : 'False' } };
    run.properties = { Outcome: yes ? 'True' : 'False' };
    run.branch = yes ? run.step.ifSteps : run.step.elseSteps;
  }

  #register(run: StepRun): void {
    const { registry } = this.#parts;
    const request = decode(
      models.sagemaker,
      'CreateModelPackage',
      withContent(this.#resolved(run.step), this.facts.id),
    );
    validate(models.sagemaker, 'CreateModelPackage', request);
    const group = request.ModelPackageGroupName;
    // A step that registers makes the group that it names.
    if (typeof group === 'string' && !registry.findGroup(group)) registry.addGroup(group, this.#principal);
    const { ModelPackageArn } = registry.create(request, this.#principal);
    run.metadata = { RegisterModel: { Arn: ModelPackageArn } };
    run.properties = { ModelPackageArn, ModelPackageGroupName: group };
  }

  #createModel(run: StepRun): void {
    const name = `pipelines-${this.facts.id}-${digest(run.step.name).slice(0, 10)}`;
    const request = { ExecutionRoleArn: this.facts.role, ...this.#resolved(run.step), ModelName: name };
    const input = decode(models.sagemaker, 'CreateModel', request);
    validate(models.sagemaker, 'CreateModel', input);
    this.#parts.createModel(input, this.#principal);
    run.metadata = { Model: { Arn: arnOf(this.#parts.world, 'model', name) } };
    run.properties = { ModelName: name };
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
    if (!run.job) return;
    const ended = status === 'Succeeded' ? 'Completed' : status;
    this.#parts.jobs.end(run.job, at, ended, reason, run.trouble?.log);
    run.properties = this.#parts.jobs.properties(run.job);
  }
}

function isRunning({ status }: StepRun): boolean {
  return status === 'Starting' || status === 'Executing' || status === 'Stopping';
}

function jobMetadata({ kind, arn }: Job): Given<api.PipelineExecutionStepMetadata> {
  if (kind === 'Processing') return { ProcessingJob: { Arn: arn } };
  return kind === 'Training' ? { TrainingJob: { Arn: arn } } : { TransformJob: { Arn: arn } };
}

/** Each run's model data is its own, also where a definition always writes to the same place. */
function withContent(request: Record<string, unknown>, run: string): Record<string, unknown> {
  const specification = request.InferenceSpecification;
  if (!isRecord(specification) || !Array.isArray(specification.Containers)) return request;
  const Containers = specification.Containers.map((container: unknown) =>
    isRecord(container) && container.ModelDataUrl !== undefined
      ? { ModelDataETag: digest(run, container.ModelDataUrl).slice(0, 32), ...container }
      : container,
  );
  return { ...request, InferenceSpecification: { ...specification, Containers } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
