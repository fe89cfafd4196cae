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
import type { PollResult } from '../ground/wait.ts';
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

/** Asks where an execution is, without its steps. */
export function askForExecution(
  sagemaker: SageMakerClient,
  arn: string,
): Promise<DescribePipelineExecutionCommandOutput> {
  return sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn }));
}

/** Describes an execution, then its steps, so that the steps of an ended execution are all there. */
async function describeExecution(
  sagemaker: SageMakerClient,
  arn: string,
  asked: ReturnType<typeof askForExecution>,
): Promise<Execution> {
  const answer = await asked;
  if (!answer.PipelineExecutionStatus) throw new Error(`SageMaker described the execution ${arn} without a status.`);
  return {
    arn,
    status: answer.PipelineExecutionStatus,
    failureReason: answer.FailureReason,
    modifiedBy: personOf(answer.LastModifiedBy),
    steps: await stepsOf(sagemaker, arn),
  };
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
  readonly clock: Clock;
  /** The first answer, where it was asked for already. */
  readonly asked: ReturnType<typeof askForExecution> | undefined;
  log(line: string): void;
}

/** A poll of an execution, for waitFor(). It logs each step once in each status, with the time since the first poll. */
export function executionPoller(
  sagemaker: SageMakerClient,
  execution: string,
  { clock, asked, log }: Following,
): () => Promise<PollResult<Execution>> {
  const begin = clock.now().getTime();
  const told = new Map<string, string>();
  let first = asked;
  return async () => {
    const answer = first ?? askForExecution(sagemaker, execution);
    first = undefined;
    const seen = await describeExecution(sagemaker, execution, answer);
    const elapsed = duration(clock.now().getTime() - begin);
    for (const step of seen.steps.filter(({ name, status }) => told.get(name) !== status)) {
      told.set(step.name, step.status);
      log(`${elapsed.padStart(10)}  ${stepLine(step)}`);
    }
    const open = seen.status === 'Executing' || seen.status === 'Stopping';
    return open ? { is: 'pending', saying: statusLine(seen) } : { is: 'settled', answer: seen };
  };
}
