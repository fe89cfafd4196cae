import type * as api from '@aws-sdk/client-sagemaker';
import type { Principal, World } from '../world.ts';
import type { Documents } from './documents.ts';
import { parameterValues } from './parameters.ts';
import type { Pipeline, Pipelines, PipelineVersion } from './pipelines.ts';
import { Run, type RunParts } from './run.ts';
import { digest, type Given, invalid, listed, notFound, page, served, userContext } from './service.ts';
import { type StepTrouble, stepSummary } from './step-run.ts';
import type { Pace } from './transitions.ts';

type Start = Given<api.StartPipelineExecutionCommandInput>;
/** What each run has for itself. */
type OfRun = 'cache' | 'documents' | 'trouble';
type Sent = Omit<Start, 'PipelineName' | 'ClientRequestToken'>;

export interface Execution {
  readonly name: string;
  readonly arn: string;
  readonly pipeline: Pipeline;
  readonly version: PipelineVersion;
  readonly created: Date;
  readonly number: number;
  readonly createdBy: Principal;
  readonly request: Sent;
  readonly run: Run;
  status: 'Executing' | 'Stopping' | 'Stopped' | 'Failed' | 'Succeeded';
  failureReason?: string | undefined;
  modified: { at: Date; by: Principal };
  retries: number;
}

/** Runs of pipelines: each walks the steps of the definition that it was started with. */
export class Executions {
  readonly all = new Map<string, Execution>();
  readonly troubles: StepTrouble[] = [];
  /** Step -> property file, or file of an output -> document, for the executions that are started after it is set. */
  metrics: Documents['written'] = {};
  readonly pace: Pace = { describes: 2, milliseconds: 3 * 60_000 };
  readonly #world: World;
  readonly #pipelines: Pipelines;
  readonly #parts: Omit<RunParts, OfRun>;
  readonly #tokens = new Map<string, string>();
  #made = 0;

  constructor(world: World, pipelines: Pipelines, parts: Omit<RunParts, OfRun | 'pace'>) {
    this.#world = world;
    this.#pipelines = pipelines;
    this.#parts = { ...parts, pace: this.pace };
  }

  operations = () =>
    served({
      StartPipelineExecution: this.#start,
      DescribePipelineExecution: this.#describe,
      DescribePipelineDefinitionForExecution: this.#describeDefinition,
      ListPipelineExecutions: this.#list,
      ListPipelineExecutionSteps: this.#listSteps,
      ListPipelineParametersForExecution: this.#listParameters,
      StopPipelineExecution: this.#stop,
      RetryPipelineExecution: this.#retry,
    });

  /** The document that a step of any execution left at an address of S3; `undefined` when none did. */
  leftAt(address: string): unknown {
    for (const { run } of this.all.values()) {
      const found = run.leftAt(address);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #start = (input: Start, principal: Principal) => {
    const { PipelineName, ClientRequestToken, ...request } = input;
    const pipeline = this.#pipelines.mustHave(PipelineName);
    const token = `${pipeline.arn} ${ClientRequestToken ?? this.#made}`;
    const before = this.#tokens.get(token);
    if (before !== undefined) return { PipelineExecutionArn: before };
    const version = this.#pipelines.version(pipeline, request.PipelineVersionId);
    const execution = this.#newExecution(pipeline, version, request, principal);
    this.all.set(execution.arn, execution);
    this.#tokens.set(token, execution.arn);
    pipeline.lastRun = execution.created;
    version.lastExecution = execution.arn;
    execution.run.advance(false);
    return { PipelineExecutionArn: execution.arn };
  };

  #newExecution(pipeline: Pipeline, version: PipelineVersion, sent: Sent, principal: Principal): Execution {
    const parameters = parameterValues(version.definition.parameters, sentParameters(sent));
    this.#made += 1;
    const id = BigInt(`0x${digest('execution', pipeline.name, this.#made)}`)
      .toString(36)
      .slice(0, 12);
    const created = this.#world.clock.now();
    const request = { ...sent, ParallelismConfiguration: sent.ParallelismConfiguration ?? pipeline.parallelism };
    const atOnce = request.ParallelismConfiguration?.MaxParallelExecutionSteps ?? Number.POSITIVE_INFINITY;
    const properties = propertiesOf(pipeline, id, created);
    const arn = properties.PipelineExecutionArn;
    const facts = { id, arn, role: pipeline.role, started: created, parameters, properties, atOnce };
    return {
      name: request.PipelineExecutionDisplayName ?? `execution-${created.getTime()}`,
      arn,
      pipeline,
      version,
      created,
      number: this.#made,
      createdBy: principal,
      request,
      run: new Run(version.definition, facts, this.#runParts(pipeline)),
      status: 'Executing',
      modified: { at: created, by: principal },
      retries: 0,
    };
  }

  #runParts({ cache }: Pipeline): RunParts {
    const { troubles } = this;
    const documents = { written: this.metrics, objects: this.#pipelines.objects };
    return { ...this.#parts, cache, documents, trouble: (step) => takeTrouble(troubles, step) };
  }

  /** Moves on as far as time (and, when it is looked at, the describes) allow. */
  #advance(execution: Execution, looked: boolean): Execution {
    const { run } = execution;
    if (execution.status !== 'Executing' && execution.status !== 'Stopping') return execution;
    run.advance(looked);
    if (execution.status === 'Stopping' && run.isStill()) execution.status = 'Stopped';
    else if (run.failed()) {
      execution.status = 'Failed';
      execution.failureReason = 'Step failure: One or multiple steps failed.';
    } else if (run.succeeded()) execution.status = 'Succeeded';
    if (execution.status !== 'Executing') execution.modified = { ...execution.modified, at: this.#world.clock.now() };
    return execution;
  }

  #describe = (
    input: Given<api.DescribePipelineExecutionCommandInput>,
  ): Given<api.DescribePipelineExecutionCommandOutput> => {
    const execution = this.#advance(this.#mustHave(input.PipelineExecutionArn), true);
    const { request } = execution;
    return {
      PipelineArn: execution.pipeline.arn,
      PipelineExecutionArn: execution.arn,
      PipelineExecutionDisplayName: execution.name,
      PipelineExecutionDescription: request.PipelineExecutionDescription,
      PipelineExecutionStatus: execution.status,
      PipelineVersionId: execution.version.id,
      FailureReason: execution.failureReason,
      ParallelismConfiguration: request.ParallelismConfiguration,
      SelectiveExecutionConfig: request.SelectiveExecutionConfig,
      CreationTime: execution.created,
      CreatedBy: userContext(execution.createdBy),
      LastModifiedTime: execution.modified.at,
      LastModifiedBy: userContext(execution.modified.by),
    };
  };

  #describeDefinition = (input: Given<api.DescribePipelineDefinitionForExecutionCommandInput>) => {
    const { version, created } = this.#mustHave(input.PipelineExecutionArn);
    return { PipelineDefinition: version.text, CreationTime: created };
  };

  #list = (input: Given<api.ListPipelineExecutionsCommandInput>): Given<api.ListPipelineExecutionsCommandOutput> => {
    const pipeline = this.#pipelines.mustHave(input.PipelineName);
    const own = [...this.all.values()]
      .filter((one) => one.pipeline === pipeline)
      .map((one) => this.#advance(one, false));
    const filter = {
      SortBy: input.SortBy,
      SortOrder: input.SortOrder,
      CreationTimeAfter: input.CreatedAfter,
      CreationTimeBefore: input.CreatedBefore,
    };
    const keys = { PipelineExecutionArn: ({ arn }: Execution) => arn };
    const { items, next } = page(listed(own, filter, { order: 'Descending', keys }), input);
    return {
      PipelineExecutionSummaries: items.map((execution) => ({
        PipelineExecutionArn: execution.arn,
        PipelineExecutionDisplayName: execution.name,
        PipelineExecutionDescription: execution.request.PipelineExecutionDescription,
        PipelineExecutionStatus: execution.status,
        PipelineExecutionFailureReason: execution.failureReason,
        StartTime: execution.created,
      })),
      NextToken: next,
    };
  };

  #listSteps = (
    input: Given<api.ListPipelineExecutionStepsCommandInput>,
  ): Given<api.ListPipelineExecutionStepsCommandOutput> => {
    const looked = input.NextToken === undefined;
    const { run } = this.#advance(this.#mustHave(input.PipelineExecutionArn ?? ''), looked);
    const ordered = input.SortOrder === 'Ascending' ? run.runs : run.runs.toReversed();
    const { items, next } = page(ordered, input);
    return { PipelineExecutionSteps: items.map(stepSummary), NextToken: next };
  };

  #listParameters = (input: Given<api.ListPipelineParametersForExecutionCommandInput>) => {
    const { run } = this.#mustHave(input.PipelineExecutionArn);
    const all = [...run.facts.parameters].map(([Name, value]) => ({ Name, Value: String(value) }));
    const { items, next } = page(all, input);
    return { PipelineParameters: items, NextToken: next };
  };

  #stop = (input: Given<api.StopPipelineExecutionCommandInput>, principal: Principal) => {
    const execution = this.#advance(this.#mustHave(input.PipelineExecutionArn), false);
    if (execution.status === 'Stopping') return { PipelineExecutionArn: execution.arn };
    if (execution.status !== 'Executing') {
      throw invalid(
        `Only pipelines with 'Executing' status can be stopped. Pipeline Execution with ARN ${execution.arn} is in '${execution.status}' status.`,
      );
    }
    execution.status = 'Stopping';
    execution.modified = { at: this.#world.clock.now(), by: principal };
    execution.run.stop();
    return { PipelineExecutionArn: execution.arn };
  };

  #retry = (input: Given<api.RetryPipelineExecutionCommandInput>, principal: Principal) => {
    const execution = this.#advance(this.#mustHave(input.PipelineExecutionArn), false);
    const token = `${execution.arn} ${input.ClientRequestToken ?? execution.retries}`;
    if (this.#tokens.has(token)) return { PipelineExecutionArn: execution.arn };
    if (execution.status !== 'Failed' && execution.status !== 'Stopped') {
      throw invalid(
        `Pipeline Execution with ARN ${execution.arn} is in '${execution.status}' status and cannot be retried.`,
      );
    }
    this.#tokens.set(token, execution.arn);
    execution.status = 'Executing';
    execution.failureReason = undefined;
    execution.retries += 1;
    execution.modified = { at: this.#world.clock.now(), by: principal };
    execution.run.retry(input.ParallelismConfiguration?.MaxParallelExecutionSteps);
    return { PipelineExecutionArn: execution.arn };
  };

  #mustHave(arn: string): Execution {
    const found = this.all.get(arn);
    if (!found) throw notFound(`Pipeline execution '${arn}' does not exist.`);
    return found;
  }
}

function sentParameters({ PipelineParameters = [] }: Sent): Map<string, string> {
  return new Map(PipelineParameters.map(({ Name, Value }) => [Name, Value]));
}

/** What `Execution.` leads to in a definition. */
function propertiesOf(pipeline: Pipeline, id: string, created: Date) {
  return {
    PipelineExecutionId: id,
    PipelineExecutionArn: `${pipeline.arn}/execution/${id}`,
    PipelineName: pipeline.name,
    PipelineArn: pipeline.arn,
    StartDateTime: created.toISOString(),
    CurrentDateTime: created.toISOString(),
  };
}

function takeTrouble(troubles: StepTrouble[], step: string): StepTrouble | undefined {
  const index = troubles.findIndex((one) => one.step === step);
  return index < 0 ? undefined : troubles.splice(index, 1)[0];
}
