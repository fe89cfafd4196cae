import {
  DescribePipelineExecutionCommand,
  type DescribePipelineExecutionCommandOutput,
  type PipelineExecutionStatus,
  type PipelineExecutionStep,
  type PipelineExecutionStepMetadata,
  paginateListPipelineExecutionSteps,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { resourceId } from '../aws/arn.ts';
import { type Clock, duration } from '../ground/clock.ts';
import { Reads } from '../ground/reads.ts';
import type { PollResult } from '../ground/wait.ts';
import type { DefinedStep } from './definition.ts';
import { personOf } from './pipeline.ts';

/** An execution with its steps, as it is now. */
export interface Execution {
  readonly arn: string;
  readonly status: PipelineExecutionStatus;
  readonly failureReason: string | undefined;
  /** Who touched it last: who stopped it, when it was stopped. */
  readonly modifiedBy: string;
  /** In the order in which they began. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly name: string;
  readonly status: string;
  /** Why it failed. */
  readonly why: string | undefined;
  /** Milliseconds from its beginning to its end; `undefined` until then. */
  readonly took: number | undefined;
  /** Its result was taken from an earlier execution. */
  readonly cached: boolean;
  /** The ARN of the model package that it registered. */
  readonly registered: string | undefined;
  /** A condition's answer. */
  readonly outcome: 'True' | 'False' | undefined;
  /** The job that did the work, and the CloudWatch log group to which such jobs write. */
  readonly job: { readonly name: string; readonly logGroup: string } | undefined;
}

/** What SageMaker says of an execution, and of its steps at the same time. */
export interface ExecutionAnswers {
  readonly answer: DescribePipelineExecutionCommandOutput;
  readonly steps: readonly Step[];
}

/** Asks where an execution is, and beside it for its steps. */
export async function askForExecution(sagemaker: SageMakerClient, arn: string): Promise<ExecutionAnswers> {
  const reads = new Reads();
  const list = reads.once((execution) => stepsOf(sagemaker, execution));
  const describing = sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn }));
  list(arn);
  const answer = await reads.beside(describing);
  return { answer, steps: await list(arn) };
}

/** Describes an execution with its steps. Those of an ended one are all there, or they are listed once more. */
async function describeExecution(
  sagemaker: SageMakerClient,
  { execution: arn, defined }: Pick<Following, 'execution' | 'defined'>,
  asked: Promise<ExecutionAnswers>,
): Promise<Execution> {
  const { answer, steps } = await asked;
  const { PipelineExecutionStatus: status } = answer;
  if (!status) throw new Error(`SageMaker described the execution ${arn} without a status.`);
  const whole = isOpen({ status }) || missesNothing(steps, defined);
  return {
    arn,
    status,
    failureReason: answer.FailureReason,
    modifiedBy: personOf(answer.LastModifiedBy),
    steps: whole ? steps : await stepsOf(sagemaker, arn),
  };
}

/**
 * Whether a list that may be older than the end of its execution misses nothing: it has each step of the definition,
 * succeeded, and the version of each that registers one. The steps of a condition's other branch are never there.
 */
export function missesNothing(steps: readonly Step[], defined: readonly DefinedStep[]): boolean {
  const listed = new Map(steps.map((step) => [step.name, step]));
  return defined.every(({ name, type }) => {
    const { status, registered } = listed.get(name) ?? {};
    return status === 'Succeeded' && (type !== 'RegisterModel' || registered !== undefined);
  });
}

function isOpen({ status }: Pick<Execution, 'status'>): boolean {
  return status === 'Executing' || status === 'Stopping';
}

async function stepsOf(client: SageMakerClient, execution: string): Promise<Step[]> {
  const request = { PipelineExecutionArn: execution, SortOrder: 'Ascending' as const };
  const steps: Step[] = [];
  for await (const page of paginateListPipelineExecutionSteps(
    { client, pageSize: 100, stopOnSameToken: true },
    request,
  ))
    steps.push(...(page.PipelineExecutionSteps ?? []).map(stepFrom));
  return steps;
}

function stepFrom(step: PipelineExecutionStep): Step {
  const { StartTime: start, EndTime: end, Metadata: metadata } = step;
  return {
    name: step.StepName ?? 'a step without a name',
    status: step.StepStatus ?? 'Unknown',
    why: metadata?.Fail?.ErrorMessage ?? step.FailureReason,
    took: start && end && end.getTime() - start.getTime(),
    cached: step.CacheHitResult !== undefined,
    registered: metadata?.RegisterModel?.Arn,
    outcome: metadata?.Condition?.Outcome,
    job: metadata && jobOf(metadata),
  };
}

function jobOf(metadata: PipelineExecutionStepMetadata): Step['job'] {
  const { TrainingJob, ProcessingJob, TransformJob, QualityCheck, ClarifyCheck } = metadata;
  const processing = ProcessingJob?.Arn ?? QualityCheck?.CheckJobArn ?? ClarifyCheck?.CheckJobArn;
  const [arn, kind] = TrainingJob?.Arn
    ? [TrainingJob.Arn, 'TrainingJobs']
    : TransformJob?.Arn
      ? [TransformJob.Arn, 'TransformJobs']
      : [processing, 'ProcessingJobs'];
  return arn === undefined ? undefined : { name: resourceId(arn), logGroup: `/aws/sagemaker/${kind}` };
}

/** A step in one line: `Train: Succeeded, took 4 min 5 s`. */
function stepLine({ name, status, took, cached, outcome, why }: Step): string {
  return [
    `${name}: ${status}${outcome ? ` (${outcome})` : ''}`,
    ...(took === undefined ? [] : [`took ${duration(took)}`]),
    ...(cached ? ['from the cache of an earlier execution'] : []),
    ...(why ? [why] : []),
  ].join(', ');
}

/** An execution's status as a clause: `it is Executing (Train is Executing)`. */
function statusLine({ status, steps }: Execution): string {
  const open = steps.filter((step) => !hasEnded(step)).map((step) => `${step.name} is ${step.status}`);
  return `it is ${status}${open.length > 0 ? ` (${open.join(', ')})` : ''}`;
}

/** Whether a step will not change any more. */
export function hasEnded({ status }: Step): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Stopped';
}

interface Following {
  /** Its ARN. */
  readonly execution: string;
  /** The steps of its definition. */
  readonly defined: readonly DefinedStep[];
  /** The first answer, where it was asked for already. */
  readonly asked: Promise<ExecutionAnswers> | undefined;
  readonly clock: Clock;
  log(line: string): void;
}

/** A poll of an execution, for waitFor(). It logs each step once in each status, with the time since the first poll. */
export function executionPoller(
  sagemaker: SageMakerClient,
  { execution, defined, asked, clock, log }: Following,
): () => Promise<PollResult<Execution>> {
  const begin = clock.now().getTime();
  const told = new Map<string, string>();
  let first = asked;
  return async () => {
    const answer = first ?? askForExecution(sagemaker, execution);
    first = undefined;
    const seen = await describeExecution(sagemaker, { execution, defined }, answer);
    const elapsed = duration(clock.now().getTime() - begin);
    for (const step of seen.steps.filter(({ name, status }) => told.get(name) !== status)) {
      told.set(step.name, step.status);
      log(`${elapsed.padStart(10)}  ${stepLine(step)}`);
    }
    return isOpen(seen) ? { is: 'pending', saying: statusLine(seen) } : { is: 'settled', answer: seen };
  };
}
